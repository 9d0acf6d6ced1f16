"""Venues that answer a mistake with nothing and no question at all, but repeat what they said after each logon."""

from dataclasses import replace
from pathlib import Path

import pytest
from path_bench import ACK_TIMEOUT_S, Bench

from fairlead.adapters.venue_session import ClOrdIdRule
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal, ReportKind
from fairlead.gateway.orders.ids import RisingIdFactory
from fairlead.gateway.venues.books import LedgerBooks


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.x.capabilities = replace(bench.x.capabilities, order_status=False, replays_reports=True, silent_on_ended=True)
    return bench


def _told(bench: Bench) -> list[tuple[int, str, int, str]]:
    return [(r.kind, r.cl_ord_id, r.refusal, r.text) for r in bench.strategies["a"].reports]


def test_the_orders_end_refuses_what_is_in_flight(bench: Bench) -> None:
    order = bench.open("1")
    bench.cancel("2", "1")
    bench.fill(bench.x, order, 100, "M1", OrdStatus.FILLED)
    assert [kind for kind, _, _, _ in _told(bench)][-2:] == [ReportKind.FILLED, ReportKind.CANCEL_REJECTED]
    assert _told(bench)[-1][1:] == ("2", Refusal.TOO_LATE, "too late: the order has ended (filled)")
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert bench.events == []


def test_other_venues_are_waited_for(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, silent_on_ended=False)
    order = bench.open("1")
    bench.cancel("2", "1")
    bench.fill(bench.x, order, 100, "M1", OrdStatus.FILLED)
    assert _told(bench)[-1][0] == ReportKind.FILLED


def test_silence_about_a_live_order_is_told_and_nothing_invented(bench: Bench) -> None:
    bench.open("1")
    bench.cancel("2", "1")
    before = len(_told(bench))
    bench.pass_time(ACK_TIMEOUT_S)
    told = bench.strategies["a"].reports[before:]
    assert [(r.kind, r.ord_status, r.text) for r in told] == [
        (ReportKind.STATUS_REPORT, OrdStatus.NEW, "in doubt: the venue has not answered cancel_order 2")
    ]
    assert bench.events == ["answer_missing"]
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert order.is_unknown
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert bench.events == ["answer_missing"]
    # and a late answer settles it
    bench.confirm_cancel(bench.x, order.requests[0].venue_cl_ord_id, order.venue_cl_ord_id)
    assert _told(bench)[-1][0] == ReportKind.CANCELED
    assert not order.is_unknown


def test_what_is_repeated_after_a_break_leaves_only_the_unanswered_in_doubt(bench: Bench) -> None:
    bench.open("1")
    bench.order(cl_ord_id="2")
    bench.go_down(bench.x)
    assert [order.cl_ord_id for order in bench.ledger.orders_in_doubt("X")] == ["1", "2"]
    bench.come_up(bench.x)
    assert [order.cl_ord_id for order in bench.ledger.orders_in_doubt("X")] == ["2"]
    assert bench.alerts[-1]["event"] == "orders_in_doubt"
    bench.pass_time(ACK_TIMEOUT_S)
    assert _told(bench)[-1] == (
        ReportKind.REJECTED,
        "2",
        Refusal.NOT_SENT,
        "the venue never had it: nothing that it repeated after the break speaks of it",
    )
    assert bench.ledger.orders_in_doubt("X") == []


def test_what_was_sent_again_is_waited_for_like_any_other_request(bench: Bench) -> None:
    bench.order(cl_ord_id="1")
    order = bench.ledger.find("a", "1")
    assert order is not None
    bench.go_down(bench.x)
    bench.path.on_venue_event("X", "request_resent", "again", order.venue_cl_ord_id, *bench.times)
    bench.come_up(bench.x)
    assert bench.ledger.orders_in_doubt("X") == []
    bench.pass_time(ACK_TIMEOUT_S)
    assert _told(bench)[-1][0] == ReportKind.STATUS_REPORT
    bench.accept(bench.x, order.venue_cl_ord_id)
    assert _told(bench)[-1][0] == ReportKind.ACCEPTED


def test_an_unknown_id_is_never_made_again(bench: Bench) -> None:
    bench.path.add_venue(bench.x, RisingIdFactory(ClOrdIdRule(is_rising=True), 1))
    bench.x.is_up = False
    bench.accept(bench.x, "41")
    bench.x.is_up = True
    # one that comes out of the blue is the venue's mistake, and must not use up our numbers
    bench.accept(bench.x, "4000000000")
    assert bench.events == ["discrepancy", "report_quarantined"] * 2
    assert bench.open("1") == "42"
    LedgerBooks(bench.path, "X").note_used("99")
    assert bench.open("2") == "100"
    bench.cancel("3", "2")
    assert bench.x.calls[-1][1].cl_ord_id == "C1-1"
    assert [request.venue_cl_ord_id for request in LedgerBooks(bench.path, "X").unanswered()] == ["C1-1"]


def test_an_order_that_never_was_takes_its_cancel_along(bench: Bench) -> None:
    bench.order(cl_ord_id="1")
    bench.cancel("2", "1")
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    bench.pass_time(ACK_TIMEOUT_S)
    assert [(kind, cl_ord_id, refusal) for kind, cl_ord_id, refusal, _ in _told(bench)] == [
        (ReportKind.REJECTED, "1", Refusal.NOT_SENT),
        (ReportKind.CANCEL_REJECTED, "2", Refusal.TOO_LATE),
    ]
    assert bench.ledger.requests_in_flight("X") == []
