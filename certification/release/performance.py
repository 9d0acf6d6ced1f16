"""Compare the ratios of two benchmark reports: figures beside a reference on the same machine, not times.

A report is what ``python -m benchmarks --json FILE`` writes, form ``fairlead-benchmarks-1``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fairlead.certification.release.baseline import Baseline
from fairlead.certification.release.parts import Part, PartVerdict, ReleaseError, Row

FORM = "fairlead-benchmarks-1"
_NAME, _TITLE, _COLUMNS = "performance", "Performance", ("Ratio", "Baseline", "Now", "Change")


def read_report(path: Path) -> dict[str, tuple[float, bool]]:
    """Return (value, whether higher is better) of each ratio of a report. Raises ReleaseError."""
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        if raw["form"] != FORM:
            raise ReleaseError(f"{path} has the form {raw['form']!r}, expected {FORM!r}")
        return {each["name"]: (float(each["value"]), each["better"] == "higher") for each in raw["ratios"]}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ReleaseError(f"{path} can't be read: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseError(f"{path} is no report of benchmarks: {error!r}") from error


def compare_performance(baseline: Baseline, now: Path) -> Part:
    """Return the part about performance. Raises ReleaseError."""
    assert baseline.performance is not None
    before, after = read_report(baseline.performance), read_report(now)
    rows, worse = [], 0
    for name, (value, is_higher_better) in before.items():
        if name not in after:
            rows.append(Row(name, f"{value:.2f}", "not measured", "fail", "missing"))
            worse += 1
            continue
        measured = after[name][0]
        change = (measured / value - 1) * (1 if is_higher_better else -1) if value else 0.0
        tolerance = baseline.tolerances.get(name, baseline.tolerance)
        is_worse = change < -tolerance
        worse += is_worse
        note = f"{abs(change):.0%} {'better' if change >= 0 else 'worse'}, tolerated {tolerance:.0%}"
        rows.append(Row(name, f"{value:.2f}", f"{measured:.2f}", "fail" if is_worse else "pass", note))
    rows += [Row(name, "new", f"{value:.2f}", "", "") for name, (value, _) in after.items() if name not in before]
    if not before:
        return Part(_NAME, _TITLE, PartVerdict.BROKEN, "the baseline has no ratios", _COLUMNS, rows)
    text = f"{worse} of {len(before)} ratios are worse than tolerated" if worse else f"{len(before)} ratios hold"
    return Part(_NAME, _TITLE, PartVerdict.FAIL if worse else PartVerdict.PASS, text, _COLUMNS, rows)
