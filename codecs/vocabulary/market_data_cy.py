"""Hold the market data messages of the vocabulary, one flat record a message; see ``messages_cy`` for the manner.

A price level is a tuple (price, quantity, number of orders), best first; a change of a level is a tuple (action,
entry type, price, quantity, number of orders, position), where position counts from 1 in the new book, 0 for a level
that is gone. Codes are in ``market_data_codes``. ``change_number`` is the book's own count of its changes: it rises,
not by one. ``conflated`` tells how many changes the reader did not get one by one because it read too slowly: they are
in this message. ``last_*`` is the last printable execution, ABSENT where there was none, ``trade_count`` how many there
were, ``total_volume`` their quantity (ABSENT where it does not fit int64).
"""

from typing import TypeAlias

import cython

Levels: TypeAlias = "tuple[tuple[int, int, int], ...]"
LevelChanges: TypeAlias = "tuple[tuple[int, int, int, int, int, int], ...]"
ReferencePrices: TypeAlias = "tuple[tuple[str, int, int, int], ...]"

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


class MarketDataRequest:
    """Ask for books, or for an end of it (FIX MarketDataRequest, V).

    ``market_depth`` is 0 for the whole book, else the number of best levels. ``symbols`` is empty in an UNSUBSCRIBE,
    which ends all that ``md_req_id`` began; ``venue`` ``""`` means every feed that has the symbol.
    ``md_entry_types`` holds the codes wanted, bid ``0``, offer ``1``, trade ``2``; none of them: the state alone.
    """

    def __init__(
        self,
        *,
        md_req_id: str,
        subscription_request_type: cython.longlong,
        market_depth: cython.longlong = 0,
        md_update_type: cython.longlong = 49,
        symbols: "tuple[str, ...]" = (),
        venue: str = "",
        md_entry_types: str = "012",
    ) -> None:
        self.md_req_id = md_req_id
        self.subscription_request_type = subscription_request_type
        self.market_depth = market_depth
        self.md_update_type = md_update_type
        self.symbols = symbols
        self.venue = venue
        self.md_entry_types = md_entry_types


class MarketDataReject:
    """Refuse a request, or end a subscription that can't be served (FIX MarketDataRequestReject, Y).

    Nothing of the request was or stays subscribed.
    """

    def __init__(self, *, md_req_id: str, md_req_rej_reason: cython.longlong, text: str) -> None:
        self.md_req_id = md_req_id
        self.md_req_rej_reason = md_req_rej_reason
        self.text = text


class MarketDataSnapshot:
    """Tell how a book stands (FIX MarketDataSnapshotFullRefresh, W): it replaces all that was told before.

    ``trading_state`` is a TradingState. ``is_stale``: the feed is not current, so the market may be elsewhere;
    ``is_suspect``: a message contradicted the book. ``update_time_ns`` is the venue's time of the last change, ABSENT
    where there was none; ``transact_time_ns`` is when the message was made.
    """

    def __init__(
        self,
        *,
        md_req_id: str,
        symbol: str,
        venue: str = "",
        bids: "Levels" = (),
        asks: "Levels" = (),
        last_px: cython.longlong = ABSENT,
        last_qty: cython.longlong = ABSENT,
        last_time_ns: cython.longlong = ABSENT,
        trade_count: cython.longlong = 0,
        total_volume: cython.longlong = ABSENT,
        trading_state: cython.longlong = 0,
        is_stale: cython.bint = False,
        is_suspect: cython.bint = False,
        change_number: cython.longlong = 0,
        conflated: cython.longlong = 0,
        update_time_ns: cython.longlong = ABSENT,
        transact_time_ns: cython.longlong = ABSENT,
    ) -> None:
        self.md_req_id = md_req_id
        self.symbol = symbol
        self.venue = venue
        self.bids = bids
        self.asks = asks
        self.last_px = last_px
        self.last_qty = last_qty
        self.last_time_ns = last_time_ns
        self.trade_count = trade_count
        self.total_volume = total_volume
        self.trading_state = trading_state
        self.is_stale = is_stale
        self.is_suspect = is_suspect
        self.change_number = change_number
        self.conflated = conflated
        self.update_time_ns = update_time_ns
        self.transact_time_ns = transact_time_ns


class MarketDataIncrement:
    """Tell what changed in a book since the last message about it (FIX MarketDataIncrementalRefresh, X).

    ``changes`` are to be applied in order: deletes first, so that no side ever holds more than the depth asked for.
    ``last_px``, ``last_qty``, ``last_time_ns`` are given where there were executions since; ``trade_count`` and
    ``total_volume`` always are.
    """

    def __init__(
        self,
        *,
        md_req_id: str,
        symbol: str,
        venue: str = "",
        changes: "LevelChanges" = (),
        last_px: cython.longlong = ABSENT,
        last_qty: cython.longlong = ABSENT,
        last_time_ns: cython.longlong = ABSENT,
        trade_count: cython.longlong = 0,
        total_volume: cython.longlong = ABSENT,
        change_number: cython.longlong = 0,
        conflated: cython.longlong = 0,
        update_time_ns: cython.longlong = ABSENT,
        transact_time_ns: cython.longlong = ABSENT,
    ) -> None:
        self.md_req_id = md_req_id
        self.symbol = symbol
        self.venue = venue
        self.changes = changes
        self.last_px = last_px
        self.last_qty = last_qty
        self.last_time_ns = last_time_ns
        self.trade_count = trade_count
        self.total_volume = total_volume
        self.change_number = change_number
        self.conflated = conflated
        self.update_time_ns = update_time_ns
        self.transact_time_ns = transact_time_ns


class SecurityStatus:
    """Tell a symbol's state on a feed (FIX SecurityStatus, f): first of all, and whenever anything of it changes.

    ``trading_state`` is a TradingState, ``state_code`` and ``state_reason`` the venue's own words for it.
    ``short_restriction`` is a Restriction. ``text`` says why the book is stale or suspect. ``operational_halts`` holds
    the codes of halted markets. ``reference_prices`` are tuples (name, price, venue's time in ns, time of receipt in
    ns), ordered by name, ABSENT for a time that is not known; a price's age is ``transact_time_ns`` minus its receipt.
    """

    def __init__(
        self,
        *,
        md_req_id: str,
        symbol: str,
        venue: str = "",
        trading_state: cython.longlong = 0,
        state_code: str = "",
        state_reason: str = "",
        state_time_ns: cython.longlong = ABSENT,
        is_stale: cython.bint = False,
        is_suspect: cython.bint = False,
        text: str = "",
        short_restriction: cython.longlong = 0,
        operational_halts: "tuple[str, ...]" = (),
        reference_prices: "ReferencePrices" = (),
        transact_time_ns: cython.longlong = ABSENT,
    ) -> None:
        self.md_req_id = md_req_id
        self.symbol = symbol
        self.venue = venue
        self.trading_state = trading_state
        self.state_code = state_code
        self.state_reason = state_reason
        self.state_time_ns = state_time_ns
        self.is_stale = is_stale
        self.is_suspect = is_suspect
        self.text = text
        self.short_restriction = short_restriction
        self.operational_halts = operational_halts
        self.reference_prices = reference_prices
        self.transact_time_ns = transact_time_ns
