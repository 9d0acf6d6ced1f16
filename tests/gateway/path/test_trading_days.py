"""Turn venues' trading days: when, once, and what follows for orders."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from path_bench import UTC_NS, Bench, Venue

from fairlead.codecs.vocabulary.constants import TimeInForce
from fairlead.gateway.config import models as cm
from fairlead.gateway.instruments.directory import InstrumentDirectory
from fairlead.gateway.instruments.instrument import Listing
from fairlead.gateway.trading_days import TradingDays, trading_date, trading_day_schedule

HOUR = 3600
DAILY = {"time_zone": "America/New_York", "start": "18:00:00", "end": "17:00:00"}
WEEKLY = DAILY | {"start_day": "sun", "end_day": "fri"}


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def venue(**said: Any) -> cm.Venue:
    given = {"name": "X", "profile": "broker42", "hosts": ["h:1"], "sender_comp_id": "S", "target_comp_id": "T"}
    return cm.Venue.model_validate(given | said)


@pytest.mark.parametrize(
    ("said", "began"),
    [
        ({}, "2026-01-02T00:00:00"),
        ({"day_starts": "14:00:00"}, "2026-01-02T14:00:00"),
        ({"day_starts": "17:00:00", "day_time_zone": "America/New_York"}, "2026-01-01T22:00:00"),
        ({"schedule": DAILY}, "2026-01-01T23:00:00"),
        ({"schedule": WEEKLY}, "2026-01-01T23:00:00"),
        ({"schedule": WEEKLY | {"reset_time": "06:00:00"}}, "2026-01-02T11:00:00"),
        ({"schedule": DAILY, "day_starts": "00:00:00"}, "2026-01-02T00:00:00"),
    ],
)
def test_a_day_begins_as_configured(said: dict[str, Any], began: str) -> None:
    # a Friday, 14:30 UTC
    assert trading_day_schedule(venue(**said)).session_start_utc_ns(UTC_NS) == ns(began)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "2026-01-02"),
        ({"day_starts": "14:00:00"}, "2026-01-03"),
        ({"day_starts": "17:00:00", "day_time_zone": "America/New_York"}, "2026-01-02"),
        ({"day_starts": "06:00:00", "day_time_zone": "America/New_York"}, "2026-01-01"),
        ({"schedule": DAILY}, "2026-01-02"),
        ({"schedule": WEEKLY}, "2026-01-02"),
    ],
)
def test_the_date_of_a_day(said: dict[str, Any], expected: str) -> None:
    # 14:30 UTC, 09:30 in New York; what began there at 06:00 is of today, so the one before that is asked for
    utc_ns = UTC_NS - 4 * HOUR * 10**9 if said.get("day_starts") == "06:00:00" else UTC_NS
    assert str(trading_date(trading_day_schedule(venue(**said)), utc_ns)) == expected


class Renaming(Venue):
    """A venue that takes new names while it runs."""

    def rename_symbols(self, names: Mapping[str, str]) -> None:
        self.calls.append(("rename", dict(names)))


def test_names_change_at_the_turn_of_a_day(bench: Bench) -> None:
    meta = replace(
        bench.path.instruments["MSFT"],
        symbol="META",
        listings=(
            Listing("X", "FB", valid_to=date(2026, 1, 2)),
            Listing("X", "META", valid_from=date(2026, 1, 3)),
            Listing("Y", "FB", valid_to=date(2026, 1, 2)),
        ),
    )
    directory = InstrumentDirectory([meta], bench.watch.alert)
    renaming = Renaming("X")
    bench.path.venues["X"] = renaming
    schedule = trading_day_schedule(venue())
    for name in ("X", "Y"):
        assert directory.start_day(name, trading_date(schedule, bench.times[1])) == {"META": "FB"}
    days = TradingDays({"X": schedule, "Y": schedule}, bench.path, bench.watch, directory)
    days.tick(*bench.times)
    assert renaming.calls == []
    bench.pass_time(12 * HOUR)
    days.tick(*bench.times)
    assert renaming.calls == [("rename", {"META": "META"})]
    # Y's adapter takes no new names: that is told
    assert "symbols_need_restart" in bench.events
    assert directory.by_symbol["META"].venues == {"X"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def days_of(bench: Bench) -> TradingDays:
    x, y = trading_day_schedule(venue()), trading_day_schedule(venue(day_starts="20:00:00"))
    return TradingDays({"X": x, "Y": y}, bench.path, bench.watch)


def starts(bench: Bench) -> tuple[int, int]:
    return bench.ledger.trading_day_started_utc_ns("X"), bench.ledger.trading_day_started_utc_ns("Y")


def test_each_venue_turns_at_its_own_time_and_once(bench: Bench) -> None:
    days = days_of(bench)
    assert days.tick(*bench.times)
    first = starts(bench)
    assert first == (bench.times[1], bench.times[1])
    assert not days.tick(*bench.times)
    bench.pass_time(6 * HOUR)  # 20:30
    assert days.tick(*bench.times)
    assert starts(bench) == (first[0], bench.times[1])
    assert not days.tick(*bench.times)
    bench.pass_time(6 * HOUR)
    assert days.tick(*bench.times)
    assert starts(bench)[0] == bench.times[1] != starts(bench)[1]


def test_a_restart_repeats_no_turn_and_makes_up_for_a_missed_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for name in ("X", "Y"):
        bench.ledger.start_trading_day(name, bench.times[1])
    bench.pass_time(60)
    # what a restart has is the books, no watch
    assert not days_of(bench).tick(*bench.times)
    bench.pass_time(3 * 24 * HOUR)
    assert days_of(bench).tick(*bench.times)
    assert bench.ledger.trading_day_started_utc_ns("X") == bench.times[1]
    assert not days_of(bench).tick(*bench.times)


def test_orders_that_ended_before_the_day_before_are_forgotten(bench: Bench) -> None:
    days = days_of(bench)
    days.tick(*bench.times)
    old = bench.open("old")
    order = bench.ledger.find_by_venue_id("X", old)
    assert order is not None
    bench.cancel("cancel", "old")
    bench.confirm_cancel(bench.x, order.all_requests[-1].venue_cl_ord_id, old)
    assert order.is_ended
    for _ in range(2):
        bench.pass_time(12 * HOUR)
        days.tick(*bench.times)
        assert bench.ledger.has_cl_ord_id("a", "old")
    bench.pass_time(24 * HOUR)
    days.tick(*bench.times)
    assert not bench.ledger.has_cl_ord_id("a", "old")


def test_day_orders_that_outlive_their_day_are_asked_for(bench: Bench) -> None:
    days = days_of(bench)
    days.tick(*bench.times)
    bench.open("day")
    every = frozenset((TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL))
    bench.x.capabilities = replace(bench.x.capabilities, times_in_force=every)
    bench.open("gtc", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    bench.x.calls.clear()
    bench.pass_time(10 * HOUR)
    bench.alerts.clear()
    days.tick(*bench.times)
    asked = [call for name, call in bench.x.calls if name == "status"]
    day = bench.ledger.find("a", "day")
    assert day is not None
    assert [request.cl_ord_id for request in asked] == [day.venue_cl_ord_id]
    assert bench.events == ["day_order_outlived_its_day"]
    # nobody has said that it ended
    assert not day.is_ended
