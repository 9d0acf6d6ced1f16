# C layout of the reports' way through the books.

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, Report
from fairlead.gateway.orders.booking_cy cimport (
    add_execution,
    adjust_cum_qty,
    adopt_replace,
    adopt_restatement,
    answer,
    answer_new_order,
    bust_execution,
    correct_execution,
    find_execution,
    learn_venue_order_id,
    note_pending,
    note_triggered,
    reduce_order_qty,
    set_unknown,
    settle,
)
from fairlead.gateway.orders.comparison_cy cimport compare
from fairlead.gateway.orders.meaning_cy cimport event_of, why_unusable
from fairlead.gateway.orders.order_cy cimport Execution, Order, Request
from fairlead.gateway.orders.outcome_cy cimport Outcome
from fairlead.gateway.orders.positions_cy cimport PositionBook
from fairlead.gateway.orders.reports_cy cimport name_request, order_report, take_details, take_execution
from fairlead.gateway.orders.venue_book_cy cimport VenueBook

cdef int DELIVER, DUPLICATE, QUARANTINED
cdef int NEW_ORDER, CANCEL_ORDER, REPLACE_ORDER
cdef int IN_FLIGHT, ACCEPTED, REFUSED
cdef int ACCEPTED_REPORT, REJECTED_REPORT, REPLACED_REPORT, CANCELED_REPORT, CANCEL_REJECTED_REPORT
cdef int RESTATED_REPORT, STATUS_REPORT
cdef int EXEC_NEW, EXEC_CANCELED, EXEC_REPLACED, EXEC_REJECTED, EXEC_RESTATED, EXEC_TRADE
cdef int EXEC_TRADE_CORRECT, EXEC_TRADE_CANCEL, EXEC_ORDER_STATUS
cdef int PENDING_NEW, CANCELED, REJECTED
cdef int DUPLICATE_ORDER, UNKNOWN_ORDER_REASON, CORPORATE_ACTION
cdef long long MAX_QTY, ABSENT
cdef int NOTE, ACCEPT, FILL, BUST, CORRECT, REJECT, CANCEL, REPLACE, RESTATE, TRIGGER, STATUS

cdef class Entry:
    cdef VenueBook book
    cdef Order order
    cdef Report said
    cdef int event
    cdef str exec_id
    cdef str venue_exec_id
    cdef long long utc_ns
    cdef Request request
    cdef long long kind
    cdef long long exec_type
    cdef str cl_ord_id
    cdef str orig_cl_ord_id
    cdef str exec_ref_id
    cdef long long last_qty
    cdef long long last_px
    cdef int state_before
    cdef bint was_ended
    cdef bint answers_request
    cdef list discrepancies

cdef class VenueReports:
    cdef readonly PositionBook positions
    cdef readonly list quarantined
    cdef readonly long long duplicates
    cpdef Outcome apply(self, VenueBook book, Report said, str own_exec_id, long long utc_ns)
