"""Check what arrives over OUCH before the venue acts on it, from tables and the version's dialect."""

from __future__ import annotations

from collections.abc import Callable

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Message
from fairlead.certification.venues.book_records import TimeInForce
from fairlead.certification.venues.happenings import Why
from fairlead.certification.venues.ouch_dialects import SIDES, OuchDialect
from fairlead.certification.venues.profile import VenueProfile

_NS = 1_000_000_000
_DAY_S = 86_400

Check = Callable[[Message, OuchDialect, VenueProfile], bool]


def number(message: Message, name: str) -> int:
    """Return an integer field, 0 where the message has none."""
    return int(message.get(name, 0))


def time_in_force(message: Message, dialect: OuchDialect) -> tuple[TimeInForce, int] | None:
    """Return the time in force, and for one of limited time its seconds; None for a code that is invalid."""
    code = message["time_in_force"]
    known = dialect.times_in_force.get(code)
    if known is not None:
        return known, 0
    if code == dialect.expire_option:
        seconds = number(message, "expire_time")
        return (TimeInForce.GTD, seconds) if 0 < seconds < _DAY_S else None
    if dialect.seconds_may and isinstance(code, int):
        # Documented as invalid above 99999: such an order is then open in system hours only.
        return (TimeInForce.GTD, code) if code < 99_998 else (TimeInForce.DAY, 0)
    return None


def _has_wrong_side(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return message["side"] not in SIDES


def _has_wrong_quantity(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return not 0 < number(message, "quantity") <= dialect.largest_quantity


def _has_unknown_symbol(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    symbol = str(message["symbol"])
    return not symbol or bool(profile.symbols and symbol not in profile.symbols)


def _has_wrong_price(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    price, largest = number(message, "price"), profile.largest_price or dialect.largest_price
    return price not in dialect.market_prices and not 0 < price <= min(largest, dialect.largest_price)


def _has_wrong_display(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return str(message["display"]) not in dialect.displays


def _has_wrong_minimum(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return number(message, "min_qty") > number(message, "quantity")


def _has_wrong_floor(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return number(message, "max_floor") > number(message, "quantity")


def _has_wrong_cross(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return str(message.get("cross_type", "")) not in dialect.continuous | dialect.crosses


def _has_wrong_time(message: Message, dialect: OuchDialect, profile: VenueProfile) -> bool:
    return time_in_force(message, dialect) is None


_REPLACE_CHECKS: tuple[tuple[Why, Check], ...] = (
    (Why.QUANTITY, _has_wrong_quantity),
    (Why.PRICE, _has_wrong_price),
    (Why.DISPLAY, _has_wrong_display),
    (Why.MIN_QUANTITY, _has_wrong_minimum),
    (Why.MAX_FLOOR, _has_wrong_floor),
    (Why.OTHER, _has_wrong_time),
)
_ORDER_CHECKS: tuple[tuple[Why, Check], ...] = (
    (Why.UNKNOWN_SYMBOL, _has_unknown_symbol),
    (Why.SIDE, _has_wrong_side),
    (Why.CROSS, _has_wrong_cross),
    *_REPLACE_CHECKS,
)


def _first(
    checks: tuple[tuple[Why, Check], ...], message: Message, dialect: OuchDialect, profile: VenueProfile
) -> Why | None:
    return next((why for why, is_wrong in checks if is_wrong(message, dialect, profile)), None)


def order_refusal(message: Message, dialect: OuchDialect, profile: VenueProfile) -> Why | None:
    """Return why an order is not taken, or None."""
    return _first(_ORDER_CHECKS, message, dialect, profile)


def replace_refusal(message: Message, dialect: OuchDialect, profile: VenueProfile) -> Why | None:
    """Return which details of a replace are invalid, or None."""
    return _first(_REPLACE_CHECKS, message, dialect, profile)


def expiry_utc_ns(message: Message, dialect: OuchDialect, utc_ns: int) -> tuple[TimeInForce, int]:
    """Return the time in force, and when it ends (0 where it does not); one that is invalid becomes the day's."""
    kind, seconds = time_in_force(message, dialect) or (TimeInForce.DAY, 0)
    return kind, utc_ns + seconds * _NS if seconds else 0


def amount(message: Message, name: str) -> int:
    """Return a quantity in units of 10^-8."""
    return number(message, name) * UNITS
