"""Two runs compared: what got worse is told from what did not, and both directions say the same."""

from pathlib import Path

import pytest
from browser import needs_chromium, open_page, read_page
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from runs import hostile_run, make_result, make_run

from fairlead.certification.commands import certify
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.reports.comparison import MIRROR, Kind, compare
from fairlead.certification.reports.comparison_view import comparison_page
from fairlead.certification.reports.printable import printable

WAIVER = {"owner": "Jane", "reason": "ticket 1", "expires": "2026-12-31"}
FAILED = make_result(verdict=Verdict.FAIL, complaint="one")

results = st.builds(
    make_result,
    st.sampled_from(["FS-1", "FS-2", "OE01"]),
    st.sampled_from(Verdict),
    level=st.sampled_from(Level),
    waiver=st.none() | st.just(WAIVER),
    complaint=st.sampled_from(["", "one", "other"]),
    protocol=st.sampled_from(["fix42", "fix44"]),
)
runs = st.builds(
    lambda found, is_strict, seed: make_run(found, is_strict=is_strict, seed=seed),
    st.lists(results, max_size=8),
    st.booleans(),
    st.integers(1, 2),
)


@given(runs)
def test_run_compared_with_itself_leaves_nothing(run: RunResult) -> None:
    found = compare(run, run)
    assert (found.changes, found.heads, found.same) == ((), (), len(run.results))
    assert found.worse() == []


@given(runs, runs)
def test_comparison_mirrors_itself(one: RunResult, other: RunResult) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.same == back.same
    assert {(c.key, MIRROR[c.kind], c.texts) for c in there.changes} == {(c.key, c.kind, c.texts) for c in back.changes}
    assert [(name, b, a) for name, a, b in there.heads] == list(back.heads)


@given(runs, runs)
def test_no_result_is_lost(one: RunResult, other: RunResult) -> None:
    found = compare(one, other)
    new, vanished = len(found.of(Kind.NEW)), len(found.of(Kind.VANISHED))
    both = len(found.changes) - new - vanished + found.same
    assert (both + vanished, both + new) == (len(one.results), len(other.results))


@given(runs, runs)
def test_run_that_fails_more_than_before_is_worse(one: RunResult, other: RunResult) -> None:
    if other.failures() and not one.failures():
        assert compare(one, other).worse(is_part=True)


@pytest.mark.parametrize(
    ("before", "after", "kind", "is_worse"),
    [
        (make_result(), FAILED, Kind.NEWLY_FAILING, True),
        (FAILED, make_result(), Kind.FIXED, False),
        (make_result(), make_result(verdict=Verdict.BLOCKED), Kind.WORSE, True),
        (make_result(), make_result(verdict=Verdict.FAIL, waiver=WAIVER), Kind.WORSE, False),
        (make_result(verdict=Verdict.UNSUPPORTED), make_result(), Kind.BETTER, False),
        (make_result(verdict=Verdict.FAIL, waiver=WAIVER), make_result(verdict=Verdict.FAIL), Kind.UNEXCUSED, True),
        (make_result(verdict=Verdict.FAIL), make_result(verdict=Verdict.FAIL, waiver=WAIVER), Kind.EXCUSED, False),
        (FAILED, make_result(verdict=Verdict.FAIL, complaint="other"), Kind.TEXTS, False),
        (make_result(), None, Kind.VANISHED, True),
        (None, make_result(), Kind.NEW, False),
        (None, FAILED, Kind.NEW, True),
    ],
)
def test_each_change_is_of_its_kind(
    before: CaseResult | None, after: CaseResult | None, kind: Kind, is_worse: bool
) -> None:
    (change,) = compare(*(make_run([each] if each else []) for each in (before, after))).changes
    assert (change.kind, change.is_worse) == (kind, is_worse)


def test_run_judged_strictly_excuses_less() -> None:
    found = [make_result(verdict=Verdict.NON_STRICT)]
    (change,) = compare(make_run(found), make_run(found, is_strict=True)).changes
    assert change.kind is Kind.UNEXCUSED


def test_key_that_comes_again_is_kept() -> None:
    twice = make_run([make_result(), make_result()])
    assert compare(make_run([make_result()]), twice).of(Kind.NEW)[0].key == "FS-2a fix44 acceptor #2"


def command(folder: Path, before: RunResult, after: RunResult, *options: str) -> Result:
    (folder / "before.json").write_text(before.to_json())
    (folder / "after.json").write_text(after.to_json())
    arguments = ["compare", f"{folder}/before.json", f"{folder}/after.json", *options]
    return CliRunner().invoke(certify, arguments)


def test_command_tells_and_exits_by_what_got_worse(tmp_path: Path) -> None:
    told = command(tmp_path, make_run([make_result()]), make_run([FAILED], subject_version="1.16"))
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "subject version: 1.15 -> 1.16",
        "newly failing      FS-2a fix44 acceptor  title of FS-2a: pass -> fail",
        "                   complaint was: none",
        "                   complaint is: one",
        "worse in 1 of 1 (1 newly failing, 0 the same)",
    ]
    back = command(tmp_path, make_run([FAILED]), make_run([make_result()]))
    assert back.exit_code == 0
    assert "nothing got worse (1 fixed, 0 the same)" in back.output


def test_part_of_a_run_is_no_step_back_where_that_is_said(tmp_path: Path) -> None:
    runs_ = make_run([make_result(), FAILED]), make_run([make_result()])
    assert command(tmp_path, *runs_).exit_code == 1
    assert command(tmp_path, *runs_, "--part").exit_code == 0


def test_what_is_no_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    told = CliRunner().invoke(certify, ["compare", f"{tmp_path}/no.json", f"{tmp_path}/no.json"])
    assert told.exit_code == 2
    assert "no.json is no run" in told.output


def test_page_links_to_the_pages_beside_the_runs(tmp_path: Path) -> None:
    (tmp_path / "after.html").write_text("")
    command(tmp_path, make_run([make_result()]), make_run([FAILED]), "--html", f"{tmp_path}/compared.html")
    page = read_page((tmp_path / "compared.html").read_text())
    assert page.links == ["after.html", "after.html#FS-2a/fix44/acceptor"]
    for text in ("newly failing", "title of FS-2a", "complaint is one"):
        assert text in page.text


@needs_chromium
def test_page_of_hostile_texts_opens_in_chromium(tmp_path: Path) -> None:
    told = comparison_page(compare(make_run([make_result()]), hostile_run()), is_part=False)
    (tmp_path / "compared.html").write_text(told, encoding="utf-8")
    page, said = open_page(tmp_path / "compared.html", tmp_path / "profile")
    assert said == []
    assert page.handlers == []
    assert printable(hostile_run().subject) in page.text
    assert "vanished" in page.text
