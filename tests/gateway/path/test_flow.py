"""What may go travels: requests to the venue under Fairlead's ids, reports to their strategy under its own."""

from pathlib import Path

import pytest
from path_bench import Bench, Venue

from fairlead.codecs.vocabulary.constants import (
    SCALE,
    ExecType,
    MassCancelScope,
    OrdStatus,
    ReportKind,
    RequestKind,
    Side,
)
from fairlead.gateway.order_watch import MAX_CANCELS


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_order_reaches_its_venue_complete(bench: Bench) -> None:
    assert bench.order(symbol="IBM", venue="Y") == []
    ((call, sent),) = bench.y.calls
    assert (call, sent.symbol, sent.account, sent.currency) == ("submit", "IBM", "ACC-a", "USD")
    assert (sent.security_id, sent.security_id_source) == ("IBM.Y", "8")
    assert sent.cl_ord_id not in ("", "1")
    assert bench.x.calls == []


def test_what_the_strategy_says_stays_and_what_the_venue_does_not_carry_is_not_added(bench: Bench) -> None:
    assert bench.order(symbol="IBM", currency="EUR", security_id="MINE", security_id_source="4") == []
    own = bench.y.calls[0][1]
    assert (own.currency, own.security_id, own.security_id_source) == ("EUR", "MINE", "4")
    bare = Venue("Y", bench.y.capabilities)
    bare.capabilities = type(bare.capabilities)(
        ord_types=bare.capabilities.ord_types,
        times_in_force=bare.capabilities.times_in_force,
        carried=frozenset(("account",)),
        security_types=frozenset(("", "CS")),
    )
    bench.path.venues["Y"] = bare
    assert bench.order(cl_ord_id="2", symbol="IBM") == []
    added = bare.calls[0][1]
    assert (added.currency, added.security_id, added.security_id_source) == ("", "", "")


def test_fills_go_to_the_strategy_whose_order_it_is(bench: Bench) -> None:
    first, second = bench.open("1", "a"), bench.open("1", "b")
    bench.fill(bench.x, second, 40, "E1", OrdStatus.PARTIALLY_FILLED)
    bench.fill(bench.x, first, 100, "E2", OrdStatus.FILLED)
    a, b = (bench.strategies[name].reports for name in "ab")
    assert [(r.kind, r.cl_ord_id, r.cum_qty) for r in a] == [
        (ReportKind.ACCEPTED, "1", 0),
        (ReportKind.FILLED, "1", 100 * SCALE),
    ]
    assert [(r.kind, r.leaves_qty) for r in b] == [(ReportKind.ACCEPTED, 100 * SCALE), (ReportKind.FILLED, 60 * SCALE)]
    counted = bench.counters().counters
    assert (counted["strategy.a.fills"], counted["strategy.b.fills"], counted["venue.X.fills"]) == (1, 1, 2)


def test_the_same_report_again_goes_nowhere(bench: Bench) -> None:
    order = bench.open("1")
    bench.fill(bench.x, order, 40, "E1", OrdStatus.PARTIALLY_FILLED)
    bench.fill(bench.x, order, 40, "E1", OrdStatus.PARTIALLY_FILLED)
    assert len(bench.strategies["a"].reports) == 2
    assert bench.counters().counters["venue.X.duplicates"] == 1
    assert bench.alerts[0]["what"] == "repeated_exec_id"


def test_a_fill_for_no_order_is_kept_and_alarmed(bench: Bench) -> None:
    bench.fill(bench.x, "STRANGER", 40, "E1", OrdStatus.PARTIALLY_FILLED)
    assert [kept.report.cl_ord_id for kept in bench.ledger.quarantined()] == ["STRANGER"]
    assert bench.events == ["discrepancy", "report_quarantined"]
    assert all(not strategy.reports for strategy in bench.strategies.values())
    assert bench.counters().counters["venue.X.quarantined"] == 1


def test_a_report_for_a_strategy_that_is_no_longer_configured_is_alarmed(bench: Bench) -> None:
    order = bench.open("1")
    del bench.path.strategies["a"]
    bench.fill(bench.x, order, 100, "E1", OrdStatus.FILLED)
    assert bench.events == ["report_without_strategy"]
    assert bench.ledger.positions(strategy="a")[0].net_qty == 100 * SCALE


def test_what_a_venues_adapter_finds_is_alarmed(bench: Bench) -> None:
    bench.path.on_venue_event("X", "report_unreadable", "no ExecID", "A1", *bench.times)
    assert bench.alerts == [{"event": "report_unreadable", "venue": "X", "cl_ord_id": "A1", "text": "no ExecID"}]


def test_cancel_and_replace_name_the_order_as_the_venue_knows_it(bench: Bench) -> None:
    first = bench.open("1")
    assert bench.replace("2", "1", order_qty=200 * SCALE) == []
    replace = bench.x.calls[-1][1]
    assert (replace.orig_cl_ord_id, replace.order_qty, replace.price) == (first, 200 * SCALE, 10 * SCALE)
    bench.tell(
        bench.x,
        kind=ReportKind.REPLACED,
        exec_type=ExecType.REPLACED,
        ord_status=OrdStatus.NEW,
        cl_ord_id=replace.cl_ord_id,
        orig_cl_ord_id=first,
        exec_id="R1",
    )
    assert bench.cancel("3", "2") == []
    cancel = bench.x.calls[-1][1]
    assert (cancel.orig_cl_ord_id, cancel.symbol, cancel.side) == (replace.cl_ord_id, "MSFT", Side.BUY)
    bench.confirm_cancel(bench.x, cancel.cl_ord_id, replace.cl_ord_id)
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.cl_ord_id, last.orig_cl_ord_id) == (ReportKind.CANCELED, "3", "2")


def test_the_time_to_the_venues_first_word_is_counted(bench: Bench) -> None:
    bench.order()
    bench.now_ns += 1_000_000
    bench.accept(bench.x, bench.x.calls[0][1].cl_ord_id)
    histogram = bench.counters().histograms["latency.answer.X"]
    answer_ns = histogram.quantile_ns(0.5)
    assert histogram.total == 1
    assert answer_ns is not None
    assert 1_000_000 < answer_ns <= 1_250_000


def test_status_is_answered_from_the_books(bench: Bench) -> None:
    bench.fill(bench.x, bench.open("1"), 40, "E1", OrdStatus.PARTIALLY_FILLED)
    bench.open("2", symbol="IBM")
    (one,) = bench.status(cl_ord_id="1", request_id="r1")
    assert (one.kind, one.ord_status, one.request_id) == (
        ReportKind.STATUS_REPORT,
        OrdStatus.PARTIALLY_FILLED,
        "r1",
    )
    assert [report.cl_ord_id for report in bench.status(request_id="r2")] == ["1", "2"]
    assert [report.cl_ord_id for report in bench.status(venue="Y")] == ["2"]
    assert [report.cl_ord_id for report in bench.status(side=Side.SELL)] == []
    assert [call for call, _ in bench.x.calls] == ["submit"]


def test_a_mass_cancel_cancels_each_order_in_scope_once(bench: Bench) -> None:
    bench.open("1")
    bench.open("2", side=Side.SELL)
    bench.open("3", symbol="IBM")
    bench.open("1", strategy="b")
    bench.cancel("c", "2")  # on its way already
    (report,) = bench.mass_cancel(cl_ord_id="m", scope=MassCancelScope.SYMBOL, symbol="MSFT")
    assert (report.kind, report.request_kind) == (ReportKind.STATUS_REPORT, RequestKind.MASS_CANCEL)
    assert (report.request_id, report.value, report.text) == ("m", "2", "2 orders to cancel")
    assert [call for call, _ in bench.x.calls].count("cancel") == 2
    assert len({request.orig_cl_ord_id for call, request in bench.x.calls if call == "cancel"}) == 2
    assert [call for call, _ in bench.y.calls] == ["submit"]


def test_a_refused_cancel_of_ours_is_sent_again_then_a_person_is_told(bench: Bench) -> None:
    order = bench.open("1")
    bench.mass_cancel(cl_ord_id="m", scope=MassCancelScope.ALL)
    for _ in range(MAX_CANCELS):
        bench.refuse_cancel(bench.x, bench.x.calls[-1][1].cl_ord_id, order)
    assert [call for call, _ in bench.x.calls] == ["submit", *["cancel"] * MAX_CANCELS]
    assert bench.events == ["order_outlives_cancels"]
    (report,) = bench.mass_cancel(cl_ord_id="n", scope=MassCancelScope.ALL)
    assert report.value == "1"
    assert [call for call, _ in bench.x.calls][-1] == "cancel"
    assert len(bench.x.calls) == 2 + MAX_CANCELS


def test_a_cancel_that_met_a_pending_replace_is_sent_again_once_that_is_answered(bench: Bench) -> None:
    order = bench.open("1")
    bench.replace("2", "1", price=11 * SCALE)
    bench.mass_cancel(cl_ord_id="m", scope=MassCancelScope.ALL)
    replace, cancel = (request.cl_ord_id for _, request in bench.x.calls[-2:])
    bench.refuse_cancel(bench.x, cancel, order)
    assert [call for call, _ in bench.x.calls] == ["submit", "replace", "cancel"]
    bench.refuse_cancel(bench.x, replace, order)
    assert [call for call, _ in bench.x.calls] == ["submit", "replace", "cancel", "cancel"]
    bench.confirm_cancel(bench.x, bench.x.calls[-1][1].cl_ord_id, order)
    assert bench.ledger.open_orders() == []
    assert bench.events == []


def test_a_strategys_own_refused_cancel_is_its_own_affair(bench: Bench) -> None:
    order = bench.open("1")
    bench.cancel("2", "1")
    bench.refuse_cancel(bench.x, bench.x.calls[-1][1].cl_ord_id, order)
    assert [call for call, _ in bench.x.calls] == ["submit", "cancel"]


def test_a_mass_cancel_without_orders_says_so(bench: Bench) -> None:
    (report,) = bench.mass_cancel(cl_ord_id="m", scope=MassCancelScope.ALL)
    assert (report.value, report.text, report.ord_status) == ("0", "0 orders to cancel", OrdStatus.CANCELED)
