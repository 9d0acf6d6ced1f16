"""Run ``fairlead certify log`` as a person does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from wire_script import UP, write_log

from fairlead.certification.commands import certify
from fairlead.certification.model.results import read_run
from fairlead.certification.model.verdicts import Verdict

GOOD = (*UP, "B> 1 2 112=T", "A> 0 2 112=T", "A> 5 3", "B> 5 3")
BAD = (*UP, "B> 1 2 112=T", "A> 0 2", "A> 0 4", "A> 5 5", "B> 5 3")


def certify_log(*arguments: object) -> Result:
    return CliRunner().invoke(certify, ["log", *map(str, arguments)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "FIX.4.4-SUBJ-PEER.messages.current.log"
    path.write_bytes(write_log(GOOD))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.log"
    path.write_bytes(write_log(BAD))
    return path


def test_good_log_passes_and_is_written_as_a_run(good, tmp_path) -> None:
    path, page = tmp_path / "run.json", tmp_path / "run.html"
    result = certify_log(good, "--json", path, "--html", page)
    assert result.exit_code == 0, result.output
    run = read_run(path)
    assert run.kind == "log"
    answer = next(r for r in run.results if r.case_id == "FS-4b")
    assert answer.variant["subject"] == "SUBJ"
    assert answer.role == "initiator"
    shown = answer.wire[answer.steps[0].wire_from : answer.steps[0].wire_to]
    assert [record.kind for record in shown] == [
        "Logon(A)", "Logon(A)", "TestRequest(1)", "Heartbeat(0)", "Logout(5)"
    ]  # fmt: skip
    assert [record.note.split(";")[0] for record in shown][2:4] == ["stimulus", "came"]
    assert [record.direction for record in shown] == ["in", "out", "out", "in", "in"]
    assert "--only FS-4b" in answer.rerun
    assert "FS-4b" in page.read_text()


def test_bad_log_fails_with_place_and_reason(bad, tmp_path) -> None:
    path = tmp_path / "run.json"
    result = certify_log(bad, "--json", path)
    assert result.exit_code == 1
    failed = {r.case_id: r.complaint for r in read_run(path).results if r.verdict is Verdict.FAIL}
    assert failed == {"FS-2a": "bad.log:5: MsgSeqNum(34) 4 received, expected 3"}


def test_other_side_alone_is_judged(bad) -> None:
    assert certify_log(bad, "--subject", "PEER").exit_code == 0
    result = certify_log(bad, "--subject", "NOBODY")
    assert result.exit_code == 2
    assert "NOBODY is no CompID of the log, expected one of PEER, SUBJ" in result.output


def test_cases_that_do_not_occur_are_told_of_when_asked(good, tmp_path) -> None:
    path = tmp_path / "run.json"
    assert certify_log(good, "--all", "--json", path).exit_code == 0
    absent = [r for r in read_run(path).results if r.verdict is Verdict.UNSUPPORTED]
    assert {"FS-2f", "FS-11c"} <= {r.case_id for r in absent}
    assert {r.complaint for r in absent} == {"does not occur in the log"}


def test_several_files_make_one_run(good, bad, tmp_path) -> None:
    path = tmp_path / "run.json"
    assert certify_log(good, bad, "--json", path, "--only", "FS-2a").exit_code == 1
    results = json.loads(path.read_text())["results"]
    assert {r["case_id"] for r in results} == {"FS-2a"}
    assert len({r["variant"]["session"] for r in results}) == 2


def test_list_names_the_cases(good) -> None:
    result = certify_log(good, "--list", "--only", "FS-11")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == ["FS-11a", "FS-11b", "FS-11c"]


def test_what_is_no_log_is_told_of_in_a_line(tmp_path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing here")
    result = certify_log(path)
    assert result.exit_code == 2
    assert result.output.startswith("Error: notes.txt: no FIX message in 12 bytes")
    assert certify_log(tmp_path / "none").exit_code == 2
