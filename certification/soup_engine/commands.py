"""Run the SoupBinTCP suite from a shell: `fairlead certify engine HOST:PORT --version SOUP`. docs/conformance.md."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.model.case import CaseError
from fairlead.certification.remote.commands import OptionError, play, pull, read_address, read_triggers
from fairlead.certification.reports.console import show_list
from fairlead.certification.reports.output import (
    OutputOptions,
    make_console,
    output_options,
    tell_broken,
    write_outputs,
)
from fairlead.certification.runner import HarnessError, Plan
from fairlead.certification.soup_engine.options import Credentials, SoupOptions
from fairlead.certification.soup_engine.subject import SoupSubject

VERSION = "SOUP"
PROTOCOL = "soup"


@click.command()
@click.argument("address", metavar="HOST:PORT")
@click.option(
    "--as",
    "role",
    type=click.Choice(["acceptor", "initiator"]),
    required=True,
    help="What the engine is: acceptor (we connect), initiator (we listen).",
)
@click.option("--version", "protocol", type=click.Choice([VERSION]), default=VERSION, help="SoupBinTCP 3.00.")
@click.option(
    "--username",
    "usernames",
    default="FAIR01",
    show_default=True,
    help="The accounts' user names; with several, as many cases run at a time. Password: FAIRLEAD_CERTIFY_PASSWORD.",
)
@click.option(
    "--message",
    default="",
    help="In hexadecimal: what an acceptor answers with one sequenced message; what an initiator takes as one "
    "(an OUCH system event where it is not given). A value that begins with @ is a file.",
)
@click.option("--heartbeat", type=click.FloatRange(0.1, 60), default=1.0, show_default=True, help="Seconds.")
@click.option(
    "--silence",
    type=click.FloatRange(1, 300),
    default=15.0,
    show_default=True,
    help="Seconds without a sign of life after which the engine gives up.",
)
@click.option("--patience", type=click.FloatRange(0.2, 60), default=2.0, show_default=True, help="Seconds to wait.")
@click.option(
    "--back",
    type=click.FloatRange(1, 300),
    default=20.0,
    show_default=True,
    help="Seconds until an initiator is back.",
)
@click.option(
    "--pause",
    type=click.FloatRange(0, 60),
    default=0.1,
    show_default=True,
    help="Seconds between a refusal and a login.",
)
@click.option(
    "--trigger", "triggers", multiple=True, metavar="end=COMMAND", help="How to make the engine end its session."
)
@click.option("--start", metavar="COMMAND", help="Start the engine, and end it after the run.")
@click.option("--name", default="", help="What the engine is called in reports.")
@click.option("--engine-version", default="", help="Its version.")
@output_options
def soup(options: OutputOptions, **chosen: Any) -> None:
    """Ask any SoupBinTCP engine at HOST:PORT what it does, case by case."""
    try:
        told = read_options(chosen)
        cases = load_catalogue().choose("engine", PROTOCOL, told.engine_role, options.only)
        if not cases:
            raise OptionError(f"no case of {VERSION} as {told.engine_role} begins with {' or '.join(options.only)}")
        subject = SoupSubject(
            told, chosen["name"] or f"engine at {chosen['address']} as {told.engine_role}", chosen["engine_version"]
        )
    except (OptionError, CaseError) as error:
        sys.exit(tell_broken(str(error)))
    plan = Plan.of(cases, PROTOCOL, told.engine_role, options.seed)
    if options.is_list:
        show_list(make_console(), plan)
        return
    try:
        run = asyncio.run(play(subject, plan, chosen["start"], options.seed))
    except HarnessError as error:
        sys.exit(tell_broken(str(error)))
    sys.exit(write_outputs(run, options))


def read_options(chosen: dict[str, Any]) -> SoupOptions:
    """Make options of the command line's. Raises OptionError."""
    host, port = read_address(chosen["address"])
    password = os.environ.get("FAIRLEAD_CERTIFY_PASSWORD", "")
    names = list(filter(None, chosen["usernames"].split(",")))
    if not names:
        raise OptionError("--username is empty, expected one name or several with commas between")
    return SoupOptions(
        host=host,
        port=port,
        engine_role=chosen["role"],
        accounts=tuple(Credentials(name, password) for name in names),
        message=_read_message(chosen["message"]),
        heartbeat_s=chosen["heartbeat"],
        silence_s=chosen["silence"],
        patience_s=chosen["patience"],
        back_s=chosen["back"],
        pause_s=chosen["pause"],
        triggers={name: partial(pull, name, command) for name, command in read_triggers(chosen["triggers"]).items()},
    )


def _read_message(said: str) -> str:
    if not said.startswith("@"):
        return said
    try:
        return Path(said[1:]).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"--message {said} can't be read: {error}") from error
