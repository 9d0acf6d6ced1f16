"""No new order and no replace goes to a venue before each of its open orders is accounted for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from path_bench import ACK_TIMEOUT_S, SECOND_NS, Bench, Venue

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, Refusal, ReportKind
from fairlead.gateway.reconciliation.policy import VenuePolicy
from fairlead.gateway.reconciliation.status_questions import MAX_ASKED


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _calls(venue: Venue, what: str) -> list[Any]:
    return [request for call, request in venue.calls if call == what]


def _asked(bench: Bench) -> list[str]:
    return [request.cl_ord_id for request in _calls(bench.x, "status")]


def _break_link(bench: Bench) -> None:
    bench.go_down(bench.x)
    bench.come_up(bench.x)


def _is_open(bench: Bench) -> bool:
    return bench.path.reconciliation.gates.why_closed("X") == ""


def _state(bench: Bench, cl_ord_id: str, ord_status: int = OrdStatus.NEW, **fields: Any) -> None:
    stated = {"kind": ReportKind.STATUS_REPORT, "exec_type": ExecType.ORDER_STATUS, "ord_status": ord_status}
    bench.tell(bench.x, **(stated | {"cl_ord_id": cl_ord_id} | fields))


def _kinds(bench: Bench) -> list[str]:
    return [known.facts.kind for known in bench.path.reconciliation.breaks.unresolved()]


def _use(bench: Bench, **policy: Any) -> None:
    """Have the venue reconciled in another manner."""
    known = {"X": VenuePolicy(**({"answer_within_ns": ACK_TIMEOUT_S * SECOND_NS} | policy))}
    bench.path.reconciliation._policies.update(known)


def test_orders_and_replaces_wait_until_each_order_is_accounted_for(bench: Bench) -> None:
    first, second = bench.open("1"), bench.open("2")
    _break_link(bench)
    (refused,) = bench.order(cl_ord_id="3")
    assert refused.refusal == Refusal.NOT_RECONCILED
    assert refused.text == "venue X is not reconciled: 2 of 2 open orders at X are not accounted for yet"
    (refused,) = bench.replace("4", "1", price=11 * SCALE)
    assert (refused.kind, refused.refusal) == (ReportKind.CANCEL_REJECTED, Refusal.NOT_RECONCILED)
    assert bench.cancel("5", "1") == []
    assert [call for call, _ in bench.x.calls] == ["submit", "submit", "status", "status", "cancel"]
    _state(bench, first)
    assert bench.order(cl_ord_id="6")[0].text.endswith("1 of 2 open orders at X are not accounted for yet")
    _state(bench, second)
    assert bench.order(cl_ord_id="7") == []


def test_other_venues_are_traded_meanwhile(bench: Bench) -> None:
    bench.open("1")
    _break_link(bench)
    assert bench.order(cl_ord_id="2", venue="Y") == []


def test_without_open_orders_a_venue_is_traded_at_once(bench: Bench) -> None:
    _break_link(bench)
    assert bench.order(cl_ord_id="1") == []


def test_a_report_of_any_kind_accounts_for_its_order_unless_it_is_a_repetition(bench: Bench) -> None:
    cl_ord_id = bench.open("1")
    _break_link(bench)
    bench.tell(
        bench.x,
        kind=ReportKind.FILLED,
        exec_type=ExecType.TRADE,
        ord_status=OrdStatus.PARTIALLY_FILLED,
        cl_ord_id=cl_ord_id,
        exec_id="E1",
        last_qty=10 * SCALE,
        last_px=SCALE,
        poss_dup=True,
    )
    assert not _is_open(bench)
    bench.fill(bench.x, cl_ord_id, 10, "E2", OrdStatus.PARTIALLY_FILLED)
    assert _is_open(bench)


def test_questions_are_paced(bench: Bench) -> None:
    _use(bench, status_requests_per_s=2)
    ids = [bench.open(str(number)) for number in range(5)]
    _break_link(bench)
    assert _asked(bench) == ids[:2]
    bench.pass_time(0.5)
    assert _asked(bench) == ids[:2]
    bench.pass_time(0.5)
    assert _asked(bench) == ids[:4]
    bench.pass_time(1)
    assert _asked(bench) == ids
    bench.pass_time(5)
    assert _asked(bench) == ids


def test_a_question_that_the_throttle_refuses_has_its_turn_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [bench.open(str(number)) for number in range(3)]
    ask, room = bench.x.request_status, [1]

    def throttled(request: Any, order: Any, now_ns: int, utc_ns: int) -> None:
        if room[0]:
            room[0] -= 1
            ask(request, order, now_ns, utc_ns)
        else:
            bench.path.on_venue_event("X", "status_refused", "throttled", request.cl_ord_id, now_ns, utc_ns)

    monkeypatch.setattr(bench.x, "request_status", throttled)
    _break_link(bench)
    assert _asked(bench) == ids[:1]
    for count in (2, 3):
        room[0] = 1
        bench.pass_time(1)
        assert _asked(bench) == ids[:count]
    assert "status_refused" not in bench.events


def test_one_question_for_all_then_one_for_each_that_the_answer_leaves_out(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, mass_status=True)
    first, second, third = bench.open("1"), bench.open("2"), bench.open("3")
    _break_link(bench)
    (mass,) = _calls(bench.x, "status")
    for cl_ord_id in (first, second):
        _state(bench, cl_ord_id, request_id=mass.request_id)
    bench.path.on_venue_event("X", "status_complete", "2 orders", mass.request_id, *bench.times)
    assert _asked(bench)[1:] == [third]
    assert not _is_open(bench)
    _state(bench, third, OrdStatus.CANCELED)
    assert _is_open(bench)
    assert bench.strategies["a"].reports[-1].kind == ReportKind.CANCELED


@pytest.mark.parametrize("refused", [True, False])
def test_a_venue_that_does_not_answer_for_all_is_asked_for_each(bench: Bench, refused: bool) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, mass_status=True)
    ids = [bench.open("1"), bench.open("2")]
    _break_link(bench)
    (mass,) = _calls(bench.x, "status")
    if refused:
        bench.path.on_venue_event("X", "status_refused", "not here", mass.request_id, *bench.times)
    else:
        bench.pass_time(ACK_TIMEOUT_S)
    assert _asked(bench)[1:] == ids


def test_a_list_of_open_orders_alone_leaves_the_rest_to_a_person(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, mass_status=True, order_status=False)
    bench.open("1")
    _break_link(bench)
    (mass,) = _calls(bench.x, "status")
    bench.path.on_venue_event("X", "status_complete", "0 orders", mass.request_id, *bench.times)
    assert _kinds(bench) == ["unanswered"]
    assert bench.order(cl_ord_id="2")[0].text.endswith("are not accounted for: a person has to look at them")


def test_an_order_that_the_venue_does_not_know_is_a_break_and_keeps_the_gate_closed(bench: Bench) -> None:
    cl_ord_id = bench.open("1")
    _break_link(bench)
    _state(bench, cl_ord_id, OrdStatus.REJECTED)
    assert _kinds(bench) == ["unknown_to_venue"]
    assert not _is_open(bench)
    assert bench.events[-1] == "venue_stays_closed"
    (known,) = bench.path.reconciliation.breaks.unresolved()
    bench.path.reconciliation.breaks.resolve(known.break_id, "jo", "phoned: it was never there", *bench.times)
    assert _is_open(bench)
    # the next break asks anew, and the same answer is no news
    _break_link(bench)
    assert not _is_open(bench)
    _state(bench, cl_ord_id, OrdStatus.REJECTED)
    assert _is_open(bench)
    assert _kinds(bench) == []


def test_an_order_that_never_arrived_is_accounted_for_by_the_venue_not_knowing_it(bench: Bench) -> None:
    bench.order()
    cl_ord_id = bench.x.calls[0][1].cl_ord_id
    _break_link(bench)
    _state(bench, cl_ord_id, OrdStatus.REJECTED)
    assert _is_open(bench)
    assert _kinds(bench) == []


def test_fills_that_only_a_status_tells_of_are_a_break_and_never_booked(bench: Bench) -> None:
    cl_ord_id = bench.open("1")
    _break_link(bench)
    _state(bench, cl_ord_id, OrdStatus.PARTIALLY_FILLED, cum_qty=40 * SCALE, leaves_qty=60 * SCALE)
    assert _kinds(bench) == ["executions_missing"]
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert (order.cum_qty, order.executions) == (0, [])
    assert not _is_open(bench)
    # the same answer again is the same break
    _state(bench, cl_ord_id, OrdStatus.PARTIALLY_FILLED, cum_qty=40 * SCALE, leaves_qty=60 * SCALE)
    assert len(bench.path.reconciliation.breaks.breaks) == 1
    # the fill comes after all: the facts agree, and that ends it
    bench.tell(
        bench.x,
        kind=ReportKind.FILLED,
        exec_type=ExecType.TRADE,
        ord_status=OrdStatus.PARTIALLY_FILLED,
        cl_ord_id=cl_ord_id,
        exec_id="M1",
        last_qty=40 * SCALE,
        last_px=SCALE,
        cum_qty=40 * SCALE,
    )
    assert _is_open(bench)
    (known,) = bench.path.reconciliation.breaks.all()
    assert (known.state, known.by, known.reason) == ("resolved", "auto", "the venue's report M1 agrees with the books")


def test_a_silent_venue_stays_closed_until_a_person_opens_it(bench: Bench) -> None:
    bench.open("1")
    _break_link(bench)
    bench.pass_time(ACK_TIMEOUT_S)
    for _ in range(MAX_ASKED):
        bench.pass_time(ACK_TIMEOUT_S)
    assert len(_asked(bench)) == 1 + MAX_ASKED
    assert (bench.events[-1], _kinds(bench), _is_open(bench)) == ("venue_stays_closed", ["unanswered"], False)
    bench.pass_time(100 * ACK_TIMEOUT_S)
    assert bench.events.count("venue_stays_closed") == 1
    assert bench.path.reconciliation.open_gate("X", "jo", "phoned", bench.times[1]) == 1
    assert bench.order(cl_ord_id="2") == []
    # what is not known stays a break
    assert _kinds(bench) == ["unanswered"]
    with pytest.raises(ValueError, match="'X' received, expected one whose gate is closed"):
        bench.path.reconciliation.open_gate("X", "jo", "again", bench.times[1])


def test_best_effort_opens_when_nothing_more_is_to_be_had(bench: Bench) -> None:
    _use(bench, is_required=False)
    cl_ord_id = bench.open("1")
    _break_link(bench)
    assert not _is_open(bench)
    _state(bench, cl_ord_id, OrdStatus.REJECTED)
    assert bench.events[-1] == "venue_opened_unreconciled"
    assert bench.order(cl_ord_id="2") == []
    assert _kinds(bench) == ["unknown_to_venue"]


def test_a_venue_that_repeats_its_reports_waits_for_what_is_unanswered_alone(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, order_status=False, replays_reports=True, silent_on_ended=True)
    bench.open("1")
    bench.order(cl_ord_id="2")
    _break_link(bench)
    assert bench.order(cl_ord_id="3")[0].text.endswith("1 of 1 open orders at X are not accounted for yet")
    bench.pass_time(ACK_TIMEOUT_S)
    assert _is_open(bench)
    assert _kinds(bench) == []


def test_silence_on_what_was_sent_again_is_no_account_of_it(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, order_status=False, replays_reports=True, silent_on_ended=True)
    bench.order(cl_ord_id="1")
    order = bench.ledger.find("a", "1")
    assert order is not None
    bench.go_down(bench.x)
    bench.path.on_venue_event("X", "request_resent", "again", order.venue_cl_ord_id, *bench.times)
    bench.come_up(bench.x)
    assert not _is_open(bench)
    bench.pass_time(ACK_TIMEOUT_S)
    assert (_is_open(bench), _kinds(bench)) == (False, ["unanswered"])
    bench.accept(bench.x, order.venue_cl_ord_id)
    assert (_is_open(bench), _kinds(bench)) == (True, [])


def test_reports_that_a_venue_can_not_repeat_leave_its_orders_to_a_person(bench: Bench) -> None:
    bench.x.capabilities = replace(bench.x.capabilities, order_status=False, replays_reports=True)
    cl_ord_id = bench.open("1")
    bench.go_down(bench.x)
    bench.now_ns += SECOND_NS
    bench.path.on_venue_event("X", "reports_lost", "a new session", "", *bench.times)
    bench.come_up(bench.x)
    assert (_is_open(bench), _kinds(bench)) == (False, ["unanswered"])
    bench.now_ns += SECOND_NS
    bench.fill(bench.x, cl_ord_id, 10, "E1", OrdStatus.PARTIALLY_FILLED)
    assert (_is_open(bench), _kinds(bench)) == (True, [])


def test_a_request_that_was_not_sent_again_closes_the_gate_again(bench: Bench) -> None:
    bench.order(cl_ord_id="1")
    order = bench.ledger.find("a", "1")
    assert order is not None
    bench.path.on_venue_up("X", *bench.times)
    assert _is_open(bench)
    bench.path.on_venue_event("X", "request_not_resent", "too old", order.venue_cl_ord_id, *bench.times)
    assert not _is_open(bench)
    _state(bench, order.venue_cl_ord_id, OrdStatus.REJECTED)
    assert _is_open(bench)


def test_what_gates_do_is_in_the_journal(bench: Bench) -> None:
    decided: list[dict[str, Any]] = []
    bench.path.reconciliation._record = lambda decision, utc_ns: decided.append(decision)
    cl_ord_id = bench.open("1")
    _break_link(bench)
    _state(bench, cl_ord_id)
    assert [(each["event"], each["venue"], each["unaccounted"]) for each in decided] == [
        ("gate_closed", "X", 1),
        ("gate_opened", "X", 0),
    ]
