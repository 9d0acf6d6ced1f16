"""Refuse before the wire what a venue would not take, naming the field, what it holds and what the venue takes.

Each function returns a text for the refusal, None where nothing is wrong. A venue's capabilities are data, so these
checks are the same for every protocol.
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, Final

from fairlead.adapters.venue_session import OPTIONAL_ORDER_FIELDS, Capabilities
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, MassCancelScope, OrdType, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import MassCancel, NewOrder, ReplaceOrder

_NOT_GIVEN: Final[dict[str, str | int]] = {
    **dict.fromkeys(OPTIONAL_ORDER_FIELDS, ""),
    **dict.fromkeys(("min_qty", "max_floor", "strike_price"), ABSENT),
    **dict.fromkeys(("handl_inst", "order_capacity", "maturity_day", "position_effect", "locate_reqd"), 0),
    "put_or_call": -1,
}
"""What an optional field of NewOrder holds where it was not given."""

_AUTOMATED: Final = ("handl_inst", ord("1"))
"""FIX 4.2 demands HandlInst(21). 1, no broker intervenes, is how a venue without the field treats every order."""

_MUST: Final = 1
_MAY: Final = 2
_PRICE_OF: Final[dict[int, int]] = {
    OrdType.MARKET: 0,
    OrdType.LIMIT: _MUST,
    OrdType.STOP: 0,
    OrdType.STOP_LIMIT: _MUST,
    OrdType.MARKET_ON_CLOSE: 0,
    OrdType.LIMIT_ON_CLOSE: _MUST,
    OrdType.PEGGED: _MAY,
}
_STOP_TYPES: Final[frozenset[int]] = frozenset((OrdType.STOP, OrdType.STOP_LIMIT))
_REPLACEABLE_NUMBERS: Final = ("order_qty", "price", "stop_px", "min_qty", "max_floor", "expire_time_ns")
_REPLACEABLE_CODES: Final = ("ord_type", "time_in_force")


def _code(code: int) -> str:
    return repr(chr(code)) if 32 < code < 127 else str(code)


_RESTATED: Final[tuple[tuple[str, str, str | int, Callable[[Any], str]], ...]] = (
    ("symbol", "Symbol", "", repr),
    ("side", "Side", 0, _code),
    ("account", "Account", "", repr),
    ("venue", "ExDestination", "", repr),
    ("exec_inst", "ExecInst", "", repr),
    ("handl_inst", "HandlInst", 0, _code),
    ("order_capacity", "OrderCapacity", 0, _code),
    ("currency", "Currency", "", repr),
    ("security_type", "SecurityType", "", repr),
    ("maturity_month_year", "MaturityMonthYear", "", repr),
    ("maturity_day", "MaturityDay", 0, str),
    ("put_or_call", "PutOrCall", -1, str),
    ("strike_price", "StrikePrice", ABSENT, fixed_to_str),
    ("security_id", "SecurityID", "", repr),
    ("security_id_source", "SecurityIDSource", "", repr),
    ("security_exchange", "SecurityExchange", "", repr),
    ("position_effect", "PositionEffect", 0, _code),
    ("locate_reqd", "LocateReqd", 0, _code),
)
"""What a replace may restate and never changes: attribute, FIX's name, value that means absent, how to show it."""

_restated: Final = attrgetter(*(name for name, _, _, _ in _RESTATED))


def check_new_order(capabilities: Capabilities, order: NewOrder) -> str | None:
    """Return what the venue would not take of an order."""
    return (
        _check_codes(capabilities, order)
        or check_prices(order.ord_type, order.price, order.stop_px)
        or _check_expiry(order.time_in_force, order.expire_time_ns)
        or _check_quantities(capabilities, order.order_qty, order.min_qty, order.max_floor)
        or _check_carried(capabilities, order)
        or _check_text(capabilities, order.text)
    )


def check_replace(capabilities: Capabilities, request: ReplaceOrder, order: NewOrder, pending: int) -> str | None:
    """Return what the venue would not take of a replace.

    ``order`` holds the current terms, ``pending`` counts the order's requests in flight.
    """
    if not capabilities.replace:
        return "the venue replaces no orders"
    if pending and not capabilities.replace_while_pending:
        return f"{pending} request(s) in flight for the order, the venue takes one at a time"
    ord_type = request.ord_type or order.ord_type
    time_in_force = request.time_in_force or order.time_in_force
    takes_price = _PRICE_OF.get(ord_type, _MAY)
    price = _either(request.price, order.price if takes_price else ABSENT)
    stop_px = _either(request.stop_px, order.stop_px if ord_type in _STOP_TYPES else ABSENT)
    expire_time_ns = _either(request.expire_time_ns, _expiry_kept(time_in_force, order))
    return (
        check_restated(request, order)
        or _check_changes(capabilities, request, order)
        or _check_type_and_time(capabilities, ord_type, time_in_force)
        or check_prices(ord_type, price, stop_px)
        or _check_expiry(time_in_force, expire_time_ns)
        or _check_quantities(capabilities, request.order_qty, request.min_qty, request.max_floor)
        or _check_text(capabilities, request.text)
    )


def lowers_quantity_alone(request: ReplaceOrder, order: NewOrder) -> bool:
    """Tell whether a replace lowers OrderQty and changes nothing else of an order."""
    return (
        request.order_qty != ABSENT
        and request.order_qty < order.order_qty
        and all(getattr(request, name) in (ABSENT, getattr(order, name)) for name in _REPLACEABLE_NUMBERS[1:])
        and all(getattr(request, name) in (0, getattr(order, name)) for name in _REPLACEABLE_CODES)
    )


def check_mass_cancel(capabilities: Capabilities, request: MassCancel) -> str | None:
    """Return what the venue would not take of a mass cancel."""
    if not capabilities.mass_cancel:
        return "the venue takes no OrderMassCancelRequest"
    if request.account:
        return f"Account {request.account!r} given, a mass cancel carries none"
    if request.scope == MassCancelScope.SYMBOL and not request.symbol:
        return "no Symbol given, a mass cancel of one symbol needs it"
    if request.scope not in (MassCancelScope.SYMBOL, MassCancelScope.ALL):
        return f"MassCancelRequestType {_shown(request.scope)} given, expected 1 (symbol) or 7 (all)"
    return None


def check_restated(request: ReplaceOrder, order: NewOrder) -> str | None:
    """Return which term a replace states otherwise than the order has it, though no replace changes it."""
    for (name, fix_name, absent, shown), given in zip(_RESTATED, _restated(request), strict=True):
        if given == absent:
            continue
        held = getattr(order, name)
        if given != held:
            has = "none" if held == absent else shown(held)
            return f"{fix_name} {shown(given)} received, the order has {has}, and a replace does not change it"
    return _check_extras(request.extras, order.extras) if request.extras else None


def _check_extras(given: tuple[tuple[str, str], ...], held: tuple[tuple[str, str], ...]) -> str | None:
    """Compare tag by tag: a repeated tag (of a group) must have all its values, in their order."""
    for tag in dict.fromkeys(tag for tag, _ in given):
        says = [value for each, value in given if each == tag]
        has = [value for each, value in held if each == tag]
        if says != has:
            shown, held_shown = ", ".join(map(repr, says)), ", ".join(map(repr, has)) or "none"
            return f"tag {tag} {shown} received, the order has {held_shown}, and a replace does not change it"
    return None


def check_prices(ord_type: int, price: int, stop_px: int) -> str | None:
    """Return which price an order type lacks, or has too much."""
    takes_price = _PRICE_OF.get(ord_type, _MAY)
    if takes_price == _MUST and price == ABSENT:
        return f"no Price given, OrdType {_shown(ord_type)} needs one"
    if takes_price == 0 and price != ABSENT:
        return f"Price given, OrdType {_shown(ord_type)} has none"
    if ord_type in _STOP_TYPES and stop_px == ABSENT:
        return f"no StopPx given, OrdType {_shown(ord_type)} needs one"
    if ord_type not in _STOP_TYPES and stop_px != ABSENT:
        return f"StopPx given, OrdType {_shown(ord_type)} has none"
    return None


def _check_codes(capabilities: Capabilities, order: NewOrder) -> str | None:
    if order.side not in capabilities.sides:
        return f"Side {_shown(order.side)} given, the venue takes {_listed(capabilities.sides)}"
    if capabilities.security_types and order.security_type not in capabilities.security_types:
        taken = ", ".join(sorted(name for name in capabilities.security_types if name))
        return f"SecurityType {order.security_type!r} given, the venue takes {taken}"
    if order.security_type == "FUT" and not order.maturity_month_year:
        return "no MaturityMonthYear given, a future needs one"
    if order.security_id_source and not order.security_id:
        return f"SecurityIDSource {order.security_id_source!r} given without SecurityID"
    if capabilities.account_required and not order.account:
        return "no Account given, the venue needs one"
    return _check_type_and_time(capabilities, order.ord_type, order.time_in_force)


def _check_type_and_time(capabilities: Capabilities, ord_type: int, time_in_force: int) -> str | None:
    if ord_type not in capabilities.ord_types:
        return f"OrdType {_shown(ord_type)} given, the venue takes {_listed(capabilities.ord_types)}"
    if time_in_force not in capabilities.times_in_force:
        return f"TimeInForce {_shown(time_in_force)} given, the venue takes {_listed(capabilities.times_in_force)}"
    if (ord_type, time_in_force) in capabilities.refused_combinations:
        return f"OrdType {_shown(ord_type)} with TimeInForce {_shown(time_in_force)} given, not taken together"
    return None


def _check_expiry(time_in_force: int, expire_time_ns: int) -> str | None:
    dated = time_in_force == TimeInForce.GOOD_TILL_DATE
    if dated and expire_time_ns == ABSENT:
        return "no ExpireTime given, TimeInForce 6 (good till date) needs one"
    if not dated and expire_time_ns != ABSENT:
        return f"ExpireTime given, TimeInForce {_shown(time_in_force)} has none"
    return None


def _check_quantities(capabilities: Capabilities, *quantities: int) -> str | None:
    if not capabilities.whole_quantities:
        return None
    for quantity in quantities:
        if quantity != ABSENT and quantity % SCALE:
            return f"quantity {quantity} x 10^-8 given, the venue takes whole ones"
    return None


def _check_carried(capabilities: Capabilities, order: NewOrder) -> str | None:
    for field in _not_carried(capabilities.carried):
        value = getattr(order, field)
        if value != _NOT_GIVEN[field] and (field, value) != _AUTOMATED:
            return f"{field} {value!r} given, the venue takes none"
    for tag, value in order.extras:
        if tag not in capabilities.carried_extras:
            return f"tag {tag} with {value!r} given, the venue takes no such tag"
    return None


@cache
def _not_carried(carried: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(OPTIONAL_ORDER_FIELDS - carried))


def _check_text(capabilities: Capabilities, text: str) -> str | None:
    if len(text) > capabilities.max_text_length:
        return f"Text of {len(text)} characters given, the venue takes {capabilities.max_text_length}"
    return None


def _check_changes(capabilities: Capabilities, request: ReplaceOrder, order: NewOrder) -> str | None:
    for field in _REPLACEABLE_NUMBERS:
        if getattr(request, field) not in (ABSENT, getattr(order, field)) and (
            field not in capabilities.replace_changes
        ):
            return f"a new {field} given, the venue replaces {', '.join(sorted(capabilities.replace_changes))}"
    for field in _REPLACEABLE_CODES:
        if getattr(request, field) not in (0, getattr(order, field)) and field not in capabilities.replace_changes:
            return f"a new {field} given, the venue replaces {', '.join(sorted(capabilities.replace_changes))}"
    return None


def _expiry_kept(time_in_force: int, order: NewOrder) -> int:
    return order.expire_time_ns if time_in_force == TimeInForce.GOOD_TILL_DATE else ABSENT


def _either(new: int, current: int) -> int:
    return current if new == ABSENT else new


def _shown(code: int) -> str:
    return chr(code) if 32 < code < 127 else str(code)


def _listed(codes: frozenset[int]) -> str:
    return ", ".join(sorted(_shown(code) for code in codes))
