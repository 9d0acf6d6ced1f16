"""Strategies that go away, venues that go away, and venues that do not answer."""

from pathlib import Path

import pytest
from path_bench import ACK_TIMEOUT_S, Bench, identity

from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal, ReportKind
from fairlead.gateway.path_keeper import MAX_ASKED


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, at_once=identity("at_once", 0), later=identity("later", 30))


def _calls(bench: Bench) -> list[str]:
    return [call for call, _ in bench.x.calls]


# Strategies


def test_orders_are_cancelled_at_once(bench: Bench) -> None:
    order = bench.open("1", "at_once")
    bench.open("1", "a")
    bench.leave("at_once")
    assert _calls(bench) == ["submit", "submit", "cancel"]
    cancel = bench.x.calls[-1][1]
    assert cancel.orig_cl_ord_id == order
    assert cancel.text == "strategy disconnecte"  # as much as the venue has room for
    bench.leave("a")  # whose orders may stay
    assert len(bench.x.calls) == 3


def test_orders_are_cancelled_after_the_grace_period_only(bench: Bench) -> None:
    bench.open("1", "later")
    bench.leave("later")
    bench.pass_time(29.9)
    assert _calls(bench) == ["submit"]
    bench.pass_time(0.1)
    assert _calls(bench) == ["submit", "cancel"]
    assert bench.alerts[-1] == {"event": "strategy_stays_away", "strategy": "later", "orders": 1}
    bench.pass_time(60)
    assert _calls(bench).count("cancel") == 1


def test_orders_stay_where_the_strategy_is_back_in_time(bench: Bench) -> None:
    bench.open("1", "later")
    bench.leave("later")
    bench.pass_time(29)
    bench.path.strategy_connected("later", *bench.times)
    bench.pass_time(60)
    assert _calls(bench) == ["submit"]


def test_a_strategy_may_use_the_ids_that_we_would_use(bench: Bench) -> None:
    bench.open("1", "at_once")
    for number in range(1, 9):
        bench.open(f"FL-E1-{number}", "at_once")
    bench.leave("at_once")
    assert _calls(bench).count("cancel") == 9


def test_cancels_wait_for_a_venue_that_is_down(bench: Bench) -> None:
    bench.open("1", "at_once")
    bench.go_down(bench.x)
    bench.leave("at_once")
    assert _calls(bench) == ["submit"]
    bench.come_up(bench.x)
    assert _calls(bench) == ["submit", "status", "cancel"]


def test_a_cancel_that_a_broken_link_may_have_lost_is_sent_again(bench: Bench) -> None:
    order = bench.open("1", "at_once")
    bench.leave("at_once")
    bench.go_down(bench.x)
    bench.leave("at_once")
    bench.come_up(bench.x)
    assert _calls(bench) == ["submit", "cancel", "status", "cancel"]
    assert {request.orig_cl_ord_id for call, request in bench.x.calls if call == "cancel"} == {order}


def test_no_cancel_waits_for_an_order_that_ended_meanwhile(bench: Bench) -> None:
    order = bench.open("1", "at_once")
    bench.go_down(bench.x)
    bench.leave("at_once")
    bench.fill(bench.x, order, 100, "E1", OrdStatus.FILLED)
    bench.come_up(bench.x)
    assert "cancel" not in _calls(bench)


# Venues


def test_open_orders_are_in_doubt_until_the_venue_has_told_how_they_stand(bench: Bench) -> None:
    order_id = bench.open("1")
    bench.go_down(bench.x)
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert order.is_unknown
    assert _calls(bench) == ["submit"]
    bench.come_up(bench.x)
    assert _calls(bench) == ["submit", "status"]
    assert bench.x.calls[-1][1].cl_ord_id == order_id
    bench.state(bench.x, order_id, OrdStatus.NEW)
    assert not order.is_unknown
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert _calls(bench) == ["submit", "status"]


def test_a_venue_that_does_not_answer_about_doubts_is_asked_again_then_a_person_is(bench: Bench) -> None:
    bench.open("1")
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    for _ in range(MAX_ASKED + 3):
        bench.pass_time(ACK_TIMEOUT_S)
    assert _calls(bench).count("status") == 1 + MAX_ASKED
    assert bench.events == ["answer_overdue"] * MAX_ASKED + ["answer_missing", "venue_stays_closed"]


def test_doubts_at_a_venue_that_answers_no_status_request_go_to_a_person(bench: Bench) -> None:
    bench.open("1")
    bench.go_down(bench.x)
    with bench.without("order_status", bench.x):
        bench.come_up(bench.x)
    assert _calls(bench) == ["submit"]
    assert bench.events == ["orders_in_doubt", "venue_stays_closed"]


def test_requests_that_the_venue_never_had_are_given_up_and_reported(bench: Bench) -> None:
    order_id = bench.open("1")
    bench.cancel("2", "1")
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    bench.state(bench.x, order_id, OrdStatus.NEW)
    state, lost = bench.strategies["a"].reports[-2:]
    assert state.kind == ReportKind.STATUS_REPORT
    assert (lost.kind, lost.refusal, lost.cl_ord_id) == (ReportKind.CANCEL_REJECTED, Refusal.NOT_SENT, "2")
    assert lost.text == "the venue never had it"
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert order.requests == []
    # what Fairlead says itself is no report of the venue: accepted, and its status
    assert bench.counters().counters["venue.X.reports"] == 2


def test_an_order_that_the_venue_never_had_is_rejected(bench: Bench) -> None:
    bench.order()
    order_id = bench.x.calls[0][1].cl_ord_id
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    bench.state(bench.x, order_id, OrdStatus.REJECTED)
    assert bench.strategies["a"].reports[-1].kind == ReportKind.REJECTED
    assert bench.ledger.open_orders() == []


# Answers that do not come


def test_a_silent_venue_is_asked_three_times_then_a_person_is(bench: Bench) -> None:
    bench.order()
    bench.pass_time(ACK_TIMEOUT_S - 0.1)
    assert _calls(bench) == ["submit"]
    bench.pass_time(0.1)
    assert _calls(bench) == ["submit", "status"]
    for _ in range(MAX_ASKED + 3):
        bench.pass_time(ACK_TIMEOUT_S)
    assert _calls(bench) == ["submit", *["status"] * MAX_ASKED]
    assert [alert.get("times") for alert in bench.alerts] == [1, 2, 3, None]
    assert bench.events[-1] == "answer_missing"


def test_a_late_answer_ends_the_asking_and_counts_from_the_first_sending(bench: Bench) -> None:
    bench.order()
    bench.pass_time(ACK_TIMEOUT_S)
    bench.now_ns += 1_000_000_000
    bench.accept(bench.x, bench.x.calls[0][1].cl_ord_id)
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert _calls(bench) == ["submit", "status"]
    answer_ns = bench.counters().histograms["latency.answer.X"].quantile_ns(1)
    assert answer_ns is not None
    assert answer_ns > (ACK_TIMEOUT_S + 1) * 1_000_000_000


def test_a_venue_that_answers_no_status_request_goes_to_a_person_at_once(bench: Bench) -> None:
    bench.order()
    with bench.without("order_status", bench.x):
        bench.pass_time(ACK_TIMEOUT_S)
    assert _calls(bench) == ["submit"]
    assert bench.events == ["answer_missing"]


def test_nothing_is_overdue_at_a_venue_that_is_down(bench: Bench) -> None:
    bench.order()
    bench.go_down(bench.x)
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert _calls(bench) == ["submit"]
    assert bench.events == []
