"""Play the certification catalogue's order and execution rows as dialogues between a strategy and a venue.

Rows are named by their ids (OE order entry, EX executions, FR failure and recovery); D numbers are the order state
matrices of FIX 4.2 appendix D.
"""

import pytest

from fairlead.codecs.vocabulary.constants import (
    ABSENT,
    SCALE,
    ExecType,
    OrdStatus,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.outcome_cy import DELIVER, DUPLICATE, QUARANTINED, Discrepancy

from .desk import STRATEGY, VENUE, Desk, names, standing


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_oe01_ids_are_mapped_both_ways(desk: Desk) -> None:
    order = desk.new("X")
    assert (order.terms.cl_ord_id, order.terms.symbol, order.terms.order_qty) == ("vX", "ACME", 100 * SCALE)
    report = desk.told(ReportKind.ACCEPTED, "X", venue_order_id="N1")
    assert (report.cl_ord_id, report.order_id, report.venue_order_id) == ("X", order.order_id, "N1")
    assert standing(report) == ("NEW", 100, 0, 100)
    assert desk.ledger.find(STRATEGY, "X") is order
    assert desk.ledger.find_by_venue_id(VENUE, "vX") is order
    assert desk.ledger.find_by_order_id(order.order_id) is order


def test_oe03_reject_of_a_new_order_ends_it(desk: Desk) -> None:
    order = desk.new("X")
    report = desk.told(ReportKind.REJECTED, "X", ord_rej_reason=1, text="unknown symbol")
    assert standing(report) == ("REJECTED", 100, 0, 0)
    assert (report.request_kind, report.ord_rej_reason, report.text) == (RequestKind.NEW_ORDER, 1, "unknown symbol")
    assert order.is_ended and order.requests == []
    assert desk.ledger.has_cl_ord_id(STRATEGY, "X")


def test_oe06_duplicate_reject_does_not_touch_the_living_order(desk: Desk) -> None:
    """D22: the second copy is refused under the first one's ClOrdID."""
    order = desk.accepted("X")
    report = desk.told(ReportKind.REJECTED, "X", ord_rej_reason=6)
    assert report.kind == ReportKind.STATUS_REPORT
    assert standing(report) == ("NEW", 100, 0, 100)
    assert not order.is_ended


def test_oe06_ids_are_taken_for_good(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "C", "X")
    for used in ("X", "C"):
        with pytest.raises(ValueError, match=f"ClOrdID '{used}' of alpha received, which it has used before"):
            desk.new(used)
    assert len(desk.records) == 3


def test_oe09_cancel_of_an_unfilled_order(desk: Desk) -> None:
    """D3."""
    order = desk.accepted("X")
    sent = desk.cancel(order, "Y", "X")
    assert (sent.cl_ord_id, sent.orig_cl_ord_id, sent.symbol, sent.side) == ("vY", "vX", "ACME", Side.BUY)
    pending = desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_CANCEL, ord_status=54)
    assert (pending.cl_ord_id, pending.orig_cl_ord_id) == ("Y", "X")
    assert standing(pending) == ("PENDING_CANCEL", 100, 0, 100)
    done = desk.told(ReportKind.CANCELED, "Y", "X")
    assert (done.cl_ord_id, done.orig_cl_ord_id) == ("Y", "X")
    assert standing(done) == ("CANCELED", 100, 0, 0)
    assert order.requests == [] and desk.ledger.open_orders() == []


def test_oe09_fill_while_a_cancel_is_pending(desk: Desk) -> None:
    """D4: the fill keeps the order's id, the cancel takes what is left."""
    order = desk.accepted("X")
    desk.fill("X", 20)
    desk.cancel(order, "Y", "X")
    desk.told(
        ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_CANCEL, ord_status=OrdStatus.PENDING_CANCEL
    )
    fill = desk.fill("X", 30, ord_status=OrdStatus.PENDING_CANCEL)
    assert (fill.cl_ord_id, fill.orig_cl_ord_id) == ("X", "")
    assert standing(fill) == ("PENDING_CANCEL", 100, 50, 50)
    assert standing(desk.told(ReportKind.CANCELED, "Y", "X")) == ("CANCELED", 100, 50, 0)


def test_oe10_cancel_loses_to_the_fill(desk: Desk) -> None:
    """D5: the order fills before the cancel arrives; the refusal comes after the end."""
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    assert standing(desk.fill("X", 100, ord_status=OrdStatus.FILLED)) == ("FILLED", 100, 100, 0)
    refused = desk.told(ReportKind.CANCEL_REJECTED, "Y", "X", ord_status=OrdStatus.FILLED, ord_rej_reason=0)
    assert (refused.cl_ord_id, refused.orig_cl_ord_id, refused.request_kind) == ("Y", "X", RequestKind.CANCEL_ORDER)
    assert standing(refused) == ("FILLED", 100, 100, 0)
    assert order.requests == []


def test_oe11_refusal_by_a_venue_that_does_not_know_the_order_is_raised(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    outcome = desk.venue(ReportKind.CANCEL_REJECTED, "Y", "X", ord_rej_reason=1, ord_status=OrdStatus.REJECTED)
    assert outcome.verdict == DELIVER
    assert Discrepancy.UNKNOWN_TO_VENUE in names(outcome)
    assert order.is_unknown and not order.is_ended


def test_oe11_refusal_of_a_request_that_was_never_made(desk: Desk) -> None:
    desk.accepted("X")
    assert names(desk.venue(ReportKind.CANCEL_REJECTED, "Q", "X")) == {Discrepancy.UNKNOWN_ORDER}


def test_oe12_increase_of_an_unfilled_order(desk: Desk) -> None:
    """D6."""
    order = desk.accepted("X")
    sent = desk.replace(order, "Y", "X", qty=110)
    assert (sent.order_qty, sent.price, sent.ord_type) == (110 * SCALE, 10 * SCALE, OrdType.LIMIT)
    pending = desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    assert standing(pending) == ("PENDING_REPLACE", 100, 0, 100)
    replaced = desk.told(ReportKind.REPLACED, "Y", "X", order_qty=110)
    assert (replaced.cl_ord_id, replaced.orig_cl_ord_id) == ("Y", "X")
    assert standing(replaced) == ("NEW", 110, 0, 110)
    fill = desk.fill("Y", 110, ord_status=OrdStatus.FILLED)
    assert (fill.cl_ord_id, standing(fill)) == ("Y", ("FILLED", 110, 110, 0))


def test_oe12_ex10_fill_while_a_replace_is_pending(desk: Desk) -> None:
    """D7: the fill comes under the original id and counts towards the new quantity."""
    order = desk.accepted("X")
    desk.fill("X", 10)
    desk.replace(order, "Y", "X", qty=120)
    fill = desk.fill("X", 10)
    assert (fill.cl_ord_id, standing(fill)) == ("X", ("PARTIALLY_FILLED", 100, 20, 80))
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X")) == ("PARTIALLY_FILLED", 120, 20, 100)


def test_ex10_fill_under_the_replaces_id_before_it_is_granted(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    assert desk.fill("Y", 10).cl_ord_id == "Y"
    assert order.cl_ord_id == "X"
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X")) == ("PARTIALLY_FILLED", 120, 10, 110)


def test_oe13_increase_of_a_filled_order(desk: Desk) -> None:
    """D8: granted, the order lives again."""
    order = desk.accepted("X")
    desk.fill("X", 100, ord_status=OrdStatus.FILLED)
    desk.replace(order, "Y", "X", qty=120)
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X")) == ("PARTIALLY_FILLED", 120, 100, 20)
    assert desk.ledger.open_orders() == [order]


def test_oe14_refused_replace_leaves_the_old_terms(desk: Desk) -> None:
    """D9."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", price=11 * SCALE)
    desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    desk.fill("X", 10, ord_status=OrdStatus.PENDING_REPLACE)
    refused = desk.told(ReportKind.CANCEL_REJECTED, "Y", "X", ord_status=OrdStatus.PARTIALLY_FILLED)
    assert (refused.cl_ord_id, refused.orig_cl_ord_id, refused.request_kind) == ("Y", "X", RequestKind.REPLACE_ORDER)
    assert standing(refused) == ("PARTIALLY_FILLED", 100, 10, 90)
    assert (refused.price, order.terms.price) == (10 * SCALE, 10 * SCALE)
    assert (order.cl_ord_id, order.terms.cl_ord_id) == ("X", "vX")
    assert desk.ledger.find(STRATEGY, "Y") is None


@pytest.mark.parametrize(
    ("asked", "granted", "expected"),
    [
        (80, 80, ("PARTIALLY_FILLED", 80, 60, 20)),  # D10
        (60, 60, ("FILLED", 60, 60, 0)),  # D11
        (50, 60, ("FILLED", 60, 60, 0)),  # D12: the venue amends to what is done
    ],
)
def test_oe15_decrease_above_at_and_below_cum_qty(
    desk: Desk, asked: int, granted: int, expected: tuple[str, int, int, int]
) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=asked)
    desk.fill("X", 60)
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X", order_qty=granted)) == expected


def test_oe16_two_replaces_one_after_the_other(desk: Desk) -> None:
    """D13: ids form a chain."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.told(ReportKind.REPLACED, "Y", "X")
    sent = desk.replace(order, "Z", "Y", price=12 * SCALE)
    assert (sent.orig_cl_ord_id, sent.order_qty) == ("vY", 120 * SCALE)
    replaced = desk.told(ReportKind.REPLACED, "Z", "Y")
    assert (replaced.cl_ord_id, replaced.orig_cl_ord_id) == ("Z", "Y")
    for name in ("X", "Y", "Z"):
        assert desk.ledger.find(STRATEGY, name) is order
        assert desk.ledger.find_by_venue_id(VENUE, "v" + name) is order


@pytest.mark.parametrize("pending_first", [False, True])
def test_oe16_refused_then_granted(desk: Desk, pending_first: bool) -> None:
    """D14, D15: the refused id leaves the chain."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    if pending_first:
        desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    desk.told(ReportKind.CANCEL_REJECTED, "Y", "X")
    sent = desk.replace(order, "Z", "X", qty=130)
    assert sent.orig_cl_ord_id == "vX"
    replaced = desk.told(ReportKind.REPLACED, "Z", "X")
    assert (replaced.cl_ord_id, replaced.orig_cl_ord_id) == ("Z", "X")
    assert standing(replaced) == ("NEW", 130, 0, 130)


def test_oe17_two_in_flight_taken_in_turn(desk: Desk) -> None:
    """D16: the second names the first, and fills what it leaves open from it."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    sent = desk.replace(order, "Z", "Y", price=12 * SCALE)
    assert (sent.orig_cl_ord_id, sent.order_qty, sent.price) == ("vY", 120 * SCALE, 12 * SCALE)
    desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    desk.told(ReportKind.STATUS_REPORT, "Z", "Y", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    first = desk.told(ReportKind.REPLACED, "Y", "X")
    assert standing(first) == ("PENDING_REPLACE", 120, 0, 120)
    second = desk.told(ReportKind.REPLACED, "Z", "Y")
    assert (second.cl_ord_id, second.orig_cl_ord_id, second.price) == ("Z", "Y", 12 * SCALE)
    assert standing(second) == ("NEW", 120, 0, 120)


def test_oe17_two_in_flight_the_second_refused(desk: Desk) -> None:
    """D17: the venue takes one at a time."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.replace(order, "Z", "Y", qty=130)
    desk.told(ReportKind.STATUS_REPORT, "Y", "X", exec_type=ExecType.PENDING_REPLACE, ord_status=69)
    refused = desk.told(ReportKind.CANCEL_REJECTED, "Z", "Y", ord_status=OrdStatus.PENDING_REPLACE)
    assert (refused.cl_ord_id, refused.orig_cl_ord_id) == ("Z", "Y")
    assert standing(refused) == ("PENDING_REPLACE", 100, 0, 100)
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X")) == ("NEW", 120, 0, 120)
    assert order.requests == []


def test_oe17_answers_in_the_wrong_order_do_not_turn_terms_back(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.replace(order, "Z", "X", qty=130)
    desk.told(ReportKind.REPLACED, "Z", "X")
    late = desk.venue(ReportKind.REPLACED, "Y", "X", order_qty=120)
    assert names(late) == {Discrepancy.OUT_OF_ORDER}
    assert late.report is not None and late.report.cl_ord_id == "Y"
    assert (order.cl_ord_id, order.order_qty) == ("Z", 130 * SCALE)


def test_oe17_cancel_follows_a_replace_in_flight(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    assert desk.cancel(order, "C", "Y").orig_cl_ord_id == "vY"
    assert desk.cancel(order, "D", "X").orig_cl_ord_id == "vX"
    desk.told(ReportKind.REPLACED, "Y", "X")
    done = desk.told(ReportKind.CANCELED, "C", "Y")
    assert (done.cl_ord_id, done.orig_cl_ord_id) == ("C", "Y")


def test_oe18_replace_that_kills_the_order(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    done = desk.told(ReportKind.CANCELED, "Y", "X")
    assert (done.cl_ord_id, standing(done)) == ("Y", ("CANCELED", 100, 0, 0))
    assert order.requests == []


def test_oe19_session_reject_of_a_replace_is_a_cancel_reject(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    refused = desk.told(ReportKind.REJECTED, "Y", text="Required tag missing")
    assert (refused.kind, refused.cl_ord_id) == (ReportKind.CANCEL_REJECTED, "Y")
    assert refused.ord_status == OrdStatus.NEW and not order.is_ended


def test_oe20_replace_of_a_dead_order_waits_for_the_desk(desk: Desk) -> None:
    """Silence: the request stays in flight after the end until it is marked as lost."""
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.told(ReportKind.CANCELED, "X")
    assert [request.cl_ord_id for request in order.requests] == ["Y"]
    outcome = desk.ledger.mark_unsent(order, "vY", Refusal.TOO_LATE, "no answer", desk.tick())
    assert outcome.report is not None
    assert (outcome.report.kind, outcome.report.cl_ord_id) == (ReportKind.CANCEL_REJECTED, "Y")
    assert (outcome.report.refusal, outcome.report.text) == (Refusal.TOO_LATE, "no answer")


def test_oe21_partial_cancel_lowers_the_quantity(desk: Desk) -> None:
    desk.accepted("X")
    desk.fill("X", 10)
    report = desk.told(ReportKind.CANCELED, "X", ord_status=OrdStatus.PARTIALLY_FILLED, leaves_qty=40, order_qty=100)
    assert (report.kind, standing(report)) == (ReportKind.RESTATED, ("PARTIALLY_FILLED", 50, 10, 40))


def test_oe24_status_from_the_books(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.fill("X", 30, px=11)
    report = desk.ledger.status_report(order, "Q1", desk.tick())
    assert (report.kind, report.exec_type, report.request_id) == (ReportKind.STATUS_REPORT, ord("I"), "Q1")
    assert standing(report) == ("PARTIALLY_FILLED", 100, 30, 70)
    assert report.exec_id != desk.ledger.status_report(order, "Q1", desk.tick()).exec_id


def test_oe24_our_own_question_to_the_venue_is_not_told(desk: Desk) -> None:
    """Strategies are answered from the books: what a venue answers, Fairlead had asked, under an id of its own."""
    desk.accepted("X")
    report = desk.told(ReportKind.STATUS_REPORT, "X", request_id="E1-7", text="resting")
    assert (report.kind, report.request_id, report.text) == (ReportKind.STATUS_REPORT, "", "resting")
    desk.replace(desk.new("Y"), "Z", "Y", qty=50)
    report = desk.told(ReportKind.CANCEL_REJECTED, "Z", "Y", ord_status=OrdStatus.PENDING_NEW, request_id="E1-8")
    assert (report.cl_ord_id, report.request_id) == ("Z", "")


def test_ex01_partials_to_full_with_exact_sums(desk: Desk) -> None:
    """D1; the average is rounded half up at 10^-8, the notional is exact."""
    order = desk.accepted("X", qty=3)
    assert desk.fill("X", 1, px=10).avg_px == 10 * SCALE
    assert desk.fill("X", 1, px=10).leaves_qty == SCALE
    last = desk.fill("X", 1, px=11, ord_status=OrdStatus.FILLED)
    assert standing(last) == ("FILLED", 3, 3, 0)
    assert (last.avg_px, order.notional) == (1_033_333_333, 31 * SCALE * SCALE)
    assert (last.last_qty, last.last_px, last.exec_type) == (SCALE, 11 * SCALE, ExecType.TRADE)


def test_ex01_average_rounds_half_up_below_zero_too(desk: Desk) -> None:
    order = desk.accepted("X", qty=2)
    for exec_id, last_px in (("a", -1), ("b", -2)):
        report = Report(
            kind=6, exec_type=70, ord_status=49, cl_ord_id="vX", exec_id=exec_id, last_qty=1, last_px=last_px
        )
        desk.ledger.apply(VENUE, report, desk.tick())
    assert order.avg_px == -1


def test_ex02_done_for_day_ends_a_day_order(desk: Desk) -> None:
    """D2."""
    order = desk.accepted("X")
    desk.fill("X", 40)
    assert standing(desk.told(ReportKind.DONE_FOR_DAY, "X")) == ("DONE_FOR_DAY", 100, 40, 0)
    assert order.is_ended


def test_ex03_ioc_remainder_is_canceled(desk: Desk) -> None:
    """D33."""
    desk.accepted("X", time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)
    desk.fill("X", 40)
    report = desk.told(ReportKind.CANCELED, "X")
    assert (report.cl_ord_id, report.orig_cl_ord_id) == ("X", "")
    assert standing(report) == ("CANCELED", 100, 40, 0)


def test_ex04_fok_is_canceled_before_any_acknowledgement(desk: Desk) -> None:
    """D32."""
    desk.new("X", time_in_force=TimeInForce.FILL_OR_KILL)
    assert standing(desk.told(ReportKind.CANCELED, "X")) == ("CANCELED", 100, 0, 0)


def test_ex05_stop_accepted_triggered_filled(desk: Desk) -> None:
    desk.accepted("X", ord_type=OrdType.STOP, price=ABSENT, stop_px=9 * SCALE)
    triggered = desk.told(ReportKind.STATUS_REPORT, "X", exec_type=ExecType.TRIGGERED)
    assert (triggered.exec_type, standing(triggered)) == (ExecType.TRIGGERED, ("NEW", 100, 0, 100))
    assert standing(desk.fill("X", 100, ord_status=OrdStatus.FILLED)) == ("FILLED", 100, 100, 0)


def test_ex06_expiry(desk: Desk) -> None:
    desk.accepted("X")
    assert standing(desk.told(ReportKind.EXPIRED, "X")) == ("EXPIRED", 100, 0, 0)


def test_ex07_unsolicited_cancel_keeps_the_reason(desk: Desk) -> None:
    """D19."""
    desk.accepted("X")
    desk.fill("X", 20)
    report = desk.told(ReportKind.CANCELED, "X", text="halted")
    assert (report.cl_ord_id, report.text, standing(report)) == ("X", "halted", ("CANCELED", 100, 20, 0))


def test_ex08_unsolicited_restatement_and_replacement(desk: Desk) -> None:
    """D20, D21; a replace nobody asked for is told as a restatement."""
    order = desk.accepted("X")
    desk.fill("X", 20)
    restated = desk.told(ReportKind.RESTATED, "X", order_qty=80, restatement_reason=5, ord_status=49)
    assert standing(restated) == ("PARTIALLY_FILLED", 80, 20, 60)
    replaced = desk.told(ReportKind.REPLACED, "X", price=9, order_qty=90)
    assert (replaced.kind, replaced.exec_type, replaced.price) == (ReportKind.RESTATED, ExecType.RESTATED, 9 * SCALE)
    assert (order.cl_ord_id, order.order_qty) == ("X", 90 * SCALE)


def test_ex08_venues_own_clordid_is_found_by_its_order_id(desk: Desk) -> None:
    order = desk.new("X")
    desk.told(ReportKind.ACCEPTED, "X", venue_order_id="N1")
    report = desk.told(ReportKind.RESTATED, "desk-77", venue_order_id="N1", order_qty=70)
    assert (report.cl_ord_id, order.order_qty) == ("X", 70 * SCALE)
    other_side = desk.venue(ReportKind.CANCELED, "desk-78", venue_order_id="N1", side=Side.SELL)
    assert other_side.verdict == QUARANTINED


def test_ex09_fill_before_the_acknowledgement(desk: Desk) -> None:
    desk.new("X")
    assert standing(desk.fill("X", 30)) == ("PARTIALLY_FILLED", 100, 30, 70)
    late = desk.told(ReportKind.ACCEPTED, "X", cum_qty=0, leaves_qty=100)
    assert (late.kind, standing(late)) == (ReportKind.ACCEPTED, ("PARTIALLY_FILLED", 100, 30, 70))


def test_ex09_acknowledgement_after_the_end(desk: Desk) -> None:
    desk.new("X")
    desk.fill("X", 100, ord_status=OrdStatus.FILLED)
    assert standing(desk.told(ReportKind.ACCEPTED, "X", cum_qty=0)) == ("FILLED", 100, 100, 0)
    desk.new("Y")
    desk.told(ReportKind.CANCELED, "Y")
    assert standing(desk.told(ReportKind.ACCEPTED, "Y")) == ("CANCELED", 100, 0, 0)


def test_ex11_correct_then_bust_of_a_filled_order(desk: Desk) -> None:
    """D34; the correction may itself be named by the bust."""
    order = desk.accepted("X")
    first = desk.fill("X", 10, exec_id="a")
    desk.fill("X", 90, exec_id="b", ord_status=OrdStatus.FILLED)
    corrected = desk.told(
        ReportKind.TRADE_CORRECTED, "X", exec_id="c", exec_ref_id="a", last_qty=5, last_px=8, cum_qty=95
    )
    assert corrected.exec_ref_id == first.exec_id
    assert standing(corrected) == ("PARTIALLY_FILLED", 100, 95, 5)
    assert order.notional == (5 * 8 + 90 * 10) * SCALE * SCALE
    busted = desk.told(ReportKind.TRADE_BUSTED, "X", exec_id="d", exec_ref_id="c", cum_qty=90)
    assert (busted.exec_ref_id, busted.last_qty, busted.last_px) == (corrected.exec_id, 5 * SCALE, 8 * SCALE)
    assert standing(busted) == ("PARTIALLY_FILLED", 100, 90, 10)
    assert desk.ledger.open_orders() == [order]


def test_ex11_busted_filled_order_stays_dead_where_the_venue_says_so(desk: Desk) -> None:
    desk.accepted("X")
    desk.fill("X", 100, exec_id="a", ord_status=OrdStatus.FILLED)
    busted = desk.told(ReportKind.TRADE_BUSTED, "X", exec_ref_id="a", ord_status=OrdStatus.CANCELED)
    assert standing(busted) == ("CANCELED", 100, 0, 0)


def test_ex12_bust_after_a_cancel_and_a_new_fill(desk: Desk) -> None:
    """D35: the order stays canceled, its executions change."""
    order = desk.accepted("X")
    desk.fill("X", 50, exec_id="a")
    desk.cancel(order, "Y", "X")
    desk.told(ReportKind.CANCELED, "Y", "X")
    busted = desk.told(ReportKind.TRADE_BUSTED, "X", exec_ref_id="a", ord_status=OrdStatus.CANCELED)
    assert standing(busted) == ("CANCELED", 100, 0, 0)
    outcome = desk.venue(ReportKind.FILLED, "X", last_qty=50, last_px=9, ord_status=OrdStatus.CANCELED)
    assert names(outcome) == {Discrepancy.AFTER_THE_END}
    assert outcome.report is not None and standing(outcome.report) == ("CANCELED", 100, 50, 0)
    assert (outcome.report.avg_px, order.is_ended) == (9 * SCALE, True)


def test_ex13_bust_of_an_unknown_execution_is_kept(desk: Desk) -> None:
    desk.accepted("X")
    outcome = desk.venue(ReportKind.TRADE_BUSTED, "X", exec_ref_id="nothing")
    assert (outcome.verdict, names(outcome)) == (QUARANTINED, {Discrepancy.UNKNOWN_EXECUTION})
    assert desk.ledger.quarantined()[0].report.exec_ref_id == "nothing"


def test_ex13_second_bust_of_one_execution_is_ignored(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.fill("X", 50, exec_id="a")
    desk.told(ReportKind.TRADE_BUSTED, "X", exec_ref_id="a")
    assert desk.venue(ReportKind.TRADE_BUSTED, "X", exec_ref_id="a").verdict == DUPLICATE
    assert order.cum_qty == 0
    corrected = desk.venue(ReportKind.TRADE_CORRECTED, "X", exec_ref_id="a", last_qty=1, last_px=1)
    assert corrected.verdict == QUARANTINED


def test_ex14_fr20_repeated_exec_id_is_ignored(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.fill("X", 30, exec_id="e")
    again = desk.venue(ReportKind.FILLED, "X", exec_id="e", last_qty=30, last_px=10)
    assert (again.verdict, again.report, names(again)) == (DUPLICATE, None, {Discrepancy.REPEATED_EXEC_ID})
    resent = desk.venue(ReportKind.FILLED, "X", exec_id="e", last_qty=30, last_px=10, poss_dup=True)
    assert (resent.verdict, names(resent)) == (DUPLICATE, set())
    assert (order.cum_qty, desk.ledger.duplicates) == (30 * SCALE, 2)


def test_ex14_repeated_exec_id_with_other_contents_is_kept(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.fill("X", 30, exec_id="e")
    outcome = desk.venue(ReportKind.FILLED, "X", exec_id="e", last_qty=31, last_px=10)
    assert (outcome.verdict, names(outcome)) == (QUARANTINED, {Discrepancy.CONFLICTING_EXEC_ID})
    assert order.cum_qty == 30 * SCALE


def test_ex14_exec_ids_of_other_venues_and_days_are_others(desk: Desk) -> None:
    order = desk.accepted("X", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    ids = [desk.fill("X", 10, exec_id="e").exec_id]
    for _ in range(2):
        desk.ledger.start_trading_day(VENUE, desk.tick())
        ids.append(desk.fill("X", 10, exec_id="e").exec_id)
    elsewhere = Report(kind=6, exec_type=70, ord_status=49, cl_ord_id="vX", exec_id="e", last_qty=1, last_px=1)
    assert desk.ledger.apply("OTHER", elsewhere, desk.tick()).verdict == QUARANTINED
    assert ids == ["XSIM.20251122.e", "XSIM.20251122-2.e", "XSIM.20251122-3.e"]
    assert order.cum_qty == 30 * SCALE


def test_ex15_fill_for_an_unknown_order_is_quarantined(desk: Desk) -> None:
    outcome = desk.venue(ReportKind.FILLED, "nobody", last_qty=5, last_px=10, symbol="ACME")
    assert (outcome.verdict, outcome.order, outcome.report) == (QUARANTINED, None, None)
    assert names(outcome) == {Discrepancy.UNKNOWN_ORDER}
    kept = desk.ledger.quarantined()[0]
    assert (kept.venue, kept.report.cl_ord_id, kept.report.last_qty) == (VENUE, "vnobody", 5 * SCALE)
    assert desk.ledger.positions() == []


def test_ex16_overfill_is_booked_and_raised(desk: Desk) -> None:
    order = desk.accepted("X")
    outcome = desk.venue(ReportKind.FILLED, "X", last_qty=120, last_px=10, ord_status=OrdStatus.FILLED)
    assert (outcome.verdict, names(outcome)) == (DELIVER, {Discrepancy.OVERFILL})
    assert (order.cum_qty, order.leaves_qty, order.state) == (120 * SCALE, 0, OrdStatus.FILLED)
    assert desk.ledger.positions()[0].net_qty == 120 * SCALE


def test_ex17_gtc_order_sleeps_over_night(desk: Desk) -> None:
    """D27, D29, D30: done for day, renewed, filled, replaced and canceled the next day."""
    order = desk.accepted("X", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    desk.fill("X", 20)
    assert standing(desk.told(ReportKind.DONE_FOR_DAY, "X")) == ("DONE_FOR_DAY", 100, 20, 80)
    assert not order.is_ended
    desk.ledger.start_trading_day(VENUE, desk.tick())
    renewed = desk.told(ReportKind.RESTATED, "X", restatement_reason=1, ord_status=OrdStatus.PARTIALLY_FILLED)
    assert standing(renewed) == ("PARTIALLY_FILLED", 100, 20, 80)
    desk.fill("X", 10)
    desk.replace(order, "Y", "X", qty=150)
    assert standing(desk.told(ReportKind.REPLACED, "Y", "X")) == ("PARTIALLY_FILLED", 150, 30, 120)
    desk.cancel(order, "Z", "Y")
    assert standing(desk.told(ReportKind.CANCELED, "Z", "Y")) == ("CANCELED", 150, 30, 0)


def test_ex18_split_scales_what_is_done_without_a_fill(desk: Desk) -> None:
    """D28."""
    order = desk.accepted("X", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    desk.fill("X", 20, px=10)
    restated = desk.told(
        ReportKind.RESTATED, "X", restatement_reason=0, order_qty=200, price=5, cum_qty=40, ord_status=49
    )
    assert standing(restated) == ("PARTIALLY_FILLED", 200, 40, 160)
    assert (restated.avg_px, order.notional) == (5 * SCALE, 200 * SCALE * SCALE)
    assert standing(desk.fill("X", 160, px=5, ord_status=OrdStatus.FILLED)) == ("FILLED", 200, 200, 0)
    assert desk.ledger.positions()[0].net_qty == 200 * SCALE


def test_ex19_late_fill_after_the_cancel_wins(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    desk.told(ReportKind.CANCELED, "Y", "X")
    outcome = desk.venue(ReportKind.FILLED, "X", last_qty=100, last_px=10, ord_status=OrdStatus.FILLED)
    assert outcome.verdict == DELIVER and outcome.report is not None
    assert standing(outcome.report) == ("FILLED", 100, 100, 0)
    assert names(outcome) == {Discrepancy.AFTER_THE_END}


def test_ex20_restatement_of_a_replaced_order_is_no_replace(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.told(ReportKind.REPLACED, "Y", "X")
    again = desk.told(ReportKind.REPLACED, "Y", "X", order_qty=110)
    assert (again.kind, again.orig_cl_ord_id, standing(again)) == (ReportKind.RESTATED, "", ("NEW", 110, 0, 110))


def test_ex22_correction_of_a_correction(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.fill("X", 10, px=10, exec_id="a")
    desk.told(ReportKind.TRADE_CORRECTED, "X", exec_id="b", exec_ref_id="a", last_qty=12, last_px=10)
    desk.told(ReportKind.TRADE_CORRECTED, "X", exec_id="c", exec_ref_id="a", last_qty=11, last_px=9)
    assert (order.cum_qty, order.notional) == (11 * SCALE, 99 * SCALE * SCALE)


def test_fr01_status_after_a_break_acknowledges_the_order(desk: Desk) -> None:
    order = desk.new("X")
    assert desk.ledger.mark_in_doubt(VENUE, desk.tick()) == [order]
    assert desk.ledger.orders_in_doubt(VENUE) == [order]
    report = desk.told(ReportKind.STATUS_REPORT, "X", exec_id="0", cum_qty=0, leaves_qty=100)
    assert (report.kind, report.exec_type, standing(report)) == (ReportKind.ACCEPTED, 48, ("NEW", 100, 0, 100))
    assert desk.ledger.orders_in_doubt(VENUE) == []


def test_fr03_unknown_to_the_venue_after_a_break_means_rejected(desk: Desk) -> None:
    """D24 answers for an order that never arrived."""
    order = desk.new("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    report = desk.told(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.REJECTED)
    assert (report.kind, standing(report)) == (ReportKind.REJECTED, ("REJECTED", 100, 0, 0))
    assert order.is_ended and not order.is_unknown


def test_fr03_unknown_to_the_venue_after_an_acknowledgement_is_raised(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    outcome = desk.venue(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.REJECTED)
    assert names(outcome) == {Discrepancy.UNKNOWN_TO_VENUE}
    assert order.is_unknown and not order.is_ended


def test_fr15_status_with_more_executed_invents_no_fill(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    outcome = desk.venue(ReportKind.STATUS_REPORT, "X", cum_qty=100, ord_status=OrdStatus.FILLED)
    assert Discrepancy.MISSING_EXECUTIONS in names(outcome)
    assert (order.cum_qty, order.executions, order.is_unknown) == (0, [], True)
    assert standing(desk.fill("X", 100, cum_qty=100, ord_status=OrdStatus.FILLED)) == ("FILLED", 100, 100, 0)
    assert not order.is_unknown


@pytest.mark.parametrize(("status", "kind"), [(OrdStatus.CANCELED, ReportKind.CANCELED), (67, ReportKind.EXPIRED)])
def test_fr08_end_first_told_by_a_status_report(desk: Desk, status: int, kind: ReportKind) -> None:
    desk.accepted("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    report = desk.told(ReportKind.STATUS_REPORT, "X", ord_status=status)
    assert (report.kind, report.ord_status, report.leaves_qty) == (kind, status, 0)


def test_fr08_lost_cancel_is_found_out(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    outcome = desk.venue(ReportKind.STATUS_REPORT, "X")
    assert [request.cl_ord_id for request in outcome.lost_requests] == ["Y"]
    refused = desk.ledger.mark_unsent(order, "vY", Refusal.NOT_SENT, "link broke", desk.tick()).report
    assert refused is not None
    assert (refused.kind, refused.cl_ord_id, refused.orig_cl_ord_id) == (ReportKind.CANCEL_REJECTED, "Y", "X")
    assert standing(refused) == ("NEW", 100, 0, 100)


def test_request_that_was_not_sent_again_is_lost_where_a_status_report_shows_no_trace(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    desk.ledger.mark_request_in_doubt(VENUE, "vY", desk.tick())
    assert desk.ledger.orders_in_doubt(VENUE) == [order]
    outcome = desk.venue(ReportKind.STATUS_REPORT, "X")
    assert [request.cl_ord_id for request in outcome.lost_requests] == ["Y"]
    replayed = Ledger(desk.record, 2)
    for kind, payload, utc_ns in list(desk.records):
        replayed.replay(kind, payload, utc_ns)
    assert [request.is_unknown for each in replayed.open_orders() for request in each.requests] == [True]


@pytest.mark.parametrize("venue_cl_ord_id", ["vX", "v-nobody-knows", ""])
def test_no_doubt_is_noted_where_nothing_is_in_flight(desk: Desk, venue_cl_ord_id: str) -> None:
    desk.accepted("X")
    before = len(desk.records)
    desk.ledger.mark_request_in_doubt(VENUE, venue_cl_ord_id, desk.tick())
    assert (len(desk.records), desk.ledger.orders_in_doubt(VENUE)) == (before, [])


def test_answer_that_the_venue_knows_no_such_order_has_no_quantity_to_disagree_on(desk: Desk) -> None:
    desk.new("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    assert (
        desk.told(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.REJECTED, order_qty=0).kind == ReportKind.REJECTED
    )


def test_fr08_cancel_that_worked_is_answered_by_a_status_report(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.cancel(order, "Y", "X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    outcome = desk.venue(ReportKind.STATUS_REPORT, "X", ord_status=OrdStatus.CANCELED)
    assert outcome.report is not None and outcome.lost_requests == ()
    assert (outcome.report.kind, outcome.report.cl_ord_id) == (ReportKind.CANCELED, "Y")
    assert order.requests == []


def test_fr09_replace_that_worked_is_answered_by_a_status_report(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.replace(order, "Y", "X", qty=120)
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    report = desk.told(ReportKind.STATUS_REPORT, "Y", order_qty=120)
    assert (report.kind, report.cl_ord_id, report.orig_cl_ord_id) == (ReportKind.REPLACED, "Y", "X")
    assert (standing(report), order.cl_ord_id) == (("NEW", 120, 0, 120), "Y")


def test_fr09_history_resent_clears_no_doubt(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.ledger.mark_in_doubt(VENUE, desk.tick())
    desk.fill("X", 10, poss_dup=True)
    assert order.is_unknown
    desk.fill("X", 10)
    assert not order.is_unknown


def test_unsent_order_is_refused_and_returns_if_the_venue_had_it(desk: Desk) -> None:
    order = desk.new("X")
    refused = desk.ledger.mark_unsent(order, "vX", Refusal.NOT_SENT, "restarted", desk.tick()).report
    assert refused is not None
    assert (refused.kind, refused.refusal, standing(refused)) == (
        ReportKind.REJECTED,
        Refusal.NOT_SENT,
        ("REJECTED", 100, 0, 0),
    )
    report = desk.told(ReportKind.ACCEPTED, "X")
    assert standing(report) == ("NEW", 100, 0, 100)
    assert desk.ledger.open_orders() == [order]
    with pytest.raises(ValueError, match="expected a request in flight"):
        desk.ledger.mark_unsent(order, "vX", Refusal.NOT_SENT, "", desk.tick())


@pytest.mark.parametrize(
    "said",
    [
        {"last_qty": 0, "last_px": 1},
        {"last_qty": -1, "last_px": 1},
        {"last_qty": 1},
        {"last_px": 1},
        {"last_qty": 1, "last_px": 1, "cum_qty": -1},
    ],
)
def test_fill_that_cannot_be_booked_is_kept(desk: Desk, said: dict[str, int]) -> None:
    order = desk.accepted("X")
    outcome = desk.venue(ReportKind.FILLED, "X", **said)
    assert (outcome.verdict, names(outcome)) == (QUARANTINED, {Discrepancy.UNUSABLE})
    assert order.cum_qty == 0


def test_quantities_at_the_edge_of_int64_neither_wrap_nor_raise(desk: Desk) -> None:
    largest = 2**62
    order = desk.accepted("X")
    fill = Report(kind=6, exec_type=70, ord_status=50, cl_ord_id="vX", exec_id="a", last_qty=largest, last_px=2**63 - 1)
    assert desk.ledger.apply(VENUE, fill, desk.tick()).verdict == DELIVER
    assert order.notional == largest * (2**63 - 1)
    more = Report(kind=6, exec_type=70, ord_status=50, cl_ord_id="vX", exec_id="b", last_qty=1, last_px=1)
    assert desk.ledger.apply(VENUE, more, desk.tick()).verdict == QUARANTINED


def test_positions_tell_derivatives_apart(desk: Desk) -> None:
    terms = {"security_type": "OPT", "maturity_month_year": "202512", "put_or_call": 1, "account": "A"}
    desk.accepted("X", strike_price=100 * SCALE, **terms)
    desk.accepted("Y", strike_price=110 * SCALE, side=Side.SELL_SHORT, **terms)
    desk.fill("X", 10, px=2)
    desk.fill("Y", 4, px=1, exec_id="y")
    bought, sold = desk.ledger.positions(account="A", symbol="ACME", strategy=STRATEGY, venue=VENUE)
    assert (bought.bought_qty, bought.net_qty, bought.bought_notional) == (10 * SCALE, 10 * SCALE, 20 * SCALE * SCALE)
    assert (sold.sold_qty, sold.net_qty, sold.instrument.strike_price) == (4 * SCALE, -4 * SCALE, 110 * SCALE)
    desk.told(ReportKind.TRADE_BUSTED, "Y", exec_ref_id="y")
    assert (sold.sold_qty, sold.sold_notional) == (0, 0)
    assert desk.ledger.positions(account="B") == []


def test_open_orders_by_what_is_asked(desk: Desk) -> None:
    first = desk.accepted("X", account="A")
    second = desk.accepted("Y", side=Side.SELL)
    assert desk.ledger.open_orders() == [first, second]
    assert desk.ledger.open_orders(account="A") == [first]
    assert desk.ledger.open_orders(side=Side.SELL, symbol="ACME", strategy=STRATEGY, venue=VENUE) == [second]
    assert desk.ledger.open_orders(venue="OTHER") == []


def test_ended_orders_are_forgotten_when_asked(desk: Desk) -> None:
    gone = desk.accepted("X")
    kept = desk.accepted("Y")
    desk.told(ReportKind.CANCELED, "X")
    desk.venue(ReportKind.FILLED, "nobody", last_qty=1, last_px=1)
    assert desk.ledger.forget_ended(gone.changed_utc_ns, desk.tick()) == 0
    assert desk.ledger.forget_ended(desk.tick(), desk.tick()) == 1
    assert list(desk.ledger.orders()) == [kept]
    assert desk.ledger.find(STRATEGY, "X") is None and not desk.ledger.has_cl_ord_id(STRATEGY, "X")
    assert desk.ledger.find_by_venue_id(VENUE, "vX") is None
    assert desk.ledger.quarantined() == []


def test_ended_order_that_is_owed_an_execution_is_not_forgotten(desk: Desk) -> None:
    owed = desk.accepted("X")
    desk.venue(ReportKind.CANCELED, "X", cum_qty=40, leaves_qty=0)
    assert (owed.is_ended, owed.missing_qty) == (True, 40 * SCALE)
    desk.ledger.mark_caught_up(VENUE, desk.tick())
    assert desk.ledger.forget_ended(desk.tick(), desk.tick()) == 0
    desk.venue(ReportKind.FILLED, "X", last_qty=40, last_px=10)
    assert desk.ledger.forget_ended(desk.tick(), desk.tick()) == 1


def test_what_cannot_be_recorded_does_not_happen(desk: Desk) -> None:
    order = desk.accepted("X")
    desk.disk_is_full = True
    with pytest.raises(OSError, match="disk full"):
        desk.fill("X", 10)
    with pytest.raises(OSError, match="disk full"):
        desk.cancel(order, "Y", "X")
    with pytest.raises(OSError, match="disk full"):
        desk.new("Z")
    assert (order.cum_qty, order.requests, list(desk.ledger.orders())) == (0, [], [order])
    assert not desk.ledger.has_cl_ord_id(STRATEGY, "Y")


def test_a_replace_done_in_place_keeps_the_venues_id(desk: Desk) -> None:
    order = desk.accepted("X", 100)
    desk.replace(order, "Y", "X", 60)
    report = desk.told(ReportKind.REPLACED, "Y", "X", request_id="vX", order_qty=60)
    assert (report.cl_ord_id, report.orig_cl_ord_id, report.request_id) == ("Y", "X", "")
    assert (order.cl_ord_id, order.venue_cl_ord_id, order.terms.cl_ord_id) == ("Y", "vX", "vX")
    fill = desk.fill("X", 20)
    assert (fill.cl_ord_id, *standing(fill)) == ("Y", "PARTIALLY_FILLED", 60, 20, 40)
    again = Ledger(lambda kind, payload, utc_ns: None, 2)
    for record in desk.records:
        again.replay(*record)
    twin = again.find(STRATEGY, "Y")
    assert twin is not None
    assert (twin.venue_cl_ord_id, twin.leaves_qty) == ("vX", 40 * SCALE)
    assert desk.cancel(order, "Z", "Y").orig_cl_ord_id == "vX"
