# cython: annotation_typing=False
"""Write market data messages of the strategy protocol; one whose levels do not fit a packet goes in several parts."""

import struct
from typing import TYPE_CHECKING

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.strategy_binary.market_data_plans import (
    MARKET_DATA_INCREMENT,
    MARKET_DATA_REJECT,
    MARKET_DATA_REQUEST,
    MARKET_DATA_SNAPSHOT,
    SECURITY_STATUS,
)
from fairlead.codecs.strategy_binary.plan_cy import MAX_PAYLOAD_BYTES
from fairlead.codecs.strategy_binary.writer_cy import FieldWriter
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

if TYPE_CHECKING:
    Message = MarketDataReject | MarketDataSnapshot | MarketDataIncrement | SecurityStatus

# C numbers in the .pxd
_BID = 48
_OFFER = 49
_MAX_LEVELS = (MAX_PAYLOAD_BYTES - MARKET_DATA_SNAPSHOT.fixed_length) // MARKET_DATA_SNAPSHOT.entry_length
_MAX_CHANGES = (MAX_PAYLOAD_BYTES - MARKET_DATA_INCREMENT.fixed_length) // MARKET_DATA_INCREMENT.entry_length

_NAME_BYTES = 32
_REFERENCE_PRICE = struct.Struct(">32sqqq")


def encode_market_data_request(request: MarketDataRequest) -> bytes:
    """Return a strategy's request; EncodeError names a field that has no such value."""
    out = FieldWriter(False)
    out.start(MARKET_DATA_REQUEST)
    out.put_text(request.md_req_id)
    out.put_code(request.subscription_request_type)
    out.put_code(request.md_update_type)
    out.put_count(request.market_depth)
    out.put_text(request.md_entry_types)
    out.put_text(request.venue)
    out.put_count(len(request.symbols))
    for symbol in request.symbols:
        out.next_entry()
        out.put_text(symbol)
    return out.finish()


class MarketDataEncoder:
    """Write what one connection is told of the market."""

    def __init__(self) -> None:
        self._out = FieldWriter(True)

    def encode(self, message: "Message") -> "list[bytes]":
        """Return the message, in as many parts as it needs; EncodeError for what has no place in it."""
        if isinstance(message, MarketDataIncrement):
            return self._increment(message)
        if isinstance(message, MarketDataSnapshot):
            return self._snapshot(message)
        if isinstance(message, SecurityStatus):
            return [self._status(message)]
        if isinstance(message, MarketDataReject):
            return [self._reject(message)]
        raise EncodeError(f"{type(message).__name__} received, expected a market data message")

    def _reject(self, message: MarketDataReject) -> bytes:
        out = self._out
        out.start(MARKET_DATA_REJECT)
        out.put_text(message.md_req_id)
        out.put_code(message.md_req_rej_reason)
        out.add_text(message.text)
        return out.finish()

    def _snapshot(self, message: MarketDataSnapshot) -> "list[bytes]":
        levels = [(_BID, level) for level in message.bids] + [(_OFFER, level) for level in message.asks]
        parts = []
        first = 0
        while True:
            end = min(first + _MAX_LEVELS, len(levels))
            parts.append(self._snapshot_part(message, levels, first, end))
            if end == len(levels):
                return parts
            first = end

    def _snapshot_part(
        self, message: MarketDataSnapshot, levels: "list[tuple[int, tuple[int, int, int]]]", first: int, end: int
    ) -> bytes:
        out = self._out
        out.start(MARKET_DATA_SNAPSHOT)
        out.put_text(message.md_req_id)
        out.put_text(message.symbol)
        out.put_text(message.venue)
        out.put_code(message.trading_state)
        out.put_flag(message.is_stale)
        out.put_flag(message.is_suspect)
        out.put_flag(end < len(levels))
        out.put_number(message.last_px)
        out.put_number(message.last_qty)
        out.put_number(message.last_time_ns)
        out.put_number(message.trade_count)
        out.put_number(message.total_volume)
        out.put_number(message.change_number)
        out.put_number(message.conflated)
        out.put_number(message.update_time_ns)
        out.put_number(message.transact_time_ns)
        out.put_count(end - first)
        for side, level in levels[first:end]:
            price, quantity, orders = level
            out.next_entry()
            out.put_code(side)
            out.put_number(price)
            out.put_number(quantity)
            out.put_count(orders)
        return out.finish()

    def _increment(self, message: MarketDataIncrement) -> "list[bytes]":
        count = len(message.changes)
        parts = []
        first = 0
        while True:
            end = min(first + _MAX_CHANGES, count)
            parts.append(self._increment_part(message, first, end))
            if end == count:
                return parts
            first = end

    def _increment_part(self, message: MarketDataIncrement, first: int, end: int) -> bytes:
        out = self._out
        out.start(MARKET_DATA_INCREMENT)
        out.put_text(message.md_req_id)
        out.put_text(message.symbol)
        out.put_text(message.venue)
        out.put_flag(end < len(message.changes))
        out.put_number(message.last_px)
        out.put_number(message.last_qty)
        out.put_number(message.last_time_ns)
        out.put_number(message.trade_count)
        out.put_number(message.total_volume)
        out.put_number(message.change_number)
        out.put_number(message.conflated)
        out.put_number(message.update_time_ns)
        out.put_number(message.transact_time_ns)
        out.put_count(end - first)
        for action, entry_type, price, quantity, orders, position in message.changes[first:end]:
            out.next_entry()
            out.put_code(action)
            out.put_code(entry_type)
            out.put_number(price)
            out.put_number(quantity)
            out.put_count(orders)
            out.put_count(position)
        return out.finish()

    def _status(self, message: SecurityStatus) -> bytes:
        out = self._out
        out.start(SECURITY_STATUS)
        out.put_text(message.md_req_id)
        out.put_text(message.symbol)
        out.put_text(message.venue)
        out.put_code(message.trading_state)
        out.put_code(message.short_restriction)
        out.put_flag(message.is_stale)
        out.put_flag(message.is_suspect)
        out.put_number(message.state_time_ns)
        out.put_number(message.transact_time_ns)
        out.add_text(message.state_code)
        out.add_text(message.state_reason)
        out.add_text(message.text)
        out.add_texts(message.operational_halts)
        if message.reference_prices:
            out.add_value(b"".join([_reference_price(*each) for each in message.reference_prices]))
        return out.finish()


def _reference_price(name: str, price: int, time_ns: int, received_ns: int) -> bytes:
    text = name.encode("latin-1", "backslashreplace")
    if len(text) > _NAME_BYTES:
        raise EncodeError(f"reference price {name!r} received, expected a name of {_NAME_BYTES} characters at most")
    try:
        return _REFERENCE_PRICE.pack(text.ljust(_NAME_BYTES), price, time_ns, received_ns)
    except struct.error:
        raise EncodeError(f"reference price {name!r}: a number beyond int64 received") from None
