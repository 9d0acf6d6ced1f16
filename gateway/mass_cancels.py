"""End many orders by one message of the venue's, where it has one and it means just those orders.

A mass cancel ends whatever is open in its scope, whoever sent it. So it is used only where the venue's reaches no
further than our session and tells each end under the order's own id (``mass_cancel_is_ours``), and all that is open
there is to end; else orders are cancelled one by one. What still lives when the venue refuses, leaves, or has had its
time is cancelled one by one after all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import MassCancelScope
from fairlead.codecs.vocabulary.messages_cy import MassCancel
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.rates_cy import MassCancelPace

CAUSE = "mass cancel"

LeftOver = Callable[[list[Order]], None]
"""Told which orders a mass cancel has not ended: it was refused, had its time, or the link broke."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Remember one mass cancel: the orders that it is to end, and who wants to know of those that live on."""

    orders: list[Order]
    left_over: LeftOver | None


def means_just(
    session: VenueSession | None, request: MassCancel, orders: Sequence[Order], everyones: Sequence[Order]
) -> bool:
    """Tell whether the venue's mass cancel would end ``orders`` and no others.

    ``orders`` are those that are to end there, ``everyones`` all that are open there in the scope of such a message.
    """
    if session is None or not session.is_up:
        return False
    capabilities = session.capabilities
    return (
        capabilities.mass_cancel
        and capabilities.mass_cancel_is_ours
        and not request.side
        and not request.account
        and len(orders) > 1
        and len(orders) == len(everyones)
    )


class MassCancels:
    """Send mass cancels, and remember which orders each is to end until the venue has ended them or had its time.

    ``next_id(venue, utc_ns)`` makes Fairlead's id there, ``""`` where there is none; ``cancel(order, cl_ord_id, cause,
    now_ns, utc_ns)`` cancels one order. ``sent`` holds them by venue and by the mass cancel's id there.
    """

    def __init__(
        self,
        ledger: Ledger,
        watch: OrderWatch,
        venues: Mapping[str, VenueSession],
        next_id: Callable[[str, int], str],
        cancel: Callable[[Order, str, str, int, int], None],
    ) -> None:
        self.sent: dict[tuple[str, str], Sent] = {}
        self._ledger = ledger
        self._watch = watch
        self._venues = venues
        self._next_id = next_id
        self._cancel = cancel
        self._pace = MassCancelPace()

    def send(self, request: MassCancel, orders: list[Order], now_ns: int, utc_ns: int) -> list[Order]:
        """Send the mass cancel of each venue where it means just these orders; return the orders that are left."""
        left: list[Order] = []
        for venue in sorted({order.venue for order in orders}):
            own = [order for order in orders if order.venue == venue]
            session = self._venues.get(venue)
            everyones = self._ledger.open_orders(venue=venue, symbol=request.symbol)
            fits = means_just(session, request, own, everyones)
            if not fits or not self.send_one(venue, request.symbol, own, None, now_ns, utc_ns):
                left += [order for order in own if not self.covers(order)]
        return left

    def send_one(
        self, venue: str, symbol: str, orders: list[Order], left_over: LeftOver | None, now_ns: int, utc_ns: int
    ) -> bool:
        """Send the venue's mass cancel, of one symbol or (``""``) of all; return False where it can't go now.

        There is no id for it, or the same one went within the last second: venues take one a second.
        Whether it fits is the caller's question. ``left_over`` is told what it has not ended; where it is None, those
        orders are cancelled one by one.
        """
        venue_cl_ord_id = self._next_id(venue, utc_ns) if self._pace.admit(venue, (symbol,), now_ns) else ""
        if not venue_cl_ord_id:
            return False
        if left_over is None:
            for order in orders:
                self._watch.end_wanted(order.order_id, CAUSE)
        self.sent[venue, venue_cl_ord_id] = Sent(orders, left_over)
        self._watch.request_sent(venue, venue_cl_ord_id, now_ns)
        scope = MassCancelScope.SYMBOL if symbol else MassCancelScope.ALL
        sent = MassCancel(cl_ord_id=venue_cl_ord_id, scope=scope, symbol=symbol, transact_time_ns=utc_ns)
        self._venues[venue].mass_cancel(sent, now_ns, utc_ns)
        return True

    def covers(self, order: Order) -> bool:
        """Tell whether a mass cancel that is to end this order is on its way."""
        return bool(self.sent) and any(order is each for sent in self.sent.values() for each in sent.orders)

    def end_one_by_one(self, venue: str, venue_cl_ord_id: str, text: str, now_ns: int, utc_ns: int) -> bool:
        """Cancel what a mass cancel has not ended, and say so; return False where the id is no mass cancel's."""
        sent = self.sent.pop((venue, venue_cl_ord_id), None)
        if sent is None:
            return False
        self._watch.answered(venue, venue_cl_ord_id)
        alive = [order for order in sent.orders if not order.is_ended]
        if alive:
            order_ids = [order.order_id for order in alive]
            self._watch.alert("mass_cancel_incomplete", utc_ns, venue=venue, order_ids=order_ids, text=text)
        if sent.left_over is not None:
            sent.left_over(alive)
            return True
        for order in alive:
            self._cancel(order, "", CAUSE, now_ns, utc_ns)
        return True

    def note_down(self, venue: str) -> None:
        """Cancel what a venue has not ended when it is back: nobody knows what a mass cancel before the break did."""
        for key in [key for key in self.sent if key[0] == venue]:
            sent = self.sent.pop(key)
            alive = [order for order in sent.orders if not order.is_ended]
            if sent.left_over is not None:
                sent.left_over(alive)
                continue
            for order in alive:
                self._watch.cancel_when_up(venue, order.order_id, CAUSE)
