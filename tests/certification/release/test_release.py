"""Hold a version against the last release: parts one by one, then the command, its page and its exit codes."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fairlead.certification.certificates.profile_files import find_profile, sha256_of
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.release.baseline import Baseline, read_baseline
from fairlead.certification.release.commands import release
from fairlead.certification.release.configuration import compare_configurations
from fairlead.certification.release.parts import ReleaseError
from fairlead.certification.release.performance import compare_performance
from fairlead.certification.release.replay import judge_replay

CONFIG = """[gateway]
state_dir = "state"
[[venues]]
name = "XEXC"
profile = "exchange44"
heartbeat_s = 30
[[strategies]]
name = "alpha"
secret_hash = "scrypt$1"
"""


def run_of(profile: str, *verdicts: Verdict) -> RunResult:
    """Return a run with one case a verdict."""
    file = find_profile(profile)
    assert file is not None
    results = [
        CaseResult(f"OE0{n}", "title", "OE", Level.MUST, "asks", "why", ["ref"], "fix44", "", {}, verdict)
        for n, verdict in enumerate(verdicts, 1)
    ]
    run = RunResult(f"gateway with profile {profile}", "gateway", "2026-11-28T12:00:00Z", version("fairlead"), "1.0")
    run.profile, run.profile_sha256, run.results = profile, sha256_of(file), results
    return run


def bench(path: Path, **ratios: tuple[float, str]) -> Path:
    """Write a report of benchmarks."""
    told = [{"name": name, "value": value, "better": better} for name, (value, better) in ratios.items()]
    path.write_text(json.dumps({"form": "fairlead-benchmarks-1", "machine": {}, "ratios": told}))
    return path


class Desk:
    """Hold a baseline, a configuration and runs in a folder, and check the release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.runs.mkdir()
        (folder / "gateway.toml").write_text(CONFIG)
        (folder / "last.toml").write_text(CONFIG.replace("30", "10"))
        bench(folder / "last.json", parse=(10.0, "higher"), write=(2.0, "lower"))
        self.baseline = folder / "baseline.toml"
        self.baseline.write_text('version = "0.0.9"\nconfiguration = "last.toml"\nperformance = "last.json"\n')

    def check(self, *more: str) -> tuple[int, str, Any]:
        """Return exit code, output and the JSON."""
        out = self.folder / "out"
        done = CliRunner().invoke(
            release,
            ["check", "--baseline", str(self.baseline), "--config", str(self.folder / "gateway.toml")]
            + ["--out", str(out), "--runs", str(self.runs), *more],
        )
        told = json.loads((out / "release.json").read_text()) if (out / "release.json").exists() else None
        return done.exit_code, done.output, told


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_version_that_holds_may_be_released(desk: Desk) -> None:
    (desk.runs / "a.json").write_text(run_of("exchange44", Verdict.PASS).to_json())
    now = bench(desk.folder / "now.json", parse=(9.5, "higher"), write=(2.1, "lower"))
    code, text, told = desk.check("--bench", str(now))
    assert code == 0, text
    assert told["verdict"] == "pass"
    assert [part["verdict"] for part in told["parts"]] == ["pass"] * 3
    page = (desk.folder / "out" / "release.html").read_text()
    assert "may be released" in page
    assert "heartbeat_s" in page
    assert "scrypt$1" not in page


def test_a_failed_case_forbids_it(desk: Desk) -> None:
    (desk.runs / "a.json").write_text(run_of("exchange44", Verdict.PASS, Verdict.FAIL).to_json())
    now = bench(desk.folder / "now.json", parse=(10, "higher"), write=(2, "lower"))
    code, text, told = desk.check("--bench", str(now))
    assert code == 1
    assert "OE02" in told["parts"][0]["rows"][0]["note"]
    assert "must not be released" in text


@pytest.mark.parametrize(("name", "value"), [("fairlead_version", "0.0.1"), ("profile_sha256", "0" * 64)])
def test_a_run_of_another_version_or_profile_is_none(desk: Desk, name: str, value: str) -> None:
    run = run_of("exchange44", Verdict.PASS)
    setattr(run, name, value)
    (desk.runs / "a.json").write_text(run.to_json())
    assert desk.check("--bench", str(desk.folder / "last.json"))[0] == 1


def test_what_can_not_be_held_is_told_and_ends_with_two(desk: Desk) -> None:
    code, text, _ = desk.check()
    assert code == 2
    assert "no run" in text or "not certified" in text
    assert "--bench has none" in text
    desk.baseline.write_text('versoin = "1"\naccepted = [{ difference = "x" }]\n')
    code, text, _ = desk.check()
    assert code == 2
    assert "no such key as 'versoin'" in text
    assert "accepted 1: expected a difference and its reason" in text
    desk.baseline.write_text('journal = "nowhere"\n')
    assert desk.check()[0] == 2


def test_ratios_are_compared_in_their_own_direction(tmp_path: Path) -> None:
    before = bench(tmp_path / "a.json", parse=(10, "higher"), write=(2, "lower"), gone=(3, "higher"))
    baseline = Baseline(tmp_path / "b.toml", performance=before, tolerances={"write": 0.5})
    now = bench(tmp_path / "c.json", parse=(8, "higher"), write=(2.8, "lower"), fresh=(1.5, "higher"))
    part = compare_performance(baseline, now)
    assert part.verdict == "fail"
    assert {row.what: row.verdict for row in part.rows} == {
        "parse": "fail",
        "write": "pass",
        "gone": "fail",
        "fresh": "",
    }
    (tmp_path / "d.json").write_text("{}")
    with pytest.raises(ReleaseError, match="is no report"):
        compare_performance(baseline, tmp_path / "d.json")


def test_configurations_are_compared_by_name() -> None:
    before = {"venues": [{"name": "A", "hosts": ["x:1"]}, {"name": "B", "hosts": ["y:1"]}], "risk": {"limits": "l"}}
    now = {"venues": [{"name": "B", "hosts": ["y:2"], "production": True}, {"name": "A", "hosts": ["x:1"]}]}
    rows = {row.what: (row.before, row.now) for row in compare_configurations(before, now).rows}
    assert rows == {
        "venues › B › hosts": ("y:1", "y:2"),
        "venues › B › production": ("not there", "true"),
        "risk": ("limits l", "not there"),
    }
    assert compare_configurations(before, before).conclusion == "no difference"


def test_differences_of_the_replay_that_are_meant_are_excused(tmp_path: Path) -> None:
    told = {
        "run": 3,
        "frames_in": 10,
        "frames_compared": 9,
        "differences": 2,
        "differences_by_message": {"changed venue:XBRK F": 2},
        "told": [],
        "left_out": {"feeds": 1},
    }
    assert judge_replay(told, Baseline(tmp_path)).verdict == "fail"
    assert judge_replay(told, Baseline(tmp_path, accepted={"changed venue:XBRK F": "change 812"})).verdict == "pass"
    assert judge_replay({**told, "frames_compared": 0}, Baseline(tmp_path)).verdict == "blocked"


def test_a_baseline_is_read_with_its_paths(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text('journal = "day/journal"\nrun = 3\ntolerance = 0.2\n[tolerances]\nparse = 1\n')
    found = read_baseline(path)
    assert (found.journal, found.run, found.tolerance) == (tmp_path / "day/journal", 3, 0.2)
    assert found.tolerances == {"parse": 1.0}
    path.write_text('tolerance = "much"\n')
    with pytest.raises(ReleaseError, match="tolerance"):
        read_baseline(path)
