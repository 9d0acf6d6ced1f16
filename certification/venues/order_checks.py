"""Check what arrives before the venue acts on it, from tables and the venue's profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fairlead.certification.venues.amounts import UNITS, InexactAmount, read_amount, write_amount
from fairlead.certification.venues.book_records import BookOrder, OrdType, TimeInForce
from fairlead.certification.venues.happenings import Why
from fairlead.certification.venues.orders import BUY_SIDES, SELL_SIDES
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.wire import WireMessage, is_digits, read_utc_timestamp

# Fields without which a message is refused at session level (Reject, 373=1).
REQUIRED_FIELDS = {
    "D": (11, 55, 54, 38, 40, 60),
    "F": (11, 41, 55, 54, 60),
    "G": (11, 41, 55, 54, 38, 40, 60),
    "H": (11, 55, 54),
    "AF": (584, 585),
    "q": (11, 530, 60),
}
AMOUNT_FIELDS = (38, 44, 99, 110, 111)
MASS_REQUESTS = frozenset({"AF", "q"})

Refusal = tuple[Why, str]


@dataclass(slots=True, frozen=True)
class FieldFault:
    """Say which field makes a message unusable at session level (Reject)."""

    reason: int
    tag: int
    text: str


def field_fault(message: WireMessage, profile: VenueProfile) -> FieldFault | None:
    """Return the first missing or malformed field of an order message."""
    required = REQUIRED_FIELDS.get(message.msg_type, ())
    if message.msg_type not in MASS_REQUESTS and profile.symbology == "security_id":
        required = (*required, 48, 22)
    if message.msg_type == "D":
        required += {"optional": (), "tag": (1,), "parties": (453,)}[profile.account]
        required += (21,) if profile.is_fix42 else ()
    for tag in required:
        if tag not in message:
            return FieldFault(1, tag, "Required tag missing")
    for tag, value in message.fields:
        if not value:
            return FieldFault(4, tag, "Tag specified without a value")
    if 54 in message and message.get(54) not in BUY_SIDES | SELL_SIDES:
        return FieldFault(5, 54, "Value is incorrect (out of range) for this tag")
    for tag in AMOUNT_FIELDS:
        try:
            read_amount(message.get(tag, "0"))
        except InexactAmount as error:
            return FieldFault(6, tag, f"Incorrect data format for value: {error}")
    if 60 in message and read_utc_timestamp(message.get(60)) is None:
        return FieldFault(6, 60, "Incorrect data format for value")
    return None


def missing_condition(message: WireMessage) -> int:
    """Return the tag of a field that the order's other fields make necessary, or 0."""
    ord_type = message.get(40)
    if ord_type in ("2", "4") and 44 not in message:
        return 44
    if ord_type in ("3", "4") and 99 not in message:
        return 99
    if message.get(59) == "6" and 126 not in message and 432 not in message:
        return 126
    if message.get(167) == "OPT" and not is_osi_symbol(message.get(55)):
        if 202 not in message:
            return 202
        if 200 not in message and 541 not in message:
            return 200
    return 0


def is_osi_symbol(symbol: str) -> bool:
    """Tell whether a symbol is an option's in OSI form: root padded to 6, yymmdd, C or P, strike x 1000 in 8 digits.

    The root's padding may have been left out.
    """
    tail = symbol[-15:]
    return len(symbol) > 15 and is_digits(tail[:6]) and tail[6] in "CP" and is_digits(tail[7:])


def osi_contradiction(message: WireMessage) -> str:
    """Return how fields 200, 201 and 202 contradict an OSI symbol, or an empty text."""
    symbol = message.get(55)
    if not is_osi_symbol(symbol):
        return ""
    tail = symbol[-15:]
    said = {
        200: f"20{tail[:4]}",
        201: "1" if tail[6] == "C" else "0",
        205: str(int(tail[4:6])),
    }
    for tag, expected in said.items():
        if tag in message and message.get(tag).lstrip("0") != expected.lstrip("0"):
            return f"tag {tag}={message.get(tag)} contradicts the symbol {symbol}, expected {expected}"
    if 202 in message:
        strike = int(tail[7:]) * UNITS // 1000
        try:
            if read_amount(message.get(202)) != strike:
                return f"tag 202={message.get(202)} contradicts the symbol {symbol}"
        except InexactAmount as error:
            return f"StrikePrice(202): {error}"
    return ""


def instrument_key(message: WireMessage) -> str:
    """Name the book that an order belongs to."""
    symbol = message.get(55)
    if message.get(167) == "OPT" and not is_osi_symbol(symbol):
        return " ".join([symbol, *(message.get(tag) for tag in (200, 205, 541, 201, 461, 202))])
    return symbol


def order_refusal(message: WireMessage, profile: VenueProfile) -> Refusal | None:
    """Return what the venue does not take, and why, or None."""
    symbol, cl_ord_id = message.get(55), message.get(11)
    root = symbol[:-15].rstrip() if is_osi_symbol(symbol) else symbol
    if profile.symbols and root not in profile.symbols:
        return Why.UNKNOWN_SYMBOL, f"Symbol {symbol} is not known here"
    if profile.max_cl_ord_id and len(cl_ord_id) > profile.max_cl_ord_id:
        text = f"ClOrdID of {len(cl_ord_id)} characters received, expected at most {profile.max_cl_ord_id}"
        return Why.UNSUPPORTED, text
    for tag, name, accepted in (
        (40, "OrdType", profile.ord_types),
        (59, "TimeInForce", profile.times_in_force),
    ):
        if message.get(tag, "0" if tag == 59 else "") not in accepted:
            expected = ", ".join(sorted(accepted))
            return Why.UNSUPPORTED, f"{name}({tag}) {message.get(tag)} received, expected one of {expected}"
    contradiction = osi_contradiction(message)
    if contradiction:
        return Why.UNSUPPORTED, contradiction
    return terms_refusal(message, profile)


def terms_refusal(message: WireMessage, profile: VenueProfile) -> Refusal | None:
    """Return which quantity or price the venue does not take, and why, or None."""
    quantity = read_amount(message.get(38))
    if quantity <= 0:
        return Why.QUANTITY, f"OrderQty {message.get(38)} received, expected more than 0"
    if profile.whole_quantities and quantity % UNITS:
        return Why.QUANTITY, f"OrderQty {message.get(38)} received, expected a whole number"
    step = 10 ** (8 - profile.price_places)
    for tag, name in ((44, "Price"), (99, "StopPx")):
        if tag in message and read_amount(message.get(tag)) <= 0:
            return Why.UNSUPPORTED, f"{name}({tag}) {message.get(tag)} received, expected more than 0"
        if tag in message and read_amount(message.get(tag)) % step:
            text = f"{name}({tag}) {message.get(tag)} received, expected at most {profile.price_places} decimal places"
            return Why.UNSUPPORTED, text
        if tag in message and profile.largest_price and read_amount(message.get(tag)) > profile.largest_price:
            text = f"{name}({tag}) {message.get(tag)} received, expected at most {write_amount(profile.largest_price)}"
            return Why.UNSUPPORTED, text
    for tag, name in ((110, "MinQty"), (111, "MaxFloor")):
        if tag in message and not 0 <= read_amount(message.get(tag)) <= quantity:
            return Why.QUANTITY, f"{name}({tag}) {message.get(tag)} received, expected 0 to OrderQty"
    return None


def expiry_utc_ns(message: WireMessage) -> int | None:
    """Return when a good-till-date order ends: ExpireTime(126), or the end of ExpireDate(432) in UTC.

    0 is returned for any other order, None for a date or time that is none.
    """
    if message.get(59) != "6":
        return 0
    if 126 in message:
        return read_utc_timestamp(message.get(126))
    try:
        day = datetime.strptime(message.get(432), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int((day + timedelta(days=1)).timestamp()) * 1_000_000_000


def book_terms(message: WireMessage, order_id: str, owner: str, expires_utc_ns: int) -> BookOrder:
    """Build what the book needs of a NewOrderSingle.

    An OrdType or TimeInForce that the book does not know becomes limit or day: such an order is refused before that
    could count, and only its report is needed.
    """
    ord_type = OrdType(message.get(40)) if message.get(40) in set(OrdType) else OrdType.LIMIT
    time_in_force = message.get(59, "0")
    priced = ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT)
    stopped = ord_type in (OrdType.STOP, OrdType.STOP_LIMIT)
    return BookOrder(
        order_id=order_id,
        owner=owner,
        is_buy=message.get(54) in BUY_SIDES,
        quantity=read_amount(message.get(38)),
        ord_type=ord_type,
        price=read_amount(message.get(44, "0")) if priced else 0,
        stop_price=read_amount(message.get(99)) if stopped else 0,
        time_in_force=TimeInForce(time_in_force) if time_in_force in set(TimeInForce) else TimeInForce.DAY,
        min_quantity=read_amount(message.get(110, "0")),
        max_floor=read_amount(message.get(111, "0")),
        post_only="6" in message.get(18).split(),
        expires_utc_ns=expires_utc_ns,
    )
