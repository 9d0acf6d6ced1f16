"""The options of the commands, and the scenarios that they choose."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.wire import matrix
from benchmarks.wire.rounds import Scenario
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.subjects import SUBJECTS
from benchmarks.wire.sweeps import SWEEPS

ROUNDS: Final = 5

_SETTINGS: Final[dict[str, Callable[[str], Any]]] = {
    "strategy": str,
    "venue": str,
    "strategies": int,
    "venues": int,
    "fills": lambda text: text == "yes",
    "singly": lambda text: text == "yes",
    "sync": str,
    "risk": str,
    "waiting": str,
}
"""What --set takes of a setup, and how a value is read."""


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add what all commands take: which scenarios, how long, and where results go."""
    parser.add_argument("--scenario", action="append", metavar="NAME", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=f"of {', '.join(_SETTINGS)}")
    parser.add_argument("--rounds", type=int, help=f"rounds of each scenario (default {ROUNDS}; of the matrix 1)")
    parser.add_argument("--orders", type=int, help="orders of a run (default: the scenario's)")
    parser.add_argument("--seconds", type=float, help="after so long a run sends no further order")
    parser.add_argument("--fifo", type=int, default=0, metavar="PRIORITY", help="run it all before others (SCHED_FIFO)")
    parser.add_argument("--json", type=Path, help="write every run and the medians")
    parser.add_argument("--page", type=Path, help="write an HTML page with charts")


def add_wire_options(parser: argparse.ArgumentParser) -> None:
    """Add what is of the wire command alone."""
    parser.add_argument("--subject", action="append", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; default: all")
    parser.add_argument("--sweep", action="append", metavar="NAME", help=f"of {', '.join(SWEEPS)}, or all")
    parser.add_argument("--matrix", action="store_true", help="every port towards every venue, other things one by one")
    parser.add_argument("--cross", action="append", default=[], metavar="AXIS", help="vary it in all of the matrix")
    parser.add_argument("--cell", action="append", default=[], metavar="TEXT", help="only cells named so, in part")


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """Return the wire command's scenarios; raises ValueError for a name that is not known.

    Without a scenario, a sweep or the matrix: all scenarios.
    """
    sweeps = list(SWEEPS) if "all" in (options.sweep or ()) else options.sweep or []
    names = options.scenario or ([] if options.sweep or options.matrix else SCENARIOS)
    found = named(names)
    found += [scenario for name in sweeps for scenario in _known("sweep", name, SWEEPS)]
    if options.matrix:
        cells = matrix.scenarios(options.cross)
        found += [cell for cell in cells if all(text in cell.name for text in options.cell)]
    for name in options.subject or ():
        _known("subject", name, SUBJECTS)
    if options.subject:
        found = [
            replace(one, subjects=tuple(name for name in one.subjects if name in options.subject)) for one in found
        ]
    return [adjusted(scenario, options) for scenario in found]


def named(names: Sequence[str] | Mapping[str, Any]) -> list[Scenario]:
    """Return scenarios by their names; raises ValueError for one that is not known."""
    return [_known("scenario", name, SCENARIOS) for name in names]


def adjusted(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    """Return the scenario with the load and the settings that the options ask for."""
    load = scenario.load
    if options.orders:
        load = replace(load, orders=options.orders, warm_up=min(load.warm_up, options.orders))
    if options.seconds:
        load = replace(load, most_s=options.seconds)
    return replace(scenario, load=load, setup=scenario.setup.but(**_settings(options.set)))


def _known(what: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ValueError(f"{what} {name!r} received, expected one of {', '.join(known)}")
    return known[name]


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Return changes of the setup from NAME=VALUE."""
    pairs = [text.partition("=")[::2] for text in given]
    return {name: _known("setting", name, _SETTINGS)(value) for name, value in pairs}
