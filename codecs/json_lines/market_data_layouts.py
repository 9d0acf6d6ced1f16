"""List the lines about market data, and the kinds of values that only they hold."""

from typing import Any, Final

from fairlead.codecs.json_lines.fields import (
    AnyText,
    FieldKind,
    Fixed,
    Flag,
    Named,
    Text,
    Time,
    Whole,
    WrongValueError,
    show,
)
from fairlead.codecs.json_lines.table import Field, Layout, fields_of
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import (
    MDEntryType,
    MDReqRejReason,
    MDUpdateAction,
    MDUpdateType,
    Restriction,
    SubscriptionRequestType,
    TradingState,
)
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

_TEXT: Final = Text()
_ANY_TEXT: Final = AnyText()
_FIXED: Final = Fixed()
_TIME: Final = Time()
_FLAG: Final = Flag()
_COUNT: Final = Whole(0, 2**63 - 1, absent=0)
_ACTION: Final = Named(MDUpdateAction)
_ENTRY_TYPE: Final = Named(MDEntryType)


def _parts(value: Any, kinds: tuple[FieldKind, ...], what: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) != len(kinds):
        raise WrongValueError(f"{show(value)} received in the list, expected {what}")
    return tuple(kind.decode(part) for kind, part in zip(kinds, value, strict=True))


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise WrongValueError(f"{show(value)} received, expected a list of {what}")
    return value


class Texts(FieldKind):
    """Hold a list of texts."""

    absent: Any = ()

    def __init__(self, kind: FieldKind) -> None:
        self._kind = kind

    def decode(self, value: Any) -> tuple[str, ...]:
        return tuple(self._kind.decode(item) for item in _list(value, "texts"))

    def encode(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


class EntryTypes(FieldKind):
    """Hold a list of entry types; the message holds their codes as one text."""

    absent = "012"

    def decode(self, value: Any) -> str:
        return "".join(chr(_ENTRY_TYPE.decode(item)) for item in _list(value, "entry types"))

    def encode(self, value: str) -> list[str]:
        return [_ENTRY_TYPE.encode(ord(code)) for code in value]


class Levels(FieldKind):
    """Hold price levels: a list of [price, quantity, number of orders], best first."""

    absent: Any = ()
    _kinds: Final = (_FIXED, _FIXED, _COUNT)

    def decode(self, value: Any) -> tuple[tuple[int, int, int], ...]:
        levels = (_parts(item, self._kinds, "[price, quantity, orders]") for item in _list(value, "levels"))
        return tuple((price, quantity, orders) for price, quantity, orders in levels)

    def encode(self, value: tuple[tuple[int, int, int], ...]) -> list[list[Any]]:
        return [[_FIXED.encode(price), _FIXED.encode(quantity), orders] for price, quantity, orders in value]


class Changes(FieldKind):
    """Hold changes of levels: [action, entry type, price, quantity, orders, position], [action, entry type, price] of
    a level that is gone."""

    absent: Any = ()
    _kinds: Final = (_ACTION, _ENTRY_TYPE, _FIXED, _FIXED, _COUNT, _COUNT)

    def decode(self, value: Any) -> tuple[tuple[int, ...], ...]:
        return tuple(self._change(item) for item in _list(value, "changes"))

    def _change(self, item: Any) -> tuple[int, ...]:
        if isinstance(item, list) and item[:1] == ["delete"]:
            return (*_parts(item, self._kinds[:3], "[delete, entry type, price]"), 0, 0, 0)
        return _parts(item, self._kinds, "[action, entry type, price, quantity, orders, position]")

    def encode(self, value: tuple[tuple[int, int, int, int, int, int], ...]) -> list[list[Any]]:
        lines: list[list[Any]] = []
        for action, entry_type, price, quantity, orders, position in value:
            line = [_ACTION.encode(action), _ENTRY_TYPE.encode(entry_type), _FIXED.encode(price)]
            rest = [] if action == MDUpdateAction.DELETE else [_FIXED.encode(quantity), orders, position]
            lines.append([*line, *rest])
        return lines


class ReferencePrices(FieldKind):
    """Hold reference prices: a list of objects with ``name``, ``price``, and ``venue_time`` and ``received_time`` where
    they are known."""

    absent: Any = ()
    _fields: Final = {"name": _ANY_TEXT, "price": _FIXED, "venue_time": _TIME, "received_time": _TIME}

    def decode(self, value: Any) -> tuple[tuple[str, int, int, int], ...]:
        return tuple(self._price(item) for item in _list(value, "reference prices"))

    def _price(self, item: Any) -> tuple[str, int, int, int]:
        if not isinstance(item, dict) or not {"name", "price"} <= item.keys() <= self._fields.keys():
            expected = ", ".join(self._fields)
            raise WrongValueError(f"{show(item)} received in the list, expected an object with {expected}")
        values = {name: self._fields[name].decode(value) for name, value in item.items()}
        return values["name"], values["price"], values.get("venue_time", ABSENT), values.get("received_time", ABSENT)

    def encode(self, value: tuple[tuple[str, int, int, int], ...]) -> list[dict[str, Any]]:
        return [
            {
                name: kind.encode(part)
                for (name, kind), part in zip(self._fields.items(), price, strict=True)
                if part != ABSENT
            }
            for price in value
        ]


_REQUEST: Final = (
    Field("md_req_id", _TEXT, required=True),
    Field("subscription_request_type", Named(SubscriptionRequestType), required=True),
    Field("symbols", Texts(_TEXT)),
    Field("venue", _TEXT),
    Field("market_depth", Whole(0, 2**31 - 1, absent=0)),
    Field("md_update_type", Named(MDUpdateType, absent=MDUpdateType.INCREMENTAL_REFRESH)),
    Field("md_entry_types", EntryTypes()),
)

_BOOK: Final = fields_of(_ANY_TEXT, "md_req_id", "symbol", required=True) + (Field("venue", _ANY_TEXT),)

_TRADES: Final = (
    *fields_of(_FIXED, "last_px", "last_qty"),
    Field("last_time", _TIME),
    Field("trade_count", _COUNT),
    Field("total_volume", _FIXED),
)

_PLACE: Final = (
    Field("change_number", _COUNT, required=True),
    Field("conflated", _COUNT),
    *fields_of(_TIME, "update_time", "transact_time"),
)

_SNAPSHOT: Final = (
    *_BOOK,
    *fields_of(Levels(), "bids", "asks", required=True),
    *_TRADES,
    Field("trading_state", Named(TradingState), required=True),
    *fields_of(_FLAG, "is_stale", "is_suspect"),
    *_PLACE,
)

_STATUS: Final = (
    *_BOOK,
    Field("trading_state", Named(TradingState), required=True),
    *fields_of(_ANY_TEXT, "state_code", "state_reason"),
    Field("state_time", _TIME),
    *fields_of(_FLAG, "is_stale", "is_suspect"),
    Field("text", _ANY_TEXT),
    Field("short_restriction", Named(Restriction)),
    Field("operational_halts", Texts(_ANY_TEXT)),
    Field("reference_prices", ReferencePrices()),
    Field("transact_time", _TIME),
)

_REJECT: Final = (
    Field("md_req_id", _ANY_TEXT, required=True),
    Field("md_req_rej_reason", Named(MDReqRejReason), required=True),
    Field("text", _ANY_TEXT, required=True),
)

MARKET_DATA_REQUEST_LAYOUT: Final = Layout("market_data_request", MarketDataRequest, _REQUEST)
"""What a client sends."""

MARKET_DATA_LAYOUTS: Final = (
    Layout("market_data_snapshot", MarketDataSnapshot, _SNAPSHOT),
    Layout(
        "market_data_update",
        MarketDataIncrement,
        (*_BOOK, Field("changes", Changes(), required=True), *_TRADES, *_PLACE),
    ),
    Layout("security_status", SecurityStatus, _STATUS),
    Layout("market_data_reject", MarketDataReject, _REJECT),
)
"""What the gateway sends."""
