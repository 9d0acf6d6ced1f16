"""Name the values of the market data messages' coded fields; see ``constants`` for the manner."""

from enum import IntEnum


class SubscriptionRequestType(IntEnum):
    """SubscriptionRequestType(263)."""

    SNAPSHOT = ord("0")
    SUBSCRIBE = ord("1")
    UNSUBSCRIBE = ord("2")


class MDUpdateType(IntEnum):
    """MDUpdateType(265): how changes after the first snapshot are told."""

    FULL_REFRESH = ord("0")
    """By a whole snapshot each time."""
    INCREMENTAL_REFRESH = ord("1")
    """By what is new, changed or gone since the last message."""


class MDEntryType(IntEnum):
    """MDEntryType(269), as far as it is spoken here."""

    BID = ord("0")
    OFFER = ord("1")
    TRADE = ord("2")


class MDUpdateAction(IntEnum):
    """MDUpdateAction(279): what became of a price level."""

    NEW = ord("0")
    CHANGE = ord("1")
    DELETE = ord("2")


class MDReqRejReason(IntEnum):
    """MDReqRejReason(281). The letters are Fairlead's own, for what the standard has no code."""

    UNKNOWN_SYMBOL = ord("0")
    DUPLICATE_MD_REQ_ID = ord("1")
    INSUFFICIENT_BANDWIDTH = ord("2")
    """The strategy has as many subscriptions as it may."""
    INSUFFICIENT_PERMISSIONS = ord("3")
    UNSUPPORTED_SUBSCRIPTION_REQUEST_TYPE = ord("4")
    UNSUPPORTED_MARKET_DEPTH = ord("5")
    UNSUPPORTED_MD_UPDATE_TYPE = ord("6")
    UNSUPPORTED_MD_ENTRY_TYPE = ord("8")
    NO_FEED = ord("N")
    """No feed is configured, or none for the venue that was named."""
    UNKNOWN_MD_REQ_ID = ord("U")
    """Nothing is subscribed under that MDReqID."""
    MALFORMED = ord("M")


class TradingState(IntEnum):
    """Say whether a symbol trades, in one set of words for all feeds; ``state_code`` has the venue's own.

    The names follow FIX's SecurityTradingStatus(326) in meaning; a feed that has not told is UNKNOWN, never TRADING.
    """

    UNKNOWN = 0
    TRADING = 1
    """Continuous trading: a crossed book would be a fault."""
    HALTED = 2
    """No trading, by order of the market or a regulator."""
    PAUSED = 3
    """A volatility pause (LULD and the like)."""
    QUOTE_ONLY = 4
    """Orders are taken and shown but not matched: before the open, or before a release."""
    AUCTION = 5
    """A call auction: the book may be crossed."""
    CLOSED = 6
    """Outside the venue's hours."""


class Restriction(IntEnum):
    """Say whether short sales are restricted by price (Reg SHO); UNKNOWN until the feed has told."""

    UNKNOWN = 0
    NONE = 1
    IN_EFFECT = 2
    """The restriction came into force today."""
    REMAINS = 3
    """It came into force on an earlier day and holds."""
