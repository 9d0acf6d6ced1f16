"""Watch the market through the gateway, as a strategy that sends no orders, and hold its books against the venue's."""

import json
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.client import Book, ClientError, SyncClient
from fairlead.codecs.vocabulary.market_data_codes import TradingState

VENUE = "XNQ"
SYMBOLS = ("AAPL", "MSFT", "NVDA")
LOGIN = ("watch", "watch-demo-secret")
SETTLE_S = 0.5
PATIENCE_S = 5.0

Levels = list[tuple[Decimal, Decimal, int]]
"""Price, quantity and number of orders, best first."""


class MarketWatch:
    """Follow all levels of some symbols at one venue."""

    def __init__(self, port: int) -> None:
        self._client = SyncClient("127.0.0.1", port, *LOGIN)
        self._subscription = self._client.subscribe(SYMBOLS, 0, venue=VENUE)

    def books(self) -> dict[str, Book]:
        """Return the books as they are now."""
        return {symbol: book for (symbol, _), book in self._subscription.books().items()}

    def settled(self) -> dict[str, Book]:
        """Wait until nothing has changed for half a second, and return the books."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            before = {symbol: book.change_number for symbol, book in self.books().items()}
            time.sleep(SETTLE_S)
            books = self.books()
            if before == {symbol: book.change_number for symbol, book in books.items()} or time.monotonic() > deadline:
                return books

    def close(self) -> None:
        """Log out."""
        try:
            self._client.close()
        except (ClientError, OSError, TimeoutError):
            return  # the gateway may be gone already


@dataclass(frozen=True, slots=True)
class BookComparison:
    """One symbol's book, as the gateway has it from the feed, and as the venue itself has it."""

    symbol: str
    gateway: tuple[Levels, Levels]
    venue: tuple[Levels, Levels]

    def differences(self) -> list[str]:
        """Return what differs."""
        sides = zip(("bids", "offers"), self.gateway, self.venue, strict=True)
        return [
            f"book of {self.symbol}: the gateway has {side} {_describe(ours)}, the venue {_describe(theirs)}"
            for side, ours, theirs in sides
            if ours != theirs
        ]


def compare_books(books: dict[str, Book], state: Path) -> list[BookComparison]:
    """Read the venue's own books from its summary, and put the gateway's beside them."""
    shown = json.loads((state / f"{VENUE}.json").read_text())["books"]
    comparisons = []
    for symbol in SYMBOLS:
        book, own = books.get(symbol), shown.get(symbol, {"bids": [], "offers": []})
        ours = ([tuple(level) for level in book.bids], [tuple(level) for level in book.asks]) if book else ([], [])
        comparisons.append(BookComparison(symbol, ours, (_levels(own["bids"]), _levels(own["offers"]))))
    return comparisons


def _levels(found: list[list[str | int]]) -> Levels:
    return [(Decimal(price), Decimal(quantity), int(orders)) for price, quantity, orders in found]


def _describe(levels: Levels) -> str:
    return "  ".join(f"{quantity} @ {price}" for price, quantity, _ in levels) or "none"


def print_books(console: Console, comparisons: list[BookComparison]) -> int:
    """Print both sides' books; return 0 where they agree and are not empty, 1 otherwise."""
    table = Table(title=f"Books at {VENUE}", title_justify="left")
    for column in ("", "as seen by", "bids", "offers"):
        table.add_column(column)
    for comparison in comparisons:
        table.add_row(comparison.symbol, "gateway", *map(_describe, comparison.gateway))
        table.add_row("", "the venue", *map(_describe, comparison.venue))
        table.add_section()
    console.print(table)
    differences = [line for comparison in comparisons for line in comparison.differences()]
    if not any(side for comparison in comparisons for side in comparison.gateway):
        differences.append("the gateway has seen no market")
    for line in differences:
        console.print(line, style="red", markup=False)
    if not differences:
        console.print(f"the books from the feed are those of {VENUE}, level by level", style="green")
    return 1 if differences else 0


def market_table(books: dict[str, Book]) -> Table:
    """Return the best prices of each symbol, for the live screen."""
    table = Table(title=f"Market at {VENUE}, from its ITCH feed", title_justify="left", expand=True)
    table.add_column("symbol")
    for column in ("size", "bid", "ask", "size", "last"):
        table.add_column(column, justify="right")
    table.add_column("state")
    for symbol in SYMBOLS:
        book = books.get(symbol)
        if book is None:
            table.add_row(symbol, *[""] * 5, Text("not seen yet", "yellow"))
            continue
        bid, ask = book.bid, book.ask
        cells = [f"{bid.quantity}", f"{bid.price:.2f}"] if bid else ["", ""]
        cells += [f"{ask.price:.2f}", f"{ask.quantity}"] if ask else ["", ""]
        last = f"{book.last_px:.2f}" if book.last_px is not None else ""
        table.add_row(symbol, *cells, last, _state(book))
    return table


def _state(book: Book) -> Text:
    if not book.is_current:
        return Text("not current", "red")
    is_trading = book.trading_state is TradingState.TRADING
    return Text(book.trading_state.name.lower(), "green" if is_trading else "yellow")


def market_line(books: dict[str, Book]) -> str:
    """Return the best prices on one line."""
    return "  ".join(f"{symbol} {_best(books[symbol])}" for symbol in SYMBOLS if symbol in books)


def _best(book: Book) -> str:
    bid, ask = book.bid, book.ask
    return f"{bid.price if bid else '-'}/{ask.price if ask else '-'}"
