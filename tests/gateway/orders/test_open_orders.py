"""Ask for open orders by what they share, and be told of each change of an order."""

import itertools
from typing import Any

from hypothesis import given

from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, OrdType, Refusal, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

from .desk import VENUE, Desk
from .test_ledger_properties import histories, play

STRATEGIES, VENUES, ACCOUNTS, SYMBOLS, SIDES = ("a", "b"), ("X", "Y", "Z"), ("", "A"), ("ACME", "MSFT"), (49, 50)


def market(count: int) -> Ledger:
    """Return a ledger of ``count`` orders; of each 96, the later half has ended."""
    ledger = Ledger(lambda kind, payload, utc_ns: None, 1)
    shared = itertools.cycle(itertools.product(STRATEGIES, VENUES, ACCOUNTS, SYMBOLS, SIDES))
    for number in range(count):
        strategy, venue, account, symbol, side = next(shared)
        request = NewOrder(
            cl_ord_id=f"C{number}", symbol=symbol, side=side, account=account, order_qty=SCALE, ord_type=OrdType.MARKET
        )
        ledger.open_order(strategy, request, venue, f"V{number}", number)
        if number // 48 % 2:
            said = Report(kind=ReportKind.CANCELED, cl_ord_id=f"V{number}", ord_status=OrdStatus.CANCELED, exec_type=52)
            ledger.apply(venue, said, number)
    return ledger


def test_each_combination_of_selectors_finds_what_matches_oldest_first() -> None:
    ledger = market(200)
    choices = [(*values, None) for values in (STRATEGIES, VENUES, ACCOUNTS[1:], SYMBOLS, SIDES)]
    names = ("strategy", "venue", "account", "symbol", "side")
    for chosen in itertools.product(*choices):
        wanted: dict[str, Any] = {name: value for name, value in zip(names, chosen, strict=True) if value is not None}
        expected = [
            order
            for order in ledger.orders()
            if not order.is_ended and all(getattr(order, name) == value for name, value in wanted.items())
        ]
        assert ledger.open_orders(**wanted) == expected


def test_forgotten_orders_leave_no_trace_in_the_index() -> None:
    ledger = market(96)
    before = ledger.open_orders()
    assert ledger.forget_ended(1000, 1000) == 48
    assert ledger.open_orders() == before == list(ledger.orders())


def test_an_order_that_lives_again_is_found_again() -> None:
    desk = Desk()
    order = desk.accepted()
    desk.fill("X", 100, exec_id="whole")
    assert desk.ledger.open_orders(venue=VENUE) == []
    desk.venue(ReportKind.TRADE_BUSTED, "X", exec_ref_id="whole", ord_status=OrdStatus.NEW)
    assert desk.ledger.open_orders(venue=VENUE) == [order]


def told(desk: Desk) -> list[Order]:
    """Return the list to which the ledger's watch will add."""
    changed: list[Order] = []
    desk.ledger.watch(changed.append)
    return changed


def test_each_request_report_and_doubt_is_told() -> None:
    desk = Desk()
    changed = told(desk)
    order = desk.accepted()
    desk.replace(order, "Y", "X", 200)
    desk.cancel(order, "Z", "X")
    assert len(changed) == 4
    desk.ledger.mark_unsent(order, "vY", Refusal.NOT_SENT, "cut", desk.tick())
    desk.fill("X", 100)
    assert len(changed) == 6
    assert set(changed) == {order}


def test_orders_of_a_venue_that_broke_are_told_one_by_one() -> None:
    desk = Desk()
    first, second = desk.accepted("A"), desk.new("B")
    changed = told(desk)
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    assert changed == [first, second]
    desk.ledger.mark_request_resent(VENUE, "vB", desk.tick())
    assert changed[2:] == [second]
    desk.ledger.mark_caught_up(VENUE, desk.tick())
    assert changed[3:] == [first, second]
    desk.ledger.mark_request_in_doubt(VENUE, "vB", desk.tick())
    assert changed[5:] == [second]
    desk.ledger.mark_reports_lost(VENUE, desk.tick())
    assert changed[6:] == [first, second]


def test_a_report_of_no_order_is_told_to_nobody() -> None:
    desk = Desk()
    changed = told(desk)
    desk.venue(ReportKind.FILLED, "stranger", last_qty=1, last_px=1)
    assert changed == []


def test_the_change_is_booked_when_it_is_told() -> None:
    desk = Desk()
    seen: list[tuple[int, bool, int]] = []
    desk.ledger.watch(lambda order: seen.append((order.cum_qty, order.is_ended, len(desk.ledger.open_orders()))))
    desk.new(side=Side.SELL)
    desk.fill("X", 100)
    assert seen == [(0, False, 1), (100 * SCALE, True, 0)]


def test_replay_tells_nobody() -> None:
    desk = Desk()
    desk.accepted()
    again = Desk(epoch=2)
    changed = told(again)
    for record in desk.records:
        again.ledger.replay(*record)
    assert changed == []
    assert len(again.ledger.open_orders(venue=VENUE)) == 1


@given(histories)
def test_whoever_was_told_knows_every_order_as_it_stands(history: list[Any]) -> None:
    """Invariant: one who notes each order that is told, as it is then, holds at any time what the ledger holds."""
    desk = Desk()
    known: dict[str, tuple[Any, ...]] = {}

    def stand(order: Order) -> tuple[Any, ...]:
        return order.state, order.is_ended, order.is_unknown, order.cum_qty, order.order_qty, tuple(order.requests)

    def note(order: Order) -> None:
        known[order.order_id] = stand(order)

    desk.ledger.watch(note)
    for step in history:
        if step == "forget":
            continue
        play(desk, step)
        assert known == {order.order_id: stand(order) for order in desk.ledger.orders()}
