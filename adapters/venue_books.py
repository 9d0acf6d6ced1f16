"""Say what a venue adapter may know of the books: protocols whose reports say less than FIX's need them.

There is one truth, the ledger, and it survives restarts; an adapter that asks it keeps no second one.
"""

from collections.abc import Sequence
from typing import Protocol

from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder


class BookedRequest(Protocol):
    """A request in flight. ``kind`` is a RequestKind, ``sent`` what the adapter was given; ids are the venue's."""

    @property
    def kind(self) -> int:
        """Return the RequestKind."""

    @property
    def venue_cl_ord_id(self) -> str:
        """Return the request's id at the venue."""

    @property
    def sent(self) -> NewOrder | CancelOrder | ReplaceOrder:
        """Return the request as it was sent."""

    @property
    def utc_ns(self) -> int:
        """Return when it was sent."""

    @property
    def is_unknown(self) -> bool:
        """Tell whether the link broke since, so that it may be lost."""

    @property
    def order(self) -> "BookedOrder":
        """Return its order."""


class BookedOrder(Protocol):
    """An order as booked. ``requests`` are those in flight, oldest first; ``terms`` are the venue's current ones."""

    @property
    def venue_cl_ord_id(self) -> str:
        """Return the order's current id at the venue."""

    @property
    def side(self) -> int:
        """Return the side."""

    @property
    def terms(self) -> NewOrder:
        """Return the current terms."""

    @property
    def order_qty(self) -> int:
        """Return OrderQty."""

    @property
    def cum_qty(self) -> int:
        """Return CumQty."""

    @property
    def leaves_qty(self) -> int:
        """Return LeavesQty."""

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing remains to trade."""

    @property
    def requests(self) -> "Sequence[BookedRequest]":
        """Return the requests in flight, oldest first."""


class VenueBooks(Protocol):
    """What the books know of one venue."""

    def find(self, cl_ord_id: str) -> BookedOrder | None:
        """Return the order that an id at the venue belongs to, that of a cancel or replace too."""

    def unanswered(self) -> "Sequence[BookedRequest]":
        """Return all requests in flight at the venue, oldest first."""

    def has_open_orders(self) -> bool:
        """Tell whether any order at the venue has not ended."""

    def note_used(self, cl_ord_id: str) -> None:
        """Note that the venue takes no id at or before this one any more."""
