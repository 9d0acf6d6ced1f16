"""Follow books: what a subscription has, what changed, and how it comes back after a loss."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from typing import Any, Final

from fairlead.client.book import Book
from fairlead.client.errors import ClientError, SubscriptionRefusedError
from fairlead.codecs.vocabulary.market_data_codes import MDEntryType, MDUpdateType, SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.codecs.vocabulary.session_messages import MarketDataMessage


def entry_types(names: Iterable[str]) -> str:
    """Return the codes of ``"bid"``, ``"offer"``, ``"trade"``; raise ValueError for another name."""
    codes = ""
    for name in names:
        member = MDEntryType.__members__.get(name.upper())
        if member is None or name != name.lower():
            expected = ", ".join(each.name.lower() for each in MDEntryType)
            raise ValueError(f"entries: {name!r} received, expected some of {expected}")
        codes += chr(member)
    return codes


class Subscription:
    """Hold the books of some symbols and keep them current, over one connection after the other.

    ``await subscription`` waits until each symbol has been told of (a snapshot, or that no feed has it yet) and raises
    ``SubscriptionRefusedError``. ``async for book in subscription`` yields each book that changed since it was last
    yielded: a loop that is slow sees the latest state of each, never a growing queue. ``subscription["MSFT"]`` is the
    book where one venue has it; ``books`` holds all by (symbol, venue).
    """

    def __init__(
        self, symbols: tuple[str, ...], depth: int, venue: str, codes: str, end: Callable[["Subscription"], None]
    ) -> None:
        self.symbols: Final = symbols
        self.depth: Final = depth
        self.venue: Final = venue
        self.books: Final[dict[tuple[str, str], Book]] = {}
        self.md_req_id = ""
        """The request of the present connection."""
        self.error: ClientError | None = None
        self.is_over = False
        self._codes = codes
        self._end = end
        self._untold = set(symbols)
        self._changed: dict[tuple[str, str], Book] = {}
        self._event = asyncio.Event()

    def __getitem__(self, symbol: str) -> Book:
        found = [book for (name, _), book in self.books.items() if name == symbol]
        if len(found) != 1:
            venues = ", ".join(book.venue for book in found) or "none"
            raise KeyError(f"{symbol}: one book expected, there are those of {venues}; use books[symbol, venue]")
        return found[0]

    def __await__(self) -> Generator[Any, None, "Subscription"]:
        return self._told().__await__()

    async def _told(self) -> "Subscription":
        while self._untold:
            await self._wait()
        return self

    async def __aiter__(self) -> AsyncIterator[Book]:
        while (book := await self.next_change()) is not None:
            yield book

    async def next_change(self) -> Book | None:
        """Wait for a book that changed; None once the subscription was closed. Raises what ended it otherwise."""
        while not self._changed:
            if self.is_over and self.error is None:
                return None
            await self._wait()
        return self._changed.pop(next(iter(self._changed)))

    def close(self) -> None:
        """End the subscription; its books stay as they are, marked as not connected."""
        if not self.is_over:
            self._end(self)
            self.finish(None)

    async def _wait(self) -> None:
        if self.error is not None:
            raise self.error
        await self._event.wait()

    # What the client tells.

    def request(self, md_req_id: str) -> MarketDataRequest:
        """Return the request that begins the subscription on a new connection."""
        self.md_req_id = md_req_id
        return MarketDataRequest(
            md_req_id=md_req_id,
            subscription_request_type=SubscriptionRequestType.SUBSCRIBE,
            market_depth=self.depth,
            md_update_type=MDUpdateType.INCREMENTAL_REFRESH,
            symbols=self.symbols,
            venue=self.venue,
            md_entry_types=self._codes,
        )

    def take(self, message: MarketDataMessage) -> None:
        """Take a message of the gateway; raises DecodeError where it does not fit."""
        if isinstance(message, MarketDataReject):
            self.finish(SubscriptionRefusedError(message.md_req_rej_reason, message.text))
            return
        if isinstance(message, SecurityStatus) and not message.venue:
            # no feed has told of the symbol yet: there is no book
            self._untold.discard(message.symbol)
            self._notify()
            return
        key = (message.symbol, message.venue)
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = Book(message.symbol, message.venue)
        if isinstance(message, SecurityStatus):
            book.take_status(message)
            if book.has_snapshot or not self._codes:
                self._change(book)
        elif isinstance(message, MarketDataSnapshot):
            book.take_snapshot(message)
            self._change(book)
        else:
            book.take_increment(message)
            self._change(book)

    def lose(self) -> None:
        """Note that the connection is gone: no book is current."""
        for book in self.books.values():
            book.lose()
            self._change(book)

    def finish(self, error: ClientError | None) -> None:
        """Note that nothing more will come."""
        self.is_over = True
        self.error = error
        for book in self.books.values():
            book.lose()
        self._notify()

    def _change(self, book: Book) -> None:
        self._untold.discard(book.symbol)
        self._changed[book.symbol, book.venue] = book
        self._notify()

    def _notify(self) -> None:
        self._event.set()
        self._event = asyncio.Event()
