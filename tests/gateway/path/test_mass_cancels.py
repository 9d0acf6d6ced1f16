"""One message ends many orders where a venue has such a message, and it means just those orders."""

from dataclasses import replace
from pathlib import Path

import pytest
from path_bench import ACK_TIMEOUT_S, Bench, Venue

from fairlead.codecs.vocabulary.constants import ExecType, MassCancelScope, OrdStatus, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import MassCancel


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.x.capabilities = replace(bench.x.capabilities, mass_cancel=True, mass_cancel_is_ours=True)
    return bench


def sent(venue: Venue, name: str) -> list[MassCancel]:
    return [request for call, request in venue.calls if call == name]


def told(bench: Bench, strategy: str = "a") -> list[tuple[int, str]]:
    return [(report.kind, report.cl_ord_id) for report in bench.strategies[strategy].reports]


def end(bench: Bench, cl_ord_id: str) -> None:
    """Tell the end of an order as an OUCH venue does: under the order's own id."""
    canceled = {"kind": ReportKind.CANCELED, "exec_type": ExecType.CANCELED, "ord_status": OrdStatus.CANCELED}
    bench.tell(bench.x, **canceled, cl_ord_id=cl_ord_id, exec_id=f"C-{cl_ord_id}")


def test_one_message_ends_all_orders(bench: Bench) -> None:
    ids = [bench.open(str(number)) for number in range(1, 4)]
    answers = bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    assert [(r.kind, r.cl_ord_id, r.value) for r in answers] == [(ReportKind.STATUS_REPORT, "M", "3")]
    (request,) = sent(bench.x, "mass_cancel")
    assert (request.scope, request.symbol) == (MassCancelScope.ALL, "")
    assert request.cl_ord_id not in ids
    for venue_id in ids:
        end(bench, venue_id)
    assert told(bench)[-3:] == [(ReportKind.CANCELED, "1"), (ReportKind.CANCELED, "2"), (ReportKind.CANCELED, "3")]
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert sent(bench.x, "cancel") == []
    assert bench.events == []


def test_a_symbols_orders_alone_are_meant(bench: Bench) -> None:
    bench.open("1")
    bench.open("2")
    bench.open("3", symbol="FREE", venue="X")
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.SYMBOL, symbol="MSFT")
    (request,) = sent(bench.x, "mass_cancel")
    assert (request.scope, request.symbol) == (MassCancelScope.SYMBOL, "MSFT")


@pytest.mark.parametrize("case", ["another strategy's order", "one order", "a side", "other sessions' orders", "none"])
def test_where_it_would_mean_others_orders_are_cancelled_one_by_one(bench: Bench, case: str) -> None:
    bench.open("1")
    expected = 2
    if case == "another strategy's order":
        bench.open("9", strategy="b")
    if case == "one order":
        expected = 1
    else:
        bench.open("2")
    if case == "other sessions' orders":
        bench.x.capabilities = replace(bench.x.capabilities, mass_cancel_is_ours=False)
    if case == "none":
        bench.x.capabilities = replace(bench.x.capabilities, mass_cancel=False)
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL, **({"side": Side.BUY} if case == "a side" else {}))
    assert sent(bench.x, "mass_cancel") == []
    assert len(sent(bench.x, "cancel")) == expected


def test_each_venue_in_its_own_way(bench: Bench) -> None:
    bench.open("1")
    bench.open("2")
    bench.order(cl_ord_id="3", symbol="IBM")
    bench.order(cl_ord_id="4", symbol="IBM")
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    assert (len(sent(bench.x, "mass_cancel")), len(sent(bench.x, "cancel"))) == (1, 0)
    assert (len(sent(bench.y, "mass_cancel")), len(sent(bench.y, "cancel"))) == (0, 2)


def test_a_refusal_is_made_good_one_by_one(bench: Bench) -> None:
    bench.open("1")
    bench.open("2")
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    (request,) = sent(bench.x, "mass_cancel")
    rejected = {"kind": ReportKind.REJECTED, "exec_type": ExecType.REJECTED, "ord_status": OrdStatus.REJECTED}
    bench.tell(bench.x, **rejected, cl_ord_id=request.cl_ord_id, exec_id="J1", text="not now")
    assert [(alert["event"], alert["text"]) for alert in bench.alerts] == [
        ("mass_cancel_incomplete", "refused: not now")
    ]
    assert len(sent(bench.x, "cancel")) == 2
    bench.tell(bench.x, **rejected, cl_ord_id="NOBODYS", exec_id="J2")
    assert bench.events[-1] == "report_quarantined"


def test_what_outlives_its_time_is_cancelled_one_by_one(bench: Bench) -> None:
    first, second = bench.open("1"), bench.open("2")
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    end(bench, first)
    # a fill meanwhile is no reason to insist
    bench.fill(bench.x, second, 10, "F1", OrdStatus.PARTIALLY_FILLED)
    assert sent(bench.x, "cancel") == []
    bench.pass_time(ACK_TIMEOUT_S)
    order = bench.ledger.find("a", "2")
    assert order is not None
    assert [alert["order_ids"] for alert in bench.alerts] == [[order.order_id]]
    assert [request.orig_cl_ord_id for request in sent(bench.x, "cancel")] == [second]


def test_a_break_leaves_the_cancels_for_the_return(bench: Bench) -> None:
    first, second = bench.open("1"), bench.open("2")
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    end(bench, first)
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    assert [request.orig_cl_ord_id for request in sent(bench.x, "cancel")] == [second]


def test_a_venue_that_is_away_gets_no_mass_cancel(bench: Bench) -> None:
    bench.open("1")
    bench.open("2")
    bench.go_down(bench.x)
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    assert sent(bench.x, "mass_cancel") == []
    bench.come_up(bench.x)
    assert len(sent(bench.x, "cancel")) == 2


def test_the_same_one_goes_once_a_second_and_what_came_since_is_cancelled_one_by_one(bench: Bench) -> None:
    covered = [bench.open("1"), bench.open("2")]
    bench.mass_cancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    later = bench.open("3")
    bench.mass_cancel(cl_ord_id="N", scope=MassCancelScope.ALL)
    assert len(sent(bench.x, "mass_cancel")) == 1
    assert [cancel.orig_cl_ord_id for cancel in sent(bench.x, "cancel")] == [later]
    for venue_id in covered:
        end(bench, venue_id)
    bench.open("4")
    bench.now_ns += 1_000_000_000
    bench.mass_cancel(cl_ord_id="O", scope=MassCancelScope.ALL)
    assert len(sent(bench.x, "mass_cancel")) == 2
