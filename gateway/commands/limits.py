"""``fairlead limits``: look at the limits in force, try others, change them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console, RenderableType

from fairlead.gateway.commands.control_access import ControlAccess, control_options
from fairlead.gateway.commands.limits_view import changed_view, check_view, order_view, show_view, usage_view


@click.group()
def limits() -> None:
    """Look at limits, try others, change them while the gateway runs."""


def _print(view: RenderableType) -> None:
    Console(highlight=False).print(view)


@limits.command()
@click.option("--strategy", default="", help="With account, venue and symbol: the limits that one order meets.")
@click.option("--account", default="")
@click.option("--venue", default="")
@click.option("--symbol", default="")
@control_options
def show(access: ControlAccess, **order: str) -> None:
    """Show the limits in force, or those that one order meets and which row each is from."""
    answer = access.call("limits.show", order)
    access.show(answer, lambda found: _print(order_view(found) if "order" in found else show_view(found)))


@limits.command()
@click.option("--at-least", "percent", default=0, show_default=True, help="Only what is used to so many percent.")
@control_options
def usage(access: ControlAccess, percent: int) -> None:
    """Show how much of each limit is used, the most used first."""
    access.show(access.call("limits.usage", {"at_least_percent": percent}), lambda found: _print(usage_view(found)))


@limits.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@control_options
def check(access: ControlAccess, file: Path | None) -> None:
    """Say what FILE, or the configured limits file as it is now, would change; nothing changes."""
    text = {} if file is None else {"text": file.read_text(encoding="utf-8")}
    access.show(access.call("limits.check", text), lambda found: _print(check_view(found)))


@limits.command()
@click.option("--yes", is_flag=True, help="Don't ask for the confirmation.")
@control_options
def reload(access: ControlAccess, yes: bool) -> None:
    """Take the configured limits file as it is now, after showing what that changes."""
    found = access.call("limits.check")
    if not access.as_json:
        _print(check_view(found))
    _confirm(yes)
    # the file that was looked at, and no other
    answer = access.call("limits.reload", {"file_hash": found["file_hash"]})
    access.show(answer, lambda done: _print(changed_view(done)))


@limits.command("set")
@click.argument("row")
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--until", default="", help="When it ends: a time such as 2026-11-30T16:00 (UTC), or HH:MM today.")
@click.option("--dry-run", is_flag=True, help="Only say what it would change.")
@click.option("--yes", is_flag=True, help="Don't ask for the confirmation.")
@control_options
def set_parameters(
    access: ControlAccess, row: str, settings: tuple[str, ...], until: str, dry_run: bool, yes: bool
) -> None:
    """Set parameters of ROW: its name, firm, or selectors such as symbol=MSFT,strategy=alpha (made where missing).

    KEY= without a value takes the parameter out of the row.
    """
    wanted = {"changes": [_setting(row, text) for text in settings]}
    found = access.call("limits.check", wanted)
    if not access.as_json or dry_run:
        access.show(found, lambda shown: _print(check_view(shown)))
    if dry_run:
        return
    _confirm(yes)
    answer = access.call("limits.set", {**wanted, **({"until": _time(until)} if until else {})})
    access.show(answer, lambda done: _print(changed_view(done)))


def _confirm(yes: bool) -> None:
    if not yes and not click.confirm("Change the limits?", err=True):
        raise click.ClickException("nothing was changed")


def _setting(row: str, text: str) -> Mapping[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r}, expected KEY=VALUE, such as max_order_qty=100", param_hint="settings")
    return {"row": row, "parameter": key.strip(), "value": value.strip() or None}


def _time(text: str) -> str:
    now = datetime.now(UTC)
    try:
        found = datetime.fromisoformat(f"{now:%Y-%m-%d}T{text}" if "T" not in text else text)
    except ValueError:
        raise click.BadParameter(f"{text!r}, expected 2026-11-30T16:00 or 16:00", param_hint="--until") from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).isoformat()
