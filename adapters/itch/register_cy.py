# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Know a feed's books: by the venue's number and by symbol, which of them changed, and what was wrong with messages."""

from collections.abc import Callable

from fairlead.adapters.itch.book_cy import Book, FeedCondition
from fairlead.adapters.itch.events import CONTRADICTIONS, BookEvent
from fairlead.adapters.itch.levels_cy import LevelPool
from fairlead.codecs.fixed_point_cy import fixed_to_str

TRADING = 1
HALTED = 2
PAUSED = 3
DIRECT_KEYS = 65536


class BookRegister:
    """The books of one feed, without what their messages do.

    ``on_event`` takes what is wrong. ``name_of(feed_symbol)`` returns Fairlead's symbol, or None where nobody wants
    the book. ``faults`` counts events by kind.
    """

    def __init__(
        self,
        feed: str,
        venue: str,
        on_event: "Callable[[BookEvent], None]",
        name_of: "Callable[[str], str | None] | None",
        condition: FeedCondition,
    ) -> None:
        self.feed = feed
        self.venue = venue
        self.condition = condition
        self.faults: dict[str, int] = {}
        self.pool = LevelPool()
        self._on_event = on_event
        self._name_of = name_of
        self._by_symbol: dict[str, Book] = {}
        self._changed: list[Book] = []
        self._unwanted = Book(0, "", "", feed, venue, condition)
        self._forget_keys()

    def _forget_keys(self) -> int:
        self._books: list[Book] = []
        self._direct: list[Book | None] = [None] * DIRECT_KEYS
        self._keys: dict[int, Book] = {}
        return 0

    # For those who read

    def book(self, feed_symbol: str) -> "Book | None":
        """Return the book of a symbol by the feed's name for it."""
        return self._by_symbol.get(feed_symbol)

    def all_books(self) -> "list[Book]":
        """Return all books, also those that this session has not named yet."""
        return list(self._by_symbol.values())

    def take_changed(self) -> "list[Book]":
        """Return the books that changed since the last call, each once."""
        changed, self._changed = self._changed, []
        for book in changed:
            book.is_marked = False
        return changed

    def level_count(self, book: Book, side: int) -> int:
        """Return how many price levels a side has."""
        return book.bids.count if side == 49 else book.asks.count

    def count_states(self) -> "tuple[int, int]":
        """Return how many books are suspect by themselves, and how many symbols are halted or paused."""
        suspect = 0
        halted = 0
        for book in self._by_symbol.values():
            if book.contradiction or book.crossing:
                suspect += 1
            if book.trading_state == HALTED or book.trading_state == PAUSED:
                halted += 1
        return suspect, halted

    # Names and numbers

    def _find_book(self, key: int) -> "Book | None":
        if key < 65536:
            return self._direct[key]
        return self._keys.get(key)

    def name_book(self, key: int, feed_symbol: str) -> "Book | None":
        """Return the book of a symbol, from now on found by ``key``, made if it is new."""
        book = self._by_symbol.get(feed_symbol)
        if book is None:
            symbol = self._name_of(feed_symbol) if self._name_of is not None else feed_symbol
            book = self._unwanted
            if symbol is not None:
                book = Book(0, feed_symbol, symbol, self.feed, self.venue, self.condition)
                book.attach(self.pool)
                self._by_symbol[feed_symbol] = book
        if book is not self._unwanted and (not self._books or self._find_book(key) is not book):
            book.number = len(self._books)
            book.key = key
            self._books.append(book)
        if key < DIRECT_KEYS:
            self._direct[key] = book
        else:
            self._keys[key] = book
        return book

    def is_unwanted(self, book: Book) -> bool:
        """Tell whether a book stands for all symbols that nobody wants."""
        return book is self._unwanted

    # What changed

    def _note(self, book: Book, side: int, sequence: int, venue_ns: int, utc_ns: int) -> int:
        """Look at the top after a change of orders."""
        is_other = book.note_ask() if side else book.note_bid()
        if is_other and (book.is_crossed or book.crosses()):
            self.check_crossing(book, sequence)
        self._touch(book, venue_ns, utc_ns)
        return 0

    def _touch(self, book: Book, venue_ns: int, utc_ns: int) -> int:
        book.update_venue_utc_ns = venue_ns
        book.update_received_utc_ns = utc_ns
        book.change_number += 1
        if not book.is_marked:
            book.is_marked = True
            self._changed.append(book)
        return 0

    def mark(self, book: Book) -> None:
        """Count a change of status."""
        book.change_number += 1
        if not book.is_marked:
            book.is_marked = True
            self._changed.append(book)

    def mark_all(self) -> None:
        """Count a change of what holds for all books: the feed is stale, or current again."""
        for book in self.all_books():
            self.mark(book)

    def check_crossing(self, book: Book, sequence: int) -> None:
        """Tell when a crossing begins or ends: after a change of the top, and of the trading state."""
        is_crossed = book.trading_state == TRADING and book.crosses()
        if is_crossed == book.is_crossed:
            return
        book.is_crossed = is_crossed
        if is_crossed:
            book.crossing = f"bid {fixed_to_str(book.bid_px)} above offer {fixed_to_str(book.ask_px)} while trading"
            self._fault("crossed", book, sequence, book.crossing)
        else:
            self._fault("uncrossed", book, sequence, f"was: {book.crossing}")
            book.crossing = ""

    # What is wrong

    def _fault(self, kind: str, book: "Book | None", sequence: int, text: str) -> int:
        """Count and tell a fault; a contradiction marks its book, or the whole feed where no book can be named."""
        self.faults[kind] = self.faults.get(kind, 0) + 1
        if kind in CONTRADICTIONS:
            reason = f"message {sequence}, {text}"
            if book is None:
                if not self.condition.contradiction:
                    self.condition.contradiction = reason
                    self.mark_all()
            elif not book.contradiction:
                book.contradiction = reason
        if book is not None:
            self.mark(book)
        self._on_event(BookEvent(kind, self.feed, book.symbol if book is not None else "", sequence, text))
        return 0

    def report_fault(self, kind: str, book: "Book | None", sequence: int, text: str) -> None:
        """Do the same for ``status_messages``."""
        self._fault(kind, book, sequence, text)
