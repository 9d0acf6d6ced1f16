"""Start simulated venues from a shell: `fairlead simulate fix`, `ouch`, `itch`, and any of them together."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from pathlib import Path
from typing import Any

import click

from fairlead.certification.venues.command_options import options_of
from fairlead.certification.venues.floor import Floor, FloorError, build_floor
from fairlead.certification.venues.summary import write_summary


@click.group()
def simulate() -> None:
    """Simulate venues to trade against and to test with."""


@simulate.command()
@options_of("fix")
def fix(**chosen: Any) -> None:
    """Run a FIX venue until SIGTERM or SIGINT."""
    _simulate("fix", chosen)


@simulate.command()
@options_of("ouch")
def ouch(**chosen: Any) -> None:
    """Run a venue that speaks OUCH until SIGTERM or SIGINT."""
    _simulate("ouch", chosen)


@simulate.command()
@options_of("itch")
def itch(**chosen: Any) -> None:
    """Run a venue that publishes its books over ITCH until SIGTERM or SIGINT."""
    _simulate("itch", chosen)


def _simulate(own: str, chosen: dict[str, Any]) -> None:
    chosen[f"{own}_listen"] = chosen.pop("listen")
    if "version" in chosen:
        chosen[f"{own}_version"] = chosen.pop("version")
    try:
        floor = build_floor(own, chosen)
    except FloorError as error:
        raise click.BadParameter(str(error), param_hint=error.hint) from error
    except sqlite3.Error as error:
        raise click.ClickException(f"the state file {chosen['state']} can't be used: {error}") from error
    asyncio.run(_run(floor, chosen["summary"]))


async def _run(floor: Floor, summary: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        said = await floor.start()
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(said))
    await stopped.wait()
    await floor.venue.stop()
    if summary is not None:
        write_summary(floor.venue.desk, summary)


if __name__ == "__main__":
    simulate()
