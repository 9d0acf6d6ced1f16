"""Run the order path: one synchronous chain from a request to the venue's session, and from a report to the strategy's.

Strategies' ports call the ``OrderEntry`` methods, venue adapters the ``VenueSink`` methods. Every request ends as
bytes in a venue's output or as a report to its strategy; every report of a venue is booked, passed on, recognised as
a repetition, or quarantined with an alert. Nothing here waits.
"""

from collections.abc import Callable, Mapping

from fairlead.adapters.capabilities_check import lowers_quantity_alone
from fairlead.adapters.strategy_session import StrategySession
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.gateway.instruments import Instrument, complete_order
from fairlead.gateway.mass_cancels import CAUSE
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import IdFactory, IdsExhausted
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, DUPLICATE, QUARANTINED, Outcome
from fairlead.gateway.own_cancels import OwnCancels
from fairlead.gateway.path_refusals import Refusals, no_ids_left
from fairlead.gateway.path_reports import mass_cancel_taken
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.reconciliation.reconciliation import Reconciliation
from fairlead.gateway.risk.check_table_cy import CheckTable
from fairlead.gateway.risk.entry_checks_cy import check_gates
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.request_checks_cy import (
    check_cancel,
    check_mass_cancel,
    check_replace_request,
    unknown_order,
)
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.risk.trips import Trips
from fairlead.gateway.routing.desk import PathDesk
from fairlead.gateway.routing.destinations import choose_destination
from fairlead.gateway.routing.routing import Routing
from fairlead.gateway.telemetry.path_counters_cy import PathCounters


class OrderPath:
    """Join strategies, books and venues.

    ``checks`` judges every new order and replace; the parts of the gateway fill its places.
    ``watch`` keeps what needs time: answers that are due, cancels for strategies that went away.
    ``reconciliation`` accounts for open orders after a venue was away.
    """

    def __init__(
        self,
        ledger: Ledger,
        identities: "Mapping[str, StrategyIdentity]",
        instruments: "dict[str, Instrument]",
        watch: OrderWatch,
        counters: PathCounters,
        reconciliation: "Reconciliation | None" = None,
    ) -> None:
        self.ledger = ledger
        self.identities = dict(identities)
        # shared, not copied: names, venues and steps change with the date
        self.instruments = instruments
        self.venues: dict[str, VenueSession] = {}
        self.strategies: dict[str, StrategySession] = {}
        self.is_starting = False
        self.is_stopping = False
        self.checks = CheckTable()
        # sends, before anything else, the cancels of kills that waited for a venue
        # kills a strategy that is gone
        self.block_absent: "Callable[[str, str, int, int], int] | None" = None
        self.kill_at_return: "Callable[[str, int, int], object] | None" = None
        self.trips: "Trips | None" = None
        self.routing: Routing | None = None
        self._ids: dict[str, IdFactory] = {}
        self._watch = watch
        self.own_cancels = OwnCancels(ledger, watch, self.venues, self._next_id, self._send_cancel)
        self.mass_cancels = self.own_cancels.mass_cancels
        self._counters = counters
        self._refusals = Refusals(ledger, counters, self._deliver)
        self.reconciliation = reconciliation or Reconciliation(ledger, watch)
        self.reconciliation.serve(self.venues, self)
        self.checks.fill("gate", check_gates(self.reconciliation.gates))

    def add_venue(self, session: VenueSession, ids: IdFactory) -> None:
        """Route to this venue; ``ids`` makes Fairlead's ClOrdIDs there."""
        self.venues[session.name] = session
        self._ids[session.name] = ids

    def add_strategy(self, session: StrategySession) -> None:
        """Report to this strategy."""
        self.strategies[session.name] = session

    def use_routes(self, routing: Routing) -> None:
        """Let orders name routes from now on."""
        self.routing = self.own_cancels.routing = routing

    def desk(self) -> PathDesk:
        """Return what a router needs of this path."""
        return PathDesk(self, self._refusals, self._watch, self._deliver, self.own_cancels.end)

    # What strategies ask

    def new_order(self, strategy: str, request: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Find where a new order goes, check, book and send it."""
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
        refused = self.checks.check(subject)
        venue_cl_ord_id = self._next_id(venue, utc_ns) if refused is None else ""
        session = subject.session
        if session is None or not venue_cl_ord_id:
            return refused or no_ids_left(venue)
        order = self.ledger.open_order(
            strategy, subject.request, venue, venue_cl_ord_id, utc_ns, subject.risk_px
        )  # fmt: skip
        subject.booked = order
        self.checks.note_sent(subject)
        self._counters.order_sent(strategy, venue)
        self._watch.request_sent(venue, order.venue_cl_ord_id, now_ns)
        session.submit(order.terms, now_ns, utc_ns)
        return order

    def _subject(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Subject:
        """Return what the checks judge: the order, completed, as it would go to a venue."""
        identity = self.identities[strategy]
        instrument = self.instruments.get(request.symbol)
        session = self.venues.get(venue)
        account = request.account or identity.default_account
        is_duplicate = self._has_cl_ord_id(strategy, request.cl_ord_id)
        complete = request
        if instrument is not None and session is not None:
            complete = complete_order(request, instrument, venue, account, session.capabilities.carried)
        limits = self.checks.limits_for(strategy, account, venue, request.symbol)
        return Subject(
            strategy, complete, identity, instrument, venue, session, account, limits, now_ns, utc_ns,
            is_duplicate=is_duplicate, is_stopping=self.is_stopping,
        )  # fmt: skip

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
        venue_cl_ord_id = self._next_id(order.venue, utc_ns, True) if refused is None and order is not None else ""
        if order is None or session is None or not venue_cl_ord_id:
            self._refusals.request(strategy, request, order, refused, now_ns, utc_ns)
            return
        self._send_cancel(order, session, request, venue_cl_ord_id, now_ns, utc_ns)

    def _send_cancel(
        self,
        order: Order,
        session: VenueSession,
        request: CancelOrder,
        venue_cl_ord_id: str,
        now_ns: int,
        utc_ns: int,
    ) -> None:
        sent = self.ledger.begin_cancel(order, request, venue_cl_ord_id, utc_ns)
        self.checks.note_cancel(order, now_ns)
        self._counters.cancel_sent(order.strategy, order.venue)
        self._watch.request_sent(order.venue, sent.cl_ord_id, now_ns)
        session.cancel(sent, order.terms, now_ns, utc_ns)

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
                venue_cl_ord_id = self._next_id(order.venue, utc_ns, in_place)
        if order is None or session is None or subject is None or not venue_cl_ord_id:
            self._refusals.request(strategy, request, order, refused, now_ns, utc_ns)
            return
        sent = self.ledger.begin_replace(order, request, venue_cl_ord_id, utc_ns)
        subject.booked = order
        self.checks.note_sent(subject)
        self._counters.replace_sent(strategy, order.venue)
        self._watch.request_sent(order.venue, sent.cl_ord_id, now_ns)
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

    def note_used_id(self, venue: str, cl_ord_id: str) -> None:
        """Make no id from now on that the venue would take for one at or before this one."""
        self._ids[venue].note_used(cl_ord_id)

    def _next_id(self, venue: str, utc_ns: int, is_unseen: bool = False) -> str:
        """Return a ClOrdID for the venue; ``""``, and an alert, where its form has no more to give."""
        ids = self._ids[venue]
        try:
            return ids.next_unseen() if is_unseen else ids.next()
        except IdsExhausted as error:
            self._watch.alert("ids_exhausted", utc_ns, venue=venue, text=str(error))
            return ""

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

    def end_one_by_one(self, venue: str, venue_cl_ord_id: str, text: str, now_ns: int, utc_ns: int) -> bool:
        """Cancel what a mass cancel was to end and has not; return False where the id is none's."""
        ended: bool = self.mass_cancels.end_one_by_one(venue, venue_cl_ord_id, text, now_ns, utc_ns)
        return ended

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

    # What venues say

    def on_venue_report(self, venue: str, report: Report, now_ns: int, utc_ns: int) -> None:
        """Book a report and pass it on; one that answers a mass cancel refuses it."""
        if self.mass_cancels.sent:
            if self.end_one_by_one(venue, report.cl_ord_id, f"refused: {report.text}", now_ns, utc_ns):
                return
        sent_ns = self._watch.answered(venue, report.cl_ord_id)
        if sent_ns is not None:
            self._counters.answered(venue, now_ns - sent_ns)
            if self.routing is not None:
                self.routing.history.note_ack(venue, now_ns - sent_ns)
        outcome = self.ledger.apply(venue, report, utc_ns)
        self._settle(venue, outcome, report.cl_ord_id, now_ns, utc_ns)
        if self.reconciliation.is_concerned(outcome):
            self.reconciliation.take(venue, report, outcome, now_ns, utc_ns)

    def _settle(self, venue: str, outcome: Outcome, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        for discrepancy, text in outcome.discrepancies:
            self._watch.alert_discrepancy(venue, discrepancy, text, outcome.order, utc_ns)
        self._counters.venue_report(venue, outcome.verdict)
        if outcome.verdict == DELIVER and outcome.report is not None:
            self._counters.report_passed(venue, outcome.strategy, outcome.report)
            self._deliver(outcome.strategy, outcome.report, now_ns, utc_ns)
        elif outcome.verdict != DUPLICATE:
            self._watch.alert_quarantined(venue, outcome, utc_ns)
        for lost in outcome.lost_requests:
            self.give_up(lost.order, lost.venue_cl_ord_id, "the venue never had it", now_ns, utc_ns)
        if outcome.order is not None:
            if outcome.order.is_ended and outcome.order.requests:
                self.refuse_leftovers(outcome.order, now_ns, utc_ns)
            if outcome.order.is_ended:
                self._watch.end_reached(outcome.order.order_id)
            else:
                self.own_cancels.insist(outcome.order, now_ns, utc_ns)
        elif outcome.verdict == QUARANTINED and cl_ord_id and not self.venues[venue].is_up:
            # repeated at the logon, and not in the books: an id of before the journal was lost
            self.note_used_id(venue, cl_ord_id)
        if self.trips is not None:
            self.trips.venue_said(venue, outcome, now_ns, utc_ns)

    def refuse_leftovers(self, order: Order, now_ns: int, utc_ns: int) -> None:
        """Refuse what is in flight for an ended order where the venue's silence says so."""
        session = self.venues.get(order.venue)
        if session is None or not session.capabilities.silent_on_ended:
            return
        for request in list(order.requests):
            text = f"too late: the order has ended ({OrdStatus(order.ord_status).name.lower()})"
            self.give_up(order, request.venue_cl_ord_id, text, now_ns, utc_ns, Refusal.TOO_LATE)

    def give_up(
        self,
        order: Order,
        venue_cl_ord_id: str,
        text: str,
        now_ns: int,
        utc_ns: int,
        refusal: int = Refusal.NOT_SENT,
    ) -> None:
        """Book a request as without effect and tell its strategy."""
        self._watch.answered(order.venue, venue_cl_ord_id)
        outcome = self.ledger.mark_unsent(order, venue_cl_ord_id, refusal, text, utc_ns)
        if outcome.report is not None:
            self._deliver(outcome.strategy, outcome.report, now_ns, utc_ns)
        if order.is_ended and order.requests and refusal != Refusal.TOO_LATE:
            # an order that never was takes the requests for it along
            self.refuse_leftovers(order, now_ns, utc_ns)

    def doubt(self, order: Order, venue_cl_ord_id: str, text: str, now_ns: int, utc_ns: int) -> None:
        """Note that nobody knows what became of a request, and tell the order's strategy how it stands meanwhile."""
        self.ledger.mark_request_in_doubt(order.venue, venue_cl_ord_id, utc_ns)
        report = self.ledger.status_report(order, "", utc_ns, text)
        self._deliver(order.strategy, report, now_ns, utc_ns)

    def on_venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Account for its open orders, then send the cancels that waited."""
        self._counters.venue_state(venue, True)
        self._watch.venue_up(venue, utc_ns)
        if self.kill_at_return is not None:
            self.kill_at_return(venue, now_ns, utc_ns)
        self.reconciliation.venue_up(venue, now_ns, utc_ns)
        self.own_cancels.send_waiting(venue, now_ns, utc_ns)

    def on_venue_down(self, venue: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Note that the venue is gone: its open orders are in doubt."""
        self._counters.venue_state(venue, False)
        in_doubt = self.reconciliation.venue_down(venue, utc_ns)
        self._watch.venue_down(venue, reason, len(in_doubt), utc_ns)
        self.mass_cancels.note_down(venue)

    def on_venue_event(self, venue: str, event: str, text: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        """Alarm about what no report can say."""
        if self.reconciliation.venue_event(venue, event, cl_ord_id, now_ns, utc_ns):
            self._watch.alert_venue_event(venue, event, text, cl_ord_id, utc_ns)

    # Outcomes

    def _deliver(self, strategy: str, report: Report, now_ns: int, utc_ns: int) -> None:
        if self.routing is not None and self.routing.takes_report(report, now_ns, utc_ns):
            return
        session = self.strategies.get(strategy)
        if session is None:
            # a strategy that was taken out of the configuration while its orders lived
            self._watch.alert_no_strategy(strategy, report, utc_ns)
            return
        session.send_report(report, now_ns, utc_ns)
