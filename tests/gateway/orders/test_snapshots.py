"""Hold a snapshot of the books to its promise: with what follows it, it stands for all that came before."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.constants import SCALE, ReportKind, TimeInForce
from fairlead.gateway.journal.kinds import SNAPSHOT
from fairlead.gateway.orders import snapshot_cy, snapshot_writer_cy
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.outcome_cy import DUPLICATE

from .desk import VENUE, Desk
from .test_ledger_properties import everything, histories, play, told


def fresh() -> Ledger:
    return Ledger(lambda kind, payload, utc_ns: None, 9)


def replayed(records: list[tuple[int, bytes, int]]) -> Ledger:
    ledger = fresh()
    for record in records:
        ledger.replay(*record)
    return ledger


def snapshot_of(desk: Desk) -> list[tuple[int, bytes, int]]:
    before = len(desk.records)
    count = desk.ledger.write_snapshot(desk.tick())
    assert count == len(desk.records) - before
    return desk.records[before:]


@given(histories, histories)
@settings(max_examples=150)
def test_snapshot_and_tail_equal_a_full_replay(history: list[Any], tail: list[Any]) -> None:
    """Invariant: a ledger of the snapshot and what follows equals one of all records without the snapshot, equals the
    live one, and answers each later input as they do; a snapshot of the restored books is the same snapshot."""
    desk = Desk()
    for step in history:
        play(desk, step)
    whole = list(desk.records)
    snapshot = snapshot_of(desk)
    restored = replayed(snapshot)
    assert everything(restored) == everything(desk.ledger) == everything(replayed(whole))
    again = Desk()
    for record in snapshot:
        again.ledger.replay(*record)
    assert [payload for _, payload, _ in snapshot_of(again)] == [payload for _, payload, _ in snapshot]
    full = replayed(whole)
    for step in tail:
        before = len(desk.records)
        outcome = play(desk, step)
        answers = [told(outcome)]
        for ledger in (restored, full):
            answer = None
            for record in desk.records[before:]:
                answer = ledger.replay(*record)
            answers.append(told(answer))
        assert answers[0] == answers[1] == answers[2]
    assert everything(restored) == everything(desk.ledger) == everything(full)


@given(histories, st.data())
@settings(max_examples=60)
def test_damaged_snapshots_raise_nothing_but_decode_error(history: list[Any], data: st.DataObject) -> None:
    """Invariant: a snapshot with a byte changed, cut or missing is refused with DecodeError, or is another one."""
    desk = Desk()
    desk.new("X")
    for step in history:
        play(desk, step)
    records = snapshot_of(desk)
    at = data.draw(st.integers(0, len(records) - 1))
    kind, payload, utc_ns = records[at]
    damaged = bytearray(payload[: data.draw(st.integers(0, len(payload)))])
    if damaged:
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    records[at] = (kind, bytes(damaged), utc_ns)
    ledger = fresh()
    try:
        for record in records:
            ledger.replay(*record)
    except DecodeError as error:
        assert "received" in error.reason


def test_a_snapshot_cut_short_has_no_effect() -> None:
    desk = Desk()
    desk.new("X")
    other = Desk(epoch=5)
    other.new("Z")
    half = snapshot_of(other)[:-1]
    ledger = replayed([*desk.records, *half])
    assert everything(ledger) == everything(desk.ledger)
    # what follows it belongs to the books of before
    desk.venue(ReportKind.ACCEPTED, "X")
    ledger.replay(*desk.records[-1])
    assert everything(ledger) == everything(desk.ledger)


def test_a_snapshot_replaces_what_was_held() -> None:
    desk = Desk()
    desk.new("X")
    other = Desk(epoch=5)
    other.new("Z")
    ledger = replayed([*desk.records, *snapshot_of(other)])
    assert everything(ledger) == everything(other.ledger)


def test_long_lists_are_cut_into_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_writer_cy, "ENTRIES", 3)
    desk = Desk()
    desk.new("X", qty=100)
    for _ in range(8):
        desk.venue(ReportKind.FILLED, "X", last_qty=1, last_px=10)
    records = snapshot_of(desk)
    parts = [snapshot_cy.part_of(payload) for _, payload, _ in records]
    assert parts.count(snapshot_cy.EXECUTIONS) == 3
    assert parts.count(snapshot_cy.EXEC_IDS) == 3
    assert everything(replayed(records)) == everything(desk.ledger)


def test_executions_of_the_day_are_still_recognised() -> None:
    desk = Desk()
    desk.new("X")
    desk.venue(ReportKind.FILLED, "X", last_qty=10, last_px=10, exec_id="e1")
    ledger = replayed(snapshot_of(desk))
    before = len(desk.records)
    desk.venue(ReportKind.FILLED, "X", last_qty=10, last_px=10, exec_id="e1")
    outcome = ledger.replay(*desk.records[before])
    assert outcome is not None and outcome.verdict == DUPLICATE
    assert ledger.orders_in_doubt(VENUE) == []
    assert ledger.positions()[0].net_qty == 10 * SCALE


def test_the_trading_day_is_part_of_it() -> None:
    desk = Desk()
    assert desk.ledger.trading_day_started_utc_ns(VENUE) == 0
    desk.ledger.start_trading_day(VENUE, desk.tick())
    started = desk.utc_ns
    desk.new("X", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    assert replayed(snapshot_of(desk)).trading_day_started_utc_ns(VENUE) == started


def test_parts_out_of_place_are_refused() -> None:
    desk = Desk()
    desk.new("X")
    records = snapshot_of(desk)
    with pytest.raises(DecodeError, match="part of a snapshot received whose start is missing"):
        fresh().replay(*records[1])
    with pytest.raises(DecodeError, match="end of a snapshot of 4 records received after 3"):
        replayed([*records[:2], *records[3:]])
    with pytest.raises(DecodeError, match="version 7 of a snapshot record received, expected 1"):
        fresh().replay(SNAPSHOT, b"\x07\x01\x00", 0)
    with pytest.raises(DecodeError, match="part 99 of a snapshot received"):
        fresh().replay(SNAPSHOT, b"\x01\x63\x00", 0)
