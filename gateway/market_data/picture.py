"""Give readers one picture of all feeds, and tell them once a turn which books changed."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.market_data import DirectoryEntry, MarketBook
from fairlead.gateway.market_data.feed import Feed

BOOKS_A_TURN: Final = 500
"""Books told of in one turn at most; where all of a large feed turn stale, the rest follows in the next turns."""

Listener = Callable[[MarketBook, int, int], None]


class MarketPicture:
    """The books of all feeds (a ``MarketData``), and a turn's ``Flushable`` that tells of their changes.

    It must join the turn before the ports' links do, so that what a listener marks is sent in the same turn.
    """

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self.feeds: Final = tuple(feeds)
        self._listeners: list[Listener] = []
        self._by_symbol: dict[str, list[Book]] = {}
        self._known: set[Book] = set()
        self._waiting: deque[Book] = deque()

    # MarketData

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        """Return a symbol's book at a venue; without a venue, the first feed's that has it; None where none has."""
        for book in self._by_symbol.get(symbol, ()):
            if not venue or book.venue == venue:
                return book
        return None

    def books(self, symbol: str) -> list[MarketBook]:
        """Return a symbol's books on all feeds, in the order of the configuration."""
        return list(self._by_symbol.get(symbol, ()))

    def watch(self, listener: Listener) -> None:
        """Call the listener once a turn for each book that changed."""
        self._listeners.append(listener)

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        """Return what the feeds' directories say about a symbol."""
        entries = []
        for feed in self.feeds:
            found = [entry for entry in feed.feed_books.status.directory.values() if entry.symbol == symbol]
            entries += found
        return entries

    # Flushable

    def flush(self, now_ns: int, utc_ns: int) -> None:
        """Tell of the books that changed, a bounded number of them."""
        waiting = self._waiting
        for feed in self.feeds:
            waiting.extend(feed.books.take_changed())
        for _ in range(min(len(waiting), BOOKS_A_TURN)):
            book = waiting.popleft()
            if book not in self._known:
                self._learn(book)
            for listener in self._listeners:
                listener(book, now_ns, utc_ns)

    def end(self, now_ns: int, utc_ns: int) -> None:
        """Do nothing: a picture has no connection."""

    def abort(self, reason: str) -> None:
        """Do nothing: a picture has no connection."""

    def _learn(self, book: Book) -> None:
        self._known.add(book)
        found = self._by_symbol.setdefault(book.symbol, [])
        found.append(book)
        order = {feed.name: position for position, feed in enumerate(self.feeds)}
        found.sort(key=lambda each: order[each.feed])
