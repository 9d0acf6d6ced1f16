"""Put market data into FIX messages: W, X, f and Y, in FIX 4.2 and 4.4.

A book's entries carry MDEntryType(269), MDEntryPx(270), MDEntrySize(271), NumberOfOrders(346) and
MDEntryPositionNo(290), the last trade MDEntryDate(272) and MDEntryTime(273) instead; Symbol(55) and, for the venue,
SecurityExchange(207) stand in the message, in X in each entry. FIX 4.4 has ApplQueueDepth(813) and
ApplQueueResolution(814) for what was conflated; FIX 4.2 has TotalVolumeTraded(387) and no Text(58) in f.
"""

import cython

from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.utc_cy import utc_ns_to_str
from fairlead.codecs.vocabulary.market_data_codes import TradingState
from fairlead.codecs.vocabulary.market_data_cy import (
    Levels,
    MarketDataIncrement,
    MarketDataReject,
    MarketDataSnapshot,
    SecurityStatus,
)

if not cython.compiled:  # the .pxd imports the C function
    from fairlead.adapters.fix.strategy_encode_cy import wire_text

ABSENT = -9223372036854775807 - 1

_BID, _OFFER, _TRADE = 48, 49, 50
_NEW, _DELETE = 48, 50
_OVERLAY_LAST = 2
_UNKNOWN_OR_INVALID = 20

# SecurityTradingStatus(326); FIX 4.2 has no code for before the open (21) and an auction (22).
_STATUS_4_4: dict[int, int] = {
    TradingState.UNKNOWN: 20,
    TradingState.TRADING: 17,
    TradingState.HALTED: 2,
    TradingState.PAUSED: 2,
    TradingState.QUOTE_ONLY: 21,
    TradingState.AUCTION: 22,
    TradingState.CLOSED: 18,
}
_STATUS_4_2: dict[int, int] = {**_STATUS_4_4, TradingState.QUOTE_ONLY: 5, TradingState.AUCTION: 5}


class MarketDataEncoder:
    """Encode for one session; ``is_4_2`` tells the version. The caller began the message."""

    def __init__(self, is_4_2: bool) -> None:
        self._is_4_2 = is_4_2

    def put_snapshot(self, writer: MessageWriter, message: MarketDataSnapshot) -> None:
        """Put a MarketDataSnapshotFullRefresh(W); a book without entries has NoMDEntries(268) 0."""
        has_trade: cython.bint = message.last_px != ABSENT
        writer.put_str(262, message.md_req_id)
        self._put_instrument(writer, message.symbol, message.venue)
        if self._is_4_2 and message.total_volume != ABSENT:
            writer.put_fixed(387, message.total_volume)
        writer.put_int(268, len(message.bids) + len(message.asks) + has_trade)
        self._put_side(writer, _BID, message.bids)
        self._put_side(writer, _OFFER, message.asks)
        if has_trade:
            writer.put_char(269, _TRADE)
            writer.put_fixed(270, message.last_px)
            writer.put_fixed(271, message.last_qty)
            self._put_entry_time(writer, message.last_time_ns)
        self._put_conflated(writer, message.conflated)

    def put_increment(self, writer: MessageWriter, message: MarketDataIncrement) -> None:
        """Put a MarketDataIncrementalRefresh(X): deletes first, then new and changed levels, then the last trade."""
        has_trade: cython.bint = message.last_px != ABSENT
        writer.put_str(262, message.md_req_id)
        writer.put_int(268, len(message.changes) + has_trade)
        for action, entry_type, price, quantity, orders, position in message.changes:
            writer.put_char(279, action)
            writer.put_char(269, entry_type)
            self._put_instrument(writer, message.symbol, message.venue)
            writer.put_fixed(270, price)
            if action != _DELETE:
                writer.put_fixed(271, quantity)
                writer.put_int(346, orders)
                writer.put_int(290, position)
        if has_trade:
            writer.put_char(279, _NEW)
            writer.put_char(269, _TRADE)
            self._put_instrument(writer, message.symbol, message.venue)
            writer.put_fixed(270, message.last_px)
            writer.put_fixed(271, message.last_qty)
            self._put_entry_time(writer, message.last_time_ns)
            if self._is_4_2 and message.total_volume != ABSENT:
                writer.put_fixed(387, message.total_volume)
        self._put_conflated(writer, message.conflated)

    def put_status(self, writer: MessageWriter, message: SecurityStatus, is_asked: cython.bint) -> None:
        """Put a SecurityStatus(f); ``is_asked``: it answers a SecurityStatusRequest, else it is unsolicited.

        A stale or suspect book is "unknown or invalid" (20), whatever its state was. HighPx(332) and LowPx(333) hold
        the auction collar (LULD).
        """
        if is_asked:
            writer.put_str(324, message.md_req_id)
        self._put_instrument(writer, message.symbol, message.venue)
        if not is_asked:
            writer.put_bool(325, True)
        states: dict[int, int] = _STATUS_4_2 if self._is_4_2 else _STATUS_4_4
        is_unsure: cython.bint = message.is_stale or message.is_suspect
        writer.put_int(326, _UNKNOWN_OR_INVALID if is_unsure else states.get(message.trading_state, 20))
        for name, price, _, _ in message.reference_prices:
            if name == "luld_upper":
                writer.put_fixed(332, price)
            elif name == "luld_lower":
                writer.put_fixed(333, price)
        if message.state_time_ns != ABSENT:
            writer.put_utc(60, message.state_time_ns)
        if not self._is_4_2:
            writer.put_str(58, wire_text(status_text(message)))

    def put_reject(self, writer: MessageWriter, message: MarketDataReject, code: str) -> None:
        """Put a MarketDataRequestReject(Y); ``code`` is MDReqRejReason(281), left out where the version has it not."""
        writer.put_str(262, message.md_req_id)
        if code and (not self._is_4_2 or code in "012345678"):
            writer.put_str(281, code)
        if message.text:
            writer.put_str(58, wire_text(message.text))

    def _put_instrument(self, writer: MessageWriter, symbol: str, venue: str) -> None:
        writer.put_str(55, symbol)
        if venue:
            writer.put_str(207, venue)

    def _put_side(self, writer: MessageWriter, entry_type: cython.longlong, levels: Levels) -> None:
        position: cython.longlong = 0
        for price, quantity, orders in levels:
            position += 1
            writer.put_char(269, entry_type)
            writer.put_fixed(270, price)
            writer.put_fixed(271, quantity)
            writer.put_int(346, orders)
            writer.put_int(290, position)

    def _put_entry_time(self, writer: MessageWriter, utc_ns: cython.longlong) -> None:
        if utc_ns != ABSENT:
            date, _, time = utc_ns_to_str(utc_ns, writer.timestamp_digits).partition("-")
            writer.put_str(272, date)
            writer.put_str(273, time)

    def _put_conflated(self, writer: MessageWriter, conflated: cython.longlong) -> None:
        if conflated and not self._is_4_2:
            writer.put_int(813, conflated)
            writer.put_int(814, _OVERLAY_LAST)


def status_text(message: SecurityStatus) -> str:
    """Return what a SecurityStatus says that FIX has no field for, in words."""
    parts: list[str] = [TradingState(message.trading_state).name.lower()]
    if message.state_code or message.state_reason:
        parts[0] += f" ({' '.join(filter(None, (message.state_code, message.state_reason)))})"
    if message.is_stale or message.is_suspect:
        why: str = f": {message.text}" if message.text else ""
        parts.append(("stale" if message.is_stale else "suspect") + why)
    if message.short_restriction > 1:
        parts.append("short sales restricted")
    if message.operational_halts:
        parts.append(f"operational halt of {' '.join(message.operational_halts)}")
    return "; ".join(parts)
