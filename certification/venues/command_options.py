"""Hold the options of `fairlead simulate`: what all venues have, and what belongs to each face."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.ouch_dialects import DIALECTS

Address = tuple[str, int]
Option = Callable[[Any], Any]
Command = TypeVar("Command", bound=Callable[..., Any])

LINES = ("A", "B")
_FILE = click.Path(dir_okay=False, path_type=Path)


def _address(context: click.Context, parameter: click.Parameter, value: str | None) -> Address | None:
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"{value!r} received, expected HOST:PORT")
    return host.strip("[]"), int(port)


def _quotes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Quote, ...]:
    try:
        return tuple(Quote.read(value) for value in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _credentials(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read USER=env:NAME or USER=file:PATH, so that no password stands in a process list."""
    credentials = {}
    for value in values:
        user, _, source = value.partition("=")
        kind, _, name = source.partition(":")
        if kind == "env" and user and name in os.environ:
            credentials[user] = os.environ[name]
        elif kind == "file" and user and Path(name).is_file():
            credentials[user] = Path(name).read_text(encoding="utf-8").strip()
        else:
            raise click.BadParameter(f"{value!r} received, expected USER=env:NAME or USER=file:PATH, which must exist")
    return credentials


def _fault(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """Read NUMBER for both lines, or LINE=NUMBER for one; probabilities are at most 1."""
    largest = 60_000.0 if parameter.name == "skew_ms" else 1.0
    found = dict.fromkeys(LINES, 0.0)
    for value in values:
        line, equals, text = value.rpartition("=")
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number <= largest or (equals and line not in LINES):
            raise click.BadParameter(f"{value!r} received, expected [A=|B=]NUMBER from 0 to {largest:g}")
        found |= {line: number} if equals else dict.fromkeys(LINES, number)
    return found


def _fault_option(name: str, text: str) -> Option:
    return click.option(f"--{name.replace('_', '-')}", name, multiple=True, callback=_fault, help=text)


def listen(face: str = "") -> Option:
    """Return the option of a face's address; the command's own face always has one."""
    if not face:
        return click.option(
            "--listen", default="127.0.0.1:0", callback=_address, help="HOST:PORT; port 0 takes a free one."
        )
    return click.option(f"--{face}-listen", callback=_address, help=f"HOST:PORT to be met over {face.upper()} as well.")


VENUE: tuple[Option, ...] = (
    click.option("--profile", help="XBRK, XEXC, XNQ or a TOML file; without it the venue takes what it can."),
    click.option("--symbols", help="Symbols to know, separated by commas, besides the profile's."),
    click.option("--market-maker", multiple=True, callback=_quotes, help="SYMBOL:MID:SPREAD:SIZE; may be repeated."),
    click.option("--seed", default=1, help="Seed of the market maker's moves."),
    click.option(
        "--credential", multiple=True, callback=_credentials, help="USER=env:NAME or USER=file:PATH to ask for."
    ),
    click.option("--state", type=_FILE, help="File to keep the state in."),
    click.option("--summary", type=_FILE, help="JSON file to write at the end."),
    click.option(
        "--self-match",
        type=click.Choice(["allow", "cancel_newest", "cancel_resting", "cancel_both"]),
        default="allow",
        help="What happens when orders of one session meet.",
    ),
    click.option("--cancel-on-disconnect", is_flag=True, help="Cancel a session's orders when its connection ends."),
    click.option(
        "--trigger-delay", default=1.0, type=click.FloatRange(min=0), help="Seconds that delayed triggers wait."
    ),
)
FIX: tuple[Option, ...] = (
    click.option("--sender", default="", help="The venue's CompID (default: the profile's name)."),
    click.option("--counterparty", multiple=True, help="SenderCompID to admit; may be repeated; default any."),
    click.option("--pending-reports/--no-pending-reports", default=None, help="Send pending reports first."),
    click.option("--reset-on-logon", is_flag=True, help="Start sequence numbers at 1 with every logon."),
    click.option("--drop-copy-listen", callback=_address, help="HOST:PORT where copies of all executions are had."),
    click.option("--drop-copy-port", type=click.IntRange(0, 65535), help="The same on 127.0.0.1."),
    click.option("--drop-copy-counterparty", multiple=True, help="CompID that gets copies; default DROPCOPY."),
    click.option("--throttle", default=0, type=click.IntRange(min=0), help="Orders a session may send in a second."),
)
SOUP: tuple[Option, ...] = (
    click.option("--session", default="", help="Name of the first session of streams (default: by the clock)."),
    click.option("--time-zone", default="America/New_York", help="Whose midnight OUCH's and ITCH's times count from."),
    click.option(
        "--beyond-end",
        type=click.Choice(["accept", "reject"]),
        default="accept",
        help="What a login gets that asks for a number which nothing has yet.",
    ),
)
MOLD: tuple[Option, ...] = (
    click.option("--mold-a", callback=_address, help="HOST:PORT that line A's packets go to; a group or a host."),
    click.option("--mold-b", callback=_address, help="HOST:PORT of line B."),
    click.option("--mold-request", callback=_address, help="HOST:PORT to answer requests for missing messages on."),
    click.option("--mold-interface", default="127.0.0.1", help="Address of the interface that multicast leaves by."),
    _fault_option("loss", "Share of packets to lose: NUMBER, or A=NUMBER or B=NUMBER."),
    _fault_option("duplicate", "Share of packets to send twice, likewise."),
    _fault_option("reorder", "Share of packets to send behind the next, likewise."),
    _fault_option("skew_ms", "Milliseconds that packets come late, likewise."),
    click.option("--fault-seed", default=1, help="What decides about faults, together with the line."),
)


def version(face: str, *, is_own: bool) -> Option:
    """Return the option of a face's version."""
    name, text = ("--version", "") if is_own else (f"--{face}-version", " of the other face")
    if face == "fix":
        return click.option(name, type=click.Choice(["4.2", "4.4"]), help=f"FIX version{text}; default the profile's.")
    return click.option(name, type=click.Choice(sorted(DIALECTS)), default="5.0", help=f"OUCH version{text}.")


def options_of(own: str) -> Callable[[Command], Command]:
    """Give a command all options: those of its own face as they are, the other faces' with their names in front."""
    others = [face for face in ("fix", "ouch", "itch") if face != own]
    faces = [listen(), *(listen(face) for face in others)]
    versions = [version(face, is_own=face == own) for face in ("fix", "ouch")]

    def decorate(command: Command) -> Command:
        for option in reversed((*faces, *versions, *VENUE, *FIX, *SOUP, *MOLD)):
            command = option(command)
        return command

    return decorate
