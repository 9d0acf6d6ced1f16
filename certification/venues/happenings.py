"""Say what becomes of orders in no protocol's words, and what a protocol must do to take part in a venue.

A venue has one desk and one book for each instrument, whatever its orders came in by. The desk tells each order's own
protocol (its face) what has happened; the face says it on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fairlead.certification.venues.book_records import EndReason
from fairlead.certification.venues.orders import Execution, Request, VenueOrder

# Kinds of happenings besides those that OrdStatus(39) has a letter for (see `orders.py`): ExecType(150)'s letters.
TRADE, TRADE_CORRECT, TRADE_CANCEL, ORDER_STATUS, RESTATED = "F", "G", "H", "I", "D"


class Why(StrEnum):
    """Say why an order was refused, ended or restated; each face has its own codes for that."""

    UNKNOWN_SYMBOL = "unknown symbol"
    DUPLICATE = "duplicate order"
    UNSUPPORTED = "unsupported order characteristic"
    QUANTITY = "invalid quantity"
    MIN_QUANTITY = "invalid minimum quantity"
    MAX_FLOOR = "invalid shown quantity"
    PRICE = "invalid price"
    SIDE = "invalid side"
    DISPLAY = "invalid display"
    CROSS = "invalid cross"
    FIRM = "firm not authorized"
    HALTED = "halted"
    NO_REPLACE = "not to be replaced"
    DEAD = "accepted dead"
    OTHER = "other"
    USER = "asked for"
    IMMEDIATE = "not to rest"
    EXPIRED = "time is up"
    END_OF_DAY = "end of day"
    POST_ONLY = "post-only"
    CROSSED = "left over by a cross"
    SELF_MATCH = "self match"
    SUPERVISORY = "by the venue"
    DISCONNECTED = "its session was disconnected"
    STOP_TRIGGERED = "the stop was triggered"
    DECLINED = "part of the quantity is declined"
    REFRESHED = "the shown part was refreshed"
    REPRICED = "the shown price has changed"


WHY_ENDED = {
    EndReason.EXPIRED: Why.EXPIRED,
    EndReason.END_OF_DAY: Why.END_OF_DAY,
    EndReason.MIN_QUANTITY: Why.IMMEDIATE,
    EndReason.POST_ONLY: Why.POST_ONLY,
    EndReason.IMMEDIATE: Why.IMMEDIATE,
    EndReason.SELF_MATCH: Why.SELF_MATCH,
}


@dataclass(slots=True)
class Happening:
    """Hold what has happened to an order, which shows the state after it.

    `request` is what it answers, `execution` what was traded, busted or corrected. `quantity` is what an end or a
    reduction took out; `prevented` and `price` say what a self match would have traded. Amounts in units of 10^-8.
    """

    order: VenueOrder
    kind: str
    why: Why = Why.OTHER
    text: str = ""
    request: Request | None = None
    execution: Execution | None = None
    quantity: int = 0
    prevented: int = 0
    price: int = 0


class OrderFace(Protocol):
    """Stand for a protocol by which orders come in; `name` is what orders know it by.

    `busts_return_quantity` says whether a busted fill of a working order may be traded again; `corrects` and `busts`
    whether the protocol has words for a corrected or broken trade at all.
    """

    @property
    def name(self) -> str: ...

    @property
    def busts_return_quantity(self) -> bool: ...

    @property
    def corrects(self) -> bool: ...

    @property
    def busts(self) -> bool: ...

    def report(self, happening: Happening) -> None:
        """Say on the wire what has happened."""

    def stranger_id(self, order_id: str) -> str:
        """Return an id that no client has used, for an order that nobody sent."""

    def drop(self, session: str, *, reset: bool) -> None:
        """Cut a session's connection without a word; with `reset`, by a TCP reset."""

    def lose_next(self, session: str) -> None:
        """Let the next report be lost."""

    def unread(self, order: VenueOrder) -> None:
        """Forget that the order in hand has come, as if it had been lost on the way."""


class Copier(Protocol):
    """Send copies of executions to others than those whose orders they were."""

    def copy(self, order: VenueOrder, body: list[tuple[int, str]]) -> None:
        """Send a copy of a report about an execution; `body` are its fields over FIX."""

    def invent(self, stranger: VenueOrder, exec_id: str, quantity: int, price: int) -> None:
        """Send a copy of an execution that never was."""
