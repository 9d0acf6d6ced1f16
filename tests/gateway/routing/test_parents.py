"""All that a strategy may ask of an order works on one that names a route; children are nobody's business."""

from pathlib import Path

import pytest
from routing_bench import RoutingBench

from fairlead.codecs.vocabulary.constants import (
    SCALE,
    ExecType,
    MassCancelScope,
    OrdStatus,
    Refusal,
    ReportKind,
    TimeInForce,
)
from fairlead.gateway.ports.identity import Patterns
from fairlead.gateway.routing.fees import BASIS_POINTS, FeeBook, FeeRate, FeeSchedule, FeeTier


@pytest.fixture
def bench(tmp_path: Path) -> RoutingBench:
    bench = RoutingBench(tmp_path)
    bench.quote("X", 10, 60)
    bench.quote("Y", 10, 30)
    bench.bid("Z", 9, 10)
    return bench


def confirm(bench: RoutingBench, venue_name: str) -> None:
    """Let a venue confirm the cancel that it was sent last."""
    venue = {"X": bench.x, "Y": bench.y, "Z": bench.z}[venue_name]
    sent = [call[1] for call in venue.calls if call[0] == "cancel"][-1]
    bench.confirm_cancel(venue, sent.cl_ord_id, sent.orig_cl_ord_id)


def test_a_cancel_ends_it_when_all_children_are_confirmed_dead(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    assert bench.cancel("2", "1") == []
    assert bench.cancel("3", "1")[0].refusal == Refusal.PENDING
    confirm(bench, "X")
    assert not bench.parent().is_ended
    bench.trade(bench.y, bench.children(bench.y)[0], 20, 10)
    confirm(bench, "Y")
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.cl_ord_id, last.orig_cl_ord_id, last.cum_qty // SCALE, last.leaves_qty) == (
        ReportKind.CANCELED,
        "2",
        "1",
        20,
        0,
    )
    assert bench.cancel("4", "1")[0].refusal == Refusal.TOO_LATE
    assert bench.ledger.open_orders() == []


def test_a_cancel_that_comes_too_late_is_refused_after_the_last_fill(bench: RoutingBench) -> None:
    bench.send("SWEEP", 30)
    bench.cancel("2", "1")
    (child,) = bench.ledger.open_orders()
    bench.trade(bench.x, child, 30, 10)
    assert bench.kinds_of() == ["ACCEPTED", "FILLED", "CANCEL_REJECTED"]
    assert bench.strategies["a"].reports[-1].ord_status == OrdStatus.FILLED


def test_no_child_goes_out_while_a_cancel_waits(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    bench.cancel("2", "1")
    before = len(bench.x.calls) + len(bench.y.calls)
    for venue in (bench.x, bench.y):
        bench.expire(venue, bench.children(venue)[0])
    assert len(bench.x.calls) + len(bench.y.calls) == before
    assert bench.parent().is_ended


def test_children_are_out_of_the_strategys_reach(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    child = bench.children(bench.x)[0]
    assert bench.cancel("2", child.cl_ord_id)[0].refusal == Refusal.UNKNOWN_ORDER
    assert bench.replace("2", child.cl_ord_id, order_qty=10 * SCALE)[0].refusal == Refusal.UNKNOWN_ORDER
    assert bench.status(order_id=child.order_id)[0].refusal == Refusal.UNKNOWN_ORDER


def test_status_tells_of_the_parent_alone(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    bench.order(cl_ord_id="own", venue="X")
    told = bench.status(cl_ord_id="1", request_id="q")
    assert [(r.cl_ord_id, r.leaves_qty // SCALE, r.request_id) for r in told] == [("1", 90, "q")]
    assert sorted(r.cl_ord_id for r in bench.status()) == ["1", "own"]
    assert [r.cl_ord_id for r in bench.status(venue="SWEEP")] == ["1"]
    assert bench.status(strategy="b", cl_ord_id="1")[0].refusal == Refusal.UNKNOWN_ORDER


@pytest.mark.parametrize("scope", [{}, {"venue": "FILLUP"}, {"venue": "Z"}])
def test_a_mass_cancel_ends_parents_in_scope(bench: RoutingBench, scope: dict) -> None:
    bench.send("FILLUP", 90, price=8 * SCALE)
    (resting,) = bench.ledger.open_orders()
    if scope.get("venue") == "Z":
        scope = {"venue": resting.venue}
    answer = bench.mass_cancel(cl_ord_id="m", scope=MassCancelScope.ALL, **scope)[-1]
    assert answer.value == "1"
    confirm(bench, resting.venue)
    assert bench.kinds_of()[-1] == "CANCELED"
    assert bench.parent().is_ended


def test_a_strategy_that_goes_takes_its_parents_along(bench: RoutingBench) -> None:
    bench.order("b", venue="FILLUP", order_qty=90 * SCALE, price=8 * SCALE)
    (resting,) = bench.ledger.open_orders()
    bench.leave("b")
    confirm(bench, resting.venue)
    assert bench.parent(strategy="b").is_ended
    assert bench.ledger.open_orders() == []


def test_a_child_that_is_cancelled_from_outside_ends_its_parent(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    at_x = bench.children(bench.x)[0]
    bench.path.own_cancels.send(at_x, bench.x, "", "kill", *bench.times)
    assert sum(call[0] == "cancel" for call in bench.x.calls) == 1
    assert sum(call[0] == "cancel" for call in bench.y.calls) == 1
    confirm(bench, "X")
    confirm(bench, "Y")
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.text) == (ReportKind.CANCELED, "kill")


def test_a_replace_waits_for_the_children_and_then_goes_out_anew(bench: RoutingBench) -> None:
    bench.send("FILLUP", 90, price=8 * SCALE)
    (resting,) = bench.ledger.open_orders()
    bench.trade(bench.x, resting, 10, 8)
    assert bench.replace("2", "1", order_qty=60 * SCALE, price=9 * SCALE) == []
    assert bench.replace("3", "1", price=7 * SCALE)[0].refusal == Refusal.PENDING
    confirm(bench, resting.venue)
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.cl_ord_id, last.orig_cl_ord_id) == (ReportKind.REPLACED, "2", "1")
    assert (last.order_qty // SCALE, last.price // SCALE, last.leaves_qty // SCALE) == (60, 9, 50)
    (anew,) = bench.ledger.open_orders()
    assert (anew.order_qty // SCALE, anew.terms.price // SCALE) == (50, 9)
    assert bench.cancel("4", "2") == []
    confirm(bench, anew.venue)
    assert bench.strategies["a"].reports[-1].cl_ord_id == "4"


def test_a_replace_to_what_is_executed_fills_the_order(bench: RoutingBench) -> None:
    bench.send("FILLUP", 90, price=8 * SCALE)
    (resting,) = bench.ledger.open_orders()
    bench.trade(bench.x, resting, 40, 8)
    bench.replace("2", "1", order_qty=40 * SCALE)
    confirm(bench, resting.venue)
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.ord_status, last.leaves_qty) == (ReportKind.REPLACED, OrdStatus.FILLED, 0)
    assert bench.parent().is_ended


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"time_in_force": TimeInForce.GOOD_TILL_CANCEL}, Refusal.UNSUPPORTED),
        ({"order_qty": 5 * SCALE}, Refusal.INVALID_QUANTITY),
        ({"account": "OTHER"}, Refusal.UNSUPPORTED),
        ({"price": 8 * SCALE + 1}, Refusal.INVALID_PRICE),
        ({"min_qty": SCALE}, Refusal.UNSUPPORTED),
    ],
)
def test_what_no_route_carries_is_refused(bench: RoutingBench, fields: dict, refusal: int) -> None:
    bench.send("FILLUP", 90, price=8 * SCALE)
    (resting,) = bench.ledger.open_orders()
    bench.trade(bench.x, resting, 10, 8)
    (refused,) = bench.replace("2", "1", **fields)
    assert refused.refusal == refusal, refused.text
    assert not any(call[0] == "cancel" for call in bench.x.calls)


def test_a_bust_and_a_correction_reach_the_parent_and_reopen_nothing(bench: RoutingBench) -> None:
    bench.send("SWEEP", 30)
    (child,) = bench.ledger.open_orders()
    bench.trade(bench.x, child, 30, 10, exec_id="E1")
    bench.tell(
        bench.x,
        kind=ReportKind.TRADE_BUSTED,
        exec_type=ExecType.TRADE_CANCEL,
        ord_status=OrdStatus.CANCELED,
        cl_ord_id=child.venue_cl_ord_id,
        exec_id="B1",
        exec_ref_id="E1",
    )
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.cum_qty, last.leaves_qty, last.ord_status) == (
        ReportKind.TRADE_BUSTED,
        0,
        0,
        OrdStatus.CANCELED,
    )
    assert last.exec_ref_id == bench.strategies["a"].reports[-2].exec_id
    assert bench.ledger.open_orders() == []


def test_a_venue_that_refuses_is_not_asked_again(bench: RoutingBench) -> None:
    bench.send("BEST", 30)
    (child,) = bench.ledger.open_orders()
    assert child.venue == "X", "same price, more displayed"
    bench.reject(bench.x, child, "firm unknown")
    (again,) = bench.ledger.open_orders()
    assert (again.venue, again.order_qty) == ("Y", 30 * SCALE)
    bench.reject(bench.y, again)
    (third,) = bench.ledger.open_orders()
    bench.reject(bench.z, third)
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, "firm unknown" in last.text) == (ReportKind.CANCELED, True)


def test_a_child_in_doubt_counts_as_live(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    bench.go_down(bench.y)
    bench.expire(bench.x, bench.children(bench.x)[0])
    sent = bench.submitted(bench.x)
    assert sent == [(60, 10.0)], "what X had is taken, and Y may still trade 30"
    bench.quote("X", 10, 500)
    parent = bench.parent()
    assert parent.committed_qty + parent.free_qty == 90 * SCALE
    assert parent.committed_qty >= 30 * SCALE


def test_a_late_fill_beyond_the_parent_ends_what_lives(bench: RoutingBench) -> None:
    bench.send("FILLUP", 30)
    (child,) = bench.ledger.open_orders()
    bench.expire(bench.x, child)
    (resting,) = bench.ledger.open_orders()
    bench.trade(bench.x, child, 30, 10)
    assert "parent_overcommitted" in bench.events
    assert any(call[0] == "cancel" for call in [*bench.x.calls, *bench.y.calls, *bench.z.calls])
    assert bench.strategies["a"].reports[-1].cum_qty == 30 * SCALE
    assert resting.order_qty == 30 * SCALE


def test_fees_decide_between_equal_quotes_and_tiers_follow_own_volume(tmp_path: Path) -> None:
    def rate(taker: int) -> FeeTier:
        return FeeTier(0, FeeRate(rate=0), FeeRate(rate=taker))

    dear = FeeSchedule("x", "X", Patterns(), frozenset(), (rate(300_000),))
    cheap_later = FeeSchedule(
        "y",
        "Y",
        Patterns(),
        frozenset(),
        (rate(310_000), FeeTier(30 * SCALE, FeeRate(), FeeRate(BASIS_POINTS, SCALE // 10))),
    )
    bench = RoutingBench(tmp_path, FeeBook([dear, cheap_later]))
    for name in "XY":
        bench.quote(name, 10, 30)
    bench.path.ledger.watch(lambda order: bench.volumes.note(order, order.changed_utc_ns))
    bench.send("BEST", 30)
    assert bench.submitted(bench.x) == [(30, 10.0)]
    bench.order(cl_ord_id="own", venue="Y", order_qty=30 * SCALE)
    own = bench.children(bench.y)[0]
    bench.trade(bench.y, own, 30, 10)
    bench.send("BEST", 30, cl_ord_id="2")
    assert bench.submitted(bench.y) == [(30, 10.0), (30, 10.0)]


def test_it_moves_when_another_venue_is_better_by_the_margin_and_it_has_rested(tmp_path: Path) -> None:
    fees = FeeBook([FeeSchedule("z", "Z", Patterns(), frozenset(), (FeeTier(0, FeeRate(rate=-200_000), FeeRate()),))])
    bench = RoutingBench(tmp_path, fees)
    for name in "XYZ":
        bench.quote(name, 11, 100)
    bench.z.is_up = False
    bench.send("REST", 50)
    (resting,) = bench.ledger.open_orders()
    assert resting.venue == "X"
    bench.accept(bench.x, resting.venue_cl_ord_id)
    bench.z.is_up = True
    bench.pass_time(1)
    assert bench.ledger.open_orders() == [resting] and not resting.requests, "it has not rested long enough"
    bench.pass_time(5)
    assert len(resting.requests) == 1
    assert bench.children(bench.z) == [], "not before the first is dead"
    confirm(bench, "X")
    (moved,) = bench.ledger.open_orders()
    assert (moved.venue, moved.order_qty) == ("Z", 50 * SCALE)
    assert bench.kinds_of() == ["ACCEPTED"]
