"""Every check of one order, just within its limit, at it and just beyond, for new orders and for replaces."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from risk_bench import SCALE, SECOND_NS, UNIT, RiskBench

from fairlead.adapters.market_data import Restriction, TradingState
from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Refusal, Side
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Locate

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def bench(tmp_path: Path) -> RiskBench:
    return RiskBench(tmp_path)


@dataclass(frozen=True)
class Case:
    """A limit, and orders around it: ``order(step)`` is beyond the limit from ``first_refused`` on."""

    check: str
    refusal: Refusal
    limit: str
    prepare: Callable[[RiskBench], None]
    order: Callable[[int], dict[str, Any]]
    first_refused: int = 1
    """The first step beyond the limit: 1 where the limit itself may go, 0 where it may not."""


def _rules(bench: RiskBench, **fields: Any) -> None:
    bench.checks.use(LimitRules(**fields))


def _max_quantity(bench: RiskBench) -> None:
    bench.set_limits(max_qty=200 * SCALE)


def _max_notional(bench: RiskBench) -> None:
    bench.set_limits(max_notional=1000 * UNIT)


def _future(bench: RiskBench) -> None:
    bench.set_limits(max_notional=1000 * UNIT)
    bench.describe("FREE", multiplier=50 * SCALE)


def _abroad(bench: RiskBench) -> None:
    bench.set_limits(max_notional=1100 * UNIT)
    bench.describe("FREE", currency="EUR")
    _rules(bench, currencies=Currencies("USD", {"EUR": 110_000_000}))


def _last(bench: RiskBench) -> None:
    bench.set_limits(collar_bps=500, collar_references=("last",), max_reference_age_ns=5 * SECOND_NS)
    bench.market.add(last_px=10 * SCALE, last_utc_ns=bench.utc_ns)


def _last_below_zero(bench: RiskBench) -> None:
    bench.set_limits(collar_bps=500, collar_references=("last",), max_reference_age_ns=5 * SECOND_NS)
    bench.market.add(last_px=-10 * SCALE, last_utc_ns=bench.utc_ns)


def _touch(bench: RiskBench) -> None:
    bench.set_limits(collar_bps=500, collar_references=("touch",), max_reference_age_ns=5 * SECOND_NS)
    bench.market.add(bid_px=10 * SCALE, ask_px=20 * SCALE)


def _previous_close(bench: RiskBench) -> None:
    bench.set_limits(collar_bps=500, collar_references=("previous_close",), max_reference_age_ns=1)
    yesterday = bench.dates.date_of("X", bench.utc_ns) - timedelta(days=1)
    bench.describe("FREE", previous_close=10 * SCALE, previous_close_date=yesterday)


def _drift(bench: RiskBench) -> None:
    bench.set_limits(drift_bps=500, drift_window_ns=60 * SECOND_NS, collar_references=("last",))
    book = bench.market.add(last_px=10 * SCALE, last_utc_ns=bench.utc_ns)
    bench.free("begin")
    # the market runs away: the period's first reference still counts
    book.last_px = 20 * SCALE


def _bands(bench: RiskBench) -> None:
    book = bench.market.add()
    book.tell("luld_upper", 11 * SCALE, 1)
    book.tell("luld_lower", 9 * SCALE, 1)


def _reg_sho(bench: RiskBench) -> None:
    book = bench.market.add(bid_px=10 * SCALE)
    book.status.short_restriction = Restriction.IN_EFFECT


def _locate(bench: RiskBench) -> None:
    bench.set_limits(short_sale="locate")
    day = bench.dates.date_of("X", bench.utc_ns)
    _rules(
        bench,
        locates=(
            Locate("L1", "FREE", "ACC-a", 250 * SCALE, day),
            Locate("L2", "FREE", "ACC-a", 50 * SCALE, day),
            Locate("old", "FREE", "ACC-a", 50 * SCALE, day - timedelta(days=1)),
            Locate("other", "FREE", "ACC-b", 50 * SCALE, day),
        ),
    )


def _at(price: int, side: int = BUY, direction: int = 1) -> Callable[[int], dict[str, Any]]:
    return lambda step: {"side": side, "price": price + direction * step, "order_qty": 100 * SCALE}


CASES: dict[str, Case] = {
    "quantity": Case(
        "max_quantity", Refusal.MAX_QUANTITY, "200", _max_quantity, lambda step: {"order_qty": 200 * SCALE + step}
    ),
    "notional": Case("max_notional", Refusal.MAX_NOTIONAL, "1000", _max_notional, _at(10 * SCALE)),
    "notional of a price below zero": Case(
        "max_notional", Refusal.MAX_NOTIONAL, "1000", _max_notional, _at(-10 * SCALE, direction=-1)
    ),
    "notional with a multiplier": Case("max_notional", Refusal.MAX_NOTIONAL, "1000", _future, _at(20 * SCALE // 100)),
    "notional of another currency": Case("max_notional", Refusal.MAX_NOTIONAL, "1100", _abroad, _at(10 * SCALE)),
    "above the last price": Case("collar", Refusal.PRICE_COLLAR, "10.5", _last, _at(1_050_000_000)),
    "below the last price": Case("collar", Refusal.PRICE_COLLAR, "9.5", _last, _at(950_000_000, SELL, -1)),
    "above a last price below zero": Case("collar", Refusal.PRICE_COLLAR, "-9.5", _last_below_zero, _at(-950_000_000)),
    "below a last price below zero": Case(
        "collar", Refusal.PRICE_COLLAR, "-10.5", _last_below_zero, _at(-1_050_000_000, SELL, -1)
    ),
    "above the offer": Case("collar", Refusal.PRICE_COLLAR, "21", _touch, _at(21 * SCALE)),
    "below the bid": Case("collar", Refusal.PRICE_COLLAR, "9.5", _touch, _at(950_000_000, SELL, -1)),
    "above the previous close": Case("collar", Refusal.PRICE_COLLAR, "10.5", _previous_close, _at(1_050_000_000)),
    "above where the period began": Case("drift", Refusal.PRICE_COLLAR, "10.5", _drift, _at(1_050_000_000)),
    "above the upper band": Case("market_state", Refusal.TRADING_STATE, "11", _bands, _at(11 * SCALE)),
    "below the lower band": Case("market_state", Refusal.TRADING_STATE, "9", _bands, _at(9 * SCALE, SELL, -1)),
    "a restricted short sale": Case(
        "short_sale", Refusal.SHORT_SALE, "10", _reg_sho, _at(10 * SCALE, Side.SELL_SHORT, -1), first_refused=0
    ),
    "a short sale and what is located": Case(
        "short_sale",
        Refusal.SHORT_SALE,
        "300",
        _locate,
        lambda step: {"side": Side.SELL_SHORT, "order_qty": 300 * SCALE + step},
    ),
}
EXACTLY = (-1, 0, 1)


def _value(case: Case, fields: dict[str, Any]) -> int:
    value: int = fields["order_qty"] if case.limit in ("200", "300") else fields["price"]
    return value


@pytest.mark.parametrize("step", EXACTLY)
@pytest.mark.parametrize("name", CASES)
def test_a_new_order_around_a_limit(bench: RiskBench, name: str, step: int) -> None:
    case = CASES[name]
    case.prepare(bench)
    before = bench.sent()
    reports = bench.free("1", **case.order(step))
    _expect(bench, case, reports, before, step)


@pytest.mark.parametrize("step", EXACTLY)
@pytest.mark.parametrize("name", CASES)
def test_a_replace_around_a_limit(bench: RiskBench, name: str, step: int) -> None:
    """The terms that would hold are judged: here an order of little, sent before the limit was in force."""
    case = CASES[name]
    fields = case.order(step)
    small = {"order_qty": SCALE, "price": 3 * SCALE, "side": fields.get("side", BUY)}
    venue_id = _open_free(bench, "0", small)
    assert venue_id
    case.prepare(bench)
    before = bench.sent()
    changed = {key: value for key, value in fields.items() if key in ("order_qty", "price")}
    _expect(bench, case, bench.replace("1", "0", **changed), before, step)


def _open_free(bench: RiskBench, cl_ord_id: str, fields: dict[str, Any]) -> str:
    return bench.open(cl_ord_id, symbol="FREE", venue="X", **fields)


def _expect(bench: RiskBench, case: Case, reports: list[Report], before: int, step: int) -> None:
    if step < case.first_refused:
        assert reports == [], reports[0].text
        assert bench.sent() == before + 1
        return
    report = bench.expect_refusal(reports, case.check, case.refusal)
    assert report.limit == case.limit
    assert report.value
    assert bench.sent() == before


@pytest.mark.parametrize(("price", "goes"), [(-1, False), (0, True), (1, False)])
def test_at_a_reference_of_zero_the_collar_is_nothing_wide(bench: RiskBench, price: int, goes: bool) -> None:
    _last(bench)
    bench.market.all[0].last_px = 0
    assert (bench.free("1", price=price) == []) == goes


# What a missing, old or untrustworthy reference means


def _stale(bench: RiskBench) -> None:
    bench.market.all[0].stale_reason = "line lost"


def _suspect(bench: RiskBench) -> None:
    bench.market.all[0].suspect_reason = "execution of an unknown order"


def _silent(bench: RiskBench) -> None:
    bench.now_ns += 5 * SECOND_NS + 1


def _gone(bench: RiskBench) -> None:
    bench.market.all[0].last_px = ABSENT


@pytest.mark.parametrize("spoil", [_stale, _suspect, _silent, _gone])
def test_no_order_goes_without_a_fresh_reference(bench: RiskBench, spoil: Callable[[RiskBench], None]) -> None:
    _last(bench)
    assert bench.free("1") == []
    spoil(bench)
    bench.expect_refusal(bench.free("2"), "collar", Refusal.NO_REFERENCE)


def test_the_age_of_a_last_price_is_exact(bench: RiskBench) -> None:
    _last(bench)
    bench.now_ns += 5 * SECOND_NS
    assert bench.free("1") == []
    bench.now_ns += 1
    bench.expect_refusal(bench.free("2"), "collar", Refusal.NO_REFERENCE)


@pytest.mark.parametrize(("days", "goes"), [(-1, False), (0, True), (5, True), (6, False)])
def test_the_age_of_a_previous_close(bench: RiskBench, days: int, goes: bool) -> None:
    _previous_close(bench)
    day = bench.dates.date_of("X", bench.utc_ns) - timedelta(days=days)
    bench.describe("FREE", previous_close=10 * SCALE, previous_close_date=day)
    assert (bench.free("1") == []) == goes


def test_references_are_taken_in_the_order_of_the_row(bench: RiskBench) -> None:
    _previous_close(bench)
    bench.limits.collar_references = ("last", "touch", "previous_close")
    bench.limits.max_reference_age_ns = SECOND_NS
    assert bench.free("1", price=1_050_000_000) == []
    book = bench.market.add(bid_px=30 * SCALE, ask_px=20 * SCALE)
    assert bench.free("2", price=21 * SCALE) == []
    book.last_px, book.last_utc_ns = 40 * SCALE, bench.utc_ns
    assert bench.free("3", price=42 * SCALE) == []
    book.stale_reason = "line lost"
    report = bench.expect_refusal(bench.free("4", price=42 * SCALE), "collar", Refusal.PRICE_COLLAR)
    assert "500 bps from the previous_close 10" in report.text


def test_a_venues_own_feed_comes_before_others(bench: RiskBench) -> None:
    _last(bench)
    elsewhere = bench.market.add(venue="Y", last_px=20 * SCALE, last_utc_ns=bench.utc_ns)
    assert bench.free("1", price=10 * SCALE) == []
    bench.market.all[0].stale_reason = "line lost"
    assert bench.free("2", price=20 * SCALE) == []
    elsewhere.stale_reason = "line lost"
    bench.expect_refusal(bench.free("3", price=20 * SCALE), "collar", Refusal.NO_REFERENCE)


# Orders without a price

MARKET = {"ord_type": OrdType.MARKET, "price": ABSENT}


@pytest.mark.parametrize(("ask_px", "goes"), [(1_050_000_000, True), (1_050_000_001, False)])
def test_a_market_order_is_judged_by_the_far_touch(bench: RiskBench, ask_px: int, goes: bool) -> None:
    _last(bench)
    bench.market.all[0].ask_px = ask_px
    reports = bench.free("1", **MARKET)
    if goes:
        assert reports == []
    else:
        report = bench.expect_refusal(reports, "collar", Refusal.PRICE_COLLAR)
        assert report.text.startswith("collar: the far touch is 10.50000001, expected at most 10.5: 500 bps from")


def test_a_market_order_without_a_far_side_fails(bench: RiskBench) -> None:
    _last(bench)
    bench.expect_refusal(bench.free("1", **MARKET), "collar", Refusal.NO_REFERENCE)


@pytest.mark.parametrize(("qty", "goes"), [(95 * SCALE, True), (96 * SCALE, False)])
def test_a_market_order_is_worth_the_reference_and_a_margin(bench: RiskBench, qty: int, goes: bool) -> None:
    """The margin is 5 %: 10.5 each."""
    bench.set_limits(max_notional=1000 * UNIT)
    bench.market.add(ask_px=10 * SCALE)
    reports = bench.free("1", order_qty=qty, **MARKET)
    assert (reports == []) == goes
    if not goes:
        assert bench.expect_refusal(reports, "max_notional", Refusal.MAX_NOTIONAL).value == "1008"


def test_a_market_order_that_nothing_values_fails(bench: RiskBench) -> None:
    bench.set_limits(max_notional=1000 * UNIT)
    bench.expect_refusal(bench.free("1", **MARKET), "max_notional", Refusal.NO_REFERENCE)


def test_a_currency_without_a_rate_fails(bench: RiskBench) -> None:
    _abroad(bench)
    bench.describe("FREE", currency="CHF")
    bench.expect_refusal(bench.free("1"), "max_notional", Refusal.NO_REFERENCE)


def test_a_notional_beyond_int64_is_exact(bench: RiskBench) -> None:
    qty, price = 4 * 10**18, 9 * 10**18
    bench.set_limits(max_notional=qty * price)
    assert bench.free("1", order_qty=qty, price=price) == []
    bench.set_limits(max_notional=qty * price - 1)
    bench.expect_refusal(bench.free("2", order_qty=qty, price=price), "max_notional", Refusal.MAX_NOTIONAL)


# Soft bands


def test_soft_bands_warn_and_let_the_order_go(bench: RiskBench) -> None:
    bench.set_limits(
        "soft",
        warn_qty=100 * SCALE,
        warn_notional=1000 * UNIT,
        warn_collar_bps=100,
        collar_references=("last",),
        max_reference_age_ns=SECOND_NS,
    )
    bench.market.add(last_px=10 * SCALE, last_utc_ns=bench.utc_ns)
    assert bench.free("1", order_qty=100 * SCALE, price=10 * SCALE) == []
    assert bench.alerts == []
    assert bench.free("2", order_qty=101 * SCALE, price=11 * SCALE) == []
    assert [alert["event"] for alert in bench.alerts] == ["risk_warning"] * 3
    assert [alert["check"] for alert in bench.alerts] == ["max_quantity", "max_notional", "collar"]
    assert bench.alerts[0] | {"text": ""} == {
        "event": "risk_warning",
        "check": "max_quantity",
        "limit": "100",
        "value": "101",
        "row": "soft",
        "limits_version": bench.limits.version,
        "strategy": "a",
        "account": "ACC-a",
        "venue": "X",
        "symbol": "FREE",
        "cl_ord_id": "2",
        "text": "",
    }
    counters = bench.counters().counters
    assert [counters[f"risk.{check}.warned"] for check in ("max_quantity", "max_notional", "collar")] == [1, 1, 1]
    assert bench.sent() == 2


def test_a_refused_order_does_not_warn(bench: RiskBench) -> None:
    bench.set_limits(warn_qty=SCALE, max_notional=UNIT)
    bench.expect_refusal(bench.free("1"), "max_notional", Refusal.MAX_NOTIONAL)
    assert bench.alerts == []


# The state of the market

ORDERS_BY_STATE = {
    TradingState.TRADING: True,
    TradingState.QUOTE_ONLY: True,
    TradingState.AUCTION: True,
    TradingState.CLOSED: True,
    TradingState.UNKNOWN: True,
    TradingState.HALTED: False,
    TradingState.PAUSED: False,
}


@pytest.mark.parametrize("state", ORDERS_BY_STATE)
def test_trading_states(bench: RiskBench, state: TradingState) -> None:
    book = bench.market.add()
    book.status.trading_state, book.status.state_code, book.status.state_reason = state, "H", "T1"
    reports = bench.free("1")
    assert (reports == []) == ORDERS_BY_STATE[state]
    if reports:
        report = bench.expect_refusal(reports, "market_state", Refusal.TRADING_STATE)
        assert report.text == f"market_state: FREE is {state.name.lower()} at X (H T1)"


def test_a_halt_counts_though_the_feed_is_silent(bench: RiskBench) -> None:
    book = bench.market.add(stale_reason="line lost")
    book.status.trading_state = TradingState.HALTED
    bench.expect_refusal(bench.free("1"), "market_state", Refusal.TRADING_STATE)


def test_an_operational_halt(bench: RiskBench) -> None:
    book = bench.market.add()
    book.status.operational_halts = frozenset(("Q",))
    bench.expect_refusal(bench.free("1"), "market_state", Refusal.TRADING_STATE)


def test_a_row_may_ask_for_the_market_state(bench: RiskBench) -> None:
    bench.set_limits(needs_market_state=True)
    bench.expect_refusal(bench.free("1"), "market_state", Refusal.NO_REFERENCE)
    book = bench.market.add()
    assert bench.free("2") == []
    book.stale_reason = "line lost"
    bench.expect_refusal(bench.free("3"), "market_state", Refusal.NO_REFERENCE)
    book.stale_reason, book.status.trading_state = "", TradingState.UNKNOWN
    bench.expect_refusal(bench.free("4"), "market_state", Refusal.NO_REFERENCE)


def test_a_band_from_before_trading_resumed_counts_no_more(bench: RiskBench) -> None:
    book = bench.market.add()
    book.tell("luld_upper", 9 * SCALE, received_utc_ns=5)
    book.status.trading_state, book.status.state_received_utc_ns = TradingState.QUOTE_ONLY, 3
    bench.expect_refusal(bench.free("1"), "market_state", Refusal.TRADING_STATE)
    book.status.trading_state, book.status.state_received_utc_ns = TradingState.TRADING, 6
    assert bench.free("2") == []


@pytest.mark.parametrize(
    ("state", "phases", "goes"),
    [
        (TradingState.TRADING, {"trading"}, True),
        (TradingState.AUCTION, {"trading"}, False),
        (TradingState.AUCTION, {"trading", "auction"}, True),
        (TradingState.QUOTE_ONLY, {"trading", "auction"}, False),
        (TradingState.PAUSED, {"trading", "paused"}, True),
        (TradingState.CLOSED, {"trading"}, False),
        (TradingState.UNKNOWN, {"trading"}, False),
    ],
)
def test_phases(bench: RiskBench, state: TradingState, phases: set[str], goes: bool) -> None:
    bench.set_limits(phases=frozenset(phases))
    bench.market.add().status.trading_state = state
    reports = bench.free("1")
    assert (reports == []) == goes
    if not goes:
        unknown = state is TradingState.UNKNOWN
        refusal = Refusal.NO_REFERENCE if unknown else Refusal.SESSION_PHASE
        assert bench.expect_refusal(reports, "phase", refusal).value == state.name.lower()


def test_without_a_feed_the_venues_schedule_says_the_phase(bench: RiskBench) -> None:
    bench.set_limits(phases=frozenset(("trading",)))
    assert bench.free("1") == []
    bench.open_venues.clear()
    report = bench.expect_refusal(bench.free("2"), "phase", Refusal.SESSION_PHASE)
    assert report.text == "phase: the phase is closed, expected trading (row tight)"


# The shape of a refusal


def test_a_refusal_names_check_row_limit_and_value(bench: RiskBench) -> None:
    bench.set_limits("alpha in large caps", max_qty=SCALE)
    report = bench.expect_refusal(bench.free("1"), "max_quantity", Refusal.MAX_QUANTITY)
    assert report.text == "max_quantity: OrderQty is 100, expected at most 1 (row alpha in large caps)"
    assert (report.limit, report.value) == ("1", "100")
    assert bench.decisions[-1]["row"] == "alpha in large caps"


def test_a_check_that_is_off_is_not_asked(bench: RiskBench) -> None:
    bench.set_limits(max_qty=SCALE, max_notional=UNIT, off=frozenset(("max_quantity",)))
    bench.expect_refusal(bench.free("1"), "max_notional", Refusal.MAX_NOTIONAL)


def test_what_no_row_is_about_may_be_refused(bench: RiskBench) -> None:
    bench.set_limits(is_covered=False)
    bench.expect_refusal(bench.free("1"), "limits", Refusal.NO_LIMITS)


class OneOverride:
    """Let one order of one strategy pass one check."""

    def __init__(self, cl_ord_id: str, check: str) -> None:
        self._allowed = (cl_ord_id, check)

    def covers(self, subject: Any, check_name: str) -> bool:
        return (subject.request.cl_ord_id, check_name) == self._allowed

    def identities(self, subject: Any) -> tuple[str, str]:
        return "ann", "bob"


def test_an_override_lets_one_order_pass_one_check(bench: RiskBench) -> None:
    bench.set_limits(max_qty=SCALE, max_notional=1000 * UNIT)
    bench.path.checks.overrides = OneOverride("1", "max_quantity")
    bench.expect_refusal(bench.free("2"), "max_quantity", Refusal.MAX_QUANTITY)
    assert bench.free("1") == []
    (alert,) = bench.alerts
    assert (alert["event"], alert["check"], alert["value"]) == ("risk_overridden", "max_quantity", "100")
    assert (alert["verified_by"], alert["authorised_by"]) == ("ann", "bob")
    bench.path.checks.overrides = OneOverride("3", "max_quantity")
    bench.expect_refusal(bench.free("3", price=11 * SCALE), "max_notional", Refusal.MAX_NOTIONAL)


def test_no_override_passes_what_the_law_forbids(bench: RiskBench) -> None:
    _reg_sho(bench)
    bench.path.checks.overrides = OneOverride("1", "short_sale")
    bench.expect_refusal(bench.free("1", side=Side.SELL_SHORT), "short_sale", Refusal.SHORT_SALE)
