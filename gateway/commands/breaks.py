"""``fairlead breaks``: what differs from what others say, and which venues wait until orders are accounted for."""

from collections.abc import Mapping
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.gateway.commands.control_access import ControlAccess, control_options
from fairlead.gateway.journal.decoding import utc_text
from fairlead.gateway.reconciliation.breaks import KINDS

AGES: Final = ((3600, "red"), (600, "yellow"), (0, "green"))
"""From how many seconds on an age has which colour."""


def age_text(seconds: int) -> Text:
    """Return an age as people say it, in the colour of its weight."""
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    size, unit = next(((size, unit) for size, unit in units if seconds >= size), (1, "s"))
    colour = next(colour for since, colour in AGES if seconds >= since)
    return Text(f"{seconds // size} {unit}", style=colour)


@click.group()
def breaks() -> None:
    """Look at breaks, acknowledge and resolve them."""


@breaks.command("list")
@click.option("--all", "is_all", is_flag=True, help="Resolved ones too.")
@click.option("--venue", default="", help="Of this venue only.")
@click.option("--kind", default="", help=f"Of this kind only: {', '.join(KINDS)}.")
@control_options
def list_breaks(access: ControlAccess, is_all: bool, venue: str, kind: str) -> None:
    """List breaks, oldest first."""
    selection = {"state": "all" if is_all else "unresolved", "venue": venue, "kind": kind}
    access.show(access.call("breaks.list", selection), _show_list)


def _show_list(answer: Mapping[str, Any]) -> None:
    if not answer["breaks"]:
        click.echo("no breaks")
        return
    table = _table("break", "age", "state", "kind", "venue", "account", "symbol", "what")
    for known in answer["breaks"]:
        age = age_text(known["age_s"]) if known["state"] != "resolved" else Text(known["by"], style="dim")
        row = (known["kind"], known["venue"], known["account"], known["symbol"], known["text"])
        table.add_row(known["break_id"], age, known["state"], *map(Text, row))
    Console().print(table)
    if answer["left_out"]:
        click.echo(f"{answer['left_out']} more: choose by --venue or --kind")


@breaks.command("show")
@click.argument("break_id")
@control_options
def show_break(access: ControlAccess, break_id: str) -> None:
    """Show one break with both sides' values."""
    access.show(access.call("breaks.show", {"break_id": break_id}), _show_break)


def _show_break(known: Mapping[str, Any]) -> None:
    console = Console()
    console.print(Text(f"{known['break_id']}  {KINDS.get(known['kind'], known['kind'])}", style="bold"))
    for name in ("state", "venue", "source", "account", "symbol", "text"):
        if known[name]:
            console.print(Text(f"  {name:<10} {known[name]}"))
    console.print(Text(f"  {'since':<10} {utc_text(known['since_utc_ns'])}, "), age_text(known["age_s"]), sep="")
    for name in ("order_ids", "exec_ids"):
        if known[name]:
            console.print(Text(f"  {name:<10} {', '.join(known[name])}"))
    if known["by"]:
        console.print(Text(f"  {'by':<10} {known['by']}: {known['reason']}"))
    table = _table("", "ours", "theirs")
    for name in dict.fromkeys((*known["ours"], *known["theirs"])):
        ours, theirs = known["ours"].get(name, ""), known["theirs"].get(name, "")
        style = "red" if ours and theirs and ours != theirs else ""
        table.add_row(name, Text(ours, style=style), Text(theirs, style=style))
    console.print(table)


@breaks.command()
@click.argument("break_id")
@control_options
def acknowledge(access: ControlAccess, break_id: str) -> None:
    """Say that you look into a break."""
    access.show(access.call("breaks.acknowledge", {"break_id": break_id}), _show_change)


@breaks.command()
@click.argument("break_id")
@control_options
def resolve(access: ControlAccess, break_id: str) -> None:
    """Close a break; --reason says how it was settled. Nothing is booked for it."""
    access.show(access.call("breaks.resolve", {"break_id": break_id}), _show_change)


def _show_change(known: Mapping[str, Any]) -> None:
    click.echo(f"{known['break_id']} is {known['state']} by {known['by']}: {known['reason']}")


@breaks.command()
@control_options
def positions(access: ControlAccess) -> None:
    """Show positions beside what drop copies add up to."""
    access.show(access.call("breaks.positions"), _show_positions)


def _show_positions(answer: Mapping[str, Any]) -> None:
    table = _table("drop copy", "venue", "account", "symbol", "ours", "copies", "difference")
    for row in answer["positions"]:
        differs = row["difference"] != "0"
        values = [Text(row[name], style="red" if differs else "") for name in ("ours", "theirs", "difference")]
        table.add_row(row["drop_copy"], row["venue"], Text(row["account"]), Text(row["symbol"]), *values)
    Console().print(table)


@breaks.command()
@control_options
def gates(access: ControlAccess) -> None:
    """List venues: connected or not, open for trading or not."""
    access.show(access.call("venues.gates"), _show_gates)


def _show_gates(answer: Mapping[str, Any]) -> None:
    table = _table("venue", "link", "gate", "")
    for venue in answer["gates"]:
        is_open = venue["gate"] == "open"
        link = Text("up", style="green") if venue["up"] else Text("down", style="red")
        table.add_row(venue["venue"], link, Text(venue["gate"], style="green" if is_open else "red"), venue["text"])
    Console().print(table)


@breaks.command("open-gate")
@click.argument("venue")
@control_options
def open_gate(access: ControlAccess, venue: str) -> None:
    """Let strategies trade a venue though some of its orders are not accounted for; --reason says why."""
    access.show(access.call("venues.open_gate", {"venue": venue}), _show_opened)


def _show_opened(answer: Mapping[str, Any]) -> None:
    click.echo(f"{answer['venue']} is open; {answer['unaccounted']} orders are not accounted for and stay breaks")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
