"""``fairlead venues``, ``strategies`` and ``orders``: what the support desk asks of a running gateway."""

from collections.abc import Mapping
from typing import Any

import click

from fairlead.gateway.commands.control_access import ControlAccess, control_options
from fairlead.gateway.commands.control_views import print_table, short_time
from fairlead.gateway.journal.decoding import utc_text


@click.group()
def venues() -> None:
    """Show the venues' sessions of a running gateway, end or begin them."""


@venues.command("list")
@control_options
def list_venues(access: ControlAccess) -> None:
    """List the venues' sessions as they stand."""
    access.show(access.call("venues.list"), _show_venues)


def _show_venues(answer: Mapping[str, Any]) -> None:
    rows = [
        (
            found["venue"],
            f"{found['state']}{', ' if found['held'] else ''}{found['held']}",
            str(found["next_in"]),
            str(found["next_out"]),
            str(found["open_orders"]),
            str(found["unsent_bytes"]),
        )
        for found in answer["venues"]
    ]
    print_table(("venue", "state", "next in", "next out", "open orders", "unsent bytes"), rows)
    for found in answer["venues"]:
        if found["refusal"]:
            click.echo(f"{found['venue']} is not logged on to: {found['refusal']}")


def _venue_command(name: str, summary: str) -> None:
    @venues.command(name, help=summary)
    @click.argument("venue")
    @control_options
    def ask(venue: str, access: ControlAccess) -> None:
        access.show(
            access.call(f"venues.{name}", {"venue": venue}),
            lambda answer: click.echo(f"{venue} was {answer['before']['state']}, is {answer['after']['state']}"),
        )


_venue_command("disconnect", "Close a venue's connection without a word; it is made anew at once.")
_venue_command("logout", "Log out of a venue and stay away until `connect`, or until the gateway is started anew.")
_venue_command("connect", "Connect to a venue now, within its hours, whatever kept it waiting.")


def _entry_command(name: str, help_text: str) -> None:
    @venues.command(name, help=help_text)
    @click.argument("venue")
    @click.option("--firm", default="", help="Which of our firms there; without it, the session's own.")
    @control_options
    def ask(venue: str, firm: str, access: ControlAccess) -> None:
        access.show(
            access.call(f"venues.{name.replace('-', '_')}", {"venue": venue, "firm": firm}),
            lambda answer: click.echo(
                f"sent to {venue} as {answer['sent']}; its answer is the event {answer['answer']}"
            ),
        )


_entry_command("disable-entry", "Have a venue take no more orders of a firm, whoever sends them; what is open stays.")
_entry_command("enable-entry", "Have a venue take orders of a firm again.")


@venues.command("test-request", help="Ask a venue whether it is there; its silence ends the connection in time.")
@click.argument("venue")
@control_options
def test_request(venue: str, access: ControlAccess) -> None:
    """Send a TestRequest."""
    access.show(
        access.call("venues.test_request", {"venue": venue}),
        lambda answer: click.echo(f"{answer['sent']} sent to {venue}"),
    )


@venues.command("ask-again", help="Ask a venue once more for messages that are missing.")
@click.argument("venue")
@control_options
def ask_again(venue: str, access: ControlAccess) -> None:
    """Repeat the ResendRequest of an open gap."""
    access.show(
        access.call("venues.ask_again", {"venue": venue}),
        lambda answer: click.echo(f"asked {venue} for {answer['missing']['from']} to {answer['missing']['to']}"),
    )


@venues.command("set-numbers")
@click.argument("venue")
@click.option("--next-in", type=int, help="The MsgSeqNum expected next from the venue.")
@click.option("--next-out", type=int, help="The MsgSeqNum of our next message.")
@click.option(
    "--confirm", default="", help="The venue and both numbers as they stand: 'XEXC 120 45'. Asked for if left out."
)
@control_options
def set_numbers(venue: str, next_in: int | None, next_out: int | None, confirm: str, access: ControlAccess) -> None:
    """Set the sequence numbers of a FIX session, by what was agreed with the venue.

    What is skipped is lost to us (--next-in) or to the venue (--next-out).
    """
    (row,) = [found for found in access.call("venues.list")["venues"] if found["venue"] == venue] or [None]
    if row is None:
        raise click.ClickException(f"no venue {venue}, see `fairlead venues list`")
    click.echo(f"{venue} expects {row['next_in']} next and sends {row['next_out']} next", err=True)
    typed = confirm or click.prompt(f"Type '{venue} {row['next_in']} {row['next_out']}' to confirm", err=True)
    wanted = {name: number for name, number in (("next_in", next_in), ("next_out", next_out)) if number is not None}
    answer = access.call("venues.set_numbers", {"venue": venue, "confirm": typed, **wanted})
    access.show(
        answer,
        lambda told: click.echo(
            f"{venue} expects {told['after']['next_in']} next and sends {told['after']['next_out']} next"
        ),
    )


@click.group()
def strategies() -> None:
    """Show the strategies of a running gateway, and disconnect one."""


@strategies.command("list")
@control_options
def list_strategies(access: ControlAccess) -> None:
    """List the strategies, and whether they are connected."""
    access.show(access.call("strategies.list"), _show_strategies)


def _show_strategies(answer: Mapping[str, Any]) -> None:
    rows = [
        (found["strategy"], found["port"], found["peer"] or "away", str(found["open_orders"]))
        for found in answer["strategies"]
    ]
    print_table(("strategy", "port", "connected from", "open orders"), rows)


@strategies.command()
@click.argument("strategy")
@control_options
def disconnect(strategy: str, access: ControlAccess) -> None:
    """End a strategy's connection; what follows for its orders is as its configuration says."""
    access.show(
        access.call("strategies.disconnect", {"strategy": strategy}),
        lambda answer: click.echo(f"{strategy} is disconnected, open orders {answer['after']['open_orders']}"),
    )


@click.group()
def orders() -> None:
    """Show open orders of a running gateway, and cancel one."""


@orders.command("list")
@click.option("--strategy", default="")
@click.option("--venue", default="")
@click.option("--account", default="")
@click.option("--symbol", default="")
@click.option("--side", default="")
@click.option("--limit", type=click.IntRange(1, 2000), default=200, show_default=True)
@control_options
def list_orders(access: ControlAccess, **filters: Any) -> None:
    """List open orders, oldest first."""
    access.show(access.call("orders.list", filters), _show_orders)


def _show_orders(answer: Mapping[str, Any]) -> None:
    rows = [
        (
            found["order_id"],
            found["strategy"],
            found["cl_ord_id"],
            found["venue"],
            f"{found['side']} {found['qty']} {found['symbol']}",
            found["price"] or found["type"],
            found["cum_qty"],
            f"{found['status']}{' (in doubt)' if found['in_doubt'] else ''}",
            short_time(found["opened_utc_ns"]),
        )
        for found in answer["orders"]
    ]
    print_table(("order", "strategy", "ClOrdID", "venue", "terms", "price", "filled", "status", "opened"), rows)
    if answer["left_out"]:
        click.echo(f"{answer['left_out']} more are open: narrow the list down, or raise --limit")


def _one_order(command: Any) -> Any:
    command = click.option("--strategy", default="", help="ORDER is a ClOrdID of this strategy.")(command)
    return click.argument("order")(command)


def _named(order: str, strategy: str) -> dict[str, str]:
    return {"strategy": strategy, "cl_ord_id": order} if strategy else {"order_id": order}


@orders.command()
@_one_order
@control_options
def show(order: str, strategy: str, access: ControlAccess) -> None:
    """Show ORDER, an OrderID of Fairlead's, with its requests and executions."""
    access.show(access.call("orders.show", _named(order, strategy)), _show_order)


def _show_order(answer: Mapping[str, Any]) -> None:
    for name, value in answer["order"].items():
        if value not in ("", None, []):
            told = utc_text(value) if name.endswith("utc_ns") else ", ".join(value) if name == "in_flight" else value
            click.echo(f"{name:<17}{told}")
    for each in answer["requests"]:
        state = "in doubt" if each["in_doubt"] else "in flight" if each["in_flight"] else "answered"
        click.echo(f"{each['kind']:<17}{utc_text(each['utc_ns'])}  {each['cl_ord_id']}, {state}")
    for each in answer["executions"]:
        busted = ", busted" if each["busted"] else ""
        click.echo(
            f"{'fill':<17}{utc_text(each['utc_ns'])}  {each['last_qty']} @ {each['last_px']}, {each['exec_id']}{busted}"
        )


def _went(cancel: str) -> str:
    return "is sent" if cancel == "sent" else cancel


@orders.command()
@_one_order
@control_options
def cancel(order: str, strategy: str, access: ControlAccess) -> None:
    """Cancel ORDER; its end is reported when the venue confirms it."""
    access.show(
        access.call("orders.cancel", _named(order, strategy)),
        lambda answer: click.echo(f"{answer['after']['order_id']}: the cancel {_went(answer['cancel'])}"),
    )
