"""``fairlead route``: say where orders went and why, from the journal of a gateway that runs or has stopped."""

import sys
from pathlib import Path
from typing import Any, Final

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.gateway.commands.control_access import ControlAccess, control_options, find_state_dir
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.routing.explanation import (
    Recorded,
    explain,
    explain_direct,
    find_decisions,
    find_direct,
    newest,
    read_journal,
)

_COLUMNS = (
    "venue", "", "quote", "size", "fee", "all in", "fill %", "ack us", "rank", "sent", "became", "filled", "avg px",
    "slip",
)  # fmt: skip

PIPED_WIDTH: Final = 150


@click.group()
def route() -> None:
    """Say where orders went, and why."""


@route.command("explain")
@click.argument("order")
@click.option("--config", type=click.Path(path_type=Path), help="The gateway's configuration file.")
@click.option("--state", type=click.Path(path_type=Path), help="Its state folder, in place of --config.")
@click.option("--journal", type=click.Path(path_type=Path), help="A journal folder, in place of both.")
@click.option("--last", type=click.IntRange(min=1), default=10, show_default=True, help="Decisions shown at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain_order(
    order: str, config: Path | None, state: Path | None, journal: Path | None, last: int, as_json: bool
) -> None:
    """Decide again what was decided about ORDER, from what was seen then, and show what came of it.

    ORDER is the strategy's ClOrdID, the OrderID of a parent or child, or a child's ClOrdID. The exit code is 3 where
    the code of today would decide otherwise than the record says.
    """
    folder = journal or _journal_folder(config, state)
    try:
        found = read_journal(folder)
    except (JournalError, JournalDamage) as error:
        raise click.ClickException(str(error)) from None
    told = _told(found, order, last)
    if not told:
        raise click.ClickException(f"no routing of an order {order!r} is in journal {folder}")
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        for each in told:
            # a file or a pipe has no width: the table is not folded for it
            show(each, Console() if sys.stdout.isatty() else Console(width=PIPED_WIDTH))
    if not all(each.get("replay_agrees", True) for each in told):
        raise SystemExit(3)


def _journal_folder(config: Path | None, state: Path | None) -> Path:
    if config is not None and state is None:
        try:
            return load_config(config).journal.path
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
    return find_state_dir(config, state) / "journal"


def _told(found: Recorded, order: str, last: int) -> list[dict[str, Any]]:
    decisions = newest(find_decisions(found, order), last)
    told = [explain(facts, found.ledger) for facts in decisions]
    for each in told:
        each["ended"] = found.ends.get(each["parent"], "")
    return told or [explain_direct(facts) for facts in find_direct(found, order)]


def show(told: dict[str, Any], console: Console) -> None:
    """Print one decision as a table."""
    if "venues" not in told:
        console.print(
            f"order {told['cl_ord_id']} of {told['strategy']} ({told['order_id']}): {told['text']}", markup=False
        )
        return
    limit = f" limit {told['limit']}" if told["limit"] else ""
    name = f"order {told['cl_ord_id']} of {told['strategy']} ({told['parent']})"
    console.print(
        f"{name}, decision {told['number']} ({told['why']}): "
        f"{told['side']} {told['quantity']} {told['symbol']}{limit} by route {told['route']} ({told['kind']})",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, column in enumerate(_COLUMNS):
        table.add_column(column, justify="left" if at in (0, 1, 10) else "right", overflow="fold")
    for venue in told["venues"]:
        table.add_row(*map(Text, _cells(venue)), style="" if venue["eligible"] else "dim")
    console.print(table)
    for venue in told["venues"]:
        if not venue["eligible"]:
            console.print(f"  {venue['venue']} takes no part: {venue['why_not']}", markup=False, soft_wrap=True)
    for line in _notes(told):
        console.print(f"  {line}", markup=False, soft_wrap=True)


def _cells(venue: dict[str, Any]) -> list[str]:
    sent = f"{venue['sent_qty']} @ {venue['sent_px']}" if venue["chosen"] else ""
    mark = "->" if venue["chosen"] else "" if venue["eligible"] else "no"
    return [
        venue["venue"],
        mark,
        venue["quote"],
        venue["size"] if venue["quote"] else "",
        venue["fee"],
        venue["all_in"],
        venue["fill_percent"],
        str(venue["ack_p50_us"]),
        str(venue["rank"] or ""),
        sent,
        *(venue.get(name, "") for name in ("state", "filled_qty", "avg_px", "slippage_ticks")),
    ]


def _notes(told: dict[str, Any]) -> list[str]:
    notes = []
    if told["text"]:
        notes.append(f"nothing was sent: {told['text']}")
    if told["replay_agrees"]:
        notes.append("decided again from the record: the same")
    else:
        notes.append(f"decided again from the record: NOT the same, now {told['replay_chose']}")
    if told.get("ended"):
        notes.append(f"the order ended: {told['ended']}")
    return notes


@route.command("list")
@control_options
def list_routes(access: ControlAccess) -> None:
    """List a running gateway's routes and the orders on them."""
    access.show(access.call("route.list"), _show_list)


def _show_list(answer: Any) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("route", "kind", "venues", "orders"):
        table.add_column(column)
    for each in answer["routes"]:
        table.add_row(each["name"], each["kind"], ", ".join(each["venues"]) or "all", str(each["orders"]))
    Console().print(table)
    for parent in answer["orders"]:
        click.echo(
            f"{parent['order_id']} {parent['strategy']} {parent['cl_ord_id']}: {parent['side']} {parent['order_qty']} "
            f"{parent['symbol']} by {parent['route']}, {parent['cum_qty']} executed, children: "
            + (", ".join(f"{child['venue']} {child['leaves_qty']}" for child in parent["children"]) or "none")
        )
