"""Be what the order path asks about routes: whether an order takes one, and whose child an order is."""

from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.routing.history import VenueHistory
from fairlead.gateway.routing.parent_requests import ParentRequests
from fairlead.gateway.routing.router import Router, RoutingDesk


class Routing:
    """Join the router, the requests about parents and what is learnt; the order path calls this and nothing below."""

    def __init__(self, desk: RoutingDesk, router: Router, history: VenueHistory) -> None:
        self.router = router
        self.history = history
        self.requests = ParentRequests(desk, router)
        self._desk = desk
        self._book = router.book

    def takes_order(self, strategy: str, request: NewOrder, name: str, now_ns: int, utc_ns: int) -> bool:
        """Run an order whose destination is a route; return False where it is none."""
        route = self.router.routes.get(name)
        if route is None:
            return False
        self.router.new_parent(strategy, request, route, now_ns, utc_ns)
        return True

    def note_direct(self, order: Order, by: str, utc_ns: int) -> None:
        """Record where an order went that named no route; ``by`` tells what named the venue."""
        facts = {
            "order_id": order.order_id,
            "strategy": order.strategy,
            "cl_ord_id": order.cl_ord_id,
            "symbol": order.symbol,
            "venue": order.venue,
            "by": by,
        }
        self._book.note_direct(facts, utc_ns)

    def takes_report(self, report: Report, now_ns: int, utc_ns: int) -> bool:
        """Take a report on a child; return False where the order is a strategy's own."""
        if not self._book.has_children:
            return False
        order = self._desk.ledger.find_by_order_id(report.order_id)
        found = None if order is None else self._book.parent_of(order)
        if found is None:
            return False
        self.router.on_child_report(*found, report, now_ns, utc_ns)
        return True

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy has used an id for a parent, or for a request about one."""
        return self._book.find(strategy, cl_ord_id) is not None

    def is_child(self, order: Order) -> bool:
        """Tell whether an order is a parent's child: no strategy knows it."""
        return self._book.parent_of(order) is not None

    def own_orders(self, orders: list[Order]) -> list[Order]:
        """Return those of a list that are strategies' own."""
        return [order for order in orders if not self.is_child(order)] if self._book.has_children else orders

    def note_end_wanted(self, order: Order, cause: str, now_ns: int, utc_ns: int) -> None:
        """Note that an order is to end for a cause of our own: with a child ends its parent, unless that wanted it."""
        found = self._book.parent_of(order)
        if found is None:
            return
        parent, _ = found
        if parent.is_ended or parent.is_stopping or parent.is_moving:
            return
        self._book.begin_end(parent, cause, utc_ns)
        self.router.end_children(parent, cause, now_ns, utc_ns, but=order)
