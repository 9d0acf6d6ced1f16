"""Say what the market picture offers: one book for each symbol on each feed, with its state, its age and its faults.

Prices and quantities are int64 in units of 10^-8; ``ABSENT`` where there is none. Times are nanoseconds since the UTC
epoch: a venue's own stamp where a name says ``venue``, the time of receipt where it says ``received``; 0 is never.
Everything is read in the loop's thread, between messages or from a listener; a book changes in place, so a reader that
needs yesterday's value copies it. Readers write to nothing here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import Restriction, TradingState

__all__ = [
    "ASK",
    "BID",
    "DirectoryEntry",
    "MarketBook",
    "MarketData",
    "ReferencePrice",
    "Restriction",
    "SymbolStatus",
    "TradingState",
]

BID: Final = 49
"""The buy side of a book: ``levels(BID, depth)``. The code is FIX's Side(54) and the vocabulary's."""
ASK: Final = 50
"""The sell side of a book."""


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """A price that is no order's, with its two times: the venue's stamp and when it was received."""

    price: int
    venue_utc_ns: int
    received_utc_ns: int

    def age_ns(self, utc_ns: int) -> int:
        """Return how long ago it was received: what a collar compares with its limit."""
        return utc_ns - self.received_utc_ns


@dataclass(slots=True)
class SymbolStatus:
    """What a feed has said about a symbol beside its orders.

    ``reference_prices`` are by name: ``luld_reference``, ``luld_upper``, ``luld_lower`` (auction collar), ``ipo``,
    ``noii_reference``, ``noii_near``, ``noii_far``, ``cross_open``, ``cross_close``, ``cross_halt``,
    ``listing_minimum``, ``listing_maximum`` and others that a mapping names. A price the venue withdrew is gone.
    ``facts`` holds the rest, name to the venue's text or number: ``reg_sho_code``, ``imbalance_side``,
    ``paired_shares``, ``interest``, ``ipo_release_utc_ns`` ... ; ``operational_halts`` the codes of halted markets.
    """

    trading_state: TradingState = TradingState.UNKNOWN
    state_code: str = ""
    state_reason: str = ""
    state_venue_utc_ns: int = 0
    state_received_utc_ns: int = 0
    short_restriction: Restriction = Restriction.UNKNOWN
    operational_halts: frozenset[str] = frozenset()
    reference_prices: dict[str, ReferencePrice] = field(default_factory=dict)
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What a feed's directory says about an instrument; ``fields`` has all of it under the table's names.

    ``symbol`` is Fairlead's name, ``feed_symbol`` the feed's. ``round_lot`` is in units of 10^-8, ``ABSENT`` where the
    directory has none.
    """

    symbol: str
    feed_symbol: str
    feed: str
    venue: str
    round_lot: int = ABSENT
    currency: str = ""
    received_utc_ns: int = 0
    fields: Mapping[str, str | int] = field(default_factory=dict)


class MarketBook(Protocol):
    """One symbol's book on one feed.

    ``is_stale``: the feed is not current (not connected, catching up, a gap open, silent for too long), so the truth
    may be elsewhere; ``stale_reason`` says why. ``is_suspect``: a message contradicted the book (``suspect_reason``),
    so the book is wrong until it was built anew. Who needs the truth uses neither: ``is_reliable`` is both denied.
    """

    @property
    def symbol(self) -> str:
        """Return Fairlead's symbol."""

    @property
    def venue(self) -> str:
        """Return the venue that the feed belongs to."""

    @property
    def feed(self) -> str:
        """Return the feed's name in the configuration."""

    @property
    def bid_px(self) -> int:
        """Return the best bid."""

    @property
    def bid_qty(self) -> int:
        """Return the quantity shown at the best bid."""

    @property
    def ask_px(self) -> int:
        """Return the best offer."""

    @property
    def ask_qty(self) -> int:
        """Return the quantity shown at the best offer."""

    @property
    def last_px(self) -> int:
        """Return the price of the last printable execution, trade or cross."""

    @property
    def last_qty(self) -> int:
        """Return the quantity of that execution."""

    @property
    def last_utc_ns(self) -> int:
        """Return the venue's time of that execution."""

    @property
    def trade_count(self) -> int:
        """Return how many printable executions there were: it rises with each."""

    @property
    def volume(self) -> int:
        """Return the quantity of all printable executions, units of 10^-8; a Python int, it may leave int64."""

    @property
    def status(self) -> SymbolStatus:
        """Return what the feed says beside the orders."""

    @property
    def is_stale(self) -> bool:
        """Tell whether the feed behind the book is not current."""

    @property
    def stale_reason(self) -> str:
        """Return why, empty where the book is current."""

    @property
    def is_suspect(self) -> bool:
        """Tell whether a message contradicted the book."""

    @property
    def suspect_reason(self) -> str:
        """Return the first contradiction, empty where there is none."""

    @property
    def is_reliable(self) -> bool:
        """Tell whether the book is neither stale nor suspect."""

    @property
    def change_number(self) -> int:
        """Return a number that rises with each change of anything in the book or its status."""

    @property
    def top_change_number(self) -> int:
        """Return a number that rises with each change of the best bid or offer, price or quantity."""

    @property
    def update_venue_utc_ns(self) -> int:
        """Return the venue's time of the last message that changed the book."""

    @property
    def update_received_utc_ns(self) -> int:
        """Return when that message was received."""

    def levels(self, side: int, depth: int) -> list[tuple[int, int, int]]:
        """Return (price, quantity, number of orders) of the best ``depth`` levels, best first; 0 is all of them.

        ``side`` is ``BID`` or ``ASK``. An order without a price (market on open) is in no level.
        """


class MarketData(Protocol):
    """The whole picture. Read by risk, by the router and by subscriptions."""

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        """Return a symbol's book at a venue; without a venue, the first feed's that has it; None where none has."""

    def books(self, symbol: str) -> list[MarketBook]:
        """Return a symbol's books on all feeds, in the order of the configuration."""

    def watch(self, listener: Callable[[MarketBook, int, int], None]) -> None:
        """Call ``listener(book, now_ns, utc_ns)`` once a turn for each book that changed, however many messages did it.

        A change of status, staleness or suspicion is a change too. A listener does little: it marks, and works later.
        """

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        """Return what the feeds' directories say about a symbol, in the order of the configuration."""
