"""Vary one thing and hold the rest: windows, strategies, venue sessions, open orders."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from benchmarks.wire.harness import Load
from benchmarks.wire.rounds import Scenario
from benchmarks.wire.setup import Setup
from benchmarks.wire.subjects import FAIRLEAD, FAIRLEAD_POLLING, FLOOR, QUICKFIX_MEMORY

_BASE: Final = Scenario(
    "base", Setup("fix44", "fix44"), Load(20_000, 1_000, window=16, most_s=2.0), "two", (FLOOR, FAIRLEAD)
)
_ALL: Final = (FLOOR, FAIRLEAD, FAIRLEAD_POLLING, QUICKFIX_MEMORY)


def _window(scenario: Scenario, at: int) -> Scenario:
    return replace(scenario, load=replace(scenario.load, window=at), subjects=_ALL)


def _strategies(scenario: Scenario, at: int) -> Scenario:
    return replace(scenario, setup=scenario.setup.but(strategies=at))


def _venues(scenario: Scenario, at: int) -> Scenario:
    # a relay makes a connection for each of its own: it has no other number of venues than of strategies
    return replace(scenario, setup=scenario.setup.but(venues=at), subjects=(FAIRLEAD,))


def _open_orders(scenario: Scenario, at: int) -> Scenario:
    return replace(scenario, open_orders=at, subjects=(FAIRLEAD,))


_SWEEPS: Final[dict[str, tuple[Callable[[Scenario, int], Scenario], Sequence[int]]]] = {
    "window": (_window, (1, 4, 16, 64, 256)),
    "strategies": (_strategies, (1, 10, 100, 1000)),
    "venue sessions": (_venues, (1, 10, 50, 200)),
    "open orders": (_open_orders, (0, 1_000, 10_000, 100_000)),
}

SWEEPS: Final = {
    axis: [replace(vary(_BASE, at), name=f"{axis} {at}", axis=axis, at=at) for at in places]
    for axis, (vary, places) in _SWEEPS.items()
}
"""Scenarios by what they vary."""
