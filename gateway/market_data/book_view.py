"""Remember what one reader was told of one book, and say what is new.

Memory is that of the levels told: it grows with the depth asked for, never with the number of changes.
"""

from typing import Final

from fairlead.adapters.market_data import ASK, BID, MarketBook, SymbolStatus
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import MDEntryType, MDUpdateType
from fairlead.codecs.vocabulary.market_data_cy import (
    LevelChanges,
    MarketDataIncrement,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.gateway.market_data.level_changes_cy import add_level_changes

_INT64_MAX: Final = 2**63 - 1
_BID: Final = int(MDEntryType.BID)
_OFFER: Final = int(MDEntryType.OFFER)

Levels = list[tuple[int, int, int]]


def _time(utc_ns: int) -> int:
    """Return a time of the market picture, where 0 is never, as the vocabulary has it."""
    return utc_ns or ABSENT


class BookView:
    """Stand for one book in one subscription.

    ``marks`` counts the turns in which the book changed since it was looked at; the reader is told one less as
    ``conflated``.
    """

    __slots__ = (
        "_depth",
        "_has_bids",
        "_has_offers",
        "_has_trades",
        "_md_req_id",
        "_refreshes",
        "_told_asks",
        "_told_bids",
        "_told_change",
        "_told_state",
        "_told_top",
        "_told_trades",
        "book",
        "is_due",
        "is_once",
        "marks",
    )

    def __init__(self, request: MarketDataRequest, book: MarketBook, is_once: bool) -> None:
        self.book = book
        self.is_due = False
        self.is_once: Final = is_once
        self.marks = 0
        self._md_req_id = request.md_req_id
        self._depth = request.market_depth
        self._refreshes = request.md_update_type == MDUpdateType.FULL_REFRESH
        self._has_bids = "0" in request.md_entry_types
        self._has_offers = "1" in request.md_entry_types
        self._has_trades = "2" in request.md_entry_types
        self._told_bids: Levels = []
        self._told_asks: Levels = []
        self._told_trades = -1
        self._told_change = -1
        self._told_state: tuple[object, ...] = ()
        self._told_top = -1

    @property
    def has_news(self) -> bool:
        """Tell whether a change of the book may matter here: where only the best level is told, most don't."""
        book = self.book
        return (
            self._depth != 1
            or book.top_change_number != self._told_top
            or (self._has_trades and book.trade_count != self._told_trades)
            or _state_of(book) != self._told_state
        )

    @property
    def levels_held(self) -> int:
        """Return how many levels are remembered."""
        return len(self._told_bids) + len(self._told_asks)

    def follow(self, book: MarketBook) -> None:
        """Go on with another feed's book of the same symbol and venue: a snapshot is the next thing to tell."""
        self.book = book
        self._told_change = self._told_top = -1

    def next_message(self, utc_ns: int) -> MarketDataMessage | None:
        """Return the next thing to tell, the state before the book; None where all is told."""
        book = self.book
        # a feed that becomes stale changes no book, and every one's state
        state = _state_of(book)
        if state != self._told_state:
            self._told_state = state
            return self._status(utc_ns)
        if book.change_number == self._told_change:
            self.marks = 0
            return None
        bids = book.levels(BID, self._depth) if self._has_bids else []
        asks = book.levels(ASK, self._depth) if self._has_offers else []
        is_first = self._told_change < 0
        if not (self._has_bids or self._has_offers or self._has_trades):
            self._told_change = book.change_number
            return None
        conflated, self.marks = 0 if is_first else max(0, self.marks - 1), 0
        self._told_change, self._told_top = book.change_number, book.top_change_number
        message: MarketDataSnapshot | MarketDataIncrement | None
        if is_first or self._refreshes:
            message = self._snapshot(bids, asks, is_first, conflated, utc_ns)
        else:
            message = self._increment(bids, asks, conflated, utc_ns)
        self._told_bids, self._told_asks, self._told_trades = bids, asks, book.trade_count
        return message

    def _status(self, utc_ns: int) -> SecurityStatus:
        book, status = self.book, self.book.status
        return SecurityStatus(
            md_req_id=self._md_req_id,
            symbol=book.symbol,
            venue=book.venue,
            trading_state=status.trading_state,
            state_code=status.state_code,
            state_reason=status.state_reason,
            state_time_ns=_time(status.state_venue_utc_ns),
            is_stale=book.is_stale,
            is_suspect=book.is_suspect,
            text=book.stale_reason or book.suspect_reason,
            short_restriction=status.short_restriction,
            operational_halts=tuple(sorted(status.operational_halts)),
            reference_prices=_reference_prices(status),
            transact_time_ns=utc_ns,
        )

    def _snapshot(
        self, bids: Levels, asks: Levels, is_first: bool, conflated: int, utc_ns: int
    ) -> MarketDataSnapshot | None:
        book = self.book
        has_trade = self._has_trades and book.trade_count > 0
        is_same = bids == self._told_bids and asks == self._told_asks
        if not is_first and is_same and not (has_trade and book.trade_count != self._told_trades):
            return None
        return MarketDataSnapshot(
            md_req_id=self._md_req_id,
            symbol=book.symbol,
            venue=book.venue,
            bids=tuple(bids),
            asks=tuple(asks),
            last_px=book.last_px if has_trade else ABSENT,
            last_qty=book.last_qty if has_trade else ABSENT,
            last_time_ns=_time(book.last_utc_ns) if has_trade else ABSENT,
            trade_count=book.trade_count if self._has_trades else 0,
            total_volume=self._volume(),
            trading_state=book.status.trading_state,
            is_stale=book.is_stale,
            is_suspect=book.is_suspect,
            change_number=book.change_number,
            conflated=conflated,
            update_time_ns=_time(book.update_venue_utc_ns),
            transact_time_ns=utc_ns,
        )

    def _increment(self, bids: Levels, asks: Levels, conflated: int, utc_ns: int) -> MarketDataIncrement | None:
        book = self.book
        gone: list[tuple[int, int, int, int, int, int]] = []
        others: list[tuple[int, int, int, int, int, int]] = []
        add_level_changes(self._told_bids, bids, _BID, True, gone, others)
        add_level_changes(self._told_asks, asks, _OFFER, False, gone, others)
        changes: LevelChanges = (*gone, *others)
        has_traded = self._has_trades and book.trade_count != self._told_trades
        if not changes and not has_traded:
            return None
        return MarketDataIncrement(
            md_req_id=self._md_req_id,
            symbol=book.symbol,
            venue=book.venue,
            changes=changes,
            last_px=book.last_px if has_traded else ABSENT,
            last_qty=book.last_qty if has_traded else ABSENT,
            last_time_ns=_time(book.last_utc_ns) if has_traded else ABSENT,
            trade_count=book.trade_count if self._has_trades else 0,
            total_volume=self._volume(),
            change_number=book.change_number,
            conflated=conflated,
            update_time_ns=_time(book.update_venue_utc_ns),
            transact_time_ns=utc_ns,
        )

    def _volume(self) -> int:
        volume = self.book.volume
        return volume if self._has_trades and self.book.trade_count and volume <= _INT64_MAX else ABSENT


def _state_of(book: MarketBook) -> tuple[object, ...]:
    """Return a copy of all that a SecurityStatus tells."""
    status = book.status
    return (
        status.trading_state,
        status.state_code,
        status.state_reason,
        status.state_venue_utc_ns,
        status.short_restriction,
        status.operational_halts,
        book.is_stale,
        book.is_suspect,
        book.stale_reason or book.suspect_reason,
        dict(status.reference_prices),
    )


def _reference_prices(status: SymbolStatus) -> tuple[tuple[str, int, int, int], ...]:
    return tuple(
        (name, price.price, _time(price.venue_utc_ns), _time(price.received_utc_ns))
        for name, price in sorted(status.reference_prices.items())
    )
