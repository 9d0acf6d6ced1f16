# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Hold one symbol's book: two ladders, the top as it stands, the last trade, and what the feed says beside the orders.

Implements ``MarketBook``. ``ItchBooks`` changes it, nobody else. A book lives as long as its feed's books: a new
session empties it and fills it again, so whoever holds it keeps seeing the symbol.
"""

from fairlead.adapters.itch.levels_cy import Ladder, LevelPool
from fairlead.adapters.market_data import SymbolStatus, TradingState

ABSENT = -9223372036854775807 - 1
BID = 49
TRADING = 1


class FeedCondition:
    """Say what holds for all books of a feed.

    ``stale_reason`` is empty while the feed is current, ``contradiction`` while no message was wrong that can't be
    given to one book.
    """

    def __init__(self, stale_reason: str = "") -> None:
        self.stale_reason = stale_reason
        self.contradiction = ""


class Book:
    """One symbol on one feed. ``number`` is its place among the feed's books, ``key`` the venue's id of it."""

    def __init__(
        self, number: int, feed_symbol: str, symbol: str, feed: str, venue: str, condition: FeedCondition
    ) -> None:
        self.number = number
        self.feed_symbol = feed_symbol
        self.symbol = symbol
        self.feed = feed
        self.venue = venue
        self.key = 0
        self.price_mul = 0
        self.price_limit = 0
        self.change_number = 0
        self.top_change_number = 0
        self.is_marked = False
        self.condition = condition
        self.clear()

    def clear(self) -> None:
        """Begin anew: no orders, nothing known. The change numbers go on."""
        self.bids = Ladder()
        self.asks = Ladder()
        self.unpriced_bids = 0
        self.unpriced_asks = 0
        self.bid_px = ABSENT
        self.bid_qty = ABSENT
        self.ask_px = ABSENT
        self.ask_qty = ABSENT
        self.last_px = ABSENT
        self.last_qty = ABSENT
        self.last_utc_ns = 0
        self.last_match = 0
        self.trade_count = 0
        self.volume = 0
        self.update_venue_utc_ns = 0
        self.update_received_utc_ns = 0
        self.is_crossed = False
        self.contradiction = ""
        self.crossing = ""
        self.trading_state = 0
        self.status = SymbolStatus()
        self.change_number += 1
        self.top_change_number += 1

    # What MarketBook offers besides the fields

    @property
    def is_stale(self) -> bool:
        """Tell whether the feed behind the book is not current."""
        return bool(self.condition.stale_reason)

    @property
    def stale_reason(self) -> str:
        """Return why."""
        return self.condition.stale_reason

    @property
    def is_suspect(self) -> bool:
        """Tell whether a message contradicted the book, or the book is crossed while its symbol trades."""
        return bool(self.contradiction or self.crossing or self.condition.contradiction)

    @property
    def suspect_reason(self) -> str:
        """Return the first contradiction, or the crossing."""
        return self.contradiction or self.crossing or self.condition.contradiction

    @property
    def is_reliable(self) -> bool:
        """Tell whether the book is neither stale nor suspect."""
        return self.holds()

    def holds(self) -> bool:
        """Tell the same to compiled code."""
        condition = self.condition
        return not (condition.stale_reason or self.contradiction or self.crossing or condition.contradiction)

    def levels(self, side: int, depth: int) -> "list[tuple[int, int, int]]":
        """Return (price, quantity, orders) of the best ``depth`` levels of ``BID`` or ``ASK``; 0 is all of them."""
        ladder = self.bids if side == BID else self.asks
        found: list[tuple[int, int, int]] = []
        i = ladder.count
        while i > 0 and (depth == 0 or len(found) < depth):
            i -= 1
            at = ladder.slots[i] * 4
            found.append((self.pool.records[at], self.pool.records[at + 1], self.pool.records[at + 2]))
        return found

    def __repr__(self) -> str:
        return f"<Book {self.symbol} of {self.feed}>"

    # For ItchBooks

    def attach(self, pool: LevelPool) -> int:
        """Take levels from this pool."""
        self.pool = pool
        return 0

    def note_bid(self) -> int:
        """Look at the best bid after a change; return whether it is another."""
        price = ABSENT
        quantity = ABSENT
        if self.bids.count > 0:
            at = self.bids.slots[self.bids.count - 1] * 4
            price = self.pool.records[at]
            quantity = self.pool.records[at + 1]
        if price == self.bid_px and quantity == self.bid_qty:
            return 0
        self.bid_px = price
        self.bid_qty = quantity
        self.top_change_number += 1
        return 1

    def note_ask(self) -> int:
        """Look at the best offer after a change; return whether it is another."""
        price = ABSENT
        quantity = ABSENT
        if self.asks.count > 0:
            at = self.asks.slots[self.asks.count - 1] * 4
            price = self.pool.records[at]
            quantity = self.pool.records[at + 1]
        if price == self.ask_px and quantity == self.ask_qty:
            return 0
        self.ask_px = price
        self.ask_qty = quantity
        self.top_change_number += 1
        return 1

    def note_trade(self, price: int, quantity: int, match: int, venue_utc_ns: int) -> int:
        """Take note of a printable execution.

        One without a price only counts; a match that is told for both sides counts once.
        """
        if match != 0 and match == self.last_match:
            return 0
        if price != ABSENT:
            self.last_px = price
            self.last_qty = quantity
            self.last_utc_ns = venue_utc_ns
            self.last_match = match
        self.trade_count += 1
        self.volume = self.volume + quantity
        return 0

    def crosses(self) -> bool:
        """Tell whether the best bid is above the best offer."""
        return self.bid_px != ABSENT and self.ask_px != ABSENT and self.bid_px > self.ask_px

    def set_state(self, state: TradingState, code: str, reason: str, venue_utc_ns: int, received_utc_ns: int) -> None:
        """Take a trading state; the compiled part keeps the number of it."""
        status = self.status
        status.trading_state, status.state_code, status.state_reason = state, code, reason
        status.state_venue_utc_ns, status.state_received_utc_ns = venue_utc_ns, received_utc_ns
        self.trading_state = int(state)
