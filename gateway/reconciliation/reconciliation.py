"""Account for each open order of a venue after every break, before strategies may trade there again.

When a venue comes back, its open orders are in doubt: the ledger says so. Here they are asked for, found in what the
venue repeats, or handed to a person; until then the venue's gate is closed. How doubt begins and ends is the ledger's:
a gate only waits for it, so that a restart finds the same question. Nothing is booked that no venue has said.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import structlog

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import QUARANTINED, Outcome
from fairlead.gateway.reconciliation.breaks import Break, BreakQueue
from fairlead.gateway.reconciliation.gate import Gate, VenueGates
from fairlead.gateway.reconciliation.order_breaks import AGREES, OrderBreaks
from fairlead.gateway.reconciliation.policy import VenuePolicy
from fairlead.gateway.reconciliation.status_questions import StatusQuestions, ask_status

log = structlog.get_logger()

Recorder = Callable[[dict[str, Any], int], object]
SWEEP_NS: Final = 1_000_000_000
"""How often closed gates are looked at for what no report tells: a request given up, a break that a person ended."""
DEFAULT_POLICY: Final = VenuePolicy()


class OwnOrders(Protocol):
    """What the order path does at the request of reconciliation."""

    def refuse_leftovers(self, order: Order, now_ns: int, utc_ns: int) -> None:
        """Refuse what is in flight for an ended order where the venue's silence says so."""


def _nothing(*_: Any) -> None:
    """Record nothing: of a path without a journal."""


class Reconciliation:
    """Keep gates, status questions and breaks about orders.

    ``policies`` are by venue. ``record(decision, utc_ns)`` writes to the journal. ``serve`` must have been called.
    """

    def __init__(
        self,
        ledger: Ledger,
        watch: OrderWatch,
        policies: Mapping[str, VenuePolicy] | None = None,
        breaks: BreakQueue | None = None,
        record: Recorder = _nothing,
    ) -> None:
        self.gates = VenueGates()
        self.breaks = breaks or BreakQueue(_nothing, 0)
        self.order_breaks = OrderBreaks(self.breaks)
        self.order_breaks.restore()
        self.trade_listeners: list[Callable[[str, Report, Outcome, int, int], object]] = []
        """Told of each venue report that was booked: drop copies compare."""
        self._ledger = ledger
        self._watch = watch
        self._policies = dict(policies or {})
        self._record = record
        self.venues: Mapping[str, VenueSession] = {}
        self._orders: OwnOrders | None = None
        self._gates: dict[str, Gate] = {}
        self._questions: dict[str, StatusQuestions] = {}
        self._next_sweep_ns = 0
        self.breaks.listeners.append(self._break_ended)

    def serve(self, venues: Mapping[str, VenueSession], orders: OwnOrders) -> None:
        """Work for an order path and its venues; the mapping may still grow."""
        self.venues = venues
        self._orders = orders

    def gate(self, venue: str) -> Gate | None:
        """Return a venue's gate, None where it is open or the venue is away."""
        return self._gates.get(venue)

    # What venues do

    def venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Close the gate, and ask for every order in doubt."""
        session = self.venues[venue]
        capabilities = session.capabilities
        if capabilities.replays_reports:
            self._ledger.mark_caught_up(venue, utc_ns)
            self._expect_answers(venue, now_ns, utc_ns)
        in_doubt = self._ledger.orders_in_doubt(venue)
        questions = StatusQuestions(session, self._policy(venue), self._ledger.next_exec_id)
        self._questions[venue] = questions
        if capabilities.order_status or capabilities.mass_status:
            waiting, silent = in_doubt, []
        else:
            # what was sent again, or may still prove lost, is spoken of by the venue or settled by its silence
            silent = [order for order in in_doubt if not (capabilities.replays_reports and order.requests)]
            waiting = [order for order in self._ledger.open_orders(venue=venue) if order.requests]
            waiting = waiting if capabilities.replays_reports else []
        if in_doubt and not capabilities.order_status and not capabilities.mass_status:
            order_ids = [order.order_id for order in in_doubt]
            self._watch.alert("orders_in_doubt", utc_ns, venue=venue, order_ids=order_ids, text="ask the venue")
        self._close(Gate(venue, waiting, silent, utc_ns), utc_ns)
        for order in silent:
            self.order_breaks.note_unanswered(order, "the venue can't be asked how the order stands", utc_ns)
        if waiting and capabilities.mass_status and (len(waiting) > 1 or not capabilities.order_status):
            questions.ask_for_all(now_ns, utc_ns)
        elif capabilities.order_status:
            questions.ask(waiting)
            questions.send(now_ns, utc_ns)
        self._look_at(venue, now_ns, utc_ns)

    def _expect_answers(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Wait for what is unanswered after all was repeated; for an ended order nothing will come any more."""
        for request in self._ledger.requests_in_flight(venue):
            if not request.order.is_ended:
                self._watch.request_sent(venue, request.venue_cl_ord_id, now_ns)
            elif self._orders is not None:
                self._orders.refuse_leftovers(request.order, now_ns, utc_ns)

    def venue_down(self, venue: str, utc_ns: int) -> list[Order]:
        """Put the venue's open orders in doubt and return them; what was asked is asked anew when it is back."""
        self._gates.pop(venue, None)
        self._questions.pop(venue, None)
        self.gates.closed.pop(venue, None)
        in_doubt: list[Order] = self._ledger.mark_in_doubt(venue, utc_ns)
        return in_doubt

    def venue_event(self, venue: str, event: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> bool:
        """Take what an adapter tells besides reports; return False where nobody else need hear of it."""
        questions = self._questions.get(venue)
        if event == "request_not_resent":
            self._ledger.mark_request_in_doubt(venue, cl_ord_id, utc_ns)
            self._doubt(venue, cl_ord_id, now_ns, utc_ns)
        elif event == "reports_lost":
            self._ledger.mark_reports_lost(venue, utc_ns)
        elif event == "request_resent":
            self._ledger.mark_request_resent(venue, cl_ord_id, utc_ns)
        elif questions is None:
            return True
        elif event == "status_refused" and questions.is_asking:
            questions.note_refused()
            return False
        elif event in ("status_complete", "status_refused") and cl_ord_id == questions.mass_request_id:
            self._ask_for_the_rest(venue, questions, now_ns, utc_ns)
        return True

    def _doubt(self, venue: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        """Close the gate again for an order whose request the venue turns out to have missed."""
        session, questions = self.venues.get(venue), self._questions.get(venue)
        order = self._ledger.find_by_venue_id(venue, cl_ord_id)
        if session is None or questions is None or order is None or not order.is_unknown or not session.is_up:
            return
        gate = self._gates.get(venue)
        if gate is None:
            self._close(Gate(venue, [order], [], utc_ns), utc_ns)
        else:
            gate.add(order)
        if session.capabilities.order_status:
            # the adapter has asked already, with the terms of the very message that was not repeated
            questions.expect(order, now_ns)
        self._look_at(venue, now_ns, utc_ns)

    def _ask_for_the_rest(self, venue: str, questions: StatusQuestions, now_ns: int, utc_ns: int) -> None:
        """Ask one by one for what the answer to the question for all has left out: it may have ended meanwhile."""
        questions.finish_mass()
        gate, session = self._gates.get(venue), self.venues[venue]
        if gate is None:
            return
        left = list(gate.waiting.values())
        if session.capabilities.order_status:
            questions.ask(left)
            questions.send(now_ns, utc_ns)
            return
        for order in left:
            self._give_up(gate, order, "the venue's list of open orders does not have it", utc_ns)
        self._look_at(venue, now_ns, utc_ns)

    # What venues say

    def is_concerned(self, outcome: Outcome) -> bool:
        """Tell whether ``take`` has to see a report: cheap, asked for each one."""
        if self._gates or outcome.discrepancies or self.order_breaks.concerned or self.trade_listeners:
            return True
        return bool(outcome.verdict == QUARANTINED)

    def take(self, venue: str, said: Report, outcome: Outcome, now_ns: int, utc_ns: int) -> None:
        """Look at a report that the ledger has taken: does it account for an order, does it contradict the books."""
        self.order_breaks.take(venue, said, outcome, now_ns, utc_ns)
        order, gate = outcome.order, self._gates.get(venue)
        if order is not None and gate is not None and order.order_id in gate and outcome.verdict != QUARANTINED:
            questions = self._questions[venue]
            if self._is_accounted(gate, order):
                questions.answered(order.order_id)
                gate.account(order.order_id)
                self._look_at(venue, now_ns, utc_ns)
            elif order.is_unknown and not said.poss_dup:
                questions.answered(order.order_id)
                if self.order_breaks.has_open(order):
                    gate.dispute(order)
                else:  # a person has resolved just this
                    gate.account(order.order_id)
                self._look_at(venue, now_ns, utc_ns)
        for tell in self.trade_listeners:
            tell(venue, said, outcome, now_ns, utc_ns)

    # What does not happen

    def ask_status(self, order: Order, now_ns: int, utc_ns: int) -> None:
        """Ask an order's venue how it stands."""
        ask_status(self.venues[order.venue], order, self._ledger.next_exec_id(), now_ns, utc_ns)

    def note_unanswered(self, order: Order, text: str, now_ns: int, utc_ns: int) -> None:
        """Note that nothing is to be had from an order's venue about it or about what is in flight for it."""
        self.order_breaks.note_unanswered(order, text, utc_ns)
        gate = self._gates.get(order.venue)
        if gate is not None and order.order_id in gate:
            gate.give_up(order)
            self._look_at(order.venue, now_ns, utc_ns)

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Ask on, take silence for what it is, and look at gates that are closed."""
        for venue, questions in list(self._questions.items()):
            overdue = questions.tick(now_ns, utc_ns)
            if overdue.mass_unanswered:
                self._watch.alert(
                    "answer_overdue", utc_ns, venue=venue, text="no answer to the question for all orders"
                )
                self._ask_for_the_rest(venue, questions, now_ns, utc_ns)
            for order, times in overdue.repeated:
                self._watch.alert("answer_overdue", utc_ns, **_names(order), times=times)
            for order in overdue.silent:
                self._watch.alert("answer_missing", utc_ns, **_names(order), text="ask the venue")
                self.note_unanswered(order, "the venue does not answer how the order stands", now_ns, utc_ns)
        if self._gates and now_ns >= self._next_sweep_ns:
            self._next_sweep_ns = now_ns + SWEEP_NS
            for venue in list(self._gates):
                self._sweep(venue, now_ns, utc_ns)

    def _sweep(self, venue: str, now_ns: int, utc_ns: int) -> None:
        gate = self._gates[venue]
        for order in gate.unaccounted:
            if self._is_accounted(gate, order):
                self._questions[venue].answered(order.order_id)
                gate.account(order.order_id)
                self.order_breaks.settle(order, "its requests are settled", now_ns, utc_ns)
        self._look_at(venue, now_ns, utc_ns)

    # The gate

    def open_gate(self, venue: str, by: str, reason: str, utc_ns: int) -> int:
        """Open a gate by a person's decision; return how many orders are not accounted for. Raises ValueError."""
        gate = self._gates.get(venue)
        if gate is None:
            raise ValueError(f"venue {venue!r} received, expected one whose gate is closed")
        count = len(gate.unaccounted)
        self._open(gate, f"opened by {by}: {reason}", utc_ns)
        return count

    def _policy(self, venue: str) -> VenuePolicy:
        return self._policies.get(venue, DEFAULT_POLICY)

    def _is_accounted(self, gate: Gate, order: Order) -> bool:
        """Tell whether the venue has spoken of an order, and of what was in flight for it when the link broke."""
        if order.is_unknown:
            return False
        if not self.venues[gate.venue].capabilities.replays_reports:
            return True
        return all(request.utc_ns >= gate.since_utc_ns for request in order.requests)

    def _give_up(self, gate: Gate, order: Order, text: str, utc_ns: int) -> None:
        self.order_breaks.note_unanswered(order, text, utc_ns)
        gate.give_up(order)

    def _close(self, gate: Gate, utc_ns: int) -> None:
        if not gate.total:
            return
        self._gates[gate.venue] = gate
        self.gates.closed[gate.venue] = str(gate)
        self._tell("gate_closed", gate, "", utc_ns)

    def _look_at(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Open the gate where nothing is left to wait for; tell a person where something is left all the same."""
        gate = self._gates.get(venue)
        if gate is None:
            return
        left = gate.unaccounted
        if not left:
            self._open(gate, "all orders are accounted for", utc_ns)
        elif gate.waiting or gate.is_stuck:
            self.gates.closed[venue] = str(gate)
        elif self._policy(venue).is_required:
            gate.is_stuck = True
            self.gates.closed[venue] = str(gate)
            order_ids = [order.order_id for order in left]
            text = "see `fairlead breaks list`; `fairlead breaks open-gate` opens the gate all the same"
            self._watch.alert("venue_stays_closed", utc_ns, venue=venue, order_ids=order_ids, text=text)
        else:
            order_ids = [order.order_id for order in left]
            text = "its configuration says best_effort"
            self._watch.alert("venue_opened_unreconciled", utc_ns, venue=venue, order_ids=order_ids, text=text)
            self._open(gate, text, utc_ns)

    def _open(self, gate: Gate, why: str, utc_ns: int) -> None:
        del self._gates[gate.venue]
        del self.gates.closed[gate.venue]
        self._tell("gate_opened", gate, why, utc_ns)

    def _tell(self, event: str, gate: Gate, why: str, utc_ns: int) -> None:
        fields = {"venue": gate.venue, "orders": gate.total, "unaccounted": len(gate.unaccounted), "text": why}
        log.info(event, **fields)
        self._record({"event": event, **fields}, utc_ns)

    def _break_ended(self, ended: Break, now_ns: int, utc_ns: int) -> None:
        """Count an order as accounted for once a person has resolved all that was said against it."""
        gate = self._gates.get(ended.facts.venue)
        if gate is None or ended.facts.kind not in AGREES:
            return
        for order_id in ended.facts.order_ids:
            order = gate.disputed.get(order_id) or gate.silent.get(order_id)
            if order is not None and not self.order_breaks.has_open(order):
                gate.account(order_id)
        self._look_at(gate.venue, now_ns, utc_ns)


def _names(order: Order) -> dict[str, str]:
    return {"venue": order.venue, "venue_cl_ord_id": order.venue_cl_ord_id, "order_id": order.order_id}
