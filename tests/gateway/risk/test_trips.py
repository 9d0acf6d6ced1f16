"""Trips: what they count, whom they block, what they say, and what lets a strategy go on."""

from pathlib import Path
from typing import Any

import pytest
from kill_bench import KillBench
from path_bench import SCALE, SECOND_NS, Venue
from pydantic import ValidationError

from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, Refusal, ReportKind
from fairlead.gateway.config.trip_keys import Trip as TripKeys
from fairlead.gateway.config.trip_keys import find_trip_mistakes
from fairlead.gateway.kill.blocks import Scope
from fairlead.gateway.risk.conduct_building import Trigger, build_trip, watch_refusals
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.trips import Trips


class TripBench(KillBench):
    """An order path with a kill switch and rules; the limits are one bucket that a test fills by hand."""

    def __init__(self, folder: Path, *rules: dict[str, Any]) -> None:
        super().__init__(folder)
        self.bucket = Bucket("strategy a", "a's row")
        limits = LimitSet(3)
        limits.buckets = (self.bucket,)
        trips = Trips(
            [build_trip(TripKeys(**rule)) for rule in rules],
            Trigger(self.switch),
            lambda *key: limits,
            self.watch.alert,
        )
        self.path.trips = trips
        self.ledger.watch(trips.note_change)
        decisions = RiskDecisions(lambda *decision: None, self.watch.alert, self.page)
        watch_refusals(decisions, trips)
        self.path.checks.decisions = decisions

    @property
    def page(self) -> Any:
        return self.path_counters.page

    @property
    def blocks(self) -> list[tuple[str, str]]:
        return [(str(kill.block.scope), kill.block.by) for kill in self.switch.kills.values()]

    @property
    def tripped(self) -> list[dict[str, Any]]:
        return [alert for alert in self.alerts if alert["event"] == "risk_trip"]

    def rejected(self, cl_ord_id: str, venue: Venue | None = None, strategy: str = "a") -> None:
        """Send an order that its venue rejects."""
        there = venue or self.x
        assert self.order(strategy, cl_ord_id=cl_ord_id, venue=there.name) == []
        order = self.ledger.find(strategy, cl_ord_id)
        assert order is not None
        self.tell(
            there,
            kind=ReportKind.REJECTED,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            cl_ord_id=order.venue_cl_ord_id,
            exec_id=f"R-{order.venue_cl_ord_id}",
            text="not today",
        )


REJECTS = {"name": "rejects", "on": "venue_rejects", "count": 3, "window_s": 10}


def test_rejects_within_the_window_block_the_strategy_and_end_its_orders(tmp_path: Path) -> None:
    bench = TripBench(tmp_path, REJECTS)
    bench.open("live")
    for number in "12":
        bench.rejected(number)
    bench.pass_time(10)
    for number in "34":
        bench.rejected(number)
    assert bench.blocks == []
    bench.rejected("5")
    assert bench.blocks == [("strategy a", "auto:rejects")]
    assert [call for call, _ in bench.x.calls][-1] == "cancel"
    (tripped,) = bench.tripped
    assert tripped["text"] == "3 venue rejects within 10 s, the last: not today"
    assert tripped["saw"] == {"count": 3, "venue": "X", "cl_ord_id": "5", "text": "not today"}
    assert bench.order(cl_ord_id="6")[0].refusal == Refusal.KILL_SWITCH
    assert bench.order("b", cl_ord_id="6") == []


def test_rejects_are_counted_by_strategy_and_venue(tmp_path: Path) -> None:
    bench = TripBench(tmp_path, REJECTS | {"at_venue": True})
    for number in "12":
        bench.rejected(number)
        bench.rejected(number, strategy="b")
        bench.rejected(f"y{number}", bench.y)
    assert bench.blocks == []
    bench.rejected("3")
    assert bench.blocks == [("strategy a, venue X", "auto:rejects")]
    assert bench.order(cl_ord_id="4", venue="Y") == []


def test_a_rule_names_whom_it_watches(tmp_path: Path) -> None:
    bench = TripBench(tmp_path, REJECTS | {"strategies": ["b"], "count": 1})
    bench.rejected("1")
    assert bench.blocks == []
    bench.rejected("1", strategy="b")
    assert bench.blocks == [("strategy b", "auto:rejects")]


def test_refusals_by_checks_on_orders_trip_and_others_do_not(tmp_path: Path) -> None:
    bench = TripBench(tmp_path, {"name": "refusals", "on": "risk_refusals", "count": 2, "window_s": 1})
    for number in range(3):
        bench.order(cl_ord_id=f"s{number}", symbol="NOPE")
    bench.order(cl_ord_id="1", order_qty=15 * SCALE)
    assert bench.blocks == []
    bench.order(cl_ord_id="2", order_qty=15 * SCALE)
    assert bench.blocks == [("strategy a", "auto:refusals")]
    assert bench.order(cl_ord_id="3")[0].refusal == Refusal.KILL_SWITCH
    assert len(bench.tripped) == 1


@pytest.mark.parametrize("release", ["person", "return"])
def test_a_lost_link_blocks_until_a_person_or_the_link_says_so(tmp_path: Path, release: str) -> None:
    bench = TripBench(tmp_path, {"name": "link", "on": "link_lost", "release": release})
    bench.open("1")
    bench.leave()
    assert bench.blocks == [("strategy a", "auto:link")]
    assert [call for call, _ in bench.x.calls] == ["submit", "cancel"]
    bench.path.strategy_connected("a", *bench.times)
    assert bench.blocks == ([("strategy a", "auto:link")] if release == "person" else [])


def test_a_link_that_is_back_lifts_no_block_of_others(tmp_path: Path) -> None:
    bench = TripBench(tmp_path, {"name": "link", "on": "link_lost", "release": "return", "cancel": False})
    bench.engage(strategy="a")
    bench.leave()
    bench.path.strategy_connected("a", *bench.times)
    assert bench.blocks == [("strategy a", "ann")]


@pytest.mark.parametrize(
    ("on", "limit", "count", "what"),
    [
        ("position", {"max_long_qty": 99 * SCALE}, {"net_qty": 100 * SCALE}, ("max_long_qty", "99", "100")),
        ("position", {"max_short_qty": 99 * SCALE}, {"net_qty": -100 * SCALE}, ("max_short_qty", "99", "100")),
        ("position", {"max_gross_qty": 99 * SCALE}, {"gross_qty": 100 * SCALE}, ("max_gross_qty", "99", "100")),
        (
            "credit",
            {"max_credit": 10**17},
            {"traded_notional": 10**17 + 1},
            ("max_credit", "10", "10.0000000000000001"),
        ),
        ("credit", {"max_capital": 10**17}, {"net_notional": -2 * 10**17}, ("max_capital", "10", "20")),
    ],
)
def test_a_breach_found_after_the_trade_trips(
    tmp_path: Path, on: str, limit: dict[str, int], count: dict[str, int], what: tuple[str, str, str]
) -> None:
    bench = TripBench(tmp_path, {"name": "breach", "on": on})
    there = bench.open("1", order_qty=200 * SCALE)
    for name, value in limit.items():
        setattr(bench.bucket, name, value)
    bench.fill(bench.x, there, 10, "F-1", OrdStatus.PARTIALLY_FILLED)
    assert bench.blocks == []
    for name, value in count.items():
        setattr(bench.bucket, name, value)
    bench.fill(bench.x, there, 10, "F-2", OrdStatus.PARTIALLY_FILLED)
    assert bench.blocks == [("strategy a", "auto:breach")]
    parameter, at_most, found = what
    assert bench.tripped[0]["text"] == (
        f"a's row: {parameter} of strategy a is {found} after a trade, expected at most {at_most}"
    )
    saw = bench.tripped[0]["saw"]
    assert (saw["limit"], saw["value"], saw["limits_version"]) == (at_most, found, 3)
    assert [call for call, _ in bench.x.calls] == ["submit", "cancel"]


def test_what_was_disabled_for_repeating_itself_is_remembered_by_the_kill_switch(tmp_path: Path) -> None:
    bench = TripBench(tmp_path)
    trigger = Trigger(bench.switch)
    kill_id = trigger.disable("a", "again and again", *bench.times)
    since = bench.times[1]
    assert trigger.disabled_utc_ns() == {"a": since}
    assert bench.blocks == [("strategy a", "auto:repeated_execution")]
    bench.now_ns += SECOND_NS
    bench.switch.release(kill_id, "ann", "bob", "looked at it", bench.times[1])
    assert trigger.disabled_utc_ns() == {"a": since}
    assert trigger.blocks_on(Scope(strategy="a")) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"name": "x", "on": "venue_rejects"},
        {"name": "x", "on": "venue_rejects", "count": 3},
        {"name": "x", "on": "link_lost", "count": 3},
        {"name": "x", "on": "link_lost", "at_venue": True},
        {"name": "x", "on": "position", "release": "return"},
        {"name": "x", "on": "weather"},
    ],
)
def test_keys_that_do_not_fit_are_mistakes(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TripKeys(**rule)


def test_names_are_checked() -> None:
    raw = {"risk": {"trips": [{"name": "x", "strategies": ["alpha", "nobody"]}, {"name": "x"}]}}
    assert list(find_trip_mistakes(raw, ["alpha"])) == [
        "risk.trips[0].strategies: 'nobody', expected a strategy of this file",
        "risk.trips[1].name: 'x', expected one that risk.trips[0] has not taken",
    ]
