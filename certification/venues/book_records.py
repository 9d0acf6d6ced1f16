"""Hold what an order book keeps of an order, and what it tells: prices and quantities in units of 10^-8."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class OrdType(StrEnum):
    """Name what the book can match, by OrdType(40)."""

    MARKET = "1"
    LIMIT = "2"
    STOP = "3"
    STOP_LIMIT = "4"


class TimeInForce(StrEnum):
    """Name how long an order stays, by TimeInForce(59)."""

    DAY = "0"
    GTC = "1"
    OPG = "2"
    IOC = "3"
    FOK = "4"
    GTD = "6"


# What never rests. The simulated day has no auction: an order for the opening takes what it meets on arrival.
IMMEDIATE = frozenset({TimeInForce.OPG, TimeInForce.IOC, TimeInForce.FOK})

SelfMatch = Literal["allow", "cancel_newest", "cancel_resting", "cancel_both"]


@dataclass(slots=True, eq=False)
class BookOrder:
    """Hold the terms and the state of one order.

    `quantity` is the total including what has executed; `shown` is what an iceberg's current slice still offers, be the
    order hidden or not. `mpid` is whom the market sees behind a shown order, "" for nobody. `is_open` is False before
    submission and after the end.
    """

    order_id: str
    owner: str
    is_buy: bool
    quantity: int
    ord_type: OrdType = OrdType.LIMIT
    price: int = 0
    stop_price: int = 0
    time_in_force: TimeInForce = TimeInForce.DAY
    min_quantity: int = 0
    max_floor: int = 0
    post_only: bool = False
    is_hidden: bool = False
    mpid: str = ""
    expires_utc_ns: int = 0
    cum: int = 0
    shown: int = 0
    priority: int = 0
    reference: int = 0
    is_open: bool = False
    is_waiting: bool = False

    @property
    def leaves(self) -> int:
        return self.quantity - self.cum if self.is_open else 0


class EndReason(StrEnum):
    """Say why the book has ended an order, in words that reports repeat."""

    EXPIRED = "expired"
    END_OF_DAY = "end of day"
    MIN_QUANTITY = "the minimum quantity is not available"
    POST_ONLY = "a post-only order would have traded"
    IMMEDIATE = "nothing more to trade with at once"
    SELF_MATCH = "it would have traded with an order of the same owner"


@dataclass(slots=True, frozen=True)
class Fill:
    """Report a trade at the resting order's price; `reference` is what the resting order was shown under until now."""

    resting: BookOrder
    incoming: BookOrder
    quantity: int
    price: int
    match_number: int
    reference: int


@dataclass(slots=True, frozen=True)
class Ended:
    """Report an order whose remainder the book has taken out, and why.

    Where it would have traded with its own side, `prevented` and `price` say how much, and at which price.
    """

    order: BookOrder
    reason: EndReason
    quantity: int
    prevented: int = 0
    price: int = 0


@dataclass(slots=True, frozen=True)
class Triggered:
    """Report a stop that has become a market or limit order."""

    order: BookOrder


@dataclass(slots=True, frozen=True)
class Rested:
    """Say that an order now shows `order.shown` under `order.reference`; one that is hidden rests and shows nothing.

    `is_refresh` marks an iceberg's next part.
    """

    order: BookOrder
    is_refresh: bool = False


@dataclass(slots=True, frozen=True)
class Withdrawn:
    """Say that an order no longer rests; one that returns has been amended, and comes back to the market next."""

    order: BookOrder
    reference: int
    returns: bool


@dataclass(slots=True, frozen=True)
class Reduced:
    """Say that an order shows less by a quantity, and keeps its place."""

    order: BookOrder
    quantity: int


Event = Fill | Ended | Triggered
MarketEvent = Fill | Rested | Withdrawn | Reduced
