# C layout of the books' effects; what is cimported here, the module calls in C.

from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.booking_cy cimport (
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
from fairlead.gateway.orders.open_orders_cy cimport OpenOrders
from fairlead.gateway.orders.order_cy cimport Order, Request
from fairlead.gateway.orders.outcome_cy cimport Outcome
from fairlead.gateway.orders.positions_cy cimport PositionBook
from fairlead.gateway.orders.snapshot_cy cimport Books
from fairlead.gateway.orders.terms_cy cimport copy_terms, venue_cancel, venue_replace
from fairlead.gateway.orders.venue_book_cy cimport VenueBook
from fairlead.gateway.orders.venue_reports_cy cimport VenueReports

cdef int NEW_ORDER, CANCEL_ORDER, REPLACE_ORDER, IN_FLIGHT, REFUSED
cdef int REJECTED_REPORT, CANCEL_REJECTED_REPORT, EXEC_REJECTED

cdef class Effects:
    cdef readonly long long opened
    cdef readonly dict orders
    cdef readonly dict requests
    cdef readonly OpenOrders open
    cdef readonly dict venues
    cdef readonly PositionBook positions
    cdef readonly VenueReports reports
    cpdef Order open_order(
        self, str strategy, NewOrder request, str venue, str order_id, str venue_cl_ord_id, long long utc_ns,
        long long risk_px
    )
    cpdef CancelOrder begin_cancel(self, Order order, CancelOrder request, str venue_cl_ord_id, long long utc_ns)
    cpdef ReplaceOrder begin_replace(self, Order order, ReplaceOrder request, str venue_cl_ord_id, long long utc_ns)
    cpdef Outcome apply(self, str venue, Report report, str exec_id, long long utc_ns)
    cdef void _begin(self, Request request) except *
    cdef Request _followed_replace(self, Order order, str orig_cl_ord_id)
    cpdef VenueBook venue(self, str venue, long long utc_ns)
    cpdef void expect_unused(self, str strategy, str cl_ord_id, str venue, str venue_cl_ord_id) except *
