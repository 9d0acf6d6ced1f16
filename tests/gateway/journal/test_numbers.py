"""Set a session's numbers in a stopped gateway's journal, as a person does after a repair."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from fairlead.gateway.commands.journal import journal
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.session_store import JournalSessionStore, SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter

from .conftest import Journals

XBRK = "venue:XBRK"
REASON = "agreed with the venue's desk"


def start(journals: Journals) -> tuple[JournalWriter, JournalSessionStore]:
    """Start as a gateway does."""
    recovery = journals.recover()
    stores = SessionStores(journals.folder)
    for record in recovery.records():
        stores.replay(record)
    writer = recovery.open_writer(1_000, 1)
    stores.attach(writer)
    stores.open("strategy:alpha", "json", 1_000)
    return writer, stores.open(XBRK, "FIX.4.4", 1_000)


@pytest.fixture
def folder(journals: Journals) -> Path:
    """Leave a journal of three messages sent and four received."""
    writer, store = start(journals)
    writer.register_stream("orders", "", 1_000, 1)
    for number in (1, 2, 3):
        store.record_out(number, b"8=FIX %d" % number, 1_000)
    store.advance_in(5, 1_000)
    writer.commit()
    writer.close()
    return journals.folder


def run(folder: Path, *arguments: object, answer: str = "") -> Result:
    given = ["set-numbers", str(folder), "--reason", REASON, *(str(argument) for argument in arguments)]
    return CliRunner().invoke(journal, given, input=answer)


def test_the_next_start_goes_on_with_the_numbers(
    folder: Path, journals: Journals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    result = run(folder, "--session", XBRK, "--next-out", 4711, "--next-in", 12, "--yes")
    assert result.exit_code == 0, result.output
    assert f"{XBRK}\n  before: next in 5, next out 4\n  after:  next in 12, next out 4711\n" in result.output
    writer, store = start(journals)
    assert (store.next_in, store.next_out) == (12, 4711)
    # what was sent before can still be sent again
    assert list(store.sent_messages(1, 5000)) == [(n, b"8=FIX %d" % n) for n in (1, 2, 3)]
    store.record_out(4711, b"8=FIX new", 2_000)
    writer.commit()
    writer.close()
    writer, store = start(journals)
    assert (store.next_in, store.next_out) == (12, 4712)
    writer.close()


def test_who_and_why_are_recorded_and_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    run(folder, "--session", XBRK, "--next-out", 4711, "--yes")
    shown = CliRunner().invoke(journal, ["cat", "--json", "--kind", "operator", str(folder)])
    record = orjson.loads(shown.output)
    assert record["stream"] == XBRK
    assert (record["event"], record["name"], record["reason"]) == ("set_numbers", "ann", REASON)
    assert record["before"] == {"next_in": 5, "next_out": 4}
    assert record["after"] == {"next_in": 5, "next_out": 4711}
    line = CliRunner().invoke(journal, ["cat", "--kind", "operator", str(folder)]).output
    assert 'set_numbers name=ann reason="agreed with the venue\'s desk"' in line


def test_only_what_differs_is_set(folder: Path, journals: Journals) -> None:
    assert run(folder, "--session", XBRK, "--next-in", 9, "--next-out", 4, "--yes").exit_code == 0
    recovery = journals.recover()
    found = [record.kind for record in recovery.records() if record.epoch == 2 and record.kind != kinds.STREAM]
    recovery.close()
    assert found == [kinds.OPERATOR, kinds.NEXT_IN]


def test_nothing_is_written_where_nothing_would_change_or_the_answer_is_no(folder: Path, journals: Journals) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("*.seg")}
    same = run(folder, "--session", XBRK, "--next-out", 4)
    assert (same.exit_code, same.output) == (0, f"{XBRK} has these numbers already: next in 5, next out 4\n")
    refused = run(folder, "--session", XBRK, "--next-out", 4711, answer="n\n")
    assert refused.exit_code == 1
    assert "Set these numbers? [y/N]" in refused.output
    assert {path.name: path.read_bytes() for path in folder.glob("*.seg")} == before
    assert run(folder, "--session", XBRK, "--next-out", 4711, answer="y\n").exit_code == 0
    # the folder is free again
    start(journals)[0].close()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--session", XBRK], "--next-out, --next-in or both are expected"),
        (["--session", XBRK, "--next-out", "0"], "0 is not in the range 1<=x<="),
        (["--session", XBRK, "--next-in", "-7"], "-7 is not in the range 1<=x<="),
        (["--session", XBRK, "--next-in", str(2**62 + 1)], "is not in the range 1<=x<="),
        (["--session", XBRK, "--next-out", "7", "--reason", " "], "a reason is expected"),
        (["--session", "venue:XBRX", "--next-out", "7"], "'venue:XBRX', expected one of the journal's sessions:"),
        (["--session", "orders", "--next-out", "7"], "strategy:alpha: next in 1, next out 1"),
    ],
)
def test_bad_arguments_are_told(folder: Path, arguments: list[str], what: str) -> None:
    result = run(folder, *arguments, "--yes")
    assert result.exit_code == 2
    assert what in result.output


def test_a_running_gateway_is_named(folder: Path, journals: Journals) -> None:
    writer, _ = start(journals)
    result = run(folder, "--session", XBRK, "--next-out", 4711, "--yes")
    assert result.exit_code == 1
    assert "is in use by process" in result.output
    assert "numbers are set while the gateway is stopped" in result.output
    writer.close()


def test_a_lower_number_is_warned_of(folder: Path) -> None:
    result = run(folder, "--session", XBRK, "--next-out", 2, answer="n\n")
    assert "the next message out has a number that was used" in result.output
