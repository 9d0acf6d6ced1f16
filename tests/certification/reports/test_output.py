"""Every subcommand has the same options, and every run ends in its exit code and its files."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from runs import every_verdict, hostile_run, make_result, make_run

from fairlead.certification.model.case import Case
from fairlead.certification.model.results import RunResult, read_run
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Deviation, Level, Verdict
from fairlead.certification.reports.output import OutputOptions, hold, output_options, write_outputs
from fairlead.certification.runner import HarnessError, Plan, Playing

WAIVER = '[[waivers]]\ncase = "FS-2c"\nowner = "Jane"\nreason = "ticket 1"\nexpires = 2026-12-31\n'


def invoke(run: RunResult, *arguments: str) -> Result:
    @click.command()
    @output_options
    def command(options: OutputOptions) -> None:
        sys.exit(write_outputs(run, options))

    return CliRunner().invoke(command, arguments)


def test_run_without_failures_passes() -> None:
    told = invoke(make_run([make_result()]))
    assert told.exit_code == 0
    assert "passed (1 pass) in 12.3 s" in told.output


@pytest.mark.parametrize(("more", "exit_code"), [([], 2), ([Verdict.PASS], 0), ([Verdict.NON_STRICT], 0)])
def test_run_in_which_nothing_was_tested_is_no_success(more: list[Verdict], exit_code: int) -> None:
    verdicts = [Verdict.BLOCKED, Verdict.UNSUPPORTED, *more]
    told = invoke(make_run([make_result(f"FS-{n}", verdict) for n, verdict in enumerate(verdicts)]))
    assert told.exit_code == exit_code
    assert ("nothing was tested" in told.output) is (exit_code == 2)


def test_each_deviation_is_shown_with_what_was_received_and_how_to_rerun() -> None:
    told = invoke(make_run())
    assert told.exit_code == 1
    for text in (
        "Heartbeat(0) received, expected Logon(A) in FS-2c",
        "step: 2 expect.Logon",
        "a case again: fairlead certify engine 127.0.0.1:9 --only ID --seed 1",
        "FS-2c fix42 acceptor",
        "SX10 fix44 acceptor cut=rst,n=2",
        "failed: 2 of 7 (1 pass, 1 non-strict, 1 unsupported, 1 blocked, 3 fail; 1 of the failed optional)",
    ):
        assert text in told.output


def test_single_deviation_says_itself_how_to_rerun() -> None:
    told = invoke(make_run([make_result(), make_result("FS-2c", Verdict.FAIL)]))
    assert "  again: fairlead certify engine 127.0.0.1:9 --only FS-2c --seed 1" in told.output


def test_strict_run_fails_what_is_tolerated() -> None:
    run = make_run([make_result(verdict=Verdict.NON_STRICT)])
    assert invoke(run).exit_code == 0
    assert invoke(run, "--strict").exit_code == 1


def test_waived_failure_passes_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(WAIVER + WAIVER.replace("FS-2c", "FS-1S.a"))
    told = invoke(make_run(), "--waivers", f"{tmp_path}/waivers.toml")
    assert told.exit_code == 0
    assert "waived: ticket 1 (Jane, until 2026-12-31)" in told.output
    assert "the waiver of FS-1S.a covers nothing in this run" in told.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--waivers", "missing.toml"], "missing.toml can't be read"),
        (["--html", "missing/page.html"], "the folder missing is not there"),
        (["--json", "."], "is a directory"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_options_that_make_no_sense_end_before_the_run(arguments: list[str], text: str) -> None:
    told = invoke(make_run(), *arguments)
    assert told.exit_code == 2
    assert text in told.output


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    run = make_run()
    told = invoke(
        run, *(part for kind in ("html", "json", "junit") for part in (f"--{kind}", f"{tmp_path}/run.{kind}"))
    )
    assert told.exit_code == 1
    assert read_run(tmp_path / "run.json") == run
    assert json.loads((tmp_path / "run.json").read_text())["results"][1]["verdict"] == "fail"
    assert (tmp_path / "run.junit").read_text().startswith("<?xml")
    assert (tmp_path / "run.html").read_text().startswith("<!doctype html>")


def test_terminal_gets_no_control_characters_of_a_peer() -> None:
    told = invoke(hostile_run())
    assert not {character for character in told.output if ord(character) < 32} - {"\n"}
    assert "\\x1b[31m" in told.output


class Subject:
    kind, name, version, room = "engine", "a stand-in", "1", 1
    capabilities: frozenset[str] | None = None

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    @asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[NotingStage]:
        if isinstance(self.error, HarnessError):
            raise self.error
        yield NotingStage(lambda: 0)


def play(error: Exception | None) -> Callable[[Any, Mapping[str, Any]], Any]:
    async def one(stage: Any, variant: Mapping[str, Any]) -> None:
        if error is not None:
            raise error

    return one


def make_plan(error: Exception | None = None) -> Plan:
    texts = {"title": "A title", "asks": "a", "why": "w", "reference": ("r",)}
    places = {"protocols": frozenset(("fix44",)), "subjects": frozenset(("engine",))}
    case = Case(id="FS-1", group="FS", play=play(error), level=Level.SHOULD, vary={"n": (1, 2)}, **texts, **places)  # type: ignore[arg-type]
    return Plan.of([case], "fix44", "acceptor")


@pytest.mark.parametrize(
    ("error", "exit_code"), [(None, 0), (Deviation("d"), 1), (HarnessError("127.0.0.1:80 speaks HTTP"), 2)]
)
def test_plan_is_held_and_ends_in_its_exit_code(
    error: Exception | None, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rerun = "fairlead certify engine h:1 --set '{a}'"
    assert hold(make_plan(error), Subject(error), OutputOptions(), rerun) == exit_code
    shown = capsys.readouterr()
    assert "FS-1 fix44 acceptor n=2  A title" in shown.out or exit_code == 2
    assert (f"again: {rerun} --only ID --seed 1" in shown.out) is (exit_code == 1)
    assert ("Error: 127.0.0.1:80 speaks HTTP" in shown.err) is (exit_code == 2)


def test_run_says_which_file_of_the_profile_was_tested(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    options = OutputOptions(json=tmp_path / "run.json")
    assert hold(make_plan(), Subject(None), options, profile=f"{tmp_path}/mine.toml") == 0
    run = read_run(tmp_path / "run.json")
    assert (run.profile, run.profile_sha256) == ("mine", sha256(b"").hexdigest())


def test_list_plays_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert hold(make_plan(AssertionError()), Subject(AssertionError()), OutputOptions(is_list=True)) == 0
    assert capsys.readouterr().out.splitlines() == ["FS-1  should    A title  (2 times)", "1 cases, played 2 times"]


def test_nothing_to_play_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert hold(Plan(()), Subject(None), OutputOptions(only=("XX",))) == 2
    assert "no case of this subject begins with XX" in capsys.readouterr().err


def test_verdicts_of_the_made_up_runs_are_all_there() -> None:
    assert {result.verdict for result in every_verdict()} == set(Verdict)
