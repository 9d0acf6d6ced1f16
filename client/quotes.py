"""Watch books from a shell: `fairlead quotes`."""

import asyncio
import signal
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import click
import orjson
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fairlead.client.book import Book, Level
from fairlead.client.client import Client
from fairlead.client.commands import Address, tls_context
from fairlead.client.connection import Event, EventKind
from fairlead.client.errors import ClientError, SubscriptionRefusedError
from fairlead.client.secret_reference import read_secret
from fairlead.client.subscription import Subscription
from fairlead.codecs.vocabulary.market_data_codes import TradingState

REFUSED: Final = 1
NOT_CONNECTED: Final = 2
"""Exit codes beside 0: the gateway refused the subscription, or ended it; usage, or no connection."""

_TOLD_EVENTS: Final = frozenset((EventKind.DISCONNECTED, EventKind.RECONNECTED, EventKind.RECONNECT_FAILED))
_REFRESHES_A_SECOND: Final = 8


@click.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--connect", "address", type=Address(), required=True, help="The gateway's JSON or binary port.")
@click.option("--protocol", type=click.Choice(["json", "binary"]), default="json", show_default=True)
@click.option("--strategy", required=True, help="The strategy's name; on the binary port, its username.")
@click.option("--secret", "secret_reference", required=True, metavar="env:NAME|file:PATH", help="Where its secret is.")
@click.option("--venue", default="", help="One venue's books; left out, those of every venue that has a feed.")
@click.option("--depth", type=click.IntRange(min=0), default=1, show_default=True, help="Price levels; 0: all.")
@click.option("--once", is_flag=True, help="Print each book once and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line; so does output to no terminal.")
@click.option("--take-over", is_flag=True, help="End another connection of the strategy.")
@click.option("--tls", is_flag=True, help="Connect with TLS.")
@click.option("--ca", type=click.Path(exists=True), help="Trust the authorities in this file only (implies --tls).")
@click.option("--cert", type=click.Path(exists=True), help="Client certificate, with its key unless --key is given.")
@click.option("--key", type=click.Path(exists=True), help="Key of the client certificate.")
def quotes(**options: Any) -> None:
    """Show the books of some symbols as they change.

    Example: fairlead quotes --connect localhost:7001 --strategy demo --secret env:DEMO_SECRET MSFT AAPL

    Ctrl-C ends it. Exit code: 0, 1 where the gateway refused, 2 usage or connection.
    """
    try:
        secret = read_secret(options["secret_reference"])
        tls = tls_context(options)
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from None
    try:
        asyncio.run(_run(options, secret, tls))
    except ClientError as error:
        click.echo(f"fairlead quotes: {error}", err=True)
        sys.exit(REFUSED if isinstance(error, SubscriptionRefusedError) else NOT_CONNECTED)


async def _run(options: dict[str, Any], secret: str, tls: Any) -> None:
    host, port = options["address"]
    client = await Client.connect(
        host,
        port,
        options["strategy"],
        secret,
        protocol=options["protocol"],
        tls=tls,
        take_over=options["take_over"],
        on_event=_tell,
    )
    async with client:
        subscription = client.subscribe(options["symbols"], options["depth"], venue=options["venue"])
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, subscription.close)
        try:
            await subscription
            if options["as_json"] or not sys.stdout.isatty():
                await _print_lines(subscription, options["once"])
            else:
                await _show_table(subscription, options["once"])
        finally:
            loop.remove_signal_handler(signal.SIGINT)


def _tell(event: Event) -> None:
    if event.kind in _TOLD_EVENTS:
        click.echo(f"{event.kind.name.lower()} {event.text}".rstrip(), err=True)


async def _print_lines(subscription: Subscription, is_once: bool) -> None:
    if is_once:
        for book in subscription.books.values():
            click.echo(book_line(book))
        return
    async for book in subscription:
        if subscription.is_over:
            return
        click.echo(book_line(book))


async def _show_table(subscription: Subscription, is_once: bool) -> None:
    console = Console()
    if is_once:
        console.print(book_table(subscription))
        return
    with Live(book_table(subscription), console=console, auto_refresh=False) as live:
        async for _ in subscription:
            if subscription.is_over:
                return
            live.update(book_table(subscription), refresh=True)
            await asyncio.sleep(1 / _REFRESHES_A_SECOND)


def book_line(book: Book) -> str:
    """Return a book as one line of JSON: prices and quantities as text, as on the JSON port."""
    values = {
        "symbol": book.symbol,
        "venue": book.venue,
        "bids": [_level(level) for level in book.bids],
        "asks": [_level(level) for level in book.asks],
        "last_px": _text(book.last_px),
        "last_qty": _text(book.last_qty),
        "last_time": book.last_time,
        "total_volume": _text(book.total_volume),
        "trading_state": book.trading_state.name.lower(),
        "is_current": book.is_current,
        "text": book.text or None,
        "change_number": book.change_number,
        "conflated": book.conflated,
        "update_time": book.update_time,
    }
    given = {name: value for name, value in values.items() if value is not None}
    return orjson.dumps(given, option=orjson.OPT_UTC_Z).decode()


def book_table(subscription: Subscription) -> Table:
    """Return the books as a table, one row a price level."""
    table = Table(box=None, pad_edge=False)
    for name, justify in (
        ("symbol", "left"),
        ("venue", "left"),
        ("bid size", "right"),
        ("bid", "right"),
        ("ask", "right"),
        ("ask size", "right"),
        ("last", "right"),
        ("volume", "right"),
        ("state", "left"),
        ("time", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for key in sorted(subscription.books):
        for row in _rows(subscription.books[key]):
            table.add_row(*row)
    for symbol in sorted(set(subscription.symbols) - {symbol for symbol, _ in subscription.books}):
        table.add_row(symbol, "", *[""] * 6, Text("no feed has told of it", "yellow"), "")
    return table


def _rows(book: Book) -> list[list[str | Text]]:
    bids, asks = book.bids, book.asks
    style = "" if book.is_current else "dim"
    rows: list[list[str | Text]] = []
    for at in range(max(1, len(bids), len(asks))):
        bid = bids[at] if at < len(bids) else None
        ask = asks[at] if at < len(asks) else None
        first = at == 0
        rows.append(
            [
                Text(book.symbol if first else "", "bold"),
                book.venue if first else "",
                Text(f"{bid.quantity}" if bid else "", style),
                Text(f"{bid.price}" if bid else "", style or "green"),
                Text(f"{ask.price}" if ask else "", style or "red"),
                Text(f"{ask.quantity}" if ask else "", style),
                Text(f"{book.last_qty} @ {book.last_px}" if first and book.last_px is not None else "", style),
                (_text(book.total_volume) or "") if first else "",
                _state(book) if first else "",
                _clock(book.update_time) if first else "",
            ]
        )
    return rows


def _state(book: Book) -> Text:
    if book.is_current:
        is_trading = book.trading_state is TradingState.TRADING
        return Text(book.trading_state.name.lower(), "green" if is_trading else "yellow")
    if not book.is_connected:
        return Text("not connected", "bold red")
    return Text(" ".join(filter(None, ("stale" if book.is_stale else "suspect", book.text))), "bold red")


def _level(level: Level) -> list[str | int]:
    return [str(level.price), str(level.quantity), level.orders]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _clock(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%H:%M:%S.%f")[:-3]
