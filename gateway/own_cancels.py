"""End orders for causes of our own: a strategy that is gone, a mass cancel, a person, a kill.

An order's end that is wanted is insisted on: a cancel that can't be sent waits for its venue, one that the venue
refuses or loses is sent again, and where that does not help a person is told (``OrderWatch``). Kills insist by
themselves, and send through ``send`` alone.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder
from fairlead.gateway.mass_cancels import MassCancels
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

Send = Callable[[Order, VenueSession, CancelOrder, str, int, int], None]
"""Book a cancel and hand it to the venue's session: order, session, cancel, Fairlead's id there, both times."""


class NotesEnds(Protocol):
    """Be told of orders whose end is wanted: the routing, which sends nothing in place of their quantity."""

    def note_end_wanted(self, order: Order, cause: str, now_ns: int, utc_ns: int) -> None:
        """Note it."""


class OwnCancels:
    """Send cancels that no strategy asked for. ``next_id(venue, utc_ns, is_unseen)`` makes Fairlead's id there."""

    def __init__(
        self,
        ledger: Ledger,
        watch: OrderWatch,
        venues: Mapping[str, VenueSession],
        next_id: Callable[..., str],
        send: Send,
    ) -> None:
        self.routing: NotesEnds | None = None
        self.mass_cancels = MassCancels(ledger, watch, venues, next_id, self.end)
        self._ledger = ledger
        self._watch = watch
        self._venues = venues
        self._next_id = next_id
        self._send = send

    def end_all(self, strategy: str, cause: str, now_ns: int, utc_ns: int) -> int:
        """Cancel every open order of a strategy; return how many there were."""
        orders = self._ledger.open_orders(strategy=strategy)
        for order in orders:
            self.end(order, "", cause, now_ns, utc_ns)
        return len(orders)

    def end(self, order: Order, cl_ord_id: str, cause: str, now_ns: int, utc_ns: int) -> None:
        """Send a cancel, unless one is on its way; what a broken link may have lost is not. Insist from now on."""
        self._watch.end_wanted(order.order_id, cause)
        if any(request.kind == RequestKind.CANCEL_ORDER and not request.is_unknown for request in order.requests):
            return
        session = self._venues.get(order.venue)
        if session is None or not session.is_up:
            self._watch.cancel_when_up(order.venue, order.order_id, cause)
            if self.routing is not None:
                self.routing.note_end_wanted(order, cause, now_ns, utc_ns)
            return
        self.send(order, session, cl_ord_id, cause, now_ns, utc_ns)

    def send(self, order: Order, session: VenueSession, cl_ord_id: str, cause: str, now_ns: int, utc_ns: int) -> bool:
        """Send a cancel, whatever else is on its way; return False, with an alert, where no id is left."""
        if self.routing is not None:
            self.routing.note_end_wanted(order, cause, now_ns, utc_ns)
        venue_cl_ord_id = self._next_id(order.venue, utc_ns, True)
        if not venue_cl_ord_id:
            return False
        while not cl_ord_id or self._ledger.has_cl_ord_id(order.strategy, cl_ord_id):
            cl_ord_id = f"FL-{self._ledger.next_exec_id()}"
        request = CancelOrder(
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=order.cl_ord_id,
            text=cause[: session.capabilities.max_text_length],
            transact_time_ns=utc_ns,
        )
        self._send(order, session, request, venue_cl_ord_id, now_ns, utc_ns)
        return True

    def send_waiting(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Send what waited for a venue that is back."""
        for order_id, cause in self._watch.take_cancels(venue):
            order = self._ledger.find_by_order_id(order_id)
            if order is not None and not order.is_ended:
                self.end(order, "", cause, now_ns, utc_ns)

    def insist(self, order: Order, now_ns: int, utc_ns: int) -> None:
        """Cancel again what is to end and lives with no request in flight: the venue refused or lost the cancel."""
        if order.requests or self.mass_cancels.covers(order):
            return
        cause = self._watch.end_failed(order.order_id, order.venue, utc_ns)
        if cause:
            self.end(order, "", cause, now_ns, utc_ns)
