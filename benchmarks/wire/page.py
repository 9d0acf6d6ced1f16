"""Show a report as one HTML page: the machine, limits, tables, and charts of what was run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from benchmarks.tables import Table, Text
from benchmarks.wire.figures import medians
from benchmarks.wire.plots import Axis, Series, line_chart
from benchmarks.wire.rounds import Runs
from benchmarks.wire.sweeps import SWEEPS

_STYLE: Final = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 1200px; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 0.6em 0 1.4em; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.3em; }
th, td { padding: 0.2em 0.9em 0.2em 0; border-bottom: 1px solid #eee; text-align: right; white-space: nowrap; }
th.word, td.word { text-align: left; } th { color: #666; font-weight: 500; }
td.kept { color: #2a7a2a; } td.missed { color: #b3261e; }
svg { width: 590px; max-width: 100%; margin: 0.4em 0; }
svg text { font: 11px system-ui, sans-serif; fill: #444; }
svg text.title { font-weight: 600; font-size: 12.5px; fill: #222; } svg .grid { stroke: #e6e6e6; stroke-width: 1; }
pre { font-size: 12px; } p.note { color: #666; max-width: 62em; }
"""

_VERDICTS: Final = ("kept", "missed")

_TAIL: Final = ((0.0, "0"), (1.0, "90"), (2.0, "99"), (3.0, "99.9"), (4.0, "99.99"))
"""Percentiles on an axis that gives each further nine the same room."""

SWEEP_FIGURES: Final = (
    ("orders_per_s", 1.0, "orders/s"),
    ("p50_ns", 1000.0, "p50, us"),
    ("cpu_ns_per_order", 1000.0, "CPU, us an order"),
)


def page(machine: Mapping[str, str], tables: Iterable[Table | Text], runs: Runs) -> str:
    """Return the page; charts come from ``runs``, of which there may be none."""
    body = ["<h1>Fairlead: benchmarks</h1>", _facts(machine)]
    tables = list(tables)
    limits = [table for table in tables if table.title.startswith("limits")]
    body += [_table(table) for table in limits]
    if runs:
        body.append("<h2>Round trips, wire to wire</h2>")
        body.append(
            '<p class="note">Order out plus report back, two hops through the subject. Lines join the runs of all '
            "rounds; the horizontal axis gives each further nine of the percentile the same room.</p>"
        )
    body += distribution_charts(runs)
    body += sweep_charts(runs)
    body.append("<h2>Tables</h2>")
    body += [_table(table) for table in tables if table not in limits and _rows(table)]
    head = f'<meta charset="utf-8"><title>Fairlead: benchmarks</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _rows(table: Table | Text) -> bool:
    return isinstance(table, Text) or bool(table.rows)


def _facts(machine: Mapping[str, str]) -> str:
    cells = ((escape(key), escape(value)) for key, value in machine.items())
    rows = "".join(f'<tr><td>{key}</td><td class="word">{value}</td></tr>' for key, value in cells)
    return f"<table>{rows}</table>"


def _table(table: Table | Text) -> str:
    if isinstance(table, Text):
        return f"<h3>{escape(table.title)}</h3><pre>{escape(table.lines)}</pre>"
    kinds = ["" if _is_of_numbers(cells) else "word" for cells in zip(*table.rows, strict=True)]
    head = "".join(
        f'<th class="{kind}">{escape(column)}</th>' for kind, column in zip(kinds, table.columns, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>" for row in table.rows)
    return f"<table><caption>{escape(table.title)}</caption><tr>{head}</tr>{rows}</table>"


def _is_of_numbers(cells: Iterable[str]) -> bool:
    return all(cell[:1].isdigit() or cell == "-" for cell in cells)


def _cell(text: str, kind: str) -> str:
    return (
        f'<td class="{kind} {text}">{escape(text)}</td>'
        if text in _VERDICTS
        else f'<td class="{kind}">{escape(text)}</td>'
    )


def distribution_charts(runs: Runs) -> list[str]:
    """Return a chart of latency over percentile for each scenario that is no part of a sweep."""
    charts = []
    for scenario in dict.fromkeys(run["scenario"] for run in runs if not run["axis"]):
        lines: dict[str, list[tuple[float, float]]] = {}
        for subject in _subjects(runs):
            same = [run for run in runs if (run["scenario"], run["subject"]) == (scenario, subject)]
            lines[subject] = _tail(same) if same else []
        axis = Axis("percentile", ticks=_TAIL)
        charts.append(line_chart(scenario, axis, Axis("round trip, us", is_log=True), lines))
    return charts


def _subjects(runs: Runs) -> list[str]:
    """Return all subjects, in one order for all charts: each keeps its colour."""
    return list(dict.fromkeys(run["subject"] for run in runs))


def _tail(runs: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return (nines, us) of all rounds' histograms together; the last 20 round trips are left out: they are chance."""
    merged: dict[int, int] = {}
    for run in runs:
        for begin_ns, count in run["round_trip"]["histogram"]:
            merged[begin_ns] = merged.get(begin_ns, 0) + count
    total, seen, points = sum(merged.values()), 0, []
    for begin_ns, count in sorted(merged.items()):
        share_left = (total - seen) / total
        if share_left * total >= 20 or not points:
            points.append((_nines(share_left), max(begin_ns, 1) / 1000))
        seen += count
    return [point for point in points if point[0] <= _TAIL[-1][0]]


def _nines(share_left: float) -> float:
    return -math.log10(share_left)


def sweep_charts(runs: Runs) -> list[str]:
    """Return charts of throughput, latency and cost against what each sweep varies."""
    charts = []
    for axis in dict.fromkeys(run["axis"] for run in runs if run["axis"] in SWEEPS):
        swept = [run for run in runs if run["axis"] == axis]
        places = {run["scenario"]: float(run["at"]) for run in swept}
        summary = medians(swept)
        ticks = [(max(at, 0.5), f"{at:g}") for at in sorted(set(places.values()))]
        for name, unit, label in SWEEP_FIGURES:
            lines: dict[str, list[tuple[float, float]]] = {subject: [] for subject in _subjects(runs)}
            for scenario, subjects in summary.items():
                for subject, found in subjects.items():
                    point = (max(places[scenario], 0.5), found[name]["median"] / unit)
                    lines[subject].append(point)
            series: Series = {subject: sorted(points) for subject, points in lines.items()}
            charts.append(line_chart(f"by {axis}", Axis(axis, True, ticks), Axis(label, True), series))
    return charts
