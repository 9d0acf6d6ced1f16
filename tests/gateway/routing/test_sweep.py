"""A sweep takes what is displayed within the limit, in the order of what it costs all in, and nothing beyond."""

from pathlib import Path

import pytest
from path_bench import UTC_NS
from routing_bench import RoutingBench

from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, OrdType, Refusal, ReportKind, Side, TimeInForce


@pytest.fixture
def bench(tmp_path: Path) -> RoutingBench:
    bench = RoutingBench(tmp_path)
    bench.quote("X", 10, 60)
    bench.quote("Y", 9, 30)
    bench.quote("Z", 12, 500)
    return bench


def test_it_takes_the_cheapest_first_and_nothing_beyond_the_limit(bench: RoutingBench) -> None:
    (accepted,) = bench.send("SWEEP", 100)
    assert (accepted.kind, accepted.venue, accepted.leaves_qty) == (ReportKind.ACCEPTED, "SWEEP", 100 * SCALE)
    assert (bench.submitted(bench.y), bench.submitted(bench.x), bench.submitted(bench.z)) == (
        [(30, 9.0)],
        [(60, 10.0)],
        [],
    )
    sent = bench.y.calls[0][1]
    assert (sent.time_in_force, sent.ord_type, sent.account) == (
        TimeInForce.IMMEDIATE_OR_CANCEL,
        OrdType.LIMIT,
        "ACC-a",
    )


def test_the_strategy_sees_one_order_with_each_fill(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    (at_y,), (at_x,) = bench.children(bench.y), bench.children(bench.x)
    bench.trade(bench.y, at_y, 30, 9)
    bench.trade(bench.x, at_x, 40, 10)
    bench.trade(bench.x, at_x, 20, 10)
    assert bench.kinds_of() == ["ACCEPTED", "FILLED", "FILLED", "FILLED"]
    reports = bench.strategies["a"].reports
    assert [(r.cum_qty // SCALE, r.leaves_qty // SCALE) for r in reports] == [(0, 90), (30, 60), (70, 20), (90, 0)]
    assert [r.ord_status for r in reports[1:]] == [
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.FILLED,
    ]
    assert {(r.cl_ord_id, r.order_id) for r in reports} == {("1", bench.parent().order_id)}
    assert len({r.exec_id for r in reports}) == 4
    assert (reports[-1].avg_px, reports[1].last_mkt) == ((30 * 9 + 60 * 10) * SCALE // 90 + 1, "Y")
    assert bench.parent().is_ended


def test_what_is_left_goes_out_again_when_all_have_ended_and_then_ends(bench: RoutingBench) -> None:
    bench.send("SWEEP", 90)
    (at_y,), (at_x,) = bench.children(bench.y), bench.children(bench.x)
    bench.expire(bench.y, at_y)
    assert bench.children(bench.y) == [], "not before the other has ended"
    bench.quote("Y", 10, 50)
    bench.trade(bench.x, at_x, 60, 10)
    assert bench.submitted(bench.y) == [(30, 9.0), (30, 10.0)]
    (again,) = bench.children(bench.y)
    bench.expire(bench.y, again)
    last = bench.strategies["a"].reports[-1]
    assert (last.kind, last.ord_status, last.cum_qty // SCALE) == (ReportKind.CANCELED, OrdStatus.CANCELED, 60)
    assert "Y: what it showed was taken" in last.text, last.text


def test_a_level_that_was_swept_is_not_tried_again_before_its_feed_has_moved(bench: RoutingBench) -> None:
    bench.send("SWEEP", 30, price=9 * SCALE)
    bench.expire(bench.y, bench.children(bench.y)[0])
    assert bench.submitted(bench.y) == [(30, 9.0)]
    assert bench.kinds_of()[-1] == "CANCELED"


def test_what_is_left_of_a_level_counts_where_the_venue_had_all_that_was_asked_for(bench: RoutingBench) -> None:
    bench.send("SWEEP", 80)
    (at_y,), (at_x,) = bench.children(bench.y), bench.children(bench.x)
    bench.trade(bench.x, at_x, 50, 10)
    bench.expire(bench.y, at_y)
    assert bench.submitted(bench.x) == [(50, 10.0), (10, 10.0)]


def test_a_residual_may_rest_at_the_best_venue_for_it(bench: RoutingBench) -> None:
    bench.send("FILLUP", 30, price=9 * SCALE)
    bench.expire(bench.y, bench.children(bench.y)[0])
    (resting,) = bench.ledger.open_orders()
    assert (resting.terms.time_in_force, resting.order_qty, resting.terms.price) == (
        TimeInForce.DAY,
        30 * SCALE,
        9 * SCALE,
    )
    assert not bench.parent().is_ended


def test_no_venue_is_a_refusal_with_each_reason(bench: RoutingBench) -> None:
    bench.y.is_up = False
    bench.books["X"].is_stale, bench.books["X"].stale_reason = True, "a gap is open"
    (refused,) = bench.send("SWEEP")
    assert (refused.kind, refused.refusal, refused.venue) == (ReportKind.REJECTED, Refusal.NO_ROUTE, "SWEEP")
    for said in ("X: book not reliable: a gap is open", "Y: venue Y is not connected", "Z: its quote is beyond"):
        assert said in refused.text, refused.text
    assert not any(venue.calls for venue in bench.all_venues)
    assert bench.route_events() == ["decision"]
    # the id was not used up
    bench.y.is_up = True
    assert bench.send("SWEEP", 30)[0].kind == ReportKind.ACCEPTED


def test_old_quotes_take_no_part(bench: RoutingBench) -> None:
    from dataclasses import replace

    bench.routing.router.routes["SWEEP"] = replace(bench.routes["SWEEP"], max_quote_age_ns=10**9)
    bench.books["Y"].update_received_utc_ns = UTC_NS + bench.now_ns - 2 * 10**9
    bench.send("SWEEP", 30)
    assert (bench.submitted(bench.y), bench.submitted(bench.x)) == ([], [(30, 10.0)])


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"symbol": "NONE"}, Refusal.UNKNOWN_SYMBOL),
        ({"qty": 15}, Refusal.INVALID_QUANTITY),
        ({"price": 10 * SCALE + 1}, Refusal.INVALID_PRICE),
        ({"time_in_force": TimeInForce.FILL_OR_KILL}, Refusal.UNSUPPORTED),
        ({"ord_type": OrdType.STOP, "stop_px": SCALE}, Refusal.UNSUPPORTED),
        ({"min_qty": SCALE}, Refusal.UNSUPPORTED),
        ({"cl_ord_id": ""}, Refusal.MALFORMED),
    ],
)
def test_what_is_wrong_with_the_order_itself_is_said_so(bench: RoutingBench, fields: dict, refusal: int) -> None:
    (refused,) = bench.send("SWEEP", **fields)
    assert refused.refusal == refusal, refused.text


def test_a_market_order_is_bounded_by_the_collar_or_refused(bench: RoutingBench) -> None:
    from fairlead.codecs.vocabulary.constants import ABSENT

    (refused,) = bench.send("FILLUP", 90, ord_type=OrdType.MARKET, price=ABSENT)
    assert (refused.refusal, "collar_bps" in refused.text) == (Refusal.UNSUPPORTED, True)
    bench.send("SWEEP", 90, ord_type=OrdType.MARKET, price=ABSENT)
    assert (bench.submitted(bench.y), bench.submitted(bench.x)) == ([(30, 9.0)], []), "X is beyond 9.09"
    assert bench.parent().limit == 909 * SCALE // 100


def test_a_sale_goes_to_the_highest_bid(bench: RoutingBench) -> None:
    bench.bid("X", 10, 20)
    bench.bid("Z", 11, 20)
    bench.send("SWEEP", 40, side=Side.SELL)
    assert (bench.submitted(bench.z), bench.submitted(bench.x)) == ([(20, 11.0)], [(20, 10.0)])


def test_an_id_is_used_once_for_parents_and_orders_alike(bench: RoutingBench) -> None:
    bench.send("SWEEP", 30)
    assert bench.send("SWEEP", 30)[0].refusal == Refusal.DUPLICATE_CL_ORD_ID
    assert bench.order(venue="X")[0].refusal == Refusal.DUPLICATE_CL_ORD_ID
    bench.order(cl_ord_id="2", venue="X")
    assert bench.send("SWEEP", 30, cl_ord_id="2")[0].refusal == Refusal.DUPLICATE_CL_ORD_ID


def test_every_decision_is_in_the_journal_also_the_plain_one(bench: RoutingBench) -> None:
    bench.order(cl_ord_id="2", venue="X")
    bench.send("SWEEP", 30)
    assert bench.route_events() == ["direct", "parent", "decision"]
