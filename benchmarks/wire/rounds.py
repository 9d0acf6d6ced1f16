"""Measure subjects in turns: A B C, A B C, so that what else the machine does falls on all of them."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.peers import BenchmarkError
from benchmarks.wire.harness import Harness, Load, harness
from benchmarks.wire.placement import Placement, cpu_ns, resident_bytes
from benchmarks.wire.setup import Setup
from benchmarks.wire.subjects import Running, Subject

MOST_FILL_S: Final = 60.0
"""How long open orders are entered at most: a slow subject has fewer, and the report says how many."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What subjects are compared in: their setup, the load, and where they run.

    ``open_orders`` are entered before, and stay open. ``axis`` names the sweep that the scenario is a point of, and
    ``at`` where on it.
    """

    name: str
    setup: Setup
    load: Load
    placement: str
    subjects: tuple[str, ...]
    harness_spins: bool = True
    open_orders: int = 0
    axis: str = ""
    at: int = 0


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
        subject.start(setup, Path(folder), driver.ports, place.subject) as running,
    ):
        driver.connect(running.port, setup.strategies, _sessions(setup, subject))
        running.await_venues()
        return _run(scenario, driver, running)


def _sessions(setup: Setup, subject: Subject) -> int:
    """Return how many sessions the harness's venue side gets: behind a relay one for each strategy."""
    return setup.strategies if subject.relays else setup.venues


def _run(scenario: Scenario, driver: Harness, running: Running) -> dict[str, Any]:
    load = scenario.load
    idle_bytes = resident_bytes(running.pid)
    open_orders = 0
    if scenario.open_orders:
        open_orders = driver.run(Load(scenario.open_orders, warm_up=0, window=64, most_s=MOST_FILL_S))["orders"]
    filled_bytes = resident_bytes(running.pid)
    if load.warm_up:
        driver.run(replace(load, orders=load.warm_up, warm_up=0, rate=0, window=max(load.window, 1)))
    before_ns = cpu_ns(running.pid)
    found = driver.run(replace(load, warm_up=min(load.warm_up, 100)))
    used_ns = cpu_ns(running.pid) - before_ns
    return {
        **found,
        "cpu_ns_per_order": used_ns / found["orders"],
        "open_orders": open_orders,
        "idle_bytes": idle_bytes,
        "filled_bytes": filled_bytes,
        "resident_bytes": resident_bytes(running.pid),
    }


@dataclass(slots=True)
class Results:
    """What was measured, and what could not be: a line for each."""

    runs: Runs = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def interleave(
    scenarios: Sequence[Scenario],
    subjects: Mapping[str, Subject],
    places: Mapping[str, Placement],
    rounds: int,
    tell: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
) -> Results:
    """Run each scenario's subjects in turns, ``rounds`` times; what can't be had here is told and left out.

    A run that fails is told, and the others go on. ``tell`` gets a line for each: stderr by default.
    """
    results = Results()
    for scenario in scenarios:
        place = places.get(scenario.placement)
        if place is None:
            tell(f"{scenario.name}: left out, it needs two processors")
            continue
        present = [subjects[name] for name in scenario.subjects if _is_here(scenario, subjects[name], tell)]
        for number in range(rounds):
            for subject in present if number % 2 == 0 else reversed(present):
                tell(_one(scenario, subject, place, number, results))
    return results


def _is_here(scenario: Scenario, subject: Subject, tell: Callable[[str], None]) -> bool:
    why = subject.missing()
    if why:
        tell(f"{scenario.name}: {subject.name} left out: {why}")
    return not why and subject.fits(scenario.setup)


def _one(scenario: Scenario, subject: Subject, place: Placement, number: int, results: Results) -> str:
    load_before = os.getloadavg()[0]
    try:
        found = measure(scenario, subject, place)
    except BenchmarkError as error:
        results.failures.append(f"{scenario.name}, {subject.name}, round {number + 1}: {error}")
        return results.failures[-1]
    about = {"scenario": scenario.name, "subject": subject.name, "round": number, "load_before": load_before}
    about |= {"axis": scenario.axis, "at": scenario.at, "setup": asdict(scenario.setup)}
    results.runs.append({**about, **found})
    return _line(results.runs[-1])


def _line(run: dict[str, Any]) -> str:
    times = run["round_trip"]
    return (
        f"{run['scenario']}  {run['subject']:<24}"
        f" p50 {times['p50_ns'] / 1000:8.1f} us  p99 {times['p99_ns'] / 1000:8.1f} us"
        f"  {run['orders_per_s']:9,.0f} orders/s  cpu {run['cpu_ns_per_order'] / 1000:6.1f} us/order"
        f"  {run['counted']} orders"
    )
