"""Measure subjects in turns: A B C, A B C, so that what else the machine does falls on all of them."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.peers import BenchmarkError
from benchmarks.wire.harness import Harness, Load, harness
from benchmarks.wire.placement import Placement, cpu_ns, resident_bytes
from benchmarks.wire.setup import Setup
from benchmarks.wire.subjects import Running, Subject


@dataclass(frozen=True, slots=True)
class Scenario:
    """What subjects are compared in: their setup, the load, and where they run.

    ``open_orders`` are entered before, and stay open.
    """

    name: str
    setup: Setup
    load: Load
    placement: str
    subjects: tuple[str, ...]
    harness_spins: bool = True
    open_orders: int = 0


Runs = list[dict[str, Any]]
"""Each run as it is written to JSON: scenario, subject, round, and what was measured."""


def measure(scenario: Scenario, subject: Subject, place: Placement) -> dict[str, Any]:
    """Start the subject anew, warm it up, and run the scenario's load once."""
    setup = scenario.setup.but(waiting=subject.waiting) if subject.waiting else scenario.setup
    venue = setup.strategy if subject.relays else setup.venue
    spins = scenario.harness_spins and not place.is_shared
    with (
        tempfile.TemporaryDirectory(prefix="fairlead-bench-") as folder,
        harness(setup, venue, place.harness, spins) as driver,
        subject.start(setup, Path(folder), driver.venue_port, place.subject) as running,
    ):
        driver.connect(running.port, setup.strategies, setup.strategies if subject.relays else setup.venues)
        running.await_venues()
        return _run(scenario, driver, running)


def _run(scenario: Scenario, driver: Harness, running: Running) -> dict[str, Any]:
    load = scenario.load
    idle_bytes = resident_bytes(running.pid)
    if scenario.open_orders:
        driver.run(Load(scenario.open_orders, warm_up=0, window=64, most_s=120))
    filled_bytes = resident_bytes(running.pid)
    if load.warm_up:
        driver.run(replace(load, orders=load.warm_up, warm_up=0, rate=0, window=max(load.window, 1)))
    before_ns = cpu_ns(running.pid)
    found = driver.run(replace(load, warm_up=min(load.warm_up, 100)))
    used_ns = cpu_ns(running.pid) - before_ns
    return {
        **found,
        "cpu_ns_per_order": used_ns / found["orders"],
        "idle_bytes": idle_bytes,
        "filled_bytes": filled_bytes,
        "resident_bytes": resident_bytes(running.pid),
    }


def interleave(
    scenarios: Sequence[Scenario],
    subjects: dict[str, Subject],
    places: dict[str, Placement],
    rounds: int,
    tell: Callable[[str], None] = lambda line: None,
) -> Runs:
    """Run each scenario's subjects in turns, ``rounds`` times; what can't be had here is told and left out."""
    runs: Runs = []
    for scenario in scenarios:
        place = places.get(scenario.placement)
        if place is None:
            tell(f"{scenario.name}: left out, it needs two processors")
            continue
        present = [subjects[name] for name in scenario.subjects if _is_here(scenario, subjects[name], tell)]
        for number in range(rounds):
            for subject in present if number % 2 == 0 else reversed(present):
                runs.append(_one(scenario, subject, place, number))
                tell(_line(runs[-1]))
    return runs


def _is_here(scenario: Scenario, subject: Subject, tell: Callable[[str], None]) -> bool:
    why = subject.missing()
    if why:
        tell(f"{scenario.name}: {subject.name} left out: {why}")
    return not why and subject.fits(scenario.setup)


def _one(scenario: Scenario, subject: Subject, place: Placement, number: int) -> dict[str, Any]:
    load_before = os.getloadavg()[0]
    try:
        found = measure(scenario, subject, place)
    except BenchmarkError as error:
        raise BenchmarkError(f"{scenario.name}, {subject.name}: {error}") from error
    about = {"scenario": scenario.name, "subject": subject.name, "round": number, "load_before": load_before}
    return {**about, "setup": asdict(scenario.setup), "open_orders": scenario.open_orders, **found}


def _line(run: dict[str, Any]) -> str:
    times = run["round_trip"]
    return (
        f"{run['scenario']}  {run['subject']:<24}"
        f" p50 {times['p50_ns'] / 1000:8.1f} us  p99 {times['p99_ns'] / 1000:8.1f} us"
        f"  {run['messages_per_s']:9,.0f} messages/s  cpu {run['cpu_ns_per_order'] / 1000:6.1f} us/order"
        f"  {run['counted']} orders"
    )
