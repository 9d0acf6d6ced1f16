"""Draw how far a kill has come: a bar for each venue, the times of its stages, and the list for people.

Everything is drawn from the answer to ``kill.status``; colours repeat what the words say.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

BAR_WIDTH: Final = 20
LISTED: Final = 5
"""Rows of the escalation list where no number is asked for: all fits a small terminal."""
_STATE_STYLES: Final = {
    "cancelling": "bold yellow",
    "escalated": "bold white on red",
    "resolved": "bold yellow",
    "done": "bold green",
    "blocked": "bold yellow",
    "released": "dim",
}
_STAGES: Final = (
    ("all sent", "all_sent"),
    ("first", "first_confirmed"),
    ("50 %", "half_confirmed"),
    ("99 %", "most_confirmed"),
    ("last", "last_confirmed"),
    ("escalated", "escalated"),
)
_NS_PER_S: Final = 1e9


def count(number: int, word: str) -> str:
    """Return ``1 order``, ``132 orders``, ``10,000 orders``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def preview_view(found: Mapping[str, Any]) -> RenderableType:
    """Show what a kill would end."""
    venues = list(found["venues"])
    head = Text(f"{count(found['orders'], 'order')}, {count(len(venues), 'venue')}", style="bold")
    head.append(f"   {found['scope']}", style="bold yellow")
    parts: list[RenderableType] = [head]
    if venues:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column, justify in (("venue", "left"), ("orders", "right"), ("unknown", "right"), ("", "left")):
            table.add_column(column, justify="right" if justify == "right" else "left")
        for each in venues:
            away = Text("" if each["is_up"] else "DOWN: cancels wait for its return", style="bold red")
            table.add_row(each["venue"], f"{each['orders']:,}", _number(each["unknown"]), away)
        parts.append(table)
        named = ", ".join(f"{each['strategy']} {each['orders']:,}" for each in found["strategies"])
        parts.append(Text(f"by strategy: {named}"))
    if found["standing"]:
        parts.append(Text(f"kill {found['standing']} of this scope is in force: it is engaged once more", "yellow"))
    return Group(*parts)


def status_view(status: Mapping[str, Any], note: str = "", listed: int = LISTED) -> RenderableType:
    """Show one kill; ``note`` is what the person should know besides, such as a gateway that answers slowly."""
    parts: list[RenderableType] = [_head(status), _counts(status), _times(status)]
    if status["escalations"]:
        title = f"ESCALATED: {count(status['escalated'], 'order')} not confirmed dead"
        parts += [Text(title, style="bold red"), _contacts(status["contacts"]), _escalations(status, listed)]
    if status["resolved"]:
        text = f"{count(status['resolved'], 'order')} resolved by a person; alive in the books until the venue's word"
        parts.append(Text(text, style="yellow"))
    if note:
        parts.append(Text(note, style="bold magenta"))
    return Group(*parts)


def list_view(kills: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Show kills in a line each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("kill", "state", "blocks", "orders", "live", "listed"):
        table.add_column(column, no_wrap=True)
    for column in ("scope", "by", "reason", "released"):
        table.add_column(column, overflow="fold")
    for each in kills:
        table.add_row(
            each["id"],
            Text(each["state"].upper(), style=_STATE_STYLES[each["state"]]),
            "yes" if each["is_blocking"] else "no",
            f"{each['total']:,}",
            _number(each["live"]),
            _number(each["escalated"]),
            each["scope"],
            each["by"],
            each["reason"],
            f"{each['released_by']} + {each['approved_by']}" if each["released_utc_ns"] else "",
        )
    return table


def _head(status: Mapping[str, Any]) -> Text:
    head = Text(f"KILL {status['id']} ", style="bold")
    head.append(f" {status['state'].upper()} ", style=_STATE_STYLES[status["state"]])
    head.append(f"  {status['scope']}", style="bold")
    head.append(f"  by {status['by']}: {status['reason']}")
    head.append("  new orders are refused" if status["is_blocking"] else "  no block in force", style="dim")
    return head


def _counts(status: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("venue", no_wrap=True)
    table.add_column("confirmed dead", width=BAR_WIDTH)
    for column in ("dead", "sent", "live"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("how", overflow="fold")
    for name, each in _rows(status):
        style = "green" if not each["live"] else "red" if each.get("escalated") else "yellow"
        completed, total = (each["confirmed"], each["total"]) if each["total"] else (1, 1)
        table.add_row(
            name,
            ProgressBar(total, completed, BAR_WIDTH, complete_style=style, finished_style=style),
            f"{each['confirmed']:,}/{each['total']:,}",
            f"{each['sent']:,}",
            Text(_number(each["live"]), style="bold red" if each["live"] else ""),
            ", ".join(f"{number:,} {how.replace('_', ' ')}" for how, number in each["dead"].items()),
        )
    return table


def _times(status: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("after", no_wrap=True)
    for title, _ in _STAGES:
        table.add_column(title, justify="right", no_wrap=True)
    for name, each in _rows(status):
        table.add_row(name, *(_after(each["stages"][stage], status["engaged_utc_ns"]) for _, stage in _STAGES))
    return table


def _rows(status: Mapping[str, Any]) -> Iterable[tuple[Text, Mapping[str, Any]]]:
    """Return venues and, where there are several, all of them together: name and counts."""
    for each in status["venues"]:
        name = Text(each["venue"])
        if not each["is_up"]:
            name.append(" DOWN", style="bold red")
        yield name, each
    if len(status["venues"]) != 1:
        yield Text("all", style="bold"), status["all"]


def _escalations(status: Mapping[str, Any], listed: int) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    # an id is read out on the telephone: it must stay in one piece
    for column in ("venue", "ClOrdID there", "OrderID there", "what is left"):
        table.add_column(column, no_wrap=True)
    for column in ("account", "order", "cancels"):
        table.add_column(column, overflow="fold")
    for line in status["escalations"][:listed]:
        refused = f", {line['cancels_refused']} refused" if line["cancels_refused"] else ""
        table.add_row(
            line["venue"],
            line["venue_cl_ord_id"],
            line["venue_order_id"] or "never told",
            f"{line['side']} {line['leaves_qty']} {line['symbol']}",
            line["account"],
            f"{line['order_id']} {line['strategy']}/{line['cl_ord_id']}",
            f"{line['cancels_sent']} sent{refused}",
        )
    more = status["escalated"] - min(listed, len(status["escalations"]))
    if more <= 0:
        return table
    return Group(table, Text(f"... and {more:,} more: fairlead kill status {status['id']} --lines 5000", style="dim"))


def _contacts(contacts: Mapping[str, Mapping[str, str]]) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for venue, contact in contacts.items():
        whom = "  ".join(contact[key] for key in ("name", "phone", "email") if contact[key])
        table.add_row(f"call {venue}", Text(whom or "no contact is configured ([venues.contact])", style="bold"))
        if contact["procedure"]:
            table.add_row("  procedure", contact["procedure"])
        if contact["mass_cancel_desk"]:
            table.add_row("  mass cancel", contact["mass_cancel_desk"])
    return table


def _after(at_utc_ns: int, engaged_utc_ns: int) -> str:
    return f"{(at_utc_ns - engaged_utc_ns) / _NS_PER_S:.3f} s" if at_utc_ns else "-"


def _number(number: int) -> str:
    return f"{number:,}" if number else "-"
