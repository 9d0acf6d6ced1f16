"""Act on what did not happen in time: a venue that does not answer, a strategy that does not return."""

from typing import Final

from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch

MAX_ASKED: Final = 3
"""Status requests for one silent request, after which a person is needed."""


class PathKeeper:
    """Ask the venue about unanswered requests, then escalate; cancel for strategies that stay away."""

    def __init__(self, path: OrderPath, watch: OrderWatch) -> None:
        self._path = path
        self._watch = watch

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look at every deadline."""
        self._watch.tick(self, now_ns, utc_ns)

    def answer_overdue(self, venue: str, venue_cl_ord_id: str, times: int, now_ns: int, utc_ns: int) -> bool:
        """Ask for the order's status and return True; after ``MAX_ASKED`` times escalate and return False."""
        order = self._path.ledger.find_by_venue_id(venue, venue_cl_ord_id)
        session = self._path.venues.get(venue)
        if order is None or session is None or not session.is_up:
            return False
        is_in_flight = any(request.venue_cl_ord_id == venue_cl_ord_id for request in order.requests)
        if not is_in_flight and not order.is_unknown:
            return False
        known = {"venue": venue, "venue_cl_ord_id": venue_cl_ord_id, "order_id": order.order_id}
        if times > MAX_ASKED or not session.capabilities.order_status:
            self._watch.alert("answer_missing", utc_ns, **known, text="ask the venue")
            return False
        self._watch.alert("answer_overdue", utc_ns, **known, times=times)
        self._path.ask_status(order, session, now_ns, utc_ns)
        return True

    def strategy_stays_away(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        """Cancel the orders of a strategy that did not come back."""
        count = self._path.cancel_all(strategy, "strategy did not come back", now_ns, utc_ns)
        self._watch.alert("strategy_stays_away", utc_ns, strategy=strategy, orders=count)
