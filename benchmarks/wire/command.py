"""``python -m benchmarks wire``: what is compared, how often, and where the results go."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import describe_machine
from benchmarks.tables import Table, Text, ratios
from benchmarks.wire.figures import medians, tables
from benchmarks.wire.limits import limits_table
from benchmarks.wire.native import build
from benchmarks.wire.page import page
from benchmarks.wire.placement import placements
from benchmarks.wire.rounds import Results, Scenario, interleave
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.subjects import SUBJECTS
from benchmarks.wire.sweeps import SWEEPS

ROUNDS = 5
_SETTINGS: Final[dict[str, Callable[[str], Any]]] = {
    "strategy": str,
    "venue": str,
    "strategies": int,
    "venues": int,
    "fills": lambda text: text == "yes",
    "sync": str,
    "risk": str,
    "waiting": str,
}
"""What --set takes of a setup, and how a value is read."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks wire", description=__doc__)
    made.add_argument("--scenario", action="append", metavar="NAME", help=f"of {', '.join(SCENARIOS)}; default: all")
    made.add_argument("--subject", action="append", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; default: all")
    made.add_argument("--sweep", action="append", metavar="NAME", help=f"of {', '.join(SWEEPS)}, or all; default: none")
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=f"of {', '.join(_SETTINGS)}")
    made.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each scenario (default {ROUNDS})")
    made.add_argument("--orders", type=int, help="orders of a run (default: the scenario's)")
    made.add_argument("--seconds", type=float, help="after so long a run sends no further order")
    made.add_argument("--json", type=Path, help="write every run and the medians")
    made.add_argument("--page", type=Path, help="write an HTML page with charts")
    return made


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """Return the scenarios that the options ask for; raises ValueError for a name that is not known."""
    sweeps = list(SWEEPS) if "all" in (options.sweep or ()) else options.sweep or []
    names = options.scenario or ([] if options.sweep else SCENARIOS)
    scenarios = [_known("scenario", name, SCENARIOS) for name in names]
    scenarios += [scenario for name in sweeps for scenario in _known("sweep", name, SWEEPS)]
    for name in options.subject or ():
        _known("subject", name, SUBJECTS)
    return [_adjusted(scenario, options) for scenario in scenarios]


def _known(what: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ValueError(f"{what} {name!r} received, expected one of {', '.join(known)}")
    return known[name]


def _adjusted(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    if options.subject:
        scenario = replace(scenario, subjects=tuple(one for one in scenario.subjects if one in options.subject))
    load = scenario.load
    if options.orders:
        load = replace(load, orders=options.orders, warm_up=min(load.warm_up, options.orders))
    if options.seconds:
        load = replace(load, most_s=options.seconds)
    return replace(scenario, load=load, setup=scenario.setup.but(**_settings(options.set)))


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Return changes of the setup from NAME=VALUE."""
    pairs = [text.partition("=")[::2] for text in given]
    return {name: _known("setting", name, _SETTINGS)(value) for name, value in pairs}


def run(scenarios: Sequence[Scenario], rounds: int) -> Results:
    """Build what is needed and measure, saying each result on stderr as it comes."""
    build()
    return interleave(scenarios, SUBJECTS, placements(), rounds, lambda line: print(line, file=sys.stderr, flush=True))


def shown(results: Results) -> list[Table | Text]:
    """Return all that is to be told of results."""
    found: list[Table | Text] = [*tables(results.runs), limits_table(results.runs)]
    if results.failures:
        found.append(Text("runs that failed", "\n".join(results.failures)))
    return found


def report(results: Results, found: Sequence[Table | Text]) -> dict[str, Any]:
    """Return what is written as JSON: the machine, ratios for `fairlead release check`, medians, every run."""
    head = {"form": "fairlead-benchmarks-1", "machine": dict(describe_machine()), "ratios": list(ratios(found))}
    return {**head, "medians": medians(results.runs), "failures": results.failures, "runs": results.runs}


def main(arguments: Sequence[str]) -> int:
    """Run the command; return 1 where a run failed."""
    made = parser()
    options = made.parse_args(arguments)
    try:
        scenarios = chosen(options)
    except ValueError as error:
        made.error(str(error))
    machine = describe_machine()
    results = run(scenarios, options.rounds)
    found = shown(results)
    for key, value in machine:
        print(f"{key:<12} {value}")
    for table in found:
        print(f"\n{table.text()}")
    if options.json is not None:
        options.json.write_text(json.dumps(report(results, found)), encoding="utf-8")
    if options.page is not None:
        options.page.write_text(page(dict(machine), found, results.runs), encoding="utf-8")
    return 1 if results.failures else 0


def default_tables() -> list[Table | Text]:
    """Measure everything as `make bench` does, and return the tables."""
    return shown(run(list(SCENARIOS.values()), ROUNDS))
