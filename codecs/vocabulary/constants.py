"""Name the values of the vocabulary's coded fields.

Where FIX has a code, the value is the code's character as an integer (Side(54) ``1`` is 49), so that it goes to
and from the wire untouched. Hot modules compare plain ints; the IntEnums are for people and for JSON names.
"""

from enum import IntEnum
from typing import Final

SCALE: Final = 100_000_000
"""Prices and quantities are int64 in units of 10^-8."""

ABSENT: Final = -(2**63)
"""A price, quantity or time that was not given; never a legal value."""


class Side(IntEnum):
    """Side(54)."""

    BUY = ord("1")
    SELL = ord("2")
    SELL_SHORT = ord("5")
    SELL_SHORT_EXEMPT = ord("6")


class OrdType(IntEnum):
    """OrdType(40)."""

    MARKET = ord("1")
    LIMIT = ord("2")
    STOP = ord("3")
    STOP_LIMIT = ord("4")
    MARKET_ON_CLOSE = ord("5")
    LIMIT_ON_CLOSE = ord("B")
    PEGGED = ord("P")


class TimeInForce(IntEnum):
    """TimeInForce(59)."""

    DAY = ord("0")
    GOOD_TILL_CANCEL = ord("1")
    AT_THE_OPENING = ord("2")
    IMMEDIATE_OR_CANCEL = ord("3")
    FILL_OR_KILL = ord("4")
    GOOD_TILL_CROSSING = ord("5")
    GOOD_TILL_DATE = ord("6")
    AT_THE_CLOSE = ord("7")


class OrdStatus(IntEnum):
    """OrdStatus(39)."""

    NEW = ord("0")
    PARTIALLY_FILLED = ord("1")
    FILLED = ord("2")
    DONE_FOR_DAY = ord("3")
    CANCELED = ord("4")
    REPLACED = ord("5")
    PENDING_CANCEL = ord("6")
    STOPPED = ord("7")
    REJECTED = ord("8")
    SUSPENDED = ord("9")
    PENDING_NEW = ord("A")
    CALCULATED = ord("B")
    EXPIRED = ord("C")
    ACCEPTED_FOR_BIDDING = ord("D")
    PENDING_REPLACE = ord("E")


class ExecType(IntEnum):
    """ExecType(150), in FIX 4.4's manner: a fill is TRADE whatever remains."""

    NEW = ord("0")
    DONE_FOR_DAY = ord("3")
    CANCELED = ord("4")
    REPLACED = ord("5")
    PENDING_CANCEL = ord("6")
    STOPPED = ord("7")
    REJECTED = ord("8")
    SUSPENDED = ord("9")
    PENDING_NEW = ord("A")
    CALCULATED = ord("B")
    EXPIRED = ord("C")
    RESTATED = ord("D")
    PENDING_REPLACE = ord("E")
    TRADE = ord("F")
    TRADE_CORRECT = ord("G")
    TRADE_CANCEL = ord("H")
    ORDER_STATUS = ord("I")
    TRIGGERED = ord("L")


class ReportKind(IntEnum):
    """What a report says; the names of the vocabulary."""

    ACCEPTED = 1
    REJECTED = 2
    REPLACED = 3
    CANCELED = 4
    CANCEL_REJECTED = 5
    FILLED = 6
    TRADE_BUSTED = 7
    TRADE_CORRECTED = 8
    RESTATED = 9
    DONE_FOR_DAY = 10
    EXPIRED = 11
    STATUS_REPORT = 12


class MassCancelScope(IntEnum):
    """MassCancelRequestType(530), as far as it is spoken here."""

    SYMBOL = ord("1")
    ALL = ord("7")


class RequestKind(IntEnum):
    """What a strategy asks for."""

    NEW_ORDER = 1
    CANCEL_ORDER = 2
    REPLACE_ORDER = 3
    MASS_CANCEL = 4
    STATUS_REQUEST = 5


class Refusal(IntEnum):
    """Why Fairlead itself refused a request, before a byte went out; venues' reasons are in ``ord_rej_reason``."""

    NONE = 0
    UNKNOWN_SYMBOL = 1
    UNKNOWN_VENUE = 2
    NOT_ENTITLED = 3
    DUPLICATE_CL_ORD_ID = 4
    UNKNOWN_ORDER = 5
    INVALID_QUANTITY = 6
    INVALID_PRICE = 7
    UNSUPPORTED = 8
    """The venue could not take it (order type, time in force, replace, mass cancel): its capabilities say so."""
    VENUE_DOWN = 9
    MALFORMED = 10
    TOO_LATE = 11
    """The order has ended."""
    PENDING = 12
    """A request for this order is in flight and the venue takes one at a time."""
    THROTTLED = 13
    STOPPING = 15
    NOT_SENT = 16
    """The order never left: Fairlead restarted or the link broke before the venue could have had it."""
    KILL_SWITCH = 17
    """A kill switch, or a block that a check has set, covers the order; a person must release it."""
    NOT_RECONCILED = 18
    """Not every open order at the venue is accounted for yet since its last connection."""
    MAX_QUANTITY = 19
    MAX_NOTIONAL = 20
    PRICE_COLLAR = 21
    NO_REFERENCE = 22
    """A check needs a price or state of the market, and there is none that is fresh."""
    DUPLICATE_ORDER = 23
    MESSAGE_RATE = 24
    OPEN_ORDERS = 25
    POSITION = 26
    CREDIT = 27
    CAPITAL = 28
    RESTRICTED = 29
    SHORT_SALE = 30
    TRADING_STATE = 31
    """The instrument is halted, or the price is outside its limit-up limit-down band."""
    SESSION_PHASE = 32
    SELF_MATCH = 33
    REPEATED_EXECUTION = 34
    NO_ROUTE = 35
    """No eligible venue for an order that names a route."""
    NO_LIMITS = 36
    """The limits in force say nothing about this order, and what is not allowed is refused."""
