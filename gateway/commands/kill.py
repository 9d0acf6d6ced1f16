"""``fairlead kill``: stop trading, see it stop, and let it go on again."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import click
import orjson
from rich.console import Console

from fairlead.gateway.commands.control_access import ControlAccess, NoAnswer, control_options
from fairlead.gateway.commands.kill_follow import EXIT_ALIVE, Follower
from fairlead.gateway.commands.kill_view import count, list_view, preview_view, status_view

WAIT_S: Final = 10.0
_Command = Callable[..., Any]

_NARROWER: Final = tuple(
    click.option(f"--{label}", default="", help=f"Only where the order's {label} is this as well.")
    for label in ("strategy", "account", "venue", "symbol")
)


def _engaging(command: _Command) -> _Command:
    """Add the options of every command that engages a kill."""
    for option in (
        click.option("--yes", is_flag=True, help="Don't ask for the confirmation."),
        click.option("--no-cancel", is_flag=True, help="Block new orders only; what is open stays."),
        click.option(
            "--wait", "wait_s", default=WAIT_S, show_default=True, help="Seconds without news to leave after."
        ),
        *reversed(_NARROWER),
    ):
        command = option(command)
    return control_options(command)


@click.group()
def kill() -> None:
    """Stop trading: refuse new orders and cancel what is open.

    Exit code 0: each order is confirmed dead; 3: some are not, they stand on the escalation list.
    """


def _console() -> Console:
    return Console(highlight=False)


def _engage(access: ControlAccess, what: Mapping[str, Any], *, yes: bool, no_cancel: bool, wait_s: float) -> None:
    console = _console()
    found = access.call("kill.preview", what)
    if not access.as_json:
        console.print(preview_view(found))
    if not yes:
        _confirm(found["scope"], no_cancel)
    try:
        kill_id = access.call("kill.engage", {**what, "cancel": not no_cancel})["kill"]
    except NoAnswer as error:
        # it may have been engaged: the same scope keeps its kill, so look for it
        kill_id = _find_engaged(access, what, console, error)
    follower = Follower(access, kill_id, wait_s, console)
    code = follower.run()
    if access.as_json and follower.status is not None:
        click.echo(orjson.dumps(follower.status, option=orjson.OPT_INDENT_2).decode())
    # a block alone has nothing to wait for
    sys.exit(0 if no_cancel else code)


def _confirm(scope: str, no_cancel: bool) -> None:
    what = "block" if no_cancel else "kill"
    typed = click.prompt(f'Type "{scope}" to {what} it', default="", show_default=False, err=True)
    if typed.strip() != scope:
        raise click.ClickException(f"{typed!r} typed, expected {scope!r}: nothing was done")


def _find_engaged(access: ControlAccess, what: Mapping[str, Any], console: Console, error: NoAnswer) -> str:
    console.print(f"{error.format_message()}; looking for it", style="yellow")
    standing: str = access.call("kill.preview", what)["standing"]
    if not standing:
        raise click.ClickException("no kill of this scope is in force: it was not engaged, ask again")
    return standing


def _scope(label: str, name: str, narrower: Mapping[str, str]) -> dict[str, str]:
    if label and narrower[label] not in ("", name):
        raise click.UsageError(f"--{label} {narrower[label]} given beside {label} {name}")
    return {key: value for key, value in {**narrower, **({label: name} if label else {})}.items() if value}


@kill.command("all")
@_engaging
def kill_all(access: ControlAccess, yes: bool, no_cancel: bool, wait_s: float, **narrower: str) -> None:
    """Kill everything, or what the options leave of it."""
    _engage(access, _scope("", "", narrower), yes=yes, no_cancel=no_cancel, wait_s=wait_s)


def _kill_named(label: str) -> click.Command:
    @kill.command(label, help=f"Kill the orders of one {label}, and block new ones.")
    @click.argument("name")
    @_engaging
    def kill_named(
        access: ControlAccess, name: str, yes: bool, no_cancel: bool, wait_s: float, **narrower: str
    ) -> None:
        _engage(access, _scope(label, name, narrower), yes=yes, no_cancel=no_cancel, wait_s=wait_s)

    return kill_named


for _label in ("strategy", "account", "symbol", "venue"):
    _kill_named(_label)


@kill.command("order")
@click.argument("orders", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Don't ask for the confirmation.")
@click.option("--wait", "wait_s", default=WAIT_S, show_default=True, help="Seconds without news to leave after.")
@control_options
def kill_order(access: ControlAccess, orders: tuple[str, ...], yes: bool, wait_s: float) -> None:
    """Kill single orders, named by OrderID or as STRATEGY/CLORDID; nothing is blocked."""
    _engage(access, {"orders": list(orders)}, yes=yes, no_cancel=False, wait_s=wait_s)


@kill.command()
@click.argument("kill_id", required=False)
@click.option("--lines", default=50, show_default=True, help="Lines of the escalation list to show.")
@click.option("--follow", is_flag=True, help="Go on showing it until its end.")
@click.option("--wait", "wait_s", default=WAIT_S, show_default=True, help="Seconds without news to leave after.")
@control_options
def status(access: ControlAccess, kill_id: str | None, lines: int, follow: bool, wait_s: float) -> None:
    """Show how far a kill has come; without an id the last one that is in force."""
    kill_id = kill_id or _last_in_force(access)
    if kill_id is None:
        access.show({"kills": []}, lambda answer: click.echo("no kill is in force"))
        return
    if follow:
        sys.exit(Follower(access, kill_id, wait_s, _console()).run())
    found = access.call("kill.status", {"kill": kill_id, "lines": lines})
    access.show(found, lambda answer: _console().print(status_view(answer, listed=lines)))
    sys.exit(EXIT_ALIVE if found["live"] else 0)


def _last_in_force(access: ControlAccess) -> str | None:
    in_force = [each["id"] for each in access.call("kill.list")["kills"] if not each["released_utc_ns"]]
    return in_force[-1] if in_force else None


@kill.command("list")
@control_options
def list_kills(access: ControlAccess) -> None:
    """List the kills in force, and the last ones that were released."""
    access.show(access.call("kill.list"), lambda answer: _console().print(list_view(answer["kills"])))


@kill.command()
@click.argument("kill_id")
@click.argument("orders", nargs=-1)
@click.option("--venue", default="", help="All that is listed of this venue.")
@control_options
def resolve(access: ControlAccess, kill_id: str, orders: tuple[str, ...], venue: str) -> None:
    """Take ORDERS (OrderIDs) off the escalation list: the venue said how they stand, --reason says what.

    The books stay as they are until the venue's own report.
    """
    answer = access.call("kill.resolve", {"kill": kill_id, "orders": list(orders), "venue": venue})
    access.show(answer, lambda found: click.echo(f"{count(found['resolved'], 'order')} taken off the list"))


@kill.command()
@click.argument("kill_id")
@click.option("--with-live", is_flag=True, help="Though orders of its scope live: nothing goes on cancelling them.")
@control_options
def release(access: ControlAccess, kill_id: str, with_live: bool) -> None:
    """End a kill and lift its block; a second person has to approve."""
    answer = access.call("kill.release", {"kill": kill_id, "with_live": with_live})
    access.show(answer, lambda found: click.echo(f"kill {kill_id} is released"))
