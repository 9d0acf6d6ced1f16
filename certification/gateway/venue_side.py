"""Say what every venue of a case can be told, whatever its protocol. FIX's words are in ``fix_venue``."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

PLACE, REPLACE, CANCEL, STATUS, MASS_CANCEL = "place", "replace", "cancel", "status", "mass_cancel"


@dataclass(slots=True)
class Card:
    """One request of a strategy, by the name that the case gave it; ``of`` is the request whose order it is about.

    ``message`` is what came of it on the venue's wire, ``venue_id`` the id that it has there.
    """

    name: str
    kind: str
    cl_ord_id: str
    strategy: str
    symbol: str
    side: str = ""
    qty: Decimal = Decimal(0)
    px: Decimal | None = None
    stop_px: Decimal | None = None
    ord_type: str = "limit"
    tif: str = "day"
    fields: dict[str, Any] = field(default_factory=dict)
    """What the strategy asked for besides."""
    of: str = ""
    message: Any = None
    venue_id: str = ""
    is_expected: bool = False
    """A step has asked for its message, or acted on it."""


@dataclass(slots=True)
class Trade:
    """One execution: ``name`` is the case's, ``exec_id`` the venue's."""

    name: str
    exec_id: str
    qty: Decimal
    px: Decimal
    body: Any = None
    is_busted: bool = False


@dataclass(slots=True)
class Booked:
    """An order as the venue has it. ``status`` is a word: new, partially_filled, filled, canceled, rejected ..."""

    card: Card
    order_id: str
    qty: Decimal
    px: Decimal | None
    status: str = "new"
    trades: list[Trade] = field(default_factory=list)

    @property
    def cum(self) -> Decimal:
        """Return what was executed and still stands."""
        return sum((trade.qty for trade in self.trades if not trade.is_busted), Decimal(0))

    @property
    def leaves(self) -> Decimal:
        """Return what is still to be executed."""
        return max(self.qty - self.cum, Decimal(0)) if self.is_open else Decimal(0)

    @property
    def is_open(self) -> bool:
        """Tell whether the order lives."""
        return self.status in ("new", "partially_filled")

    @property
    def avg_px(self) -> Decimal:
        """Return the mean price of what stands."""
        value = sum((trade.qty * trade.px for trade in self.trades if not trade.is_busted), Decimal(0))
        return round(value / self.cum, 6) if self.cum else Decimal(0)

    def refresh(self) -> None:
        """Set the status of an order that lives by what was executed."""
        if self.status in ("new", "partially_filled", "filled"):
            self.status = "filled" if self.cum >= self.qty else "partially_filled" if self.cum else "new"


@dataclass(slots=True)
class Saying:
    """What a venue says of an order: ``what`` is a word (accepted, filled, replaced ...), ``card`` whose id it carries.

    ``lose``: it is numbered and never sent. ``extra`` are fields in the protocol's own terms.
    """

    what: str
    booked: Booked
    card: Card
    trade: Trade | None = None
    before: Card | None = None
    text: str = ""
    reason: str = ""
    lose: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class VenueSide(Protocol):
    """A venue of one case: its wire is the protocol's, its book the stage's."""

    pending: list[Card]
    """Requests of the strategy whose messages have not come."""

    async def open(self) -> None:
        """Listen."""

    async def up(self) -> None:
        """Return when the gateway is logged on. Raises Deviation."""

    async def sync(self) -> None:
        """Return when everything that the gateway had sent by now has come."""

    def say(self, saying: Saying) -> None:
        """Say something of an order. Raises Unsupported for what the protocol has no words for."""

    def refuse_message(self, card: Card, reason: str, text: str, level: str) -> None:
        """Refuse a message as such: ``level`` is ``session`` or ``business``."""

    def answer_status(self, booked: Booked | None, card: Card, text: str) -> None:
        """Answer a status request: None for an order that the venue does not know."""

    def questions(self) -> list[Any]:
        """Take and return the questions about orders that no strategy asked for."""

    def asks_for_all(self, question: Any) -> bool:
        """Tell whether a question is about all orders."""

    def asked_id(self, question: Any) -> str:
        """Return which order a question is about, by its id at the venue."""

    def answer_all(self, orders: list[Booked], question: Any) -> None:
        """Answer a question about all orders."""

    async def gone(self) -> None:
        """Return when the gateway has ended the connection. Raises Deviation."""

    async def take(self, card: Card) -> Any:
        """Return the message that a request became; wait for it. Raises Deviation."""

    async def expect(self, name: str, fields: dict[str, Any], card: Card | None) -> Any:
        """Take the next application message, which must be such a one. Raises Deviation."""

    def unexpected(self) -> list[str]:
        """Describe the application messages that no step asked for."""

    async def cut(self, how: str) -> None:
        """End the connection: ``rst``, ``fin``, ``mid_frame``; or ``blackhole``: read and say nothing any more."""

    async def again(self) -> None:
        """Listen again after a cut."""

    def resend(self, times: int) -> None:
        """Send everything again that was sent, marked as such."""

    def new_id(self, prefix: str) -> str:
        """Return an id of the venue's that was not used before."""

    def accept_mass_cancel(self, card: Card, affected: int) -> None:
        """Say that a mass cancel is done."""

    def number_faults(self) -> list[str]:
        """Return where the gateway's own numbers are not as the protocol wants them."""

    def forget_numbers(self) -> None:
        """Begin the session's numbers anew, as a venue that has lost its state."""

    async def own_cancel(self, of: Card) -> Card:
        """Return the gateway's own cancel of an order, as a request. Raises Deviation."""

    def ask_resend(self, begin: int, end: int) -> None:
        """Ask for messages again."""

    def send_raw(self, name: str, fields: dict[str, Any], booked: Booked | None) -> None:
        """Send a message as it is described, right or wrong."""

    def slice(self, size: int) -> None:
        """Send in pieces of so many bytes from now on."""

    def send_again(self, trade: Trade) -> None:
        """Send an execution once more as if it were new, under its old id."""

    def tick(self) -> None:
        """Do what a session owes to time: heartbeats."""

    async def close(self) -> None:
        """Let go of everything."""
