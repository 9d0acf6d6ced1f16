"""Build the vocabulary's requests from keywords as a strategy's author writes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict

from fairlead.client.values import Number, coded, fixed, utc_ns
from fairlead.codecs.vocabulary.constants import MassCancelScope, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder


class ReplaceTerms(TypedDict, total=False):
    """What a replace may change; ``order_qty`` is the new total, with what was executed already."""

    order_qty: Number
    price: Number | None
    stop_px: Number | None
    ord_type: str | OrdType
    time_in_force: str | TimeInForce
    min_qty: Number
    max_floor: Number
    expire_time: datetime
    text: str


class NewOrderTerms(TypedDict, total=False):
    """What a new order may say besides side, quantity and symbol. Coded fields take names such as ``"day"``."""

    price: Number | None
    stop_px: Number | None
    ord_type: str | OrdType
    time_in_force: str | TimeInForce
    account: str
    venue: str
    min_qty: Number
    max_floor: Number
    expire_time: datetime
    exec_inst: str
    handl_inst: str
    order_capacity: str
    currency: str
    security_type: str
    maturity_month_year: str
    maturity_day: int
    put_or_call: str
    strike_price: Number
    security_id: str
    security_id_source: str
    security_exchange: str
    position_effect: str
    locate_reqd: bool
    text: str
    extras: tuple[tuple[str, str], ...]


_FIXED: Final = frozenset(("order_qty", "price", "stop_px", "min_qty", "max_floor", "strike_price"))
_CODED: Final = {"side": Side, "ord_type": OrdType, "time_in_force": TimeInForce, "scope": MassCancelScope}
_CHARACTERS: Final = frozenset(("handl_inst", "order_capacity", "position_effect"))
_PUT_OR_CALL: Final = {"put": 0, "call": 1}


def new_order(cl_ord_id: str, side: str | Side, order_qty: Number, symbol: str, terms: NewOrderTerms) -> NewOrder:
    """Build a new order; without ``ord_type`` its prices say what it is (none: a market order)."""
    arguments = _convert({**terms, "side": side, "order_qty": order_qty})
    arguments.setdefault("ord_type", _ord_type(terms.get("price"), terms.get("stop_px")))
    return NewOrder(cl_ord_id=cl_ord_id, symbol=symbol, **arguments)


def replace_order(cl_ord_id: str, orig_cl_ord_id: str, symbol: str, side: int, terms: ReplaceTerms) -> ReplaceOrder:
    """Build a replace; terms that are left out stay."""
    if not terms.keys() - {"text"}:
        raise ValueError("no new terms received, expected at least one such as price=... or order_qty=...")
    return ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id, symbol=symbol, side=side, **_convert(terms))


def cancel_order(cl_ord_id: str, orig_cl_ord_id: str, symbol: str, side: int, text: str) -> CancelOrder:
    """Build a cancel."""
    return CancelOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id, symbol=symbol, side=side, text=text)


def mass_cancel(cl_ord_id: str, symbol: str, side: str | Side | None, venue: str, account: str) -> MassCancel:
    """Build a mass cancel: of one symbol's orders where there is a symbol, else of all."""
    return MassCancel(
        cl_ord_id=cl_ord_id,
        scope=MassCancelScope.SYMBOL if symbol else MassCancelScope.ALL,
        symbol=symbol,
        side=coded("side", side, Side),
        venue=venue,
        account=account,
    )


def _ord_type(price: object, stop_px: object) -> int:
    if stop_px is not None:
        return OrdType.STOP.value if price is None else OrdType.STOP_LIMIT.value
    return OrdType.MARKET.value if price is None else OrdType.LIMIT.value


def _convert(terms: Mapping[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, value in terms.items():
        if name in _FIXED:
            arguments[name] = fixed(name, value)
        elif name in _CODED:
            arguments[name] = coded(name, value, _CODED[name])
        elif name == "expire_time":
            arguments["expire_time_ns"] = utc_ns(name, value)
        elif name in _CHARACTERS:
            arguments[name] = _character(name, value)
        elif name == "put_or_call":
            if value not in _PUT_OR_CALL:
                raise ValueError(f"put_or_call: {value!r} received, expected 'put' or 'call'")
            arguments[name] = _PUT_OR_CALL[value]
        elif name == "locate_reqd":
            arguments[name] = ord("Y") if value else ord("N")
        else:
            arguments[name] = value
    return arguments


def _character(name: str, value: object) -> int:
    if not isinstance(value, str) or len(value) != 1:
        raise ValueError(f"{name}: {value!r} received, expected FIX's code, one character")
    return ord(value)
