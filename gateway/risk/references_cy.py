# cython: annotation_typing=False
"""Find the price that an order is measured by: last, touch or previous close, fresh or not at all.

A venue's own feed comes first; where its book is missing or can't be trusted, the other feeds' in the order of the
configuration. The touch is the far side: the offer for a buyer, the bid for a seller; it is as old as its feed's last
word, so it counts while the book is neither stale nor suspect. A last price is as old as the venue's stamp of it, and
too old beyond ``max_reference_age_ns`` (0: no bound). A previous close counts for some days. Prices are in units of
10^-8; ``ABSENT`` where there is none.
"""

import cython

from fairlead.adapters.market_data import MarketBook, MarketData
from fairlead.gateway.risk.subject_cy import Subject
from fairlead.gateway.risk.venue_dates import VenueDates

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
HIGHEST = 9223372036854775807
BUY = 49
TOUCH = ("touch",)
# Where a row names no references.
PREFERENCE = ("touch", "last", "previous_close")


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
        self._symbol = ""
        self._venue = ""
        self._book: "MarketBook | None" = None
        self.source = ""

    def book(self, symbol: str, venue: str) -> "MarketBook | None":
        """Return the venue's own book of a symbol, None where it has none; a book, once there, stays."""
        if symbol is self._symbol and venue is self._venue:
            return self._book
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
        self._symbol, self._venue, self._book = symbol, venue, found
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
        own = self.book(subject.request.symbol, subject.venue)
        for name in names:
            if name == "previous_close":
                price = self._previous_close(subject)
            else:
                price = self._from(own, name, subject)
                if price == ABSENT:
                    price = self._from_others(own, name, subject)
            if price != ABSENT:
                self.source = name
                return price
        return ABSENT

    def _from(self, book: "MarketBook | None", name: str, subject: Subject) -> cython.longlong:
        if book is None or not book.is_reliable:
            return ABSENT
        if name == "last":
            return self._last(subject, book)
        return book.ask_px if subject.request.side == BUY else book.bid_px

    def _from_others(self, own: "MarketBook | None", name: str, subject: Subject) -> cython.longlong:
        if self._market_data is None:
            return ABSENT
        for book in self._market_data.books(subject.request.symbol):
            if book is own:
                continue
            price = self._from(book, name, subject)
            if price != ABSENT:
                return price
        return ABSENT

    def _last(self, subject: Subject, book: MarketBook) -> cython.longlong:
        limit_ns = subject.limits.max_reference_age_ns
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
