"""Run the SoupBinTCP suite from a shell: `fairlead certify engine HOST:PORT --version SOUP`. docs/conformance.md."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.model.case import CaseError
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.reports.console import Progress, show_list
from fairlead.certification.reports.output import (
    OutputOptions,
    make_console,
    output_options,
    tell_broken,
    write_outputs,
)
from fairlead.certification.runner import HarnessError, Plan, run_plan
from fairlead.certification.soup_engine.options import Credentials, OptionError, SoupOptions, Trigger
from fairlead.certification.soup_engine.subject import SoupSubject

VERSION = "SOUP"
PROTOCOL = "soup"
STARTING_S = 20.0
"""How long an engine that was started may take to listen."""

_UNREPEATED = ("--only", "--seed", "--html", "--json", "--junit")


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
    host, _, port = chosen["address"].rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise OptionError(f"{chosen['address']!r} received, expected HOST:PORT with a port of 0 to 65535")
    password = os.environ.get("FAIRLEAD_CERTIFY_PASSWORD", "")
    names = list(filter(None, chosen["usernames"].split(",")))
    if not names:
        raise OptionError("--username is empty, expected one name or several with commas between")
    return SoupOptions(
        host=host.strip("[]"),
        port=int(port),
        engine_role=chosen["role"],
        accounts=tuple(Credentials(name, password) for name in names),
        message=_read_message(chosen["message"]),
        heartbeat_s=chosen["heartbeat"],
        silence_s=chosen["silence"],
        patience_s=chosen["patience"],
        back_s=chosen["back"],
        pause_s=chosen["pause"],
        triggers=dict(_read_trigger(said) for said in chosen["triggers"]),
    )


def _read_message(said: str) -> str:
    if not said.startswith("@"):
        return said
    try:
        return Path(said[1:]).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"--message {said} can't be read: {error}") from error


def _read_trigger(said: str) -> tuple[str, Trigger]:
    name, equals, command = said.partition("=")
    if not equals or not command:
        raise OptionError(f"--trigger {said!r} received, expected NAME=COMMAND")

    async def run() -> None:
        process = await asyncio.create_subprocess_shell(command)
        status = await process.wait()
        if status:
            raise Blocked(f"the command for {name!r} ended with status {status}: {command}")

    return name, run


async def play(subject: SoupSubject, plan: Plan, start: str | None, seed: int) -> RunResult:
    """Start what is to be started, see that an engine is there, and play. Raises HarnessError."""
    async with subject:
        process = None
        if start:
            process = await asyncio.create_subprocess_shell(start, start_new_session=True, stdout=2)
        elif not subject.options.is_acceptor:
            click.echo(f"listening on {subject.options.host}:{subject.port}: start the engine", err=True)
        try:
            await subject.probe(wait_s=STARTING_S if process is not None else 0)
            with Progress(make_console(), len(plan.playings)) as progress:
                return await run_plan(plan, subject, seed=seed, rerun=_rerun(), told=progress.told)
        finally:
            if process is not None and process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
                await process.wait()


def _rerun() -> str:
    """Return the command that plays one case again, ``{case}`` and ``{seed}`` to be filled in."""
    kept: list[str] = []
    is_value = False
    for word in sys.argv[1:]:
        name, equals, _ = word.partition("=")
        if is_value:
            is_value = False
        elif name in _UNREPEATED:
            is_value = not equals
        else:
            kept.append(shlex.quote(word).replace("{", "{{").replace("}", "}}"))
    return " ".join(["fairlead", *kept, "--only {case} --seed {seed}"])
