"""Change the books: what a request, a report or a mark does to them, live and replayed alike.

Nothing here is recorded and nobody is told: the ledger does both around it, and a replay needs neither.
"""

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.booking_cy import (
    answer,
    begin_request,
    mark_request_resent,
    mark_request_unknown,
    note_caught_up,
    note_unknown,
    set_risk_px,
    set_unknown,
    settle,
)
from fairlead.gateway.orders.open_orders_cy import OpenOrders
from fairlead.gateway.orders.order_cy import Order, Request
from fairlead.gateway.orders.outcome_cy import DELIVER, Outcome
from fairlead.gateway.orders.positions_cy import PositionBook
from fairlead.gateway.orders.reports_cy import order_report, take_refusal
from fairlead.gateway.orders.snapshot_cy import Books
from fairlead.gateway.orders.states import REJECT
from fairlead.gateway.orders.terms_cy import copy_terms, venue_cancel, venue_replace
from fairlead.gateway.orders.venue_book_cy import VenueBook
from fairlead.gateway.orders.venue_reports_cy import VenueReports

# RequestKind, request fate, ReportKind and ExecType codes.
NEW_ORDER = 1
CANCEL_ORDER = 2
REPLACE_ORDER = 3
IN_FLIGHT = 1
REFUSED = 3
REJECTED_REPORT = 2
CANCEL_REJECTED_REPORT = 5
EXEC_REJECTED = 56


class Effects:
    """Hold orders, requests, positions and venues' books, and change them."""

    def __init__(self) -> None:
        self.opened = 0
        self.orders: "dict[str, Order]" = {}
        self.requests: "dict[tuple[str, str], Request]" = {}
        self.open = OpenOrders()
        self.venues: "dict[str, VenueBook]" = {}
        self.positions = PositionBook()
        self.reports = VenueReports(self.positions)

    def books(self) -> Books:
        """Return all that is known, to be written down."""
        books = Books()
        books.opened = self.opened
        books.duplicates = self.reports.duplicates
        books.orders = self.orders
        books.requests = self.requests
        books.venues = self.venues
        books.positions = self.positions
        books.quarantined = self.reports.quarantined
        return books

    def adopt(self, books: Books) -> None:
        """Put what a snapshot holds in place of what is held."""
        self.opened = books.opened
        self.orders = books.orders
        self.requests = books.requests
        self.open = OpenOrders()
        for order in books.orders.values():
            if not order.is_ended:
                self.open.follow(order)
        self.venues = books.venues
        self.positions = books.positions
        self.reports = VenueReports(books.positions)
        self.reports.restore(books.quarantined, books.duplicates)

    def open_order(
        self,
        strategy: str,
        request: NewOrder,
        venue: str,
        order_id: str,
        venue_cl_ord_id: str,
        utc_ns: cython.longlong,
        risk_px: cython.longlong,
    ) -> Order:
        """Put a new order on the books, in flight."""
        terms: NewOrder = copy_terms(request, venue_cl_ord_id)
        self.opened += 1
        order = Order(strategy, venue, order_id, self.opened, request, terms, utc_ns)
        set_risk_px(order, risk_px)
        self.orders[order_id] = order
        self.open.follow(order)
        self._begin(Request(order, NEW_ORDER, 0, venue_cl_ord_id, request, terms, utc_ns))
        return order

    def begin_cancel(
        self, order: Order, request: CancelOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> CancelOrder:
        """Put a cancel in flight and return it as the venue gets it."""
        followed = self._followed_replace(order, request.orig_cl_ord_id)
        orig_cl_ord_id = order.venue_cl_ord_id if followed is None else followed.venue_cl_ord_id
        sent: CancelOrder = venue_cancel(order, request, venue_cl_ord_id, orig_cl_ord_id)
        number = len(order.all_requests)
        self._begin(Request(order, CANCEL_ORDER, number, venue_cl_ord_id, request, sent, utc_ns))
        return sent

    def begin_replace(
        self, order: Order, request: ReplaceOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> ReplaceOrder:
        """Put a replace in flight and return it as the venue gets it."""
        followed = self._followed_replace(order, request.orig_cl_ord_id)
        orig_cl_ord_id = order.venue_cl_ord_id if followed is None else followed.venue_cl_ord_id
        base = order.terms if followed is None else followed.sent
        assert not isinstance(base, CancelOrder)
        sent: ReplaceOrder = venue_replace(order, request, base, venue_cl_ord_id, orig_cl_ord_id)
        number = len(order.all_requests)
        self._begin(Request(order, REPLACE_ORDER, number, venue_cl_ord_id, request, sent, utc_ns))
        return sent

    def _begin(self, request: Request) -> None:
        order: Order = request.order
        begin_request(request)
        self.requests[(order.strategy, request.cl_ord_id)] = request
        self.venue(order.venue, request.utc_ns).requests[request.venue_cl_ord_id] = request

    def _followed_replace(self, order: Order, orig_cl_ord_id: str) -> Request | None:
        """Return the replace in flight that a strategy's OrigClOrdID names, None where it names the order."""
        request: Request | None = self.requests.get((order.strategy, orig_cl_ord_id))
        if request is None or request.kind != REPLACE_ORDER or request.fate != IN_FLIGHT:
            return None
        return request

    def mark_unsent(
        self, order: Order, venue_cl_ord_id: str, exec_id: str, refusal: int, text: str, utc_ns: cython.longlong
    ) -> Outcome:
        """Refuse a request in flight that never left or was lost."""
        request = self.in_flight(order, venue_cl_ord_id)
        answer(request, REFUSED)
        kind: cython.int = CANCEL_REJECTED_REPORT
        if request.kind == NEW_ORDER:
            kind = REJECTED_REPORT
            settle(order, REJECT, EXEC_REJECTED, utc_ns)
            self.open.follow(order)
        report = order_report(order, kind, EXEC_REJECTED, request.cl_ord_id, request.orig_cl_ord_id, exec_id, utc_ns)
        take_refusal(report, request.kind, refusal, text)
        return Outcome(DELIVER, order.strategy, report, order)

    def apply(self, venue: str, report: Report, exec_id: str, utc_ns: cython.longlong) -> Outcome:
        """Book a venue's report."""
        book: VenueBook = self.venue(venue, utc_ns)
        outcome: Outcome = self.reports.apply(book, report, exec_id, utc_ns)
        if outcome.order is not None:
            self.open.follow(outcome.order)
        return outcome

    def mark_in_doubt(self, venue: str) -> "list[Order]":
        """Mark a venue's open orders, returned, as unknown."""
        doubtful = self.open.find("", venue, "", "", 0)
        for order in doubtful:
            note_unknown(order)
        return doubtful

    def mark_request_in_doubt(self, venue: str, venue_cl_ord_id: str) -> None:
        """Mark a request in flight and its order as unknown."""
        request = self.find_in_flight(venue, venue_cl_ord_id)
        if request is not None:
            set_unknown(request.order, True)
            mark_request_unknown(request)

    def mark_resent(self, venue: str, venue_cl_ord_id: str) -> None:
        """Mark a request in flight as sent again."""
        request = self.find_in_flight(venue, venue_cl_ord_id)
        if request is not None:
            mark_request_resent(request)

    def mark_caught_up(self, venue: str) -> "list[Order]":
        """Clear doubts that missed reports had left; return the orders that were in doubt."""
        book: VenueBook | None = self.venues.get(venue)
        doubtful = self.orders_in_doubt(venue)
        for order in doubtful:
            if book is None or order.changed_utc_ns > book.reports_lost_utc_ns:
                note_caught_up(order)
        return doubtful

    def mark_reports_lost(self, venue: str, utc_ns: cython.longlong) -> "list[Order]":
        """Note that reports are lost for good; return the orders that are in doubt for it."""
        book: VenueBook = self.venue(venue, utc_ns)
        book.reports_lost_utc_ns = utc_ns
        return self.mark_in_doubt(venue)

    def find_in_flight(self, venue: str, venue_cl_ord_id: str) -> Request | None:
        """Return the request with this id at a venue if it is in flight."""
        book = self.venues.get(venue)
        request: Request | None = None if book is None else book.requests.get(venue_cl_ord_id)
        return request if request is not None and request.fate == IN_FLIGHT else None

    def forget_ended(self, before_utc_ns: int) -> int:
        """Forget what ended before a time and return how many orders that were."""
        gone = [
            order
            for order in self.orders.values()
            if order.is_ended and order.changed_utc_ns < before_utc_ns and not _is_owed_something(order)
        ]
        for order in gone:
            del self.orders[order.order_id]
            for request in order.all_requests:
                del self.requests[(order.strategy, request.cl_ord_id)]
        for venue in {order.venue for order in gone}:
            self.venues[venue].forget({order.order_id for order in gone if order.venue == venue})
        self.open.forget_empty()
        self.reports.forget_quarantined(before_utc_ns)
        return len(gone)

    def start_day(self, venue: str, utc_ns: cython.longlong) -> None:
        """Begin a venue's trading day: its ExecIDs and the day's sums start anew."""
        self.venue(venue, utc_ns).start_day(utc_ns)
        self.positions.start_day(venue)

    def orders_in_doubt(self, venue: str) -> "list[Order]":
        """Return the orders at ``venue`` whose state it has to tell, oldest first."""
        return [order for order in self.orders.values() if order.is_unknown and order.venue == venue]

    def venue(self, venue: str, utc_ns: cython.longlong) -> VenueBook:
        """Return a venue's book, made when it is first spoken of."""
        book: VenueBook | None = self.venues.get(venue)
        if book is None:
            book = VenueBook(venue, utc_ns)
            self.venues[venue] = book
        return book

    def known(self, order_id: str) -> Order:
        """Return the order with this OrderID. Raises DecodeError."""
        order = self.orders.get(order_id)
        if order is None:
            raise DecodeError(f"record of order {order_id} received, which no earlier record opened")
        return order

    def in_flight(self, order: Order, venue_cl_ord_id: str) -> Request:
        """Return an order's request in flight. Raises ValueError."""
        for request in order.requests:
            if request.venue_cl_ord_id == venue_cl_ord_id:
                return request
        raise ValueError(f"{venue_cl_ord_id!r} received, expected a request in flight of order {order.order_id}")

    def expect_unused(self, strategy: str, cl_ord_id: str, venue: str, venue_cl_ord_id: str) -> None:
        """Raise ValueError where an id was used before."""
        if (strategy, cl_ord_id) in self.requests:
            raise ValueError(f"ClOrdID {cl_ord_id!r} of {strategy} received, which it has used before")
        book = self.venues.get(venue)
        if book is not None and venue_cl_ord_id in book.requests:
            raise ValueError(f"ClOrdID {venue_cl_ord_id!r} at {venue} received, which was used there before")


def _is_owed_something(order: Order) -> cython.bint:
    """Tell whether a venue has yet to say something about an order: an answer, how it stands, or an execution."""
    return bool(order.requests) or order.is_unknown or order.missing_qty != 0
