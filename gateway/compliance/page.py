"""Write a report as one page of HTML that needs nothing else, for people to read, print and sign."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

SHOWN_ROWS: Final = 100
"""Rows of a part that the page shows; the JSON file has all."""
_NS: Final = 1_000_000_000
Row = Mapping[str, Any]


def time_text(utc_ns: int) -> str:
    """Return a UTC time to the millisecond, ``never`` for 0."""
    if not utc_ns:
        return "never"
    return f"{datetime.fromtimestamp(utc_ns // _NS, UTC):%Y-%m-%d %H:%M:%S}.{utc_ns % _NS // 1_000_000:03d}"


def day_text(utc_ns: int) -> str:
    """Return a UTC date, ``never`` for 0."""
    return f"{datetime.fromtimestamp(utc_ns // _NS, UTC):%Y-%m-%d}" if utc_ns else "never"


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the page: where its rows are in the report, and what of a row each column shows."""

    anchor: str
    title: str
    lead: str
    find: Callable[[Row], Sequence[Row]]
    columns: Mapping[str, Callable[[Row], object]]
    numbers: frozenset[str] = frozenset()

    def filled(self, report: Row) -> dict[str, Any]:
        """Return what the template shows."""
        rows = [{name: show(row) for name, show in self.columns.items()} for row in self.find(report)]
        return {
            "anchor": self.anchor,
            "title": self.title,
            "lead": self.lead,
            "columns": list(self.columns),
            "numbers": self.numbers,
            "rows": rows,
            "shown": SHOWN_ROWS,
        }


def _value(name: str) -> Callable[[Row], object]:
    return lambda row: row.get(name, "")


def _when(row: Row) -> str:
    return time_text(row["utc_ns"])


def _rest(*left_out: str) -> Callable[[Row], str]:
    """Show everything but what other columns show, as name and value."""
    hidden = {"sequence", "utc_ns", *left_out}

    def show(row: Row) -> str:
        told = ((name, value) for name, value in row.items() if name not in hidden and value not in ("", None, [], {}))
        return ", ".join(f"{name} {_plain(value)}" for name, value in told)

    return show


def _plain(value: object) -> str:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)


def _counts(section: str) -> Callable[[Row], Sequence[Row]]:
    return lambda report: [{"check": name, "count": n} for name, n in report[section]["by_check"].items()]


_REFUSED: Final = {
    "time": _when,
    "check": _value("check"),
    "strategy": _value("strategy"),
    "order": _value("cl_ord_id"),
    "symbol": _value("symbol"),
    "venue": _value("venue"),
    "limit": _value("limit"),
    "value": _value("value"),
    "row": _value("row"),
    "limits": _value("limits_version"),
}
_HAPPENED: Final = {"time": _when, "event": _value("event"), "by": _value("by"), "what": _rest("event", "by")}

PARTS: Final = (
    Part(
        "limits",
        "Limits in force",
        "Every change with who, why, before and after; the first record of a period that began with a start holds the "
        "whole set.",
        lambda report: report["limit_changes"],
        {"time": _when, "event": _value("event"), "who": _value("operator"), "why": _value("reason"),
         "what": _rest("event", "operator", "reason")},
    ),
    Part("checks", "Refusals by check", "", _counts("refusals"),
         {"check": _value("check"), "refusals": _value("count")}, frozenset(("refusals",))),
    Part("refusals", "Refusals", "Orders that the checks refused: nothing of them went out.",
         lambda report: report["refusals"]["rows"], _REFUSED),
    Part("warnings", "Warnings", "Orders in a soft band: they went out.",
         lambda report: report["warnings"]["rows"], _REFUSED),
    Part("overrides", "Overrides", "", lambda report: report["overrides"], _HAPPENED),
    Part("kills", "Kills", "What was blocked and cancelled, by whom; milliseconds after the block was in force.",
         lambda report: report["kills"],
         {"time": _when, "kill": _value("id"), "scope": lambda row: _plain(row["scope"]), "by": _value("by"),
          "reason": _value("reason"), "orders": _value("orders"), "escalated": _value("escalated"),
          "stages": lambda row: _plain(row["stages_ms"]),
          "done": lambda row: "not yet" if row["done_ms"] is None else row["done_ms"],
          "released": lambda row: _plain(row["released"]) if row["released"] else "in force"},
         frozenset(("orders", "escalated", "done"))),
    Part("breaks", "Breaks", "Where our books and another's differed, and how that ended.",
         lambda report: report["breaks"], _HAPPENED),
    Part("operators", "Operators' actions", "The audit: each is chained to the one before.",
         lambda report: report["operators"],
         {"time": _when, "operator": _value("operator"), "what": _rest("operator")}),
    Part("clock", "Clock", "Readings of the clock's offset, by UTC day.", lambda report: report["clock"],
         {"day": lambda row: day_text(row["day_utc_ns"]), "samples": _value("samples"),
          "unsynchronised": _value("unsynchronised"), "beyond the bound": _value("beyond_bound"),
          "largest offset us": lambda row: f"{row['max_offset_ns'] / 1000:.1f}",
          "largest error us": lambda row: f"{row['max_error_ns'] / 1000:.1f}"},
         frozenset(("samples", "unsynchronised", "beyond the bound", "largest offset us", "largest error us"))),
    Part("alerts", "Alerts", "", lambda report: [{"event": k, "count": n} for k, n in report["alerts"].items()],
         {"event": _value("event"), "count": _value("count")}, frozenset(("count",))),
    Part("certificates", "Certificates", "Of venues' profiles, as they stood when this report was made.",
         lambda report: report["certificates"],
         {"certificate": _value("certificate"), "profile": _value("profile"), "venues": _value("venues"),
          "state": _value("state"), "issued": lambda row: day_text(row["issued_utc_ns"]),
          "valid until": _value("valid_until"), "issuer": _value("issuer")}),
    Part("runs", "Starts and stops", "", lambda report: report["runs"], _HAPPENED),
    Part("records", "Record keeping", "Every record's length, number and checksum was read over for this report.",
         lambda report: [report["records"]],
         {"journal": _value("folder"), "records": _value("records"), "segments": _value("segments"),
          "sealed": _value("sealed"), "since": lambda row: time_text(row["first_utc_ns"]),
          "audit records": _value("audit_records"), "audit head": _value("audit_head"),
          "verdict": lambda row: "; ".join(row["complaints"]) or "whole"},
         frozenset(("records", "segments", "sealed"))),
)  # fmt: skip


def render_page(report: Row) -> str:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("fairlead.gateway.compliance", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["time"] = time_text
    environment.filters["day"] = day_text
    parts = [part.filled(report) for part in PARTS]
    contents = [("controls", "Controls"), *((part.anchor, part.title) for part in PARTS), ("sign", "Sign-off")]
    return environment.get_template("report.html.j2").render(**report, parts=parts, contents=contents)
