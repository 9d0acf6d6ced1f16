"""Read market data messages of the strategy protocol. Parts of one message are put together again."""

import struct
from typing import Any, Final

from fairlead.codecs.strategy_binary.errors import MessageError, id_of
from fairlead.codecs.strategy_binary.market_data_plans import (
    MARKET_DATA_INCREMENT,
    MARKET_DATA_REJECT,
    MARKET_DATA_REQUEST,
    MARKET_DATA_SNAPSHOT,
    SECURITY_STATUS,
)
from fairlead.codecs.strategy_binary.plan_cy import Plan
from fairlead.codecs.strategy_binary.reader_cy import FieldReader
from fairlead.codecs.vocabulary.market_data_codes import MDEntryType
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

_REFERENCE_PRICE: Final = struct.Struct(">32sqqq")
_MARKS: Final = (
    *("last_px", "last_qty", "last_time_ns", "trade_count", "total_volume", "change_number", "conflated"),
    *("update_time_ns", "transact_time_ns"),
)

MarketDataMessage = MarketDataReject | MarketDataSnapshot | MarketDataIncrement | SecurityStatus


def decode_market_data_request(message: bytes) -> MarketDataRequest:
    """Return a strategy's request; MessageError."""
    fields = FieldReader()
    if not fields.open(MARKET_DATA_REQUEST, message):
        raise MessageError(fields.mistakes, MARKET_DATA_REQUEST.type_code, id_of(MARKET_DATA_REQUEST, message))
    request: dict[str, Any] = {
        "md_req_id": fields.take_required_text(),
        "subscription_request_type": fields.take_code(),
        "md_update_type": fields.take_code(),
        "market_depth": fields.take_count(),
        "md_entry_types": fields.take_text(),
        "venue": fields.take_text(),
    }
    symbols = []
    count = fields.take_count()
    if fields.begin_entries(count):
        for _ in range(count):
            fields.next_entry()
            symbols.append(fields.take_required_text())
    if fields.mistakes:
        raise MessageError(fields.mistakes, MARKET_DATA_REQUEST.type_code, request["md_req_id"])
    return MarketDataRequest(**request, symbols=tuple(symbols))


def _begin(fields: FieldReader, plan: Plan, message: bytes) -> None:
    if not fields.open(plan, message):
        raise MessageError(fields.mistakes, plan.type_code)


class MarketDataDecoder:
    """Read what one connection tells of the market."""

    def __init__(self) -> None:
        self._in = FieldReader()
        self._levels: list[tuple[int, int, int, int]] = []
        self._changes: list[tuple[int, int, int, int, int, int]] = []
        self._decoders: Final = {
            MARKET_DATA_REJECT.type_code: self._reject,
            MARKET_DATA_SNAPSHOT.type_code: self._snapshot,
            MARKET_DATA_INCREMENT.type_code: self._increment,
            SECURITY_STATUS.type_code: self._status,
        }

    def decode(self, message: bytes) -> MarketDataMessage | None:
        """Return the message, None where more of it is to come or its type is unknown; MessageError."""
        decode = self._decoders.get(message[0]) if message else None
        return decode(message) if decode is not None else None

    def _reject(self, message: bytes) -> MarketDataReject:
        fields = self._in
        _begin(fields, MARKET_DATA_REJECT, message)
        md_req_id, reason = fields.take_text(), fields.take_code()
        return MarketDataReject(md_req_id=md_req_id, md_req_rej_reason=reason, text=fields.take_text())

    def _book(self) -> dict[str, Any]:
        return {name: self._in.take_text() for name in ("md_req_id", "symbol", "venue")}

    def _marks(self) -> dict[str, Any]:
        return {name: self._in.take_number() for name in _MARKS}

    def _entries(self, plan: Plan) -> range:
        """Return a range over the entries of the message's group."""
        count = self._in.take_count()
        if not self._in.begin_entries(count):
            raise MessageError(self._in.mistakes, plan.type_code)
        return range(count)

    def _snapshot(self, message: bytes) -> MarketDataSnapshot | None:
        fields = self._in
        _begin(fields, MARKET_DATA_SNAPSHOT, message)
        told: dict[str, Any] = self._book()
        told["trading_state"] = fields.take_code()
        told["is_stale"] = fields.take_flag()
        told["is_suspect"] = fields.take_flag()
        more = fields.take_flag()
        told |= self._marks()
        for _ in self._entries(MARKET_DATA_SNAPSHOT):
            fields.next_entry()
            side, price, quantity = fields.take_code(), fields.take_number(), fields.take_number()
            self._levels.append((side, price, quantity, fields.take_count()))
        if more:
            return None
        levels, self._levels = self._levels, []
        bids = tuple(level[1:] for level in levels if level[0] == MDEntryType.BID)
        asks = tuple(level[1:] for level in levels if level[0] != MDEntryType.BID)
        return MarketDataSnapshot(**told, bids=bids, asks=asks)

    def _increment(self, message: bytes) -> MarketDataIncrement | None:
        fields = self._in
        _begin(fields, MARKET_DATA_INCREMENT, message)
        told: dict[str, Any] = self._book()
        more = fields.take_flag()
        told |= self._marks()
        for _ in self._entries(MARKET_DATA_INCREMENT):
            fields.next_entry()
            action, entry_type = fields.take_code(), fields.take_code()
            price, quantity = fields.take_number(), fields.take_number()
            orders, position = fields.take_count(), fields.take_count()
            self._changes.append((action, entry_type, price, quantity, orders, position))
        if more:
            return None
        changes, self._changes = self._changes, []
        return MarketDataIncrement(**told, changes=tuple(changes))

    def _status(self, message: bytes) -> SecurityStatus:
        fields = self._in
        _begin(fields, SECURITY_STATUS, message)
        told: dict[str, Any] = self._book()
        told["trading_state"] = fields.take_code()
        told["short_restriction"] = fields.take_code()
        told["is_stale"] = fields.take_flag()
        told["is_suspect"] = fields.take_flag()
        told["state_time_ns"] = fields.take_number()
        told["transact_time_ns"] = fields.take_number()
        told["state_code"] = fields.take_text()
        told["state_reason"] = fields.take_text()
        told["text"] = fields.take_text()
        told["operational_halts"] = fields.option_texts()
        return SecurityStatus(**told, reference_prices=_reference_prices(fields.option_value()))


def _reference_prices(value: bytes) -> tuple[tuple[str, int, int, int], ...]:
    if len(value) % _REFERENCE_PRICE.size:
        text = f"{len(value)} bytes received, expected {_REFERENCE_PRICE.size} for each"
        raise MessageError([("reference_prices", text)], SECURITY_STATUS.type_code)
    found = _REFERENCE_PRICE.iter_unpack(value)
    return tuple((name.rstrip(b" ").decode("latin-1"), *numbers) for name, *numbers in found)
