"""Write a report as a line for people."""

from rich.text import Text

from fairlead.client.order import decimal
from fairlead.codecs.json_lines.fields import Time
from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, Refusal, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import Report

_STYLES = {
    ReportKind.ACCEPTED: "cyan",
    ReportKind.REPLACED: "cyan",
    ReportKind.FILLED: "bold green",
    ReportKind.REJECTED: "bold red",
    ReportKind.CANCEL_REJECTED: "red",
    ReportKind.CANCELED: "yellow",
    ReportKind.EXPIRED: "yellow",
    ReportKind.DONE_FOR_DAY: "yellow",
    ReportKind.TRADE_BUSTED: "bold magenta",
    ReportKind.TRADE_CORRECTED: "bold magenta",
}
_NAMES = {names: {member.value: member.name.lower() for member in names} for names in (Side, OrdStatus, Refusal)}
_TIME = Time()


def report_line(report: Report) -> Text:
    """Return one line that says what happened and how the order stands."""
    kind = ReportKind(report.kind)
    line = Text()
    if report.transact_time_ns != ABSENT:
        line.append(f"{_TIME.encode(report.transact_time_ns)[11:26]}  ", "dim")
    line.append(f"{kind.name.lower():<16}", _STYLES.get(kind, ""))
    line.append("  ".join([f"{report.cl_ord_id}", *_happened(report), *_stands(report), *_why(report)]))
    return line


def _happened(report: Report) -> list[str]:
    side = _NAMES[Side].get(report.side, "")
    if report.last_qty == ABSENT:
        price = "" if report.price == ABSENT else f" @ {decimal(report.price)}"
        quantity = "" if report.order_qty == ABSENT else f"{decimal(report.order_qty)} "
        said = f"{side} {quantity}{report.symbol}{price}".strip()
    else:
        said = f"{side} {decimal(report.last_qty)} {report.symbol} @ {decimal(report.last_px)}".strip()
    return [part for part in (said, report.venue and f"on {report.venue}") if part]


def _stands(report: Report) -> list[str]:
    numbers = [
        f"{label} {decimal(value)}"
        for label, value in (("leaves", report.leaves_qty), ("cum", report.cum_qty), ("avg", report.avg_px))
        if value != ABSENT
    ]
    return [_NAMES[OrdStatus].get(report.ord_status, chr(report.ord_status)), *numbers]


def _why(report: Report) -> list[str]:
    refusal = _NAMES[Refusal].get(report.refusal, "") if report.refusal else ""
    # A venue's text may hold anything; a terminal must not obey it.
    text = "".join(character if character.isprintable() else "?" for character in report.text)
    return [part for part in (refusal, text) if part]
