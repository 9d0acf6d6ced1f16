"""Take what venues say: every report is booked, passed on, recognised as a repetition, or quarantined with an alert.

The lower layer of the order path: venue adapters call the ``VenueSink`` methods. Nothing here waits.
"""

from collections.abc import Callable, Mapping

from fairlead.adapters.strategy_session import StrategySession
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    Report,
)
from fairlead.gateway.answers_due_cy import AnswersDue
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import IdFactory, IdsExhausted
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, DUPLICATE, QUARANTINED, Outcome
from fairlead.gateway.own_cancels import OwnCancels
from fairlead.gateway.path_refusals import Refusals
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.reconciliation.reconciliation import Reconciliation
from fairlead.gateway.risk.check_table_cy import CheckTable
from fairlead.gateway.risk.entry_checks_cy import OpenGate
from fairlead.gateway.risk.trips import Trips
from fairlead.gateway.routing.routing import Routing
from fairlead.gateway.stages_cy import STAGE_TIMES
from fairlead.gateway.telemetry.path_counters_cy import PathCounters

_REPORT_DECODE = 7  # stages_cy's
_REPORT_BOOK = 8
_REPORT_ENCODE = 9


class VenuePath:
    """Join books, venues and the strategies that are told.

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
        # kills a strategy that is gone
        self.block_absent: "Callable[[str, str, int, int], int] | None" = None
        # sends, before anything else, the cancels of kills that waited for a venue
        self.kill_at_return: "Callable[[str, int, int], object] | None" = None
        self.trips: "Trips | None" = None
        self.routing: Routing | None = None
        self._ids: dict[str, IdFactory] = {}
        self._stages = STAGE_TIMES
        self._watch = watch
        # the watch as well, for its compiled half
        self._due: AnswersDue = watch
        self.own_cancels = OwnCancels(ledger, watch, self.venues, self.next_id, self._send_cancel)
        self.mass_cancels = self.own_cancels.mass_cancels
        self._counters = counters
        self._refusals = Refusals(ledger, counters, self._deliver)
        self.reconciliation = reconciliation or Reconciliation(ledger, watch)
        self.reconciliation.serve(self.venues, self)
        self.checks.fill("gate", OpenGate(self.reconciliation.gates))

    def add_venue(self, session: VenueSession, ids: IdFactory) -> None:
        """Route to this venue; ``ids`` makes Fairlead's ClOrdIDs there."""
        self.venues[session.name] = session
        self._ids[session.name] = ids

    def add_strategy(self, session: StrategySession) -> None:
        """Report to this strategy."""
        self.strategies[session.name] = session

    def note_used_id(self, venue: str, cl_ord_id: str) -> None:
        """Make no id from now on that the venue would take for one at or before this one."""
        self._ids[venue].note_used(cl_ord_id)

    def next_id(self, venue: str, utc_ns: int, is_unseen: bool = False) -> str:
        """Return a ClOrdID for the venue; ``""``, and an alert, where its form has no more to give."""
        ids = self._ids[venue]
        try:
            return ids.next_unseen() if is_unseen else ids.next()
        except IdsExhausted as error:
            self._watch.alert("ids_exhausted", utc_ns, venue=venue, text=str(error))
            return ""

    # What venues say

    def on_venue_report(self, venue: str, report: Report, now_ns: int, utc_ns: int) -> None:
        """Book a report and pass it on; one that answers a mass cancel refuses it."""
        if self._stages.is_on:
            self._stages.mark(_REPORT_DECODE)
        if self.mass_cancels.sent:
            if self.end_one_by_one(venue, report.cl_ord_id, f"refused: {report.text}", now_ns, utc_ns):
                return
        sent_ns = self._due.answered(venue, report.cl_ord_id)
        if sent_ns is not None:
            self._counters.answered(venue, now_ns - sent_ns)
            if self.routing is not None:
                self.routing.history.note_ack(venue, now_ns - sent_ns)
        outcome = self.ledger.apply(venue, report, utc_ns)
        if self._stages.is_on:
            self._stages.mark(_REPORT_BOOK)
        self._settle(venue, outcome, report.cl_ord_id, now_ns, utc_ns)
        if self._stages.is_on:
            self._stages.mark(_REPORT_ENCODE)
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
        self._due.answered(order.venue, venue_cl_ord_id)
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
        self._due.request_sent(order.venue, sent.cl_ord_id, now_ns)
        session.cancel(sent, order.terms, now_ns, utc_ns)

    def end_one_by_one(self, venue: str, venue_cl_ord_id: str, text: str, now_ns: int, utc_ns: int) -> bool:
        """Cancel what a mass cancel was to end and has not; return False where the id is none's."""
        ended: bool = self.mass_cancels.end_one_by_one(venue, venue_cl_ord_id, text, now_ns, utc_ns)
        return ended

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
