"""Act on what did not happen in time: a venue that does not answer, a strategy that does not return."""

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import RequestKind
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.order_cy import Order, Request
from fairlead.gateway.reconciliation.status_questions import MAX_ASKED

__all__ = ["MAX_ASKED", "PathKeeper"]


class PathKeeper:
    """Ask the venue about unanswered requests, then escalate; cancel for strategies that stay away."""

    def __init__(self, path: OrderPath, watch: OrderWatch) -> None:
        self._path = path
        self._watch = watch

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look at every deadline."""
        self._watch.tick(self, now_ns, utc_ns)
        self._path.reconciliation.tick(now_ns, utc_ns)
        if self._path.routing is not None:
            self._path.routing.router.tick(now_ns, utc_ns)

    def answer_overdue(self, venue: str, venue_cl_ord_id: str, times: int, now_ns: int, utc_ns: int) -> bool:
        """Ask for the order's status and return True; after ``MAX_ASKED`` times escalate and return False.

        A venue that answers no such question is taken at its silence, at once.
        """
        if self._path.end_one_by_one(venue, venue_cl_ord_id, "not ended in time", now_ns, utc_ns):
            return False
        order = self._path.ledger.find_by_venue_id(venue, venue_cl_ord_id)
        session = self._path.venues.get(venue)
        if order is None or session is None or not session.is_up:
            return False
        request = next((each for each in order.requests if each.venue_cl_ord_id == venue_cl_ord_id), None)
        if request is None:
            return False
        if not session.capabilities.order_status:
            self._take_silence(order, request, session, now_ns, utc_ns)
            return False
        known = {"venue": venue, "venue_cl_ord_id": venue_cl_ord_id, "order_id": order.order_id}
        if times > MAX_ASKED:
            self._watch.alert("answer_missing", utc_ns, **known, text="ask the venue")
            self._path.reconciliation.note_unanswered(order, _unanswered(request), now_ns, utc_ns)
            return False
        self._watch.alert("answer_overdue", utc_ns, **known, times=times)
        self._path.reconciliation.ask_status(order, now_ns, utc_ns)
        return True

    def _take_silence(self, order: Order, request: Request, session: VenueSession, now_ns: int, utc_ns: int) -> None:
        """Settle what a venue without status questions left unanswered.

        A request of before a break, of which all that the venue repeated since shows no trace, never reached it. Any
        other silence leaves the order in doubt: the strategy is told, and a person. No fill or end is invented.
        """
        has_all = request.utc_ns > self._path.ledger.reports_lost_utc_ns(order.venue)
        if request.is_unknown and session.capabilities.replays_reports and has_all:
            text = "the venue never had it: nothing that it repeated after the break speaks of it"
            self._path.give_up(order, request.venue_cl_ord_id, text, now_ns, utc_ns)
            self._path.ledger.mark_caught_up(order.venue, utc_ns)
            return
        text = f"in doubt: {_unanswered(request)}"
        known = {"venue": order.venue, "venue_cl_ord_id": request.venue_cl_ord_id, "order_id": order.order_id}
        self._watch.alert("answer_missing", utc_ns, **known, text="ask the venue")
        self._path.doubt(order, request.venue_cl_ord_id, text, now_ns, utc_ns)
        self._path.reconciliation.note_unanswered(order, _unanswered(request), now_ns, utc_ns)

    def strategy_stays_away(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        """Cancel the orders of a strategy that did not come back."""
        count = self._path.end_for_absence(strategy, "strategy did not come back", now_ns, utc_ns)
        self._watch.alert("strategy_stays_away", utc_ns, strategy=strategy, orders=count)


def _unanswered(request: Request) -> str:
    return f"the venue has not answered {RequestKind(request.kind).name.lower()} {request.cl_ord_id}"
