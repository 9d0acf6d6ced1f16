"""Counters that another process can read, and histograms whose bounds hold."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.gateway.telemetry.counters_cy import (
    BUCKETS,
    HIGHEST_OCTAVE,
    LOWEST_OCTAVE,
    CounterPage,
    bucket_of,
    bucket_upper_ns,
)
from fairlead.gateway.telemetry.path_counters_cy import PathCounters, counter_names
from fairlead.gateway.telemetry.reader import Histogram, read_counters


@given(st.integers(1 << LOWEST_OCTAVE, (1 << HIGHEST_OCTAVE) - 1))
def test_a_value_lies_in_its_bucket(value_ns: int) -> None:
    """The bucket below ends at the value or before it, the value's own ends after it and at most a quarter later."""
    bucket = bucket_of(value_ns)
    assert value_ns < bucket_upper_ns(bucket) <= value_ns * 5 // 4 + 1
    if bucket:
        assert bucket_upper_ns(bucket - 1) <= value_ns


@pytest.mark.parametrize(
    ("value_ns", "bucket"), [(-5, 0), (0, 0), (256, 0), (1 << 36, BUCKETS - 1), (1 << 62, BUCKETS - 1)]
)
def test_what_is_out_of_range_falls_into_the_outermost_buckets(value_ns: int, bucket: int) -> None:
    assert bucket_of(value_ns) == bucket


@given(st.lists(st.integers(256, 1 << 35), min_size=1, max_size=50), st.floats(0, 1))
def test_a_quantile_is_the_bound_above_the_value_of_that_rank(values: list[int], fraction: float) -> None:
    """At least that fraction of the values lies below the quantile, and one of them within a quarter of it."""
    counts = [0] * BUCKETS
    for value in values:
        counts[bucket_of(value)] += 1
    quantile_ns = Histogram(tuple(counts)).quantile_ns(fraction)
    assert quantile_ns is not None
    assert sum(value < quantile_ns for value in values) >= fraction * len(values)
    assert any(value < quantile_ns <= value * 5 // 4 + 1 for value in values)


def test_a_quantile_of_nothing_is_none() -> None:
    assert Histogram((0,) * BUCKETS).quantile_ns(0.5) is None


def test_a_page_is_read_by_name_while_it_is_written(tmp_path: Path) -> None:
    page = CounterPage(tmp_path / "page", ["orders", "fills"], ["latency"])
    for number in range(1, 6):
        page.add(page.slot("orders"))
        assert read_counters(tmp_path / "page").counters["orders"] == number
    page.set(page.slot("fills"), 2**64 - 1)
    page.observe(page.histogram("latency"), 1000)
    read = read_counters(tmp_path / "page")
    assert read.counters == {"orders": 5, "fills": 2**64 - 1}
    assert read.histograms["latency"].quantile_ns(0.99) == bucket_upper_ns(bucket_of(1000))


def test_names_must_be_known_and_fit_the_header(tmp_path: Path) -> None:
    page = CounterPage(tmp_path / "page", ["orders"], [])
    with pytest.raises(KeyError):
        page.slot("order")
    with pytest.raises(ValueError, match="expected at most 1048576"):
        CounterPage(tmp_path / "page", ["n" * 1_100_000], [])
    with pytest.raises(FileNotFoundError):
        read_counters(tmp_path / "none")


def test_there_is_room_for_hundreds_of_venues_and_strategies(tmp_path: Path) -> None:
    strategies, venues = ([f"{kind}-{number:03d}" for number in range(200)] for kind in ("strategy", "venue"))
    counters = PathCounters(tmp_path / "page", strategies, venues, lambda: 5_000)
    counters.page.set(counters.page.slot("venue.venue-199.next_in"), 7)
    assert read_counters(tmp_path / "page").counters["venue.venue-199.next_in"] == 7


def test_the_page_holds_its_room_on_disk(tmp_path: Path) -> None:
    CounterPage(tmp_path / "page", [f"c{number}" for number in range(4000)], ["h"])
    status = (tmp_path / "page").stat()
    assert status.st_blocks * 512 >= status.st_size


def test_the_order_path_has_one_name_for_each_thing_it_counts() -> None:
    names = counter_names(["a"], ["X"])
    assert len(set(names)) == len(names)
    assert {"strategy.a.orders", "strategy.a.next_in", "venue.X.fills", "venue.X.unsent_bytes"} <= set(names)


def test_legs_are_counted_when_the_turn_was_sent(tmp_path: Path) -> None:
    counters = PathCounters(tmp_path / "page", ["a"], ["X"], lambda: 5_000)
    counters.order_sent("a", "X")
    assert read_counters(tmp_path / "page").histograms["latency.to_venue.X"].total == 0
    counters.turn_sent(1_000)
    counters.turn_sent(0)  # a turn without orders
    leg = read_counters(tmp_path / "page").histograms["latency.to_venue.X"]
    assert (leg.total, leg.quantile_ns(1)) == (1, bucket_upper_ns(bucket_of(4_000)))
