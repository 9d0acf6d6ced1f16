"""Hold an order as the books know it: its terms, its ids on both sides, its requests and its executions.

Records are read-only from outside; only the compiled modules of this package change them. Ids come in pairs: each
request of a strategy has the strategy's ClOrdID and Fairlead's own ClOrdID at the venue, and a ``Request`` joins them.
"""

import cython

from fairlead.codecs.vocabulary.constants import RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder

# What has become of a request.
IN_FLIGHT = 1
ACCEPTED = 2
REFUSED = 3

# OrdStatus and RequestKind codes that this module speaks of.
PENDING_CANCEL = 54
PENDING_REPLACE = 69
PENDING_NEW = 65
CANCEL_ORDER = 2
REPLACE_ORDER = 3

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


class Request:
    """Join a request's ids on both sides and say what has become of it.

    ``kind`` is a RequestKind; ``message`` is the request as the strategy sent it, ``sent`` as the venue got it;
    ``orig_cl_ord_id`` is the strategy's. ``fate`` is IN_FLIGHT, ACCEPTED or REFUSED. ``is_pending`` tells that the
    venue has said "pending", ``is_unknown`` that the link broke while the request was in flight.
    """

    def __init__(
        self,
        order: "Order",
        kind: cython.int,
        number: cython.longlong,
        venue_cl_ord_id: str,
        message: "NewOrder | CancelOrder | ReplaceOrder",
        sent: "NewOrder | CancelOrder | ReplaceOrder",
        utc_ns: cython.longlong,
    ) -> None:
        self.order = order
        self.kind = kind
        self.number = number
        self.cl_ord_id: str = message.cl_ord_id
        self.orig_cl_ord_id = "" if isinstance(message, NewOrder) else message.orig_cl_ord_id
        self.venue_cl_ord_id = venue_cl_ord_id
        self.message = message
        self.sent = sent
        self.utc_ns = utc_ns
        self.fate = IN_FLIGHT
        self.is_pending = False
        self.is_unknown = False

    def __repr__(self) -> str:
        return f"<Request {RequestKind(self.kind).name} {self.cl_ord_id} as {self.venue_cl_ord_id}>"


class Execution:
    """Keep one fill as it stands after corrections.

    ``exec_id`` is the ExecID towards strategies, of the last correction if there was one; ``venue_exec_ids`` are the
    venue's, of the fill and of each correction: a bust may name any. A busted execution stays and counts no more.
    """

    def __init__(
        self,
        exec_id: str,
        venue_exec_ids: "tuple[str, ...]",
        last_qty: cython.longlong,
        last_px: cython.longlong,
        utc_ns: cython.longlong,
    ) -> None:
        self.exec_id = exec_id
        self.venue_exec_ids = venue_exec_ids
        self.last_qty = last_qty
        self.last_px = last_px
        self.utc_ns = utc_ns
        self.is_busted = False


class Order:
    """Keep one order from its request to its end, and beyond: busts and corrections come late.

    ``order_id`` is Fairlead's OrderID towards the strategy, unique across restarts; ``venue_order_id`` the venue's.
    ``cl_ord_id`` and ``venue_cl_ord_id`` are the current ids on both sides: those of the last accepted replace.
    ``terms`` are the terms as the venue has them, under the venue's current ClOrdID (what ``VenueSession`` wants).
    ``state`` is an OrdStatus without the pending ones, which ``ord_status`` adds. ``notional`` is the exact sum of
    LastQty x LastPx in units of 10^-16. ``adjusted_qty`` is what a corporate action added to CumQty without a fill.
    ``risk_px`` is what risk values an order without a price by, ABSENT where it has one or none was known.
    ``missing_qty`` is what the venue has last stated as executed beyond the executions that reached us.
    ``is_triggered`` tells that the venue said so of a stop order. ``is_ended`` tells that nothing remains to trade;
    ``is_unknown`` that the link broke and the venue has not said since how the order stands. ``requests`` are the ones
    in flight, oldest first.
    """

    def __init__(
        self,
        strategy: str,
        venue: str,
        order_id: str,
        number: cython.longlong,
        request: "NewOrder",
        terms: "NewOrder",
        utc_ns: cython.longlong,
    ) -> None:
        self.strategy = strategy
        self.venue = venue
        self.order_id = order_id
        self.number = number
        self.venue_order_id = ""
        self.account: str = request.account
        self.symbol: str = request.symbol
        self.side = request.side
        self.cl_ord_id: str = request.cl_ord_id
        self.venue_cl_ord_id: str = terms.cl_ord_id
        self.terms = terms
        self.order_qty = request.order_qty
        self.cum_qty = 0
        self.leaves_qty = request.order_qty
        self.adjusted_qty = 0
        self.notional = 0
        self.risk_px = ABSENT
        self.is_triggered = False
        self.missing_qty = 0
        self.state = PENDING_NEW
        self.is_ended = False
        self.is_unknown = False
        self.opened_utc_ns = utc_ns
        self.changed_utc_ns = utc_ns
        self.current_request_number = 0
        self.requests: "list[Request]" = []
        self.all_requests: "list[Request]" = []
        self.executions: "list[Execution]" = []

    @property
    def ord_status(self) -> int:
        """Return OrdStatus(39) as FIX ranks it: pending cancel, then pending replace, then the state.

        Pending is what the venue has said to be pending; a request that it may not have yet does not show.
        """
        status: cython.int = self.state
        if self.is_ended:
            return status
        for request in self.requests:
            if request.is_pending and request.kind == CANCEL_ORDER:
                return PENDING_CANCEL
            if request.is_pending and request.kind == REPLACE_ORDER:
                status = PENDING_REPLACE
        return status

    @property
    def avg_px(self) -> int:
        """Return the average price of all executions in units of 10^-8, half up; 0 while nothing is executed."""
        if self.cum_qty <= 0:
            return 0
        # half up, also below zero: floor(x + 1/2)
        cum_qty: int = self.cum_qty
        return (2 * self.notional + cum_qty) // (2 * cum_qty)

    def __repr__(self) -> str:
        return f"<Order {self.order_id} {self.strategy} {self.cl_ord_id} state={chr(self.state)} cum={self.cum_qty}>"
