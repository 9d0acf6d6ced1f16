# C layout of the ledger.

from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.open_orders_cy cimport OpenOrders
from fairlead.gateway.orders.order_cy cimport Order, Request
from fairlead.gateway.orders.outcome_cy cimport Outcome
from fairlead.gateway.orders.positions_cy cimport Position, PositionBook
from fairlead.gateway.orders.snapshot_cy cimport Books, SnapshotReader
from fairlead.gateway.orders.venue_book_cy cimport VenueBook
from fairlead.gateway.orders.venue_reports_cy cimport VenueReports

cdef int NEW_ORDER, CANCEL_ORDER, REPLACE_ORDER, IN_FLIGHT, REFUSED
cdef int REJECTED_REPORT, CANCEL_REJECTED_REPORT, STATUS_REPORT
cdef int EXEC_REJECTED, EXEC_ORDER_STATUS, PENDING_NEW
cdef long long MAX_QTY, ABSENT

cdef class Ledger:
    cdef object _record
    cdef object _order_ids
    cdef object _exec_ids
    cdef long long _opened
    cdef dict _orders
    cdef dict _requests
    cdef OpenOrders _open
    cdef dict _venues
    cdef PositionBook _positions
    cdef VenueReports _reports
    cdef SnapshotReader _snapshot
    cdef list _listeners
    cdef void _tell(self, Order order) except *
