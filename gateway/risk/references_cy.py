# cython: annotation_typing=False
"""Find the price that an order is measured by: last, touch or previous close, fresh or not at all.

A venue's own feed comes first; where its book is missing or can't be trusted, the other feeds' in the order of the
configuration. The touch is the far side: the offer for a buyer, the bid for a seller; it is as old as its feed's last
word, so it counts while the book is neither stale nor suspect. A last price is as old as the venue's stamp of it, and
too old beyond ``max_reference_age_ns`` (0: no bound). A previous close counts for some days. Prices are in units of
10^-8; ``ABSENT`` where there is none.
"""

import cython

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.market_data import MarketBook, MarketData, SymbolStatus
from fairlead.gateway.risk.subject_cy import Subject
from fairlead.gateway.risk.venue_dates import VenueDates

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
HIGHEST = 9223372036854775807
BUY = 49
TOUCH = ("touch",)
# Where a row names no references.
PREFERENCE = ("touch", "last", "previous_close")


def is_reliable(book: MarketBook) -> bool:
    """Tell whether a book is neither stale nor suspect; of ITCH's books without a Python call."""
    if isinstance(book, Book):
        own = book
        return own.holds()
    return book.is_reliable


def state_of(book: MarketBook) -> int:
    """Return the trading state that a book's feed has told."""
    if isinstance(book, Book):
        own = book
        return own.trading_state
    return book.status.trading_state


def status_of(book: MarketBook) -> SymbolStatus:
    """Return what the feed says beside the orders."""
    if isinstance(book, Book):
        own = book
        return own.status
    return book.status


def _far_side(book: MarketBook, is_buy: bool) -> int:
    """Return the price that an order of a side would trade at."""
    if isinstance(book, Book):
        own = book
        return own.ask_px if is_buy else own.bid_px
    return book.ask_px if is_buy else book.bid_px


class References:
    """Look prices up. ``source`` names where the last one found came from, for texts.

    ``margin_bps`` is added, away from zero, to the price by which an order without one is valued.
    """

    def __init__(
        self,
        market_data: "MarketData | None",
        dates: VenueDates,
        max_close_age_days: cython.longlong = 5,
        margin_bps: cython.longlong = 500,
    ) -> None:
        self._market_data = market_data
        self._dates = dates
        self._max_close_age_days = max_close_age_days
        self._margin_bps = margin_bps
        self._own: "dict[str, dict[str, MarketBook]]" = {}
        self.source = ""

    def look(self, subject: Subject) -> "MarketBook | None":
        """Return ``book`` of an order's symbol and venue, and let the subject say whether it can be trusted."""
        if not subject.has_looked:
            subject.market = self.book(subject.request.symbol, subject.venue)
            subject.is_market_reliable = subject.market is not None and is_reliable(subject.market)
            subject.has_looked = True
        return subject.market

    def book(self, symbol: str, venue: str) -> "MarketBook | None":
        """Return the venue's own book of a symbol, None where it has none; a book, once there, stays."""
        if self._market_data is None:
            return None
        of_venue = self._own.get(venue)
        if of_venue is None:
            of_venue = self._own[venue] = {}
        found = of_venue.get(symbol)
        if found is None:
            found = self._market_data.book(symbol, venue)
            if found is None:
                return None
            of_venue[symbol] = found
        return found

    def touch(self, subject: Subject) -> cython.longlong:
        """Return the best price of the far side."""
        return self._first(subject, TOUCH)

    def find(self, subject: Subject) -> cython.longlong:
        """Return the first reference, in the order of the row's preference, that there is and that is fresh."""
        return self._first(subject, subject.limits.collar_references or PREFERENCE)

    def best_bid(self, symbol: str) -> cython.longlong:
        """Return the highest bid of all feeds whose book can be trusted."""
        if self._market_data is None:
            return ABSENT
        best = ABSENT
        for book in self._market_data.books(symbol):
            if book.is_reliable and book.bid_px > best:
                best = book.bid_px
        return best

    def value(self, subject: Subject) -> None:
        """Set ``risk_px`` of an order that has no price: reference plus margin; it stays ABSENT where there is none."""
        price = self.find(subject)
        if price != ABSENT:
            self._set_value(subject, price)

    def _set_value(self, subject: Subject, price: int) -> None:
        margin = -(-abs(price) * self._margin_bps // 10000)
        valued = price + margin if price >= 0 else price - margin
        if abs(valued) <= HIGHEST:
            subject.risk_px = valued

    def _first(self, subject: Subject, names: "tuple[str, ...]") -> cython.longlong:
        own = self.look(subject)
        for name in names:
            if name == "previous_close":
                price = self._previous_close(subject)
            else:
                price = self._from(own, subject.is_market_reliable, name, subject)
                if price == ABSENT:
                    price = self._from_others(own, name, subject)
            if price != ABSENT:
                self.source = name
                return price
        return ABSENT

    def _from(self, book: "MarketBook | None", is_trusted: bool, name: str, subject: Subject) -> cython.longlong:
        if book is None or not is_trusted:
            return ABSENT
        if name == "last":
            return self._last(subject, book)
        return _far_side(book, subject.request.side == BUY)

    def _from_others(self, own: "MarketBook | None", name: str, subject: Subject) -> cython.longlong:
        if self._market_data is None:
            return ABSENT
        for book in self._market_data.books(subject.request.symbol):
            if book is own:
                continue
            price = self._from(book, is_reliable(book), name, subject)
            if price != ABSENT:
                return price
        return ABSENT

    def _last(self, subject: Subject, book: MarketBook) -> cython.longlong:
        limit_ns = subject.limits.max_reference_age_ns
        if isinstance(book, Book):
            own = book
            if limit_ns and subject.utc_ns - own.last_utc_ns > limit_ns:
                return ABSENT
            return own.last_px
        if limit_ns and subject.utc_ns - book.last_utc_ns > limit_ns:
            return ABSENT
        return book.last_px

    def _previous_close(self, subject: Subject) -> cython.longlong:
        instrument = subject.instrument
        if instrument is None or instrument.previous_close_date is None:
            return ABSENT
        age = self._dates.date_of(subject.venue, subject.utc_ns) - instrument.previous_close_date
        if not 0 <= age.days <= self._max_close_age_days:
            return ABSENT
        return instrument.previous_close
