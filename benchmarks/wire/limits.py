"""Hold a run against the limits that the gateway is built for, row by row."""

from dataclasses import dataclass
from typing import Final

from benchmarks.tables import Table
from benchmarks.wire.figures import medians, ratio
from benchmarks.wire.rounds import Runs
from benchmarks.wire.subjects import FAIRLEAD, FAIRLEAD_POLLING, FLOOR, FLOOR_SPINNING, QUICKFIX_MEMORY


@dataclass(frozen=True, slots=True)
class Limit:
    """A ratio that one figure of a scenario must keep: to another subject, or (without one) p99 to the own p50."""

    what: str
    scenario: str
    figure: str
    subject: str
    reference: str
    at_most: float | None = None
    at_least: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether a ratio keeps it."""
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)

    def text(self) -> str:
        """Return the limit in words."""
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


LIMITS: Final = (
    Limit("FIX to FIX, one in flight, polling", "fix-one", "p50_ns", FAIRLEAD_POLLING, FLOOR_SPINNING, at_most=1.35),
    Limit("binary to OUCH, one in flight, polling", "binary-one", "p50_ns", FAIRLEAD_POLLING, FLOOR_SPINNING, 1.2),
    Limit("FIX to FIX, one processor, blocking", "fix-shared", "p50_ns", FAIRLEAD, FLOOR, at_most=1.4),
    Limit("FIX to FIX, one processor, blocking", "fix-shared", "p50_ns", FAIRLEAD, QUICKFIX_MEMORY, at_most=0.55),
    Limit("FIX to FIX, 64 in flight, polling", "fix-many", "orders_per_s", FAIRLEAD_POLLING, FLOOR, at_least=0.6),
    Limit(
        "FIX to FIX, 64 in flight, polling", "fix-many", "orders_per_s", FAIRLEAD_POLLING, QUICKFIX_MEMORY, at_least=6
    ),
    Limit(
        "binary to OUCH, 64 in flight, polling", "binary-many", "orders_per_s", FAIRLEAD_POLLING, FLOOR, at_least=0.8
    ),
    Limit("FIX to FIX, one in flight, polling: p99", "fix-one", "p99_ns", FAIRLEAD_POLLING, "", at_most=2.5),
)


def limits_table(runs: Runs) -> Table:
    """Return each limit with what was measured; a limit whose subjects were not run says so."""
    rows = []
    for limit in LIMITS:
        found = _measured(runs, limit)
        shown = [f"{found[0]:.2f}", f"{found[1]:.2f} to {found[2]:.2f}"] if found else ["not run", "-"]
        verdict = "-" if found is None else "kept" if limit.holds(found[0]) else "missed"
        rows.append([limit.what, limit.reference or "own p50", limit.text(), *shown, verdict])
    return Table("limits of the wire", ["measure", "against", "limit", "measured", "range of the rounds", ""], rows)


def _measured(runs: Runs, limit: Limit) -> tuple[float, float, float] | None:
    if limit.reference:
        return ratio(runs, limit.scenario, limit.figure, limit.subject, limit.reference)
    if limit.subject not in medians(runs).get(limit.scenario, {}):
        return None
    times = [run["round_trip"] for run in runs if run["scenario"] == limit.scenario and run["subject"] == limit.subject]
    ratios = sorted(each[limit.figure] / each["p50_ns"] for each in times)
    return ratios[len(ratios) // 2], ratios[0], ratios[-1]
