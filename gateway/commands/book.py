"""Look at a feed from a shell, without a gateway: ``fairlead book``."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import Any, Final, Literal

import click
import structlog
from pydantic import ValidationError
from rich.console import Console
from rich.live import Live

from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.table_reader import ProfileError
from fairlead.gateway.clock import Clock
from fairlead.gateway.config import models as cm
from fairlead.gateway.config.secrets import SecretError, resolve_secret
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.market_data.building import mold_settings, soup_settings
from fairlead.gateway.market_data.feed import Feed, FeedOptions
from fairlead.gateway.market_data.mold_feed import MoldFeed
from fairlead.gateway.market_data.runner import FeedRunner
from fairlead.gateway.market_data.soup_feed import SoupFeed
from fairlead.gateway.market_data.view import draw

TICK_S: Final = 0.05
REFRESHES_A_SECOND: Final = 8
NOT_CURRENT: Final = 1
"""Exit code where the feed was not current at the end of ``--seconds``."""


class NoJournal:
    """Be a turn's journal that keeps nothing: a look is not recorded."""

    now_ns = 0

    def commit(self) -> None:
        """Do nothing."""


@click.command()
@click.argument("symbols", nargs=-1)
@click.option("--soup", metavar="HOST:PORT", help="A SoupBinTCP server.")
@click.option("--user", default="", help="Who logs in there.")
@click.option("--password", metavar="env:NAME|file:PATH", help="Where the password is; left out, an empty one.")
@click.option("--mold", "lines", multiple=True, metavar="ADDRESS:PORT", help="A MoldUDP64 line; twice for A and B.")
@click.option("--request", "servers", multiple=True, metavar="HOST:PORT", help="A request server of the lines.")
@click.option("--interface", default="", help="Where multicast groups are joined.")
@click.option("--mapping", default="itch_5_0", show_default=True, help="What the messages mean: a name or a TOML file.")
@click.option("--depth", type=click.IntRange(min=0), default=5, show_default=True, help="Levels of a single symbol.")
@click.option("--once", is_flag=True, help="Print the books when the feed has caught up, and stop.")
@click.option("--seconds", type=click.FloatRange(min=0), default=0.0, help="Stop after so long; 0: at Ctrl-C.")
def book(symbols: tuple[str, ...], depth: int, once: bool, seconds: float, **source: Any) -> None:
    """Show the books of a feed as they change: of SYMBOLS, or of the busiest.

    Example: fairlead book MSFT --soup localhost:9400 --user FEED

    Exit code: 0, 1 where the feed was not current within --seconds, 2 usage.
    """
    try:
        table, feed = _build(source)
    except (ValidationError, ProfileError, SecretError, ValueError) as error:
        raise click.UsageError(_first_line(error)) from None
    # why there is no connection goes to stderr, where no live view would be disturbed
    level = logging.WARNING if once else logging.CRITICAL
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    stale_reason = asyncio.run(_look(table, feed, symbols, depth, once, seconds))
    if once and stale_reason:
        click.echo(f"the feed is not current: {stale_reason}", err=True)
        raise SystemExit(NOT_CURRENT)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return str(first["msg"]).removeprefix("Value error, ")
    return str(error)


def _build(source: dict[str, Any]) -> tuple[cm.Feed, Feed]:
    """Return a table such as a configuration would have, and its feed."""
    soup, lines = source["soup"], source["lines"]
    if bool(soup) == bool(lines):
        raise ValueError("expected either --soup or --mold")
    transport: Literal["soup", "mold"] = "soup" if soup else "mold"
    table = cm.Feed(
        name=transport,
        venue="feed",
        mapping=source["mapping"],
        transport=transport,
        hosts=(soup,) if soup else (),
        username=source["user"] or ("FEED" if soup else ""),
        lines=lines,
        interface=source["interface"],
        request_servers=source["servers"],
        reconnect_max_s=5,
    )
    secret = resolve_secret(source["password"], os.environ) if source["password"] else ""
    options = FeedOptions(
        table.name, table.venue, load_mapping(table.mapping), lambda facts, utc_ns: None, _ignore, rebuild_after_s=10
    )
    if transport == "soup":
        return table, SoupFeed(options, soup_settings(table, secret))
    return table, MoldFeed(options, mold_settings(table))


def _ignore(event: str, utc_ns: int, **facts: Any) -> None:
    """Leave an alarm to the view."""


async def _look(table: cm.Feed, feed: Feed, symbols: tuple[str, ...], depth: int, once: bool, seconds: float) -> str:
    """Return why the books are not current at the end, empty where they are."""
    clock, stopped = Clock(), asyncio.Event()
    crashes: list[BaseException] = []

    def on_crash(error: BaseException) -> None:
        crashes.append(error)
        stopped.set()

    turn = Turn(clock, NoJournal(), on_crash, lambda now_ns: None)
    runner = FeedRunner((table,), (feed,), turn, clock, _ignore, on_crash)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    console = Console()
    is_live = console.is_terminal and not once
    runner.start(clock.now_ns(), clock.utc_ns())
    deadline_ns = clock.now_ns() + int(seconds * 1e9) if seconds else 0
    with Live(console=console, refresh_per_second=REFRESHES_A_SECOND) if is_live else contextlib.nullcontext() as live:
        while not stopped.is_set() and not (once and not feed.condition.stale_reason):
            if deadline_ns and clock.now_ns() >= deadline_ns:
                break
            now_ns, utc_ns = turn.begin(), clock.utc_ns()
            runner.tick(now_ns, utc_ns)
            turn.finish(now_ns, utc_ns)
            feed.books.take_changed()
            if live is not None:
                live.update(draw(feed, symbols, depth))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), TICK_S)
    if not is_live:
        console.print(draw(feed, symbols, depth))
    stale_reason = feed.condition.stale_reason
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    runner.stop("the look is over", clock.now_ns(), clock.utc_ns())
    turn.finish(turn.begin(), clock.utc_ns())
    await runner.close()
    if crashes:
        raise crashes[0]
    return stale_reason
