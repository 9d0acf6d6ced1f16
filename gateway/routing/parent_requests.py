"""Answer what a strategy asks about its orders on routes: cancel, replace, status, mass cancel."""

from typing import Final

from fairlead.adapters.capabilities_check import check_restated
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Refusal
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, ReplaceOrder, StatusRequest
from fairlead.gateway.risk.request_checks_cy import check_cl_ord_id
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.routing import parent_reports
from fairlead.gateway.routing.parent import Parent
from fairlead.gateway.routing.router import Router, RoutingDesk
from fairlead.gateway.routing.survey import child_order

CAUSE: Final = "canceled by its strategy"
_UNCHANGED: Final = ("stop_px", "min_qty", "max_floor", "expire_time_ns")
_CODES: Final = ("ord_type", "time_in_force")


class ParentRequests:
    """Take the requests that name a parent; each method that returns a bool says whether the request did."""

    def __init__(self, desk: RoutingDesk, router: Router) -> None:
        self._desk = desk
        self._router = router
        self._book = router.book

    # Cancel

    def cancel(self, strategy: str, request: CancelOrder, is_duplicate: bool, now_ns: int, utc_ns: int) -> bool:
        """End a parent: its children are cancelled, and it ends when all of them are confirmed dead."""
        parent = self._book.find(strategy, request.orig_cl_ord_id)
        if parent is None:
            return False
        refused = self._judge(request, parent, is_duplicate)
        if refused is not None:
            self._refuse(parent, request, refused, now_ns, utc_ns)
            return True
        self._book.begin_cancel(parent, request, utc_ns)
        self._router.end_children(parent, CAUSE, now_ns, utc_ns)
        self._router.proceed(parent, now_ns, utc_ns)
        return True

    def _judge(self, request: CancelOrder | ReplaceOrder, parent: Parent, is_duplicate: bool) -> Refused | None:
        malformed = check_cl_ord_id(request.cl_ord_id)
        if malformed is not None:
            return malformed
        if is_duplicate:
            text = f"ClOrdID {request.cl_ord_id} was used before, expected a new one"
            return Refused(Refusal.DUPLICATE_CL_ORD_ID, text, value=request.cl_ord_id)
        if parent.is_ended:
            return Refused(Refusal.TOO_LATE, "the order has ended")
        if parent.cancel is not None:
            return Refused(Refusal.PENDING, f"cancel {parent.cancel.cl_ord_id} is in flight for this order")
        return None

    # Replace

    def replace(self, strategy: str, request: ReplaceOrder, is_duplicate: bool, now_ns: int, utc_ns: int) -> bool:
        """Change a parent's quantity or price: its children are cancelled first, then what is left goes out anew."""
        parent = self._book.find(strategy, request.orig_cl_ord_id)
        if parent is None:
            return False
        refused = self._judge(request, parent, is_duplicate) or self._judge_terms(parent, request, now_ns, utc_ns)
        if refused is not None:
            self._refuse(parent, request, refused, now_ns, utc_ns)
            return True
        self._book.begin_replace(parent, request, utc_ns)
        self._router.end_children(parent, "its parent is replaced", now_ns, utc_ns)
        self._router.proceed(parent, now_ns, utc_ns)
        return True

    def _judge_terms(self, parent: Parent, request: ReplaceOrder, now_ns: int, utc_ns: int) -> Refused | None:
        if parent.replace is not None:
            return Refused(Refusal.PENDING, f"replace {parent.replace.cl_ord_id} is in flight for this order")
        if parent.ending:
            return Refused(Refusal.TOO_LATE, f"the order is being ended: {parent.ending}")
        text = self._why_not(parent, request)
        if text:
            return Refused(Refusal.UNSUPPORTED, f"route {parent.route}: {text}", value=request.cl_ord_id)
        if request.order_qty != ABSENT and request.order_qty < parent.cum_qty:
            value, limit = fixed_to_str(request.order_qty), fixed_to_str(parent.cum_qty)
            text = f"OrderQty is {value}, expected at least the {limit} executed already"
            return Refused(Refusal.INVALID_QUANTITY, text, limit, value)
        quantity = parent.order_qty if request.order_qty == ABSENT else request.order_qty
        price = parent.limit if request.price == ABSENT else request.price
        venue = next((child.venue for child in parent.live_children()), "")
        # what is left of it under the new terms is a new order to the checks, with an id of ours
        rest = quantity - parent.cum_qty or quantity
        whole = child_order(parent, request.cl_ord_id, rest, price, int(parent.request.time_in_force), False)
        return self._desk.check_whole(parent.strategy, whole, venue, now_ns, utc_ns, False) if venue else None

    def _why_not(self, parent: Parent, request: ReplaceOrder) -> str:
        """Return what of a replace no route carries."""
        held = parent.request
        route = self._router.routes.get(parent.route)
        if route is None or route.is_immediate(held):
            return "an order that rests nowhere is not replaced: cancel it"
        restated = check_restated(request, held)
        if restated:
            return restated
        for name in (*_UNCHANGED, *_CODES):
            given = getattr(request, name)
            if given not in (ABSENT, 0, getattr(held, name)):
                return f"a new {name} received, expected a new order_qty or price alone"
        if request.price != ABSENT and held.ord_type == OrdType.MARKET:
            return "a price received, a market order has none"
        return ""

    def _refuse(
        self, parent: Parent, request: CancelOrder | ReplaceOrder, refused: Refused, now_ns: int, utc_ns: int
    ) -> None:
        exec_id = self._desk.ledger.next_exec_id()
        report = parent_reports.request_refused(parent, request, refused, exec_id, utc_ns)
        self._desk.deliver(parent.strategy, report, now_ns, utc_ns)

    # Status

    def request_status(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> bool:
        """Tell how a parent stands."""
        parent = self._book.find(strategy, request.cl_ord_id) or self._book.parents.get(request.order_id)
        if parent is None or parent.strategy != strategy:
            return False
        self._tell_status(parent, request, now_ns, utc_ns)
        return True

    def tell_all(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        """Tell how each open parent in a status request's scope stands."""
        for parent in self._in_scope(strategy, request.venue, "", request.symbol, request.side):
            self._tell_status(parent, request, now_ns, utc_ns)

    def _tell_status(self, parent: Parent, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        report = parent_reports.status(parent, request, self._desk.ledger.next_exec_id(), utc_ns)
        self._desk.deliver(parent.strategy, report, now_ns, utc_ns)

    # Mass cancel

    def mass_cancel(self, strategy: str, request: MassCancel, cause: str, now_ns: int, utc_ns: int) -> int:
        """End each parent in scope; return how many there were."""
        scope = self._in_scope(strategy, request.venue, request.account, request.symbol, request.side)
        for parent in scope:
            if not parent.ending:
                self._book.begin_end(parent, cause, utc_ns)
            self._router.end_children(parent, cause, now_ns, utc_ns)
            self._router.proceed(parent, now_ns, utc_ns)
        return len(scope)

    def _in_scope(self, strategy: str, venue: str, account: str, symbol: str, side: int) -> list[Parent]:
        """Return open parents; a venue means those sent to it as a route, and those with a child there."""
        return [
            parent
            for parent in self._book.live()
            if parent.strategy == strategy
            and account in ("", parent.account)
            and symbol in ("", parent.symbol)
            and side in (0, parent.side)
            and (venue in ("", parent.route) or any(child.venue == venue for child in parent.live_children()))
        ]
