"""The commands as they are typed: what they write, what they say, how they exit."""

import json
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from certificate_runs import catalogue, good_results, result, run, write_run
from click.testing import CliRunner, Result

from fairlead.certification.certificates import commands
from fairlead.certification.certificates.profile_files import find_profile, sha256_of
from fairlead.certification.model.verdicts import Verdict

SHIPPED = find_profile("exchange44")


@pytest.fixture(autouse=True)
def _small_catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(commands, "load_catalogue", catalogue)
    monkeypatch.chdir(tmp_path)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(commands.certificates, [str(each) for each in arguments])


def certify(folder: Path, of: str = "exchange44", **more: Any) -> Result:
    if not Path("desk.pem").exists():
        assert call("keygen", "desk.pem").exit_code == 0
    assert SHIPPED is not None
    told = {"fairlead_version": version("fairlead"), "profile_sha256": sha256_of(SHIPPED), **more}
    path = write_run(folder / "run.json", run(**told))
    return call("issue", path, "--profile", of, "--key", "desk.pem", "--issuer", "Jane")


def state(*arguments: object) -> tuple[str, str, int]:
    told = call("verify", *arguments, "--json")
    row = json.loads(told.output)
    return row["state"], row["why"], told.exit_code


def test_keys_are_private_and_never_written_over(tmp_path: Path) -> None:
    told = call("keygen", "desk.pem")
    assert told.exit_code == 0
    assert Path("desk.pem").stat().st_mode & 0o777 == 0o600
    assert json.dumps(Path("desk.pem.pub").read_text().strip()) in told.output
    again = call("keygen", "desk.pem")
    assert (again.exit_code, again.output) == (2, "Error: desk.pem exists: a key is never written over\n")


def test_issued_certificate_is_valid(tmp_path: Path) -> None:
    told = certify(tmp_path)
    assert told.exit_code == 0
    assert told.output.startswith("certificates/exchange44.cert.json: exchange44 (fix44), 2 mandatory cases,")
    path = "certificates/exchange44.cert.json"
    assert state(path, "--key", "desk.pem.pub") == ("valid", "", 0)
    assert state(path) == ("valid", "whose key it is was not asked", 0)
    listed = call("list", "--key", "desk.pem.pub")
    assert listed.exit_code == 0
    assert "exchange44" in listed.output and "valid" in listed.output


def test_refusal_names_every_case(tmp_path: Path) -> None:
    told = certify(tmp_path, results=[result("EX01", Verdict.FAIL), *good_results()[2:]])
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "no certificate for exchange44: 2 stand against it",
        "  EX01 fix44 initiator failed: so",
        "  OE09 with cut=rst is missing: no run has it",
    ]
    assert not Path("certificates").exists()


def test_states_that_are_not_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certify(tmp_path)
    path = Path("certificates/exchange44.cert.json")
    call("keygen", "other.pem")
    assert state(path, "--key", "other.pem.pub")[::2] == ("wrong key", 1)
    Path("exchange44.toml").write_text("name = 'XEXC'\n")
    assert state(path, "--profile", "exchange44.toml")[::2] == ("of another profile version", 1)
    monkeypatch.setattr(commands, "version", lambda name: "9.9.9")
    assert state(path) == ("of another Fairlead", f"of {version('fairlead')}, this is 9.9.9", 1)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole | {"valid_until": "2099-01-01T00:00:00Z"}))
    assert state(path)[::2] == ("tampered", 1)
    path.write_text(json.dumps({name: value for name, value in whole.items() if name != "signature"}))
    assert state(path)[::2] == ("unsigned", 1)
    path.write_text("{")
    assert state(path)[::2] == ("unreadable", 1)


def test_expired_certificate_is_listed_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certify(tmp_path)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=91)

    monkeypatch.setattr(commands, "datetime", Later)
    told = call("list", "--json")
    assert (json.loads(told.output)["state"], told.exit_code) == ("expired", 1)


def test_a_profile_of_ones_own_is_held_against_its_file(tmp_path: Path) -> None:
    own = tmp_path / "harbour44.toml"
    own.write_text("name = 'HARB'\n")
    assert certify(tmp_path, str(own), profile="harbour44.toml", profile_sha256=sha256_of(own)).exit_code == 0
    assert Path("certificates/harbour44.cert.json").exists()
    own.write_text("name = 'HARBOUR'\n")
    told = certify(tmp_path, str(own), profile="harbour44.toml", profile_sha256="ab" * 32)
    assert (told.exit_code, "run.json: profile_sha256 abab" in told.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("issue", "none.json", "--profile", "exchange44", "--key", "desk.pem"), "none.json can't be read"),
        (("issue", "desk.pem", "--profile", "exchange44", "--key", "desk.pem"), "desk.pem can't be read"),
        (("issue", "run.json", "--profile", "none.toml", "--key", "desk.pem"), "none.toml can't be read"),
        (("issue", "run.json", "--profile", "exchange44", "--key", "run.json"), "run.json is no key"),
        (("list", "nowhere"), "nowhere is no folder"),
        (("list", ".", "--key", "ed25519:short"), "expected a public key"),
        (("list", ".", "--profile", "none.toml"), "none.toml can't be read"),
    ],
)
def test_what_can_not_be_read_is_said(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    certify(tmp_path)
    told = call(*arguments)
    assert (told.exit_code, said in told.output) == (2, True)
