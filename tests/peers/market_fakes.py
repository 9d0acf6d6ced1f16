"""Be a market picture that a test sets by hand: plain dictionaries of levels, no feed and no message behind them."""

from collections.abc import Callable

from fairlead.adapters.market_data import ABSENT, ASK, BID, DirectoryEntry, MarketBook, SymbolStatus

UNIT = 10**8
Listener = Callable[[MarketBook, int, int], None]


class FakeBook:
    """Be a ``MarketBook``; ``sides`` holds price -> (quantity, orders) in whole units."""

    def __init__(self, symbol: str, venue: str = "XNAS", feed: str = "") -> None:
        self.symbol = symbol
        self.venue = venue
        self.feed = feed or f"{venue}-itch"
        self.sides: dict[int, dict[int, tuple[int, int]]] = {BID: {}, ASK: {}}
        self.last_px = self.last_qty = ABSENT
        self.last_utc_ns = 0
        self.trade_count = 0
        self.volume = 0
        self.status = SymbolStatus()
        self.is_stale = self.is_suspect = False
        self.stale_reason = self.suspect_reason = ""
        self.change_number = 0
        self.top_change_number = 0
        self.told_top: object = None
        self.update_venue_utc_ns = 0
        self.update_received_utc_ns = 0

    @property
    def is_reliable(self) -> bool:
        return not (self.is_stale or self.is_suspect)

    def levels(self, side: int, depth: int) -> list[tuple[int, int, int]]:
        prices = sorted(self.sides[side], reverse=side == BID)
        found = [(price * UNIT, self.sides[side][price][0] * UNIT, self.sides[side][price][1]) for price in prices]
        return found[:depth] if depth else found

    def _best(self, side: int, part: int) -> int:
        best = self.levels(side, 1)
        return best[0][part] if best else ABSENT

    @property
    def bid_px(self) -> int:
        return self._best(BID, 0)

    @property
    def bid_qty(self) -> int:
        return self._best(BID, 1)

    @property
    def ask_px(self) -> int:
        return self._best(ASK, 0)

    @property
    def ask_qty(self) -> int:
        return self._best(ASK, 1)


class FakeMarketData:
    """Be a ``MarketData``; a change is told by ``tell`` as a feed's turn would."""

    def __init__(self, *books: FakeBook) -> None:
        self.all: list[FakeBook] = list(books)
        self.entries: list[DirectoryEntry] = []
        self.listeners: list[Listener] = []

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        found = [book for book in self.books(symbol) if venue in ("", book.venue)]
        return found[0] if found else None

    def books(self, symbol: str) -> list[MarketBook]:
        return [book for book in self.all if book.symbol == symbol]

    def watch(self, listener: Listener) -> None:
        self.listeners.append(listener)

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return [entry for entry in self.entries if entry.symbol == symbol]

    def tell(self, book: FakeBook, now_ns: int = 0, utc_ns: int = 0) -> None:
        book.change_number += 1
        top = (book.levels(BID, 1), book.levels(ASK, 1))
        book.top_change_number += top != book.told_top
        book.told_top = top
        for listener in self.listeners:
            listener(book, now_ns, utc_ns)

    def level(self, book: FakeBook, side: int, price: int, quantity: int, orders: int = 1) -> None:
        """Set a price level in whole units, 0 to take it away, and tell."""
        if quantity:
            book.sides[side][price] = (quantity, orders)
        else:
            book.sides[side].pop(price, None)
        self.tell(book)

    def trade(self, book: FakeBook, price: int, quantity: int, utc_ns: int = 0) -> None:
        """Print an execution and tell."""
        book.last_px, book.last_qty, book.last_utc_ns = price * UNIT, quantity * UNIT, utc_ns
        book.trade_count += 1
        book.volume += quantity * UNIT
        self.tell(book)
