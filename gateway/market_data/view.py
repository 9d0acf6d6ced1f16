"""Draw a feed's books for people: one line a symbol, or the ladder of a single one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.market_data import ASK, BID, TradingState
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.gateway.market_data.feed import Feed

MAX_LINES = 40
"""Symbols shown where none were asked for: the busiest."""
_STYLES = {TradingState.TRADING: "green", TradingState.HALTED: "bold red", TradingState.PAUSED: "bold red"}


def draw(feed: Feed, symbols: Sequence[str], depth: int) -> RenderableType:
    """Return the feed's line and its books."""
    books = choose(feed, symbols)
    parts: list[RenderableType] = [headline(feed)]
    if len(books) == 1 and depth != 1:
        parts.append(ladder(books[0], depth))
    parts.append(tops(books))
    missing = [symbol for symbol in symbols if all(symbol not in (b.symbol, b.feed_symbol) for b in books)]
    if missing:
        parts.append(Text(f"not on the feed so far: {', '.join(missing)}", style="yellow"))
    return Group(*parts)


def choose(feed: Feed, symbols: Sequence[str]) -> list[Book]:
    """Return the books to show: those asked for, or the busiest."""
    books = feed.books.all_books()
    if symbols:
        return sorted((b for b in books if b.symbol in symbols or b.feed_symbol in symbols), key=lambda b: b.symbol)
    return sorted(books, key=lambda b: (-b.change_number, b.symbol))[:MAX_LINES]


def headline(feed: Feed) -> Text:
    """Return how the feed stands, in a line."""
    reason, wrong = feed.condition.stale_reason, feed.condition.contradiction
    state = Text(f"stale: {reason}", style="yellow") if reason else Text("current", style="green")
    counts, books = feed.counts, feed.books
    text = Text.assemble((feed.name, "bold"), "  ", state)
    if wrong:
        text.append(f"  suspect: {wrong}", style="bold red")
    text.append(f"  {books.messages:,} messages, {len(books.all_books()):,} books, {books.orders.count:,} orders")
    if books.last_venue_utc_ns:
        stamp = datetime.fromtimestamp(books.last_venue_utc_ns // 1_000_000_000, UTC)
        text.append(f", venue time {stamp:%H:%M:%S}Z")
    if counts.gaps or counts.lost:
        text.append(f", gaps {counts.gaps}, filled {counts.recovered}, messages lost {counts.lost}")
    if books.faults:
        told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(books.faults.items()))
        text.append(f"\nfaults: {told}", style="red")
    return text


def tops(books: Sequence[Book]) -> Table:
    """Return a table with a line a symbol."""
    table = Table(box=None, pad_edge=False)
    table.add_column("symbol", style="bold")
    for name in ("bid qty", "bid", "offer", "offer qty", "last", "volume", "trades"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for book in books:
        numbers = (book.bid_qty, book.bid_px, book.ask_px, book.ask_qty, book.last_px)
        volume = fixed_to_str(book.volume) if book.volume < 2**63 else f"{book.volume // 10**8}"
        table.add_row(book.symbol, *map(_shown, numbers), volume, str(book.trade_count), _state(book))
    return table


def ladder(book: Book, depth: int) -> Table:
    """Return both sides of a book, level by level."""
    table = Table(box=None, pad_edge=False, title=f"{book.symbol}, best levels", title_justify="left")
    for name in ("orders", "quantity", "bid", "offer", "quantity", "orders"):
        table.add_column(name, justify="right")
    bids, asks = book.levels(BID, depth), book.levels(ASK, depth)
    for at in range(max(len(bids), len(asks))):
        left = (str(bids[at][2]), _shown(bids[at][1]), _shown(bids[at][0])) if at < len(bids) else ("", "", "")
        right = (_shown(asks[at][0]), _shown(asks[at][1]), str(asks[at][2])) if at < len(asks) else ("", "", "")
        table.add_row(*left, *right)
    return table


def _shown(value: int) -> str:
    return "-" if value == ABSENT else fixed_to_str(value)


def _state(book: Book) -> Text:
    state = book.status.trading_state
    text = Text(state.name.lower().replace("_", " "), style=_STYLES.get(state, ""))
    if book.status.state_reason:
        text.append(f" ({book.status.state_reason})")
    for word, is_so in (("stale", book.is_stale), ("suspect", book.is_suspect)):
        if is_so:
            text.append(f" {word}", style="yellow")
    return text
