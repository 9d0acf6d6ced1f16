"""Run the order path: one synchronous chain from a request to the venue's session, and from a report to the strategy's.

Strategies' ports call the ``OrderEntry`` methods: every request ends as bytes in a venue's output or as a report to its
strategy. The layer below, ``VenuePath``, takes what venues say. Nothing here waits.
"""

from fairlead.adapters.capabilities_check import lowers_quantity_alone
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)
from fairlead.gateway.instruments import complete_order
from fairlead.gateway.mass_cancels import CAUSE
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.path_refusals import no_ids_left
from fairlead.gateway.path_reports import mass_cancel_taken
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.request_checks_cy import (
    check_cancel,
    check_mass_cancel,
    check_replace_request,
    unknown_order,
)
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.routing.desk import PathDesk
from fairlead.gateway.routing.destinations import choose_destination
from fairlead.gateway.routing.routing import Routing
from fairlead.gateway.venue_path_cy import VenuePath

_DECODE = 2  # stages_cy's
_LOOK_UP = 3
_RISK = 4
_BOOK = 5
_ENCODE = 6


class OrderPath(VenuePath):
    """Take what strategies ask, judge it by ``checks``, and send it."""

    def use_routes(self, routing: Routing) -> None:
        """Let orders name routes from now on."""
        self.routing = self.own_cancels.routing = routing

    def desk(self) -> PathDesk:
        """Return what a router needs of this path."""
        return PathDesk(self, self._refusals, self._watch, self._deliver, self.own_cancels.end)

    def new_order(self, strategy: str, request: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Find where a new order goes, check, book and send it."""
        if self._stages.is_on:
            self._stages.mark(_DECODE)
        instrument = self.instruments.get(request.symbol)
        venue, by = choose_destination(request, instrument, self.identities[strategy])
        routing = self.routing
        if routing is not None and routing.takes_order(strategy, request, venue, now_ns, utc_ns):
            return
        placed = self.place(strategy, request, venue, now_ns, utc_ns)
        if isinstance(placed, Refused):
            self._refusals.new_order(strategy, request, placed, now_ns, utc_ns)
        elif routing is not None:
            routing.note_direct(placed, by, utc_ns)

    def place(
        self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int, is_child: bool = False
    ) -> "Order | Refused":
        """Check, book and send an order to a venue; return it, or why it was not sent."""
        subject = self._subject(strategy, request, venue, now_ns, utc_ns)
        subject.is_child = is_child
        if self._stages.is_on:
            self._stages.mark(_LOOK_UP)
        refused = self.checks.check(subject)
        if self._stages.is_on:
            self._stages.mark(_RISK)
        venue_cl_ord_id = self.next_id(venue, utc_ns) if refused is None else ""
        session = subject.session
        if session is None or not venue_cl_ord_id:
            return refused or no_ids_left(venue)
        order = self.ledger.open_order(
            strategy, subject.request, venue, venue_cl_ord_id, utc_ns, subject.risk_px
        )  # fmt: skip
        subject.booked = order
        self.checks.note_sent(subject)
        self._counters.order_sent(strategy, venue)
        self._due.request_sent(venue, order.venue_cl_ord_id, now_ns)
        if self._stages.is_on:
            self._stages.mark(_BOOK)
        session.submit(order.terms, now_ns, utc_ns)
        if self._stages.is_on:
            self._stages.mark(_ENCODE)
        return order

    def _subject(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Subject:
        """Return what the checks judge: the order, completed, as it would go to a venue."""
        identity = self.identities[strategy]
        instrument = self.instruments.get(request.symbol)
        session = self.venues.get(venue)
        account = request.account or identity.default_account
        is_duplicate = self._has_cl_ord_id(strategy, request.cl_ord_id)
        complete, capabilities = request, None
        if instrument is not None and session is not None:
            capabilities = session.capabilities
            complete = complete_order(request, instrument, venue, account, capabilities.carried)
        limits = self.checks.limits_for(strategy, account, venue, request.symbol)
        subject = Subject(
            strategy, complete, identity, instrument, venue, session, account, limits, now_ns, utc_ns,
            is_duplicate=is_duplicate, is_stopping=self.is_stopping,
        )  # fmt: skip
        subject.capabilities = capabilities
        return subject

    def judge_child(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> "Refused | None":
        """Return why a child could not go to a venue now; nothing is taken down."""
        subject = self._subject(strategy, request, venue, now_ns, utc_ns)
        subject.is_child = True
        return self.checks.judge(subject)

    def judge_parent(
        self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int, is_entry: bool
    ) -> "Refused | None":
        """Return why a parent is refused, as if all of it went to a venue; taken down like any order's entry."""
        subject = self._subject(strategy, request, venue, now_ns, utc_ns)
        refused = self.checks.check(subject)
        if refused is None and is_entry and self.checks.note_parent is not None:
            self.checks.note_parent(subject)
        return refused

    def _has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy has used an id before."""
        if self.ledger.has_cl_ord_id(strategy, cl_ord_id):
            return True
        return self.routing is not None and self.routing.has_cl_ord_id(strategy, cl_ord_id)

    def _find(self, strategy: str, cl_ord_id: str) -> "Order | None":
        """Return a strategy's own order; a route's child is none."""
        order = self.ledger.find(strategy, cl_ord_id)
        return None if order is not None and self.routing is not None and self.routing.is_child(order) else order

    def cancel_order(self, strategy: str, request: CancelOrder, now_ns: int, utc_ns: int) -> None:
        """Check, book and send a cancel."""
        is_duplicate = self._has_cl_ord_id(strategy, request.cl_ord_id)
        if self.routing is not None and self.routing.requests.cancel(strategy, request, is_duplicate, now_ns, utc_ns):
            return
        order = self._find(strategy, request.orig_cl_ord_id)
        session = self.venues.get(order.venue) if order is not None else None
        refused = check_cancel(request, order, session, is_duplicate)
        venue_cl_ord_id = self.next_id(order.venue, utc_ns, True) if refused is None and order is not None else ""
        if order is None or session is None or not venue_cl_ord_id:
            self._refusals.request(strategy, request, order, refused, now_ns, utc_ns)
            return
        self._send_cancel(order, session, request, venue_cl_ord_id, now_ns, utc_ns)

    def replace_order(self, strategy: str, request: ReplaceOrder, now_ns: int, utc_ns: int) -> None:
        """Check, book and send a replace."""
        is_duplicate = self._has_cl_ord_id(strategy, request.cl_ord_id)
        if self.routing is not None and self.routing.requests.replace(strategy, request, is_duplicate, now_ns, utc_ns):
            return
        order = self._find(strategy, request.orig_cl_ord_id)
        session = self.venues.get(order.venue) if order is not None else None
        refused = check_replace_request(request, order, session, is_duplicate, self.is_stopping)
        subject: Subject | None = None
        venue_cl_ord_id = ""
        if refused is None and order is not None and session is not None:
            subject = self._subject_of_replace(order, request, session, now_ns, utc_ns)
            refused = self.checks.check(subject)
            if refused is None:
                in_place = session.capabilities.reduces_in_place and lowers_quantity_alone(request, order.terms)
                venue_cl_ord_id = self.next_id(order.venue, utc_ns, in_place)
        if order is None or session is None or subject is None or not venue_cl_ord_id:
            self._refusals.request(strategy, request, order, refused, now_ns, utc_ns)
            return
        sent = self.ledger.begin_replace(order, request, venue_cl_ord_id, utc_ns)
        subject.booked = order
        self.checks.note_sent(subject)
        self._counters.replace_sent(strategy, order.venue)
        self._due.request_sent(order.venue, sent.cl_ord_id, now_ns)
        session.replace(sent, order.terms, now_ns, utc_ns)

    def _subject_of_replace(
        self, order: Order, request: ReplaceOrder, session: VenueSession, now_ns: int, utc_ns: int
    ) -> Subject:
        """Return what the checks judge: the order with the terms that would hold."""
        limits = self.checks.limits_for(order.strategy, order.account, order.venue, order.symbol)
        return Subject(
            order.strategy, terms_if_replaced(order, request), self.identities[order.strategy],
            self.instruments.get(order.symbol), order.venue, session, order.account, limits, now_ns, utc_ns,
            order=order, asked=request,
        )  # fmt: skip

    def mass_cancel(self, strategy: str, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Cancel each order in scope; the count is reported at once, each end by itself."""
        routing = self.routing
        refused = check_mass_cancel(
            request, self.venues if routing is None else {**self.venues, **routing.router.routes}
        )
        if refused is not None:
            self._refusals.mass_cancel(strategy, request, refused, now_ns, utc_ns)
            return
        orders = self.ledger.open_orders(
            strategy=strategy, venue=request.venue, account=request.account, symbol=request.symbol, side=request.side
        )
        count = 0
        if routing is not None:
            orders = routing.own_orders(orders)
            count = routing.requests.mass_cancel(strategy, request, CAUSE, now_ns, utc_ns)
        for order in self.mass_cancels.send(request, orders, now_ns, utc_ns):
            self.own_cancels.end(order, f"{request.cl_ord_id}.{order.order_id}", CAUSE, now_ns, utc_ns)
        report = mass_cancel_taken(request, self.ledger.next_exec_id(), len(orders) + count, utc_ns)
        self._deliver(strategy, report, now_ns, utc_ns)

    def request_status(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        """Answer from the books; where a request for all finds no open order, the port says so."""
        routing = self.routing
        if not request.cl_ord_id and not request.order_id:
            orders = self.ledger.open_orders(
                strategy=strategy, venue=request.venue, symbol=request.symbol, side=request.side
            )
            if routing is not None:
                orders = routing.own_orders(orders)
                routing.requests.tell_all(strategy, request, now_ns, utc_ns)
            for order in orders:
                self._deliver(strategy, self.ledger.status_report(order, request.request_id, utc_ns), now_ns, utc_ns)
            return
        if routing is not None and routing.requests.request_status(strategy, request, now_ns, utc_ns):
            return
        found: Order | None = self.ledger.find(strategy, request.cl_ord_id)
        if found is None and request.order_id:
            found = self.ledger.find_by_order_id(request.order_id)
        if found is None or found.strategy != strategy or (routing is not None and routing.is_child(found)):
            self._refusals.request(strategy, request, None, unknown_order(request), now_ns, utc_ns)
            return
        self._deliver(strategy, self.ledger.status_report(found, request.request_id, utc_ns), now_ns, utc_ns)

    def dont_know_trade(self, strategy: str, denied: DontKnowTrade, now_ns: int, utc_ns: int) -> None:
        """Alarm about an execution that the strategy denies. The books keep it: only its venue can take it back."""
        order = self.ledger.find_by_order_id(denied.order_id)
        own = order if order is not None and order.strategy == strategy else None
        self._watch.alert_trade_denied(strategy, denied, own, utc_ns)

    def strategy_connected(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        """Note that the strategy has logged on."""
        self._watch.strategy_connected(strategy)
        self._counters.strategy_state(strategy, True)
        if self.trips is not None:
            self.trips.strategy_back(strategy, utc_ns)

    def strategy_disconnected(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Note that the strategy has gone; its orders are cancelled as its identity says.

        After a start that finds open orders this is said of each strategy: their links broke with the last process.
        """
        self._counters.strategy_state(strategy, False)
        self._watch.strategy_disconnected(strategy, reason)
        if self.trips is not None and self._is_open_for_all():
            self.trips.strategy_lost(strategy, reason, now_ns, utc_ns)
        after_ns = self.identities[strategy].cancel_on_disconnect.after_ns
        if after_ns is None:
            return
        if after_ns:
            self._watch.strategy_gone(strategy, now_ns + after_ns)
            return
        self.end_for_absence(strategy, f"strategy disconnected: {reason}", now_ns, utc_ns)

    def _is_open_for_all(self) -> bool:
        """Tell whether a strategy that is not here is gone: none is while the gateway starts or stops."""
        return not self.is_starting and not self.is_stopping

    def end_for_absence(self, strategy: str, cause: str, now_ns: int, utc_ns: int) -> int:
        """End the orders of a strategy that is gone, and block it where its policy says so; return how many."""
        blocks: bool = self.identities[strategy].cancel_on_disconnect.blocks
        if blocks and self.block_absent is not None and self._is_open_for_all():
            count: int = self.block_absent(strategy, cause, now_ns, utc_ns)
            return count
        ended: int = self.own_cancels.end_all(strategy, cause, now_ns, utc_ns)
        return ended
