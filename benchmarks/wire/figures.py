"""Make medians and ratios of runs, and tables of those."""

import statistics
from collections.abc import Iterable
from typing import Any, Final

from benchmarks.tables import Table
from benchmarks.wire.rounds import Runs
from benchmarks.wire.subjects import FAIRLEAD

PERCENTILES: Final = ("p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns")
FIGURES: Final = (*PERCENTILES, "orders_per_s", "cpu_ns_per_order", "outward_p50_ns")


def figure(run: dict[str, Any], name: str) -> float:
    """Return one figure of a run."""
    if name == "outward_p50_ns":
        return float(run["outward"].get("p50_ns", 0))
    return float(run["round_trip"][name] if name in PERCENTILES else run[name])


def medians(runs: Runs) -> dict[str, dict[str, dict[str, Any]]]:
    """Return each figure's median and range by scenario and subject, in the order in which they came."""
    groups: dict[str, dict[str, Runs]] = {}
    for run in runs:
        groups.setdefault(run["scenario"], {}).setdefault(run["subject"], []).append(run)
    return {
        scenario: {subject: _summary(found) for subject, found in subjects.items()}
        for scenario, subjects in groups.items()
    }


def _summary(runs: Runs) -> dict[str, Any]:
    summary: dict[str, Any] = {"rounds": len(runs)}
    for name in FIGURES:
        values = [figure(run, name) for run in runs]
        summary[name] = {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}
    return summary


def ratio(runs: Runs, scenario: str, name: str, subject: str, reference: str) -> tuple[float, float, float] | None:
    """Return the median, lowest and highest of a figure's ratios, each of one round; None without both subjects."""
    by_round: dict[str, dict[int, float]] = {subject: {}, reference: {}}
    for run in runs:
        if run["scenario"] == scenario and run["subject"] in by_round:
            by_round[run["subject"]][run["round"]] = figure(run, name)
    ratios = [value / by_round[reference][at] for at, value in by_round[subject].items() if at in by_round[reference]]
    return (statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def tables(runs: Runs, with_cost: bool = False) -> list[Table]:
    """Return for each scenario medians of the rounds, and the ratios to the floors and to other engines.

    ``with_cost``: ratios of the processor time too, which mean something between two that wait in the same manner.
    """
    found = []
    for scenario, subjects in medians(runs).items():
        found.append(_figures_table(scenario, subjects))
        found.append(_ratio_table(runs, scenario, list(subjects), "p50_ns", "latency (p50)", "ratio"))
        found.append(_ratio_table(runs, scenario, list(subjects), "orders_per_s", "orders/s", "times"))
        if with_cost:
            found.append(_ratio_table(runs, scenario, list(subjects), "cpu_ns_per_order", "CPU an order", "ratio"))
    return found


def _figures_table(scenario: str, subjects: dict[str, dict[str, Any]]) -> Table:
    rounds = next(iter(subjects.values()))["rounds"]
    columns = [
        "subject",
        "p50 us",
        "p90 us",
        "p99 us",
        "p99.9 us",
        "max us",
        "out p50 us",
        "orders/s",
        "CPU us/order",
    ]
    rows = []
    for subject, summary in subjects.items():
        row = [subject, *(f"{summary[name]['median'] / 1000:,.1f}" for name in PERCENTILES)]
        out_ns = summary["outward_p50_ns"]["median"]
        row.append(f"{out_ns / 1000:,.1f}" if out_ns else "-")
        row.append(f"{summary['orders_per_s']['median']:,.0f}")
        row.append(f"{summary['cpu_ns_per_order']['median'] / 1000:.2f}")
        rows.append(row)
    return Table(f"wire {scenario}, medians of {rounds} rounds", columns, rows)


def _ratio_table(runs: Runs, scenario: str, subjects: list[str], name: str, what: str, column: str) -> Table:
    rows = []
    for subject in subjects:
        for reference in references_of(subjects):
            found = None if subject == reference else ratio(runs, scenario, name, subject, reference)
            if found is not None:
                rows.append([subject, reference, f"{found[0]:.2f} x", f"{found[1]:.2f} to {found[2]:.2f}"])
    return Table(f"wire {scenario}, {what}", ["subject", "against", column, "range"], rows)


def references_of(subjects: Iterable[str]) -> list[str]:
    """Return what others are compared with: the floors, and every other engine."""
    return [name for name in subjects if not name.startswith(FAIRLEAD)]
