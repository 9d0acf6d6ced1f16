"""Start simulated venues from a shell: `fairlead simulate fix`."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import click

from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.profile import ProfileError, VenueProfile, load_profile
from fairlead.certification.venues.simulator import FixVenueSimulator, SimulatorSettings
from fairlead.certification.venues.summary import write_summary


@click.group()
def simulate() -> None:
    """Simulate venues to trade against and to test with."""


def _listen_address(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:
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


def _profile(name_or_path: str | None, version: str | None, symbols: str | None) -> VenueProfile:
    try:
        profile = load_profile(name_or_path) if name_or_path else VenueProfile(version=version or "4.4")
    except ProfileError as error:
        raise click.BadParameter(str(error), param_hint="--profile") from error
    if version is not None and version != profile.version:
        raise click.BadParameter(f"{version} received, but the profile's is {profile.version}", param_hint="--version")
    if symbols:
        profile = replace(profile, symbols=profile.symbols | frozenset(symbols.split(",")))
    return profile


@simulate.command()
@click.option("--listen", default="127.0.0.1:0", callback=_listen_address, help="HOST:PORT; port 0 takes a free one.")
@click.option("--version", type=click.Choice(["4.2", "4.4"]), help="FIX version (default: the profile's, or 4.4).")
@click.option("--profile", help="XBRK, XEXC or the path of a TOML file; without it the venue takes what it can.")
@click.option("--sender", default="", help="The venue's CompID (default: the profile's name).")
@click.option("--counterparty", multiple=True, help="SenderCompID to admit; may be repeated; default any.")
@click.option("--credential", multiple=True, callback=_credentials, help="USER=env:NAME or USER=file:PATH to demand.")
@click.option("--symbols", help="Symbols to know, separated by commas, besides the profile's.")
@click.option("--market-maker", multiple=True, callback=_quotes, help="SYMBOL:MID:SPREAD:SIZE; may be repeated.")
@click.option("--seed", default=1, help="Seed of the market maker's moves.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File to keep the state in.")
@click.option("--summary", type=click.Path(dir_okay=False, path_type=Path), help="JSON file to write at the end.")
@click.option(
    "--self-match",
    type=click.Choice(["allow", "cancel_newest", "cancel_resting", "cancel_both"]),
    default="allow",
    help="What happens when orders of one session meet.",
)
@click.option("--cancel-on-disconnect", is_flag=True, help="Cancel a session's orders when its connection ends.")
@click.option("--pending-reports/--no-pending-reports", default=None, help="Send pending reports first.")
@click.option("--reset-on-logon", is_flag=True, help="Start sequence numbers at 1 with every logon.")
@click.option("--throttle", default=0, type=click.IntRange(min=0), help="Orders a session may send in a second.")
@click.option("--trigger-delay", default=1.0, type=click.FloatRange(min=0), help="Seconds that delayed triggers wait.")
def fix(
    listen: tuple[str, int],
    version: str | None,
    profile: str | None,
    sender: str,
    counterparty: tuple[str, ...],
    credential: dict[str, str],
    symbols: str | None,
    market_maker: tuple[Quote, ...],
    seed: int,
    state: Path | None,
    summary: Path | None,
    self_match: str,
    cancel_on_disconnect: bool,
    pending_reports: bool | None,
    reset_on_logon: bool,
    throttle: int,
    trigger_delay: float,
) -> None:
    """Run a FIX venue until SIGTERM or SIGINT."""
    venue = _profile(profile, version, symbols)
    if pending_reports is not None:
        venue = replace(venue, pending_reports=pending_reports)
    settings = SimulatorSettings(
        profile=venue,
        comp_id=sender,
        counterparties=frozenset(counterparty),
        credentials=credential,
        state_path=state,
        quotes=market_maker,
        seed=seed,
        self_match=self_match,  # type: ignore[arg-type]
        cancel_on_disconnect=cancel_on_disconnect,
        reset_on_logon=reset_on_logon,
        throttle_per_s=throttle,
        trigger_delay_s=trigger_delay,
    )
    try:
        simulator = FixVenueSimulator(settings)
    except sqlite3.Error as error:
        raise click.ClickException(f"the state file {state} can't be used: {error}") from error
    asyncio.run(_run(simulator, listen, summary))


async def _run(simulator: FixVenueSimulator, listen: tuple[str, int], summary: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        port = await simulator.start(*listen)
    except OSError as error:
        raise click.ClickException(f"can't listen on {listen[0]}:{listen[1]}: {error}") from error
    click.echo(f"listening on {listen[0]}:{port}")
    await stopped.wait()
    await simulator.stop()
    if summary is not None:
        write_summary(simulator.desk, summary)


if __name__ == "__main__":
    simulate()
