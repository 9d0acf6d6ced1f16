"""Hold the ledger to its invariants under any history, and its recovery to being the same code."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, OrdType, Refusal, ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal.kinds import REPORT, REQUEST
from fairlead.gateway.orders.journal_view import describe_record
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.outcome_cy import DELIVER, DUPLICATE, QUARANTINED, Outcome

from .desk import STRATEGY, VENUE, Desk

ENDS = {OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY}
STATUSES = [int(status) for status in OrdStatus]
IDS = ["A", "B", "C", "D", "E", "F"]
EXEC_IDS = ["", "0", "1", "2", "3", "4", "5", "6", "7", "8"]

requests = st.tuples(st.sampled_from(["new", "cancel", "replace"]), st.sampled_from(IDS), st.sampled_from(IDS))
reports = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([int(kind) for kind in ReportKind]),
        "exec_type": st.sampled_from([ord(code) for code in "0456789ABCDEFGHIL"]),
        "ord_status": st.sampled_from(STATUSES),
        "cl_ord_id": st.sampled_from(["v" + name for name in IDS] + ["stranger"]),
        "exec_id": st.sampled_from(EXEC_IDS),
        "exec_ref_id": st.sampled_from(EXEC_IDS),
    },
    optional={
        "orig_cl_ord_id": st.sampled_from(["v" + name for name in IDS]),
        "venue_order_id": st.sampled_from(["N1", "N2"]),
        "order_qty": st.integers(0, 12),
        "last_qty": st.integers(0, 6),
        "last_px": st.integers(-3, 9),
        "leaves_qty": st.integers(0, 12),
        "cum_qty": st.integers(0, 12),
        "restatement_reason": st.integers(0, 5),
        "ord_rej_reason": st.sampled_from([0, 1, 6]),
        "request_kind": st.integers(0, 3),
        "poss_dup": st.booleans(),
    },
)
others = st.sampled_from(["doubt", "day", "forget", "unsent"])
histories = st.lists(st.one_of(requests, reports, reports, others), max_size=40)


def play(desk: Desk, step: Any) -> Outcome | None:
    """Do one step of a history; what the order path would refuse is left out."""
    if isinstance(step, dict):
        return desk.ledger.apply(VENUE, Report(**step), desk.tick())
    if step == "doubt":
        desk.ledger.mark_in_doubt(VENUE, desk.tick())
    elif step == "day":
        desk.ledger.start_trading_day(VENUE, desk.tick())
    elif step == "forget":
        desk.ledger.forget_ended(desk.utc_ns - 5_000_000, desk.tick())
    elif step == "unsent":
        for order in list(desk.ledger.orders()):
            for request in list(order.requests):
                return desk.ledger.mark_unsent(order, request.venue_cl_ord_id, Refusal.NOT_SENT, "cut", desk.tick())
    else:
        return play_request(desk, *step)
    return None


def play_request(desk: Desk, verb: str, cl_ord_id: str, orig: str) -> None:
    if desk.ledger.has_cl_ord_id(STRATEGY, cl_ord_id):
        return
    if verb == "new":
        request = NewOrder(cl_ord_id=cl_ord_id, symbol="ACME", side=49, order_qty=10, ord_type=OrdType.LIMIT, price=3)
        desk.ledger.open_order(STRATEGY, request, VENUE, "v" + cl_ord_id, desk.tick())
        return
    order = desk.ledger.find(STRATEGY, orig)
    if order is None:
        return
    if verb == "cancel":
        cancel = CancelOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig)
        desk.ledger.begin_cancel(order, cancel, "v" + cl_ord_id, desk.tick())
    else:
        replace = ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, order_qty=8)
        desk.ledger.begin_replace(order, replace, "v" + cl_ord_id, desk.tick())


def flat(record: object, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a record's public values by name; those of messages and requests by value too."""
    values: dict[str, Any] = {}
    for name in dir(record):
        if name.startswith("_") or name in without:
            continue
        value = getattr(record, name)
        if callable(value):
            continue
        if isinstance(value, NewOrder | CancelOrder | ReplaceOrder | Report):
            value = flat(value)
        elif isinstance(value, list):
            value = [flat(item, ("order",)) for item in value]
        values[name] = value
    return values


def everything(ledger: Ledger) -> Any:
    """Return all that a ledger knows, comparable with another's."""
    return (
        [flat(order) for order in ledger.orders()],
        [flat(order) for order in ledger.open_orders()],
        [flat(order) for order in ledger.orders_in_doubt(VENUE)],
        [flat(position) for position in ledger.positions()],
        [(kept.venue, flat(kept.report), kept.discrepancy, kept.text, kept.utc_ns) for kept in ledger.quarantined()],
        ledger.duplicates,
        [
            (found and found.order_id, ledger.has_cl_ord_id(STRATEGY, name))
            for name in IDS
            for found in (ledger.find(STRATEGY, name), ledger.find_by_venue_id(VENUE, "v" + name))
        ],
    )


def told(outcome: Outcome | None) -> Any:
    """Return an outcome's values."""
    if outcome is None:
        return None
    report = None if outcome.report is None else flat(outcome.report)
    lost = [request.cl_ord_id for request in outcome.lost_requests]
    return outcome.verdict, outcome.strategy, report, outcome.discrepancies, lost


@given(histories)
def test_books_are_consistent_after_any_history(history: list[Any]) -> None:
    """Invariant: CumQty and notional are the sums of the standing executions (and splits); LeavesQty is what is left
    of a living order and nothing of an ended one; positions are the sums over orders ever booked; requests in flight
    are those without a fate; each report is delivered, ignored or kept, exactly once."""
    desk = Desk()
    counts = {DELIVER: 0, DUPLICATE: 0, QUARANTINED: 0}
    said = 0
    for step in history:
        if step == "forget":
            continue
        outcome = play(desk, step)
        if isinstance(step, dict):
            assert outcome is not None
            counts[outcome.verdict] += 1
            said += 1
            check_outcome(outcome)
        for order in desk.ledger.orders():
            check_order(order)
    assert sum(counts.values()) == said
    assert counts[DUPLICATE] == desk.ledger.duplicates
    assert counts[QUARANTINED] == len(desk.ledger.quarantined())
    orders = list(desk.ledger.orders())
    assert sum(position.net_qty for position in desk.ledger.positions()) == sum(order.cum_qty for order in orders)
    notional = sum(position.bought_notional for position in desk.ledger.positions())
    assert notional == sum(order.notional for order in orders)
    assert desk.ledger.open_orders() == [order for order in orders if not order.is_ended]


def check_order(order: Any) -> None:
    standing = [execution for execution in order.executions if not execution.is_busted]
    assert order.cum_qty == sum(execution.last_qty for execution in standing) + order.adjusted_qty
    assert order.notional == sum(execution.last_qty * execution.last_px for execution in standing)
    assert order.leaves_qty == (0 if order.is_ended else max(order.order_qty - order.cum_qty, 0))
    assert (order.state in ENDS) == order.is_ended
    assert order.terms.cl_ord_id == order.venue_cl_ord_id
    assert order.terms.order_qty == order.order_qty
    assert order.requests == [request for request in order.all_requests if request.fate == 1]


def check_outcome(outcome: Outcome) -> None:
    report = outcome.report
    assert (report is not None) == (outcome.verdict == DELIVER)
    if report is None:
        return
    order = outcome.order
    assert order is not None and outcome.strategy == order.strategy == STRATEGY
    assert report.cl_ord_id in IDS and report.exec_id
    assert report.orig_cl_ord_id in ("", *IDS)
    assert (report.cum_qty, report.leaves_qty, report.order_id) == (order.cum_qty, order.leaves_qty, order.order_id)
    assert report.ord_status == order.ord_status and report.exec_type


@given(histories)
@settings(max_examples=60)
def test_recovery_is_the_same_from_any_prefix(history: list[Any]) -> None:
    """Invariant: after each step, a ledger that replays the records so far equals the live one; the live call's
    outcome is the replayed one."""
    desk = Desk()
    follower = Ledger(lambda kind, payload, utc_ns: None, 2)
    followed = 0
    for step in history:
        outcome = play(desk, step)
        replayed = None
        for record in desk.records[followed:]:
            replayed = follower.replay(*record)
            assert record[0] == (REPORT if isinstance(step, dict) else REQUEST)
            assert describe_record(record[1])["operation"]
        followed = len(desk.records)
        assert told(replayed) == told(outcome)
        assert everything(follower) == everything(desk.ledger)


@given(histories)
def test_exec_ids_never_repeat(history: list[Any]) -> None:
    """Invariant: no two reports delivered to a strategy have one ExecID."""
    desk = Desk()
    seen: list[str] = []
    for step in history:
        outcome = play(desk, step)
        if outcome is not None and outcome.report is not None:
            seen.append(outcome.report.exec_id)
    assert len(set(seen)) == len(seen)


@given(histories, st.data())
@settings(max_examples=60)
def test_damaged_records_raise_nothing_but_decode_error(history: list[Any], data: st.DataObject) -> None:
    """Invariant: a record with any byte changed or cut is refused with DecodeError or is another record."""
    desk = Desk()
    desk.new("X")
    for step in history:
        play(desk, step)
    kind, payload, utc_ns = data.draw(st.sampled_from(desk.records))
    damaged = bytearray(payload[: data.draw(st.integers(0, len(payload)))])
    if damaged:
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        desk.ledger.replay(kind, bytes(damaged), utc_ns)
    except DecodeError as error:
        assert "received" in error.reason
    for order in desk.ledger.orders():
        check_order(order)


def test_ids_made_after_a_restart_are_new() -> None:
    desk = Desk(epoch=1)
    first = desk.new("X")
    again = Desk(epoch=2)
    for record in desk.records:
        again.ledger.replay(*record)
    second = again.new("Y")
    assert first.order_id != second.order_id
    assert [order.order_id for order in again.ledger.orders()] == [first.order_id, second.order_id]
    assert desk.ledger.next_exec_id() != again.ledger.next_exec_id()
    assert second.order_qty == 100 * SCALE


def test_records_of_the_wrong_kind_or_order_are_refused() -> None:
    desk = Desk()
    order = desk.new("X")
    desk.cancel(order, "Y", "X")
    fresh = Ledger(lambda kind, payload, utc_ns: None, 1)
    with pytest.raises(DecodeError, match="record of kind 21 received, expected 20"):
        fresh.replay(REPORT, desk.records[0][1], 0)
    with pytest.raises(DecodeError, match="record of order O1-1 received, which no earlier record opened"):
        fresh.replay(*desk.records[1])
