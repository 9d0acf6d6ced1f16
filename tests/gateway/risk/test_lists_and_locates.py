"""Who may trade what, what nobody may, and what of the located shares is used, over an order's life and a restart."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from risk_bench import SCALE, SECOND_NS, RiskBench

from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, OrdType, Refusal, Side, TimeInForce
from fairlead.gateway.config import models
from fairlead.gateway.ports.configured import build_identity
from fairlead.gateway.ports.identity import Entitlements, StrategyIdentity, check_terms
from fairlead.gateway.risk.limits_rules import LimitRules, Locate, Restriction
from fairlead.gateway.risk.locates import Locates

SHORT = Side.SELL_SHORT
DAY_NS = 86_400 * SECOND_NS


@pytest.fixture
def bench(tmp_path: Path) -> RiskBench:
    return RiskBench(tmp_path)


def _restrict(bench: RiskBench, **fields: Any) -> None:
    said = {"symbol": "FREE", "sides": frozenset((int(Side.BUY),)), "reason": "research report due"} | fields
    bench.checks.use(LimitRules(restricted=(Restriction(**said),)))


# The restricted list


@pytest.mark.parametrize(
    ("entry", "goes"),
    [
        ({}, False),
        ({"symbol": "MSFT"}, True),
        ({"sides": frozenset((int(Side.SELL),))}, True),
        ({"strategy": "a"}, False),
        ({"strategy": "b"}, True),
        ({"account": "ACC-a"}, False),
        ({"account": "ACC-b"}, True),
    ],
)
def test_whom_a_restriction_covers(bench: RiskBench, entry: dict[str, Any], goes: bool) -> None:
    _restrict(bench, **entry)
    reports = bench.free("1")
    assert (reports == []) == goes
    if not goes:
        report = bench.expect_refusal(reports, "restricted", Refusal.RESTRICTED)
        assert report.text == "restricted: FREE is restricted for buy: research report due"
        assert bench.sent() == 0


@pytest.mark.parametrize(("first", "last", "goes"), [(0, 0, False), (-1, 1, False), (1, 1, True), (-1, -1, True)])
def test_a_restriction_holds_on_its_days(bench: RiskBench, first: int, last: int, goes: bool) -> None:
    today = bench.dates.date_of("X", bench.utc_ns)
    _restrict(bench, from_date=today + timedelta(days=first), until_date=today + timedelta(days=last))
    assert (bench.free("1") == []) == goes


def test_a_replace_of_what_is_restricted_by_now(bench: RiskBench) -> None:
    bench.open("1", symbol="FREE", venue="X")
    _restrict(bench)
    bench.expect_refusal(bench.replace("2", "1", price=9 * SCALE), "restricted", Refusal.RESTRICTED)
    assert bench.cancel("3", "1") == []


# Entitlements


@pytest.mark.parametrize(
    ("entitled", "order", "text"),
    [
        ({"sides": (Side.BUY,)}, {"side": Side.SELL}, "side sell received, but strategy a is entitled to: buy"),
        (
            {"ord_types": (OrdType.LIMIT,)},
            {"ord_type": OrdType.MARKET, "price": ABSENT},
            "order type market received, but strategy a is entitled to: limit",
        ),
        (
            {"times_in_force": (TimeInForce.IMMEDIATE_OR_CANCEL,)},
            {"time_in_force": TimeInForce.DAY},
            "time in force day received, but strategy a is entitled to: immediate_or_cancel",
        ),
        (
            {"security_types": ("FUT", "OPT")},
            {},
            "security type 'CS' received, but strategy a is entitled to: FUT, OPT",
        ),
        ({"sides": ()}, {}, "side buy received, but strategy a is entitled to: nothing"),
    ],
)
def test_terms_that_a_strategy_is_not_entitled_to(
    bench: RiskBench, entitled: dict[str, Any], order: dict[str, Any], text: str
) -> None:
    bench.path.identities["a"] = StrategyIdentity("a", entitlements=Entitlements.of(**entitled))
    (report,) = bench.free("1", **order)
    assert (Refusal(report.refusal), report.text) == (Refusal.NOT_ENTITLED, text)
    assert bench.sent() == 0
    assert bench.decisions[-1]["check"] == "entitlement"


def test_no_time_in_force_is_day() -> None:
    day = StrategyIdentity("a", entitlements=Entitlements.of(times_in_force=(TimeInForce.DAY,)))
    assert check_terms(day, Side.BUY, OrdType.LIMIT, 0, "CS") is None
    assert check_terms(day, Side.BUY, OrdType.LIMIT, TimeInForce.FILL_OR_KILL, "CS") is not None


def test_short_sales_must_be_named_in_the_configuration() -> None:
    table = {"name": "a", "port": "fix", "fix": {"sender_comp_id": "A", "target_comp_id": "GW"}}
    plain = build_identity(models.Strategy(**table))
    assert check_terms(plain, SHORT, OrdType.LIMIT, 0, "CS") is not None
    assert check_terms(plain, Side.SELL, OrdType.LIMIT, 0, "CS") is None
    short = build_identity(models.Strategy(**table, sides=("sell_short",), ord_types=("limit",)))
    assert check_terms(short, SHORT, OrdType.LIMIT, 0, "CS") is None
    assert check_terms(short, SHORT, OrdType.MARKET, 0, "CS") is not None


# Short sales and locates


def _locate(bench: RiskBench, qty: int = 300, days: int = 0) -> None:
    bench.set_limits(short_sale="locate")
    day = bench.dates.date_of("X", bench.utc_ns) + timedelta(days=days)
    bench.checks.use(LimitRules(locates=(Locate("L", "FREE", "ACC-a", qty * SCALE, day),)))


def _left(bench: RiskBench) -> int:
    left, _ = bench.checks.locates.left("ACC-a", "FREE", "X", bench.utc_ns)
    return left // SCALE


def test_a_row_may_refuse_short_sales(bench: RiskBench) -> None:
    bench.set_limits(short_sale="refuse")
    bench.expect_refusal(bench.free("1", side=SHORT), "short_sale", Refusal.SHORT_SALE)
    assert bench.free("2", side=Side.SELL) == []


@pytest.mark.parametrize("kind", ["FUT", "OPT", "MLEG"])
def test_a_sale_of_a_derivative_is_never_short(bench: RiskBench, kind: str) -> None:
    bench.describe("FREE", security_type=kind)
    bench.expect_refusal(bench.free("1", side=SHORT), "short_sale", Refusal.SHORT_SALE)


def test_a_locate_of_another_day_is_none(bench: RiskBench) -> None:
    _locate(bench, days=-1)
    report = bench.expect_refusal(bench.free("1", side=SHORT), "short_sale", Refusal.SHORT_SALE)
    assert report.text == ("short_sale: OrderQty is 100, expected at most the 0 left of 0 located today (row tight)")


def test_what_ends_unfilled_gives_its_locate_back(bench: RiskBench) -> None:
    _locate(bench)
    venue_id = bench.open("1", symbol="FREE", venue="X", side=SHORT, order_qty=200 * SCALE)
    assert _left(bench) == 100
    bench.fill(bench.x, venue_id, 50, "E1", OrdStatus.PARTIALLY_FILLED)
    assert _left(bench) == 100
    bench.expect_refusal(bench.free("2", side=SHORT, order_qty=101 * SCALE), "short_sale", Refusal.SHORT_SALE)
    assert bench.cancel("3", "1") == []
    bench.confirm_cancel(bench.x, bench.x.calls[-1][1].cl_ord_id, venue_id)
    assert _left(bench) == 250


def test_a_replace_needs_what_it_asks_for_and_not_its_order_again(bench: RiskBench) -> None:
    _locate(bench)
    bench.open("1", symbol="FREE", venue="X", side=SHORT, order_qty=200 * SCALE)
    bench.expect_refusal(bench.replace("2", "1", order_qty=301 * SCALE), "short_sale", Refusal.SHORT_SALE)
    assert bench.replace("3", "1", order_qty=300 * SCALE) == []
    assert _left(bench) == 0


def test_the_use_of_locates_follows_from_the_books(bench: RiskBench) -> None:
    _locate(bench)
    venue_id = bench.open("1", symbol="FREE", venue="X", side=SHORT, order_qty=200 * SCALE)
    bench.fill(bench.x, venue_id, 200, "E1", OrdStatus.FILLED)
    bench.open("2", symbol="FREE", venue="X", side=SHORT, order_qty=30 * SCALE)
    restarted = Locates(bench.dates)
    restarted.use((Locate("L", "FREE", "ACC-a", 300 * SCALE, bench.dates.date_of("X", bench.utc_ns)),))
    for order in bench.ledger.orders():
        restarted.note_order(order)
    assert restarted.left("ACC-a", "FREE", "X", bench.utc_ns)[0] == 70 * SCALE == _left(bench) * SCALE


def test_a_new_day_begins_with_what_still_lives(bench: RiskBench) -> None:
    _locate(bench)
    venue_id = bench.open("1", symbol="FREE", venue="X", side=SHORT, order_qty=200 * SCALE)
    bench.fill(bench.x, venue_id, 200, "E1", OrdStatus.FILLED)
    bench.open("2", symbol="FREE", venue="X", side=SHORT, order_qty=30 * SCALE)
    bench.now_ns += DAY_NS
    _locate(bench)
    assert _left(bench) == 270
