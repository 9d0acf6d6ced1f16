"""Send orders that name a route: decide, send children, follow them, and decide again when they have ended.

What a strategy sees is the parent. Its children are orders like any other to the checks, the ledger and the venues.
Nothing here waits: a parent lives only as long as a child of it may live, or ends in the same turn.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, Refusal, ReportKind
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.routing import parent_reports
from fairlead.gateway.routing.decision import decide
from fairlead.gateway.routing.history import POST, TAKE
from fairlead.gateway.routing.parent import Child, Parent, Swept
from fairlead.gateway.routing.parent_book import ParentBook
from fairlead.gateway.routing.question import POST_AND_ROTATE, SWEEP, Answer, ChildWanted, Question
from fairlead.gateway.routing.routes import Route
from fairlead.gateway.routing.survey import Desk, Survey, child_order

LOOK_EVERY_NS: Final = 250_000_000
"""How often it is looked whether an order that rests should move."""
EXECUTIONS: Final = frozenset((ReportKind.FILLED, ReportKind.TRADE_BUSTED, ReportKind.TRADE_CORRECTED))
OWN_FAULTS: Final = frozenset(
    (
        Refusal.STOPPING,
        Refusal.MALFORMED,
        Refusal.DUPLICATE_CL_ORD_ID,
        Refusal.INVALID_QUANTITY,
        Refusal.INVALID_PRICE,
        Refusal.KILL_SWITCH,
        Refusal.NO_LIMITS,
        Refusal.RESTRICTED,
        Refusal.SHORT_SALE,
        Refusal.MAX_QUANTITY,
        Refusal.MAX_NOTIONAL,
        Refusal.PRICE_COLLAR,
        Refusal.DUPLICATE_ORDER,
        Refusal.REPEATED_EXECUTION,
        Refusal.MESSAGE_RATE,
        Refusal.OPEN_ORDERS,
        Refusal.POSITION,
        Refusal.CREDIT,
        Refusal.CAPITAL,
        Refusal.SELF_MATCH,
    )
)
"""Refusals that speak of the order itself: told as such where no venue can take it. The rest speaks of a venue."""


class RoutingDesk(Desk, Protocol):
    """What the router asks the order path."""

    @property
    def ledger(self) -> Ledger:
        """Return the books."""

    @property
    def identities(self) -> dict[str, StrategyIdentity]:
        """Return the strategies by name."""

    def check_whole(
        self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int, is_entry: bool
    ) -> Refused | None:
        """Return why a parent as a whole is refused, told and counted like any refusal; where it is not, note it."""

    def place(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Order | Refused:
        """Check, book and send an order."""

    def end_order(self, order: Order, cause: str, now_ns: int, utc_ns: int) -> None:
        """Cancel an order for a cause of our own, whatever it takes."""

    def deliver(self, strategy: str, report: Report, now_ns: int, utc_ns: int) -> None:
        """Send a report to its strategy."""

    def refuse_new(self, strategy: str, request: NewOrder, refused: Refused, now_ns: int, utc_ns: int) -> None:
        """Tell a strategy that its order was not taken."""

    def alert(self, event: str, utc_ns: int, **fields: Any) -> None:
        """Tell people."""


class Router:
    """Hold the routes and run their parents."""

    def __init__(self, desk: RoutingDesk, routes: Mapping[str, Route], survey: Survey, book: ParentBook) -> None:
        self.routes = dict(routes)
        self.book = book
        self._desk = desk
        self._survey = survey

    # A new order

    def new_parent(self, strategy: str, request: NewOrder, route: Route, now_ns: int, utc_ns: int) -> None:
        """Take an order, or refuse it as any order is refused; its first children go out at once."""
        refused = self._refused_unseen(request, route)
        if refused is None:
            account = request.account or self._desk.identities[strategy].default_account
            parent = Parent(self.book.next_id(), strategy, account, route.name, request)
            question = self._survey.ask(parent, route, request.order_qty, now_ns, utc_ns)
            answer = decide(question)
            refused = self._refused_whole(parent, question, answer, now_ns, utc_ns)
        if refused is not None:
            self._desk.refuse_new(strategy, request, refused, now_ns, utc_ns)
            return
        self.book.open(parent, utc_ns)
        self._tell(parent, parent_reports.accepted(parent, self._exec_id(), utc_ns), now_ns, utc_ns)
        self._send(parent, question, answer, "new", now_ns, utc_ns)
        self.proceed(parent, now_ns, utc_ns)

    def _refused_unseen(self, request: NewOrder, route: Route) -> Refused | None:
        """Judge what needs no look at the market."""
        if request.symbol not in self._desk.instruments:
            text = f"symbol {request.symbol!r} received, expected an instrument of this gateway"
            return Refused(Refusal.UNKNOWN_SYMBOL, text, value=request.symbol)
        text = route.why_not(request)
        if not text and request.price == ABSENT and not route.is_immediate(request):
            return Refused(Refusal.INVALID_PRICE, f"route {route.name}: no Price given, a limit order needs one")
        return Refused(Refusal.UNSUPPORTED, text, value=request.venue) if text else None

    def _refused_whole(
        self, parent: Parent, question: Question, answer: Answer, now_ns: int, utc_ns: int
    ) -> Refused | None:
        """Judge the order as a whole, as if all of it went to the first choice; children are judged one by one too."""
        venue = answer.children[0].venue if answer.children else question.venues[0].venue if question.venues else ""
        refused = None
        if answer.limit != ABSENT:
            qty, tif = parent.order_qty, answer.children[0].time_in_force if answer.children else question.time_in_force
            whole = child_order(parent, parent.cl_ord_id, qty, answer.limit, tif, False)
            refused = self._desk.check_whole(parent.strategy, whole, venue, now_ns, utc_ns, bool(answer.children))
        if answer.children or (refused is not None and refused.refusal in OWN_FAULTS):
            return refused
        self.book.note_decision(self._facts(parent, question, answer, "new", []), utc_ns)
        return Refused(Refusal.NO_ROUTE, f"route {parent.route}: no venue takes it: {answer.text}", value=parent.route)

    # Children

    def _send(self, parent: Parent, question: Question, answer: Answer, why: str, now_ns: int, utc_ns: int) -> None:
        parent.number += 1
        parent.limit = answer.limit
        parent.is_moving = parent.goes_on = False
        ids = [f"{parent.order_id}-{parent.number}.{at}" for at in range(1, len(answer.children) + 1)]
        facts = self._facts(parent, question, answer, why, ids)
        self.book.note_decision(facts, utc_ns)
        parent.is_placing = True
        for child_id, wanted in zip(ids, facts["chosen"], strict=True):
            child = Child(child_id, wanted, facts["group"])
            self.book.add_child(parent, child)
            self._place(parent, child, wanted["time_in_force"], wanted["iso"], now_ns, utc_ns)
        for wanted_child in answer.children:
            self._note_taken(parent, question, wanted_child)
        parent.resting_since_ns, parent.look_again_ns = now_ns, now_ns + LOOK_EVERY_NS
        parent.is_placing = False

    def _place(self, parent: Parent, child: Child, time_in_force: int, iso: bool, now_ns: int, utc_ns: int) -> None:
        order = child_order(parent, child.child_id, child.quantity, child.price, time_in_force, iso)
        placed = self._desk.place(parent.strategy, order, child.venue, now_ns, utc_ns)
        if isinstance(placed, Refused):
            child.never_sent()
            parent.refused_at[child.venue] = placed.text
            parent.goes_on = True
            return
        child.follow(placed)

    def _note_taken(self, parent: Parent, question: Question, wanted: ChildWanted) -> None:
        """Remember how far a book was taken: its feed tells that later than the venue answers."""
        if question.kind == SWEEP and wanted.manner == TAKE:
            number = self._survey.top_change_number(parent.symbol, wanted.venue)
            before = parent.swept.get(wanted.venue)
            taken = before.quantity if before is not None and before.top_change_number == number else 0
            parent.swept[wanted.venue] = Swept(number, wanted.price, taken + wanted.quantity)

    def _facts(self, parent: Parent, question: Question, answer: Answer, why: str, ids: list[str]) -> dict[str, Any]:
        """Return what the journal keeps of a decision."""
        return {
            "parent": parent.order_id,
            "strategy": parent.strategy,
            "cl_ord_id": parent.cl_ord_id,
            "symbol": parent.symbol,
            "group": self._desk.instruments[parent.symbol].security_type,
            "route": parent.route,
            "why": why,
            "number": parent.number,
            "limit": answer.limit,
            "seen": question.to_json(),
            "chosen": answer.chosen(),
            "children": ids,
            "text": answer.text,
        }

    def on_child_report(self, parent: Parent, child: Child, report: Report, now_ns: int, utc_ns: int) -> None:
        """Follow a child; its executions go on to the strategy, as the parent's."""
        order = self._desk.ledger.find_by_order_id(report.order_id)
        if order is None:
            return
        had_ended = child.is_ended
        child.follow(order)
        if report.kind in EXECUTIONS:
            self._tell(parent, parent_reports.pass_on(parent, report, child.venue), now_ns, utc_ns)
        elif report.kind == ReportKind.STATUS_REPORT and report.text:
            # what is told of an order in doubt
            told = parent_reports.status(parent, None, self._exec_id(), utc_ns, f"{child.venue}: {report.text}")
            self._tell(parent, told, now_ns, utc_ns)
        if child.is_ended and not had_ended:
            self._note_end(parent, child, order, report, utc_ns)
        self._keep_within(parent, now_ns, utc_ns)
        self.proceed(parent, now_ns, utc_ns)

    def _note_end(self, parent: Parent, child: Child, order: Order, report: Report, utc_ns: int) -> None:
        """Learn from a child's end, and say whether what remains of it is sent again."""
        rejected = order.state == OrdStatus.REJECTED
        tried = min(child.quantity, child.displayed) if child.manner == TAKE else child.quantity
        outcome = {
            "parent": parent.order_id,
            "child": child.child_id,
            "venue": child.venue,
            "manner": child.manner,
            "group": child.group,
            "displayed": child.displayed,
            "tried": max(tried, 1),
            "filled": child.cum_qty,
            "notional": str(child.notional),
            "rejected": rejected,
            "text": report.text,
        }
        self.book.note_outcome(outcome, utc_ns)
        if child.cum_qty < child.quantity and child.venue in parent.swept:
            parent.swept[child.venue].is_spent = True
        parent.last_text = f"{child.venue}: {report.text}" if report.text else ""
        if rejected:
            parent.refused_at[child.venue] = f"it refused child {child.child_id}: {report.text or 'no reason given'}"
        sweeps = self._route_of(parent).kind == SWEEP and child.manner == TAKE
        parent.goes_on = parent.goes_on or rejected or sweeps or parent.is_moving

    def _keep_within(self, parent: Parent, now_ns: int, utc_ns: int) -> None:
        """End what lives beyond the parent: after late fills, or where a venue brings an ended child back."""
        live = parent.live_children()
        too_much = parent.committed_qty > parent.order_qty
        if not live or not (too_much or parent.is_ended) or parent.ending:
            return
        cause = "more than the parent's quantity is committed" if too_much else "its parent has ended"
        self._desk.alert("parent_overcommitted", utc_ns, order_id=parent.order_id, text=cause)
        if not parent.is_ended:
            self.book.begin_end(parent, cause, utc_ns)
        self.end_children(parent, cause, now_ns, utc_ns)

    def end_children(self, parent: Parent, cause: str, now_ns: int, utc_ns: int, but: Order | None = None) -> None:
        """Cancel what lives of a parent, but for the order that somebody else is cancelling."""
        for child in parent.live_children():
            order = self._desk.ledger.find_by_order_id(child.order_id)
            if order is not None and not order.is_ended and order is not but:
                self._desk.end_order(order, cause, now_ns, utc_ns)

    # What comes next

    def proceed(self, parent: Parent, now_ns: int, utc_ns: int) -> None:
        """Do what is to be done now that children have ended; nothing while one may still answer."""
        while not parent.is_ended and not parent.is_placing:
            live = parent.live_children()
            if not live and (parent.cancel is not None or parent.ending):
                self._end(parent, parent.ending, now_ns, utc_ns)
            elif not live and parent.replace is not None:
                self._take_replace(parent, now_ns, utc_ns)
            elif parent.cum_qty >= parent.order_qty and parent.replace is None:
                self._end(parent, "", now_ns, utc_ns)
            elif live and not self._is_all_unknown(parent, live) or not self._go_on(parent, bool(live), now_ns, utc_ns):
                return

    def _is_all_unknown(self, parent: Parent, live: list[Child]) -> bool:
        """Tell whether the parent waits only for children that nobody knows the state of, with something left to send.

        They count as live, so what is sent beside them is what is left if all of them trade.
        """
        return not parent.is_stopping and parent.free_qty > 0 and all(child.is_unknown for child in live)

    def _go_on(self, parent: Parent, has_live: bool, now_ns: int, utc_ns: int) -> bool:
        """Send what remains, or end; return False where it waits for children that nobody knows the state of."""
        route = self._route_of(parent)
        text = parent.last_text
        if parent.goes_on and parent.number >= route.max_decisions:
            text = f"{parent.number} decisions were made for it, the most that route {route.name} makes"
        elif parent.goes_on:
            question = self._survey.ask(parent, route, parent.free_qty, now_ns, utc_ns)
            answer = decide(question)
            if answer.children:
                why = "moved" if parent.is_moving else "residual"
                self._send(parent, question, answer, why, now_ns, utc_ns)
                return True
            text = f"no venue takes the rest: {answer.text}"
            if not has_live:
                parent.number += 1
                self.book.note_decision(self._facts(parent, question, answer, "residual", []), utc_ns)
        if has_live:
            return False
        self._end(parent, text, now_ns, utc_ns)
        return True

    def _take_replace(self, parent: Parent, now_ns: int, utc_ns: int) -> None:
        request = parent.replace
        assert request is not None
        if request.order_qty != ABSENT and request.order_qty < parent.cum_qty:
            text = f"too late: {parent.cum_qty} x 10^-8 were executed by the time its children had ended"
            self.refuse_replace(parent, Refused(Refusal.TOO_LATE, text), now_ns, utc_ns)
            parent.goes_on = True
            return
        self.book.take_replace(parent, utc_ns)
        self._tell(parent, parent_reports.replaced(parent, request, self._exec_id(), utc_ns), now_ns, utc_ns)

    def refuse_replace(self, parent: Parent, refused: Refused, now_ns: int, utc_ns: int) -> None:
        """Tell the strategy that the replace which waited has no effect."""
        request = parent.replace
        assert request is not None
        self.book.keep_terms(parent, utc_ns)
        report = parent_reports.request_refused(parent, request, refused, self._exec_id(), utc_ns)
        self._tell(parent, report, now_ns, utc_ns)

    def _end(self, parent: Parent, text: str, now_ns: int, utc_ns: int) -> None:
        cancel, is_filled = parent.cancel, parent.cum_qty >= parent.order_qty
        if parent.replace is not None:
            self.refuse_replace(parent, Refused(Refusal.TOO_LATE, "the order has ended"), now_ns, utc_ns)
        self.book.end(parent, text, utc_ns)
        if not is_filled:
            report = parent_reports.canceled(parent, cancel, text, self._exec_id(), utc_ns)
            self._tell(parent, report, now_ns, utc_ns)
        elif cancel is not None:
            late = Refused(Refusal.TOO_LATE, "the order has ended (filled)")
            report = parent_reports.request_refused(parent, cancel, late, self._exec_id(), utc_ns)
            self._tell(parent, report, now_ns, utc_ns)

    # Time

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look whether an order that rests would rest better elsewhere."""
        for parent in self.book.live():
            route = self._route_of(parent)
            if route.kind != POST_AND_ROTATE or parent.is_stopping or parent.is_moving or now_ns < parent.look_again_ns:
                continue
            live = parent.live_children()
            if len(live) == 1 and live[0].manner == POST and not live[0].is_unknown and live[0].order_id:
                self._look_elsewhere(parent, route, live[0], now_ns, utc_ns)

    def _look_elsewhere(self, parent: Parent, route: Route, child: Child, now_ns: int, utc_ns: int) -> None:
        parent.look_again_ns = max(now_ns + LOOK_EVERY_NS, parent.resting_since_ns + route.min_rest_ns)
        if now_ns - parent.resting_since_ns < route.min_rest_ns:
            return
        question = self._survey.ask(parent, route, child.leaves_qty, now_ns, utc_ns, resting_at=child.venue)
        answer = decide(question)
        if not answer.children:
            return
        text = f"{answer.children[0].venue} is better than {child.venue}"
        self.book.begin_move(parent, text, utc_ns)
        self.end_children(parent, "moved to another venue", now_ns, utc_ns)

    def resume(self, now_ns: int, utc_ns: int) -> None:
        """Go on after a start: what was to end is cancelled again, what has no child left ends."""
        for parent in self.book.live():
            if parent.is_stopping or parent.is_moving:
                cause = parent.ending or "its parent is to end or to change"
                self.end_children(parent, cause, now_ns, utc_ns)
            parent.resting_since_ns = now_ns
            if not parent.live_children():
                parent.last_text = "the gateway was started anew"
                self.proceed(parent, now_ns, utc_ns)

    def _route_of(self, parent: Parent) -> Route:
        """Return the parent's route; one that was taken out of the configuration sends nothing more."""
        return self.routes.get(parent.route) or Route(parent.route, SWEEP, max_decisions=0)

    def _exec_id(self) -> str:
        exec_id: str = self._desk.ledger.next_exec_id()
        return exec_id

    def _tell(self, parent: Parent, report: Report, now_ns: int, utc_ns: int) -> None:
        self._desk.deliver(parent.strategy, report, now_ns, utc_ns)
