"""Do what the commands about engines have in common: read options, start the engine, play, say how to play again."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Iterable
from typing import Protocol, Self

import click

from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.reports.console import Progress
from fairlead.certification.reports.output import make_console
from fairlead.certification.runner import Plan, Subject, run_plan

STARTING_S = 20.0
"""How long an engine that was started may take to listen."""
_UNREPEATED = ("--only", "--seed", "--html", "--json", "--junit")


class OptionError(ValueError):
    """Report an option that can't be used."""


class StartedSubject(Subject, Protocol):
    """A subject that may be started, and that is looked for first."""

    watched_group: int

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *ended: object) -> None: ...
    @property
    def address(self) -> str: ...
    @property
    def is_acceptor(self) -> bool: ...
    async def probe(self, wait_s: float = 0.0) -> None: ...


def read_address(text: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT. Raises OptionError."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise OptionError(f"{text!r} received, expected HOST:PORT with a port of 0 to 65535")
    return host.strip("[]"), int(port)


def read_triggers(said: Iterable[str]) -> dict[str, str]:
    """Return the commands of NAME=COMMAND by name. Raises OptionError."""
    triggers = {}
    for text in said:
        name, equals, command = text.partition("=")
        if not equals or not command:
            raise OptionError(f"--trigger {text!r} received, expected NAME=COMMAND")
        triggers[name] = command
    return triggers


async def pull(name: str, command: str) -> None:
    """Run the command that makes an engine do something. Raises Blocked where it fails."""
    process = await asyncio.create_subprocess_shell(command)
    status = await process.wait()
    if status:
        raise Blocked(f"the command for {name!r} ended with status {status}: {command}")


async def play(subject: StartedSubject, plan: Plan, start: str | None, seed: int) -> RunResult:
    """Start what is to be started, see that an engine is there, and play. Raises HarnessError."""
    async with subject:
        process = None
        if start:
            process = await asyncio.create_subprocess_shell(start, start_new_session=True, stdout=2)
            subject.watched_group = process.pid
        elif not subject.is_acceptor:
            click.echo(f"listening on {subject.address}: start the engine", err=True)
        try:
            await subject.probe(wait_s=STARTING_S if process is not None else 0)
            with Progress(make_console(), len(plan.playings)) as progress:
                return await run_plan(plan, subject, seed=seed, rerun=rerun_command(), told=progress.told)
        finally:
            if process is not None and process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
                await process.wait()


def rerun_command() -> str:
    """Return the command that plays one case again, ``{case}`` and ``{seed}`` to be filled in.

    What says which cases are played and what is written is left out.
    """
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
