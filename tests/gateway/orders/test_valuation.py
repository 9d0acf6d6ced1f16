"""Keep what risk values orders and days by: a price for orders without one, what traded since the day began."""

import pytest

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.journal.kinds import SNAPSHOT
from fairlead.gateway.orders import records_cy, snapshot_cy
from fairlead.gateway.orders.journal_view import describe_record
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

from .desk import START_NS, STRATEGY, VENUE, Desk


def replayed(records: list[tuple[int, bytes, int]]) -> Ledger:
    ledger = Ledger(lambda kind, payload, utc_ns: None, 9)
    for record in records:
        ledger.replay(*record)
    return ledger


def snapshot_of(desk: Desk) -> list[tuple[int, bytes, int]]:
    before = len(desk.records)
    desk.ledger.write_snapshot(desk.tick())
    return desk.records[before:]


def day_notional(ledger: Ledger) -> int:
    """Return the day's sum of the one position, in whole units of money."""
    (position,) = ledger.positions()
    return position.day_notional // SCALE**2


def market_order(desk: Desk, risk_px: int) -> Order:
    request = NewOrder(cl_ord_id="M", symbol="ACME", side=Side.BUY, order_qty=SCALE, ord_type=OrdType.MARKET)
    return desk.ledger.open_order(STRATEGY, request, VENUE, "vM", desk.tick(), risk_px)


@pytest.mark.parametrize("risk_px", [ABSENT, 1, 0, -5 * SCALE, 431 * SCALE])
def test_the_valuation_price_of_a_market_order_survives_replay_and_snapshot(risk_px: int) -> None:
    desk = Desk()
    assert market_order(desk, risk_px).risk_px == risk_px
    assert replayed(desk.records).open_orders()[0].risk_px == risk_px
    assert replayed(snapshot_of(desk)).open_orders()[0].risk_px == risk_px


def test_the_journal_shows_the_valuation_price() -> None:
    desk = Desk()
    market_order(desk, 431 * SCALE)
    shown = describe_record(desk.records[-1][1])
    assert shown["operation"] == "open"
    assert str(431 * SCALE) in str(shown["decided"])


def test_an_order_with_a_price_is_recorded_as_ever() -> None:
    desk = Desk()
    terms = {"symbol": "ACME", "side": Side.BUY, "order_qty": SCALE, "ord_type": OrdType.LIMIT, "price": 10 * SCALE}
    order = desk.ledger.open_order(STRATEGY, NewOrder(cl_ord_id="L", **terms), VENUE, "vL", START_NS, 431 * SCALE)
    assert order.risk_px == ABSENT
    assert records_cy.decode(desk.records[-1][1])[0] == records_cy.OPEN


def test_that_a_stop_was_triggered_is_remembered() -> None:
    desk = Desk()
    order = desk.accepted(ord_type=OrdType.STOP_LIMIT, stop_px=9 * SCALE)
    assert not order.is_triggered
    desk.venue(ReportKind.STATUS_REPORT, "X", exec_type=ExecType.TRIGGERED, ord_status=OrdStatus.NEW)
    assert order.is_triggered
    assert replayed(desk.records).open_orders()[0].is_triggered
    assert replayed(snapshot_of(desk)).open_orders()[0].is_triggered


def traded_desk() -> Desk:
    """Return a desk with two fills of 10 at 10 yesterday (A, B) and one today (C)."""
    desk = Desk()
    desk.accepted()
    for name in "AB":
        desk.fill("X", 10, 10, exec_id=name)
    desk.ledger.start_trading_day(VENUE, desk.tick())
    desk.fill("X", 10, 10, exec_id="C")
    return desk


def test_the_sum_of_the_day_begins_with_the_day() -> None:
    desk = traded_desk()
    assert day_notional(desk.ledger) == 100
    assert desk.ledger.positions()[0].bought_notional == 300 * SCALE**2
    desk.ledger.start_trading_day("ELSEWHERE", desk.tick())
    assert day_notional(desk.ledger) == 100
    desk.ledger.start_trading_day(VENUE, desk.tick())
    assert day_notional(desk.ledger) == 0


def test_a_bust_is_taken_out_of_the_day_that_it_was_part_of() -> None:
    desk = traded_desk()
    desk.venue(ReportKind.TRADE_BUSTED, "X", exec_ref_id="A")
    assert day_notional(desk.ledger) == 100
    desk.venue(ReportKind.TRADE_BUSTED, "X", exec_ref_id="C")
    assert day_notional(desk.ledger) == 0


def test_a_correction_changes_the_day_that_its_execution_was_part_of() -> None:
    desk = traded_desk()
    desk.venue(ReportKind.TRADE_CORRECTED, "X", exec_ref_id="A", last_qty=20, last_px=10)
    assert day_notional(desk.ledger) == 100
    desk.venue(ReportKind.TRADE_CORRECTED, "X", exec_ref_id="C", last_qty=20, last_px=11)
    assert day_notional(desk.ledger) == 220


def test_what_trades_below_zero_has_traded_too() -> None:
    desk = Desk()
    desk.accepted(price=-3 * SCALE)
    desk.fill("X", 10, -3)
    desk.fill("X", 10, 4)
    assert day_notional(desk.ledger) == 70
    assert desk.ledger.positions()[0].bought_notional == 10 * SCALE**2


def test_the_sum_of_the_day_survives_replay_and_snapshot() -> None:
    desk = traded_desk()
    assert day_notional(replayed(desk.records)) == 100
    assert day_notional(replayed(snapshot_of(desk))) == 100


def older(payload: bytes) -> bytes:
    """Return a snapshot's POSITION record as it was before it had the sum of the day: the eighth of its fields."""
    if snapshot_cy.part_of(payload) != snapshot_cy.POSITION:
        return payload
    present, position, ends = payload[2], 3, [3]
    for bit in range(8):
        if present >> bit & 1:
            position += 1 + payload[position]
        ends.append(position)
    return payload[:2] + bytes([present & 0x7F]) + payload[3 : ends[7]] + payload[ends[8] :]


def test_an_older_snapshot_without_the_day_has_it_from_the_executions() -> None:
    desk = traded_desk()
    records = [(SNAPSHOT, older(payload), utc_ns) for _, payload, utc_ns in snapshot_of(desk)]
    assert day_notional(replayed(records)) == 100


def test_listeners_are_told_of_each_day_once_it_has_begun() -> None:
    desk = traded_desk()
    seen: list[tuple[str, int]] = []
    desk.ledger.watch_days(lambda venue: seen.append((venue, day_notional(desk.ledger))))
    desk.ledger.start_trading_day(VENUE, desk.tick())
    assert seen == [(VENUE, 0)]


def test_what_a_venue_states_beyond_our_executions_is_kept_until_they_come() -> None:
    desk = Desk()
    order = desk.accepted()
    desk.venue(ReportKind.CANCELED, "X", cum_qty=30)
    assert (order.is_ended, order.missing_qty) == (True, 30 * SCALE)
    assert next(iter(replayed(desk.records).orders())).missing_qty == 30 * SCALE
    assert next(iter(replayed(snapshot_of(desk)).orders())).missing_qty == 30 * SCALE
    desk.venue(ReportKind.FILLED, "X", last_qty=20, last_px=10)
    assert order.missing_qty == 10 * SCALE
    desk.venue(ReportKind.FILLED, "X", last_qty=10, last_px=10, cum_qty=30)
    assert order.missing_qty == 0


def test_a_later_word_that_agrees_with_the_books_settles_what_was_missing() -> None:
    desk = Desk()
    order = desk.accepted()
    desk.venue(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=30)
    # written before the fill: it settles nothing
    desk.fill("X", 10)
    desk.venue(ReportKind.ACCEPTED, "X", cum_qty=0)
    assert order.missing_qty == 20 * SCALE
    desk.venue(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=10)
    assert order.missing_qty == 0
