"""The price-time book as the venue of cases: what it refuses to be told, and what it finds."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairlead.certification.commands import certify
from fairlead.certification.model.results import RunResult, read_run
from fairlead.certification.model.verdicts import Verdict

CASE = """
id: OE01.{letter}
title: {complaint}
asks: something that is not so
why: a stage that never says no proves nothing
reference: [none]
for: [fix44]
steps:
  - venue.brain: {brain}
  - gw.place: {{as: A, side: buy, qty: 300, px: "10.00"}}
{steps}
"""
BOOK = {
    "buys of 300 at 10 are in the market, expected": "  - venue.ack: A\n  - market.shows: {buys: [['10.00', 200]]}",
    "no filled for A received": "  - market.enters: {side: sell, qty: 100, px: '10.01'}\n"
    "  - gw.expect: {of: A, type: filled}",
    "acts by itself, and not so": "  - venue.reject: A",
    "the book has 300 of A left, not 301": "  - venue.fill: {of: A, qty: 301}",
    "executions of 10 at 10 in the gateway, none at the venue": "  - venue.ack: A\n  - venue.raw: {of: A, fields: "
    "{17: FAKE, 150: F, 39: 1, 32: 10, 31: 10, 14: 10, 151: 290}}",
}
"""What the book's venue must say, by what it was asked for."""


def _certify(*words: str) -> Result:
    return CliRunner().invoke(certify, ["gateway", *words])


def _play(folder: Path, texts: dict[str, str], *words: str) -> RunResult:
    for letter, text in texts.items():
        (folder / f"{letter}.yaml").write_text(text)
    only = [word for letter in texts for word in ("--only", f"OE01.{letter}")]
    _certify("--profile", "exchange44", "--cases", str(folder), *only, *words, "--json", str(folder / "run.json"))
    return read_run(folder / "run.json")


def test_the_book_says_no(tmp_path: Path) -> None:
    texts = {
        letter: CASE.format(letter=letter, complaint=f'"{complaint}"', brain="book", steps=steps)
        for letter, (complaint, steps) in zip("abcde", BOOK.items(), strict=True)
    }
    run = _play(tmp_path, texts)
    fail, unsupported = Verdict.FAIL, Verdict.UNSUPPORTED
    assert [played.verdict for played in run.results] == [fail, fail, unsupported, unsupported, fail]
    for played in run.results:
        assert played.title in played.complaint


def test_a_script_goes_on_where_the_book_was_and_the_book_where_the_script_was(tmp_path: Path) -> None:
    steps = """
  - venue.ack: A
  - venue.fill: {of: A, qty: 50, px: "9.99"}
  - venue.brain: book
  - market.shows: {buys: [["10.00", 250]], sells: []}
  - market.enters: {side: sell, qty: 100, px: "10.00"}
  - gw.expect: {of: A, type: filled, last_qty: 100, last_px: "10.00", cum_qty: 150}
  - gw.replace: {of: A, as: B, qty: 200}
  - venue.replaced: {of: A, by: B}
  - venue.brain: script
  - venue.fill: {of: A, qty: 20}
  - gw.expect: {of: A, type: filled, cl_ord_id: $B, cum_qty: 170, leaves_qty: 30}
  - gw.cancel: {of: B, as: C}
  - venue.pending: C
  - venue.cancel_reject: {of: C, text: "too late"}
  - venue.brain: book
  - market.enters: {side: sell, qty: 30, px: "10.00"}
  - settle: {A: filled, cum: 200, fills: 4}"""
    text = CASE.format(letter="m", complaint="both", brain="script", steps=steps)
    (played,) = _play(tmp_path, {"m": text}).results
    assert (played.verdict, played.complaint) == (Verdict.PASS, "")


def test_the_book_is_there_for_fix_alone() -> None:
    result = _certify("--profile", "nasdaq_ouch42", "--brain", "book")
    assert result.exit_code == 2
    assert "--brain book with ouch42: the price-time book answers over FIX, expected fix42 or fix44" in result.output


@pytest.mark.slow
def test_no_case_fails_where_the_book_plays_what_it_can(tmp_path: Path) -> None:
    result = _certify("--profile", "broker42", "--brain", "book", "--json", str(tmp_path / "run.json"))
    run = read_run(tmp_path / "run.json")
    verdicts = [played.verdict for played in run.results]
    assert set(verdicts) == {Verdict.PASS, Verdict.UNSUPPORTED}, result.output
    assert verdicts.count(Verdict.PASS) > verdicts.count(Verdict.UNSUPPORTED)
