"""``python -m benchmarks wire``: what is compared, how often, and where the results go."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.tables import Table, ratios
from benchmarks.wire.figures import medians, tables
from benchmarks.wire.limits import limits_table
from benchmarks.wire.native import build
from benchmarks.wire.placement import placements
from benchmarks.wire.rounds import Runs, Scenario, interleave
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.subjects import SUBJECTS

ROUNDS = 5


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks wire", description=__doc__)
    made.add_argument("--scenario", action="append", metavar="NAME", help=f"of {', '.join(SCENARIOS)}; default: all")
    made.add_argument("--subject", action="append", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; default: all")
    made.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each scenario (default {ROUNDS})")
    made.add_argument("--orders", type=int, help="orders of a run (default: the scenario's)")
    made.add_argument("--seconds", type=float, help="after so long a run sends no further order")
    made.add_argument("--json", type=Path, help="write every run and the medians")
    return made


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """Return the scenarios that the options ask for; raises ValueError for a name that is not known."""
    scenarios = []
    for name in options.scenario or SCENARIOS:
        if name not in SCENARIOS:
            raise ValueError(f"scenario {name!r} received, expected one of {', '.join(SCENARIOS)}")
        scenario = SCENARIOS[name]
        if options.subject:
            scenario = replace(scenario, subjects=tuple(one for one in scenario.subjects if one in options.subject))
        load = scenario.load
        if options.orders:
            load = replace(load, orders=options.orders, warm_up=min(load.warm_up, options.orders))
        if options.seconds:
            load = replace(load, most_s=options.seconds)
        scenarios.append(replace(scenario, load=load))
    for name in options.subject or ():
        if name not in SUBJECTS:
            raise ValueError(f"subject {name!r} received, expected one of {', '.join(SUBJECTS)}")
    return scenarios


def run(scenarios: Sequence[Scenario], rounds: int) -> Runs:
    """Build what is needed and measure, saying each result on stderr as it comes."""
    build()
    return interleave(scenarios, SUBJECTS, placements(), rounds, lambda line: print(line, file=sys.stderr, flush=True))


def report(runs: Runs, found: Sequence[Table]) -> dict[str, Any]:
    """Return what is written as JSON: the machine, ratios for `fairlead release check`, medians, every run."""
    machine = dict(describe_machine())
    summary = {"form": "fairlead-benchmarks-1", "machine": machine, "ratios": list(ratios(found))}
    return {**summary, "medians": medians(runs), "runs": runs}


def main(arguments: Sequence[str]) -> None:
    """Run the command."""
    made = parser()
    options = made.parse_args(arguments)
    try:
        scenarios = chosen(options)
    except ValueError as error:
        made.error(str(error))
    machine = describe_machine()
    runs = run(scenarios, options.rounds)
    found = [*tables(runs), limits_table(runs)]
    for key, value in machine:
        print(f"{key:<12} {value}")
    for table in found:
        print(f"\n{table.text()}")
    if options.json is not None:
        options.json.write_text(json.dumps(report(runs, found), indent=1), encoding="utf-8")


def default_tables() -> list[Table]:
    """Measure everything as `make bench` does, and return the tables."""
    runs = run(list(SCENARIOS.values()), ROUNDS)
    return [*tables(runs), limits_table(runs)]
