"""Read whichever gateway's page is there."""

import os
from pathlib import Path

from fairlead.gateway.operations.counter_watch import CounterWatch
from fairlead.gateway.telemetry.counters_cy import CounterPage


def test_no_page_is_no_gateway(tmp_path: Path) -> None:
    watch = CounterWatch(tmp_path / "counters")
    assert watch.read(1_000).counters == {}
    assert not watch.is_alive
    assert watch.value("orders") == 0


def test_changes_are_those_between_two_readings(tmp_path: Path) -> None:
    page = CounterPage(tmp_path / "counters", ["orders"], ["ack"])
    watch = CounterWatch(tmp_path / "counters")
    page.add(page.slot("orders"), 5)
    watch.read(1_000)
    # counts of before we looked are no change
    assert watch.change("orders") == 0
    assert watch.elapsed_ns == 0
    page.add(page.slot("orders"), 3)
    page.observe(page.histogram("ack"), 1_000)
    watch.read(4_000)
    assert (watch.value("orders"), watch.change("orders"), watch.elapsed_ns) == (8, 3, 3_000)
    assert watch.now.histograms["ack"].total == 1
    assert watch.pid == os.getpid()
    assert watch.is_alive


def test_a_new_page_begins_anew(tmp_path: Path) -> None:
    first = CounterPage(tmp_path / "counters", ["orders"], [])
    first.add(first.slot("orders"), 50)
    watch = CounterWatch(tmp_path / "counters")
    watch.read(1_000)
    second = CounterPage(tmp_path / "counters", ["orders"], [])
    second.add(second.slot("orders"), 2)
    watch.read(2_000)
    assert (watch.value("orders"), watch.change("orders"), watch.starts) == (2, 0, 2)
