"""Tell results: tables for a terminal, JSON, and a page."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from benchmarks.tables import Table, Text, ratios
from benchmarks.wire import matrix
from benchmarks.wire.figures import medians, tables
from benchmarks.wire.limits import limits_table
from benchmarks.wire.page import page
from benchmarks.wire.rounds import Results
from benchmarks.wire.scenarios import SCENARIOS

Machine = Sequence[tuple[str, str]]


def shown(results: Results) -> list[Table | Text]:
    """Return all that is to be told of results; cells of the matrix have one table together."""
    cells = [run for run in results.runs if run["axis"] == matrix.AXIS]
    others = [run for run in results.runs if run["axis"] != matrix.AXIS]
    found: list[Table | Text] = [*tables(others)]
    if cells:
        found.append(matrix.table(cells))
    if any(run["scenario"] in SCENARIOS for run in others):
        found.append(limits_table(others))
    return [*found, *failures_text(results)]


def failures_text(results: Results) -> list[Text]:
    """Return the runs that failed, if any."""
    return [Text("runs that failed", "\n".join(results.failures))] if results.failures else []


def report(results: Results, machine: Machine, found: Sequence[Table | Text]) -> dict[str, Any]:
    """Return what is written as JSON: the machine, ratios for `fairlead release check`, medians, every run."""
    head = {"form": "fairlead-benchmarks-1", "machine": dict(machine), "ratios": list(ratios(found))}
    return {**head, "medians": medians(results.runs), "failures": results.failures, "runs": results.runs}


def tell(results: Results, machine: Machine, found: Sequence[Table | Text], options: argparse.Namespace) -> int:
    """Print, and write the files that the options name; return the program's exit code."""
    for key, value in machine:
        print(f"{key:<12} {value}")
    for table in found:
        print(f"\n{table.text()}")
    for path in (options.json, options.page):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    if options.json is not None:
        options.json.write_text(json.dumps(report(results, machine, found)), encoding="utf-8")
    if options.page is not None:
        options.page.write_text(page(dict(machine), found, results.runs), encoding="utf-8")
    return 1 if results.failures else 0
