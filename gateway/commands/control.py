"""``fairlead control``: ask a running gateway who may do what, what waits for a second person, and answer it."""

from collections.abc import Mapping
from typing import Any

import click

from fairlead.gateway.commands.control_access import ControlAccess, control_options
from fairlead.gateway.commands.control_views import print_table, short_time, show_answer, words


@click.group()
def control() -> None:
    """Ask a running gateway through its control socket."""


@control.command()
@control_options
def ping(access: ControlAccess) -> None:
    """Tell whether the gateway answers, and as whom it knows you."""
    access.show(access.call("control.ping"), _show_ping)


def _show_ping(answer: Mapping[str, Any]) -> None:
    for name in ("gateway", "build", "pid", "epoch", "operator"):
        click.echo(f"{name:<12}{answer[name]}")
    click.echo(f"{'roles':<12}{', '.join(answer['roles'])}")
    click.echo(f"{'audit':<12}record {answer['audit_number']}, head {answer['audit_head']}")


@control.command()
@control_options
def commands(access: ControlAccess) -> None:
    """List the gateway's commands, and which of them you may use."""
    access.show(access.call("control.commands"), _show_commands)


def _show_commands(answer: Mapping[str, Any]) -> None:
    rows = [
        (
            command["name"],
            ", ".join(command["roles"]),
            _needs(command),
            "yes" if command["permitted"] else "no",
            command["summary"],
        )
        for command in answer["commands"]
    ]
    print_table(("command", "roles", "needs", "you may", "what it does"), rows)


def _needs(command: Mapping[str, Any]) -> str:
    if command["needs_approval"]:
        return "a second person"
    reason = "a reason" if command["changes"] else ""
    return f"{reason}, for some a second person" if command["may_need_approval"] else reason


@control.command()
@control_options
def operators(access: ControlAccess) -> None:
    """List who may use the control socket."""
    access.show(access.call("control.operators"), _show_operators)


def _show_operators(answer: Mapping[str, Any]) -> None:
    rows = [
        (found["name"], ", ".join(found["roles"]), f"{found['expires']}{' (expired)' if found['expired'] else ''}")
        for found in answer["operators"]
    ]
    print_table(("operator", "roles", "expires"), rows)


@control.command()
@control_options
def pending(access: ControlAccess) -> None:
    """List what waits for a second person."""
    answer = access.call("control.pending")
    # shaped like the notice that a command waits, so the rendering is told apart here
    if access.as_json:
        access.show(answer, _show_pending)
    else:
        _show_pending(answer)


def _show_pending(answer: Mapping[str, Any]) -> None:
    if not answer["pending"]:
        click.echo("nothing waits for a second person")
        return
    rows = [
        (
            found["id"],
            found["command"],
            found["operator"],
            short_time(found["expires_utc_ns"]),
            words(found["arguments"]),
            found["reason"],
            words(found["preview"]),
        )
        for found in answer["pending"]
    ]
    print_table(("request", "command", "asked by", "until", "arguments", "reason", "would do"), rows)


@control.command()
@click.argument("request")
@control_options
def approve(request: str, access: ControlAccess) -> None:
    """Do what another operator asked for as REQUEST."""
    access.show(access.call("control.approve", {"request": request}), show_answer)


@control.command()
@click.argument("request")
@control_options
def decline(request: str, access: ControlAccess) -> None:
    """Refuse what an operator asked for as REQUEST, or withdraw your own."""
    access.show(access.call("control.decline", {"request": request}), lambda answer: click.echo(f"declined {request}"))
