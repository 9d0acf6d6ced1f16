# C signatures of the booking functions; listed here, a module may set the records' fields.

from fairlead.codecs.vocabulary.messages_cy cimport ReplaceOrder, Report
from fairlead.gateway.orders.order_cy cimport Execution, Order, Request
from fairlead.gateway.orders.positions_cy cimport PositionBook
from fairlead.gateway.orders.terms_cy cimport agreed_terms, with_order_qty

cdef int IN_FLIGHT
cdef int ACCEPTED
cdef int REFUSED
cdef int NEW_ORDER
cdef long long MAX_QTY

cpdef void add_execution(
    Order order, PositionBook positions, str exec_id, str venue_exec_id, Report report, long long utc_ns
) except *
cpdef Execution find_execution(Order order, str venue_exec_id)
cpdef void bust_execution(
    Order order, PositionBook positions, Execution execution, long long day_started_utc_ns
) except *
cpdef void correct_execution(
    Order order, PositionBook positions, Execution execution, str exec_id, str venue_exec_id, Report report,
    long long day_started_utc_ns
) except *
cpdef void adjust_cum_qty(Order order, PositionBook positions, long long cum_qty) except *
cpdef void adopt_replace(Order order, Request request, Report report) except *
cpdef void adopt_restatement(Order order, Report report) except *
cpdef void reduce_order_qty(Order order, long long order_qty) except *
cpdef void begin_request(Request request) except *
cpdef void answer(Request request, int fate) except *
cpdef void note_pending(Request request) except *
cpdef void note_unknown(Order order) except *
cpdef void note_caught_up(Order order) except *
cpdef void mark_request_unknown(Request request) except *
cpdef void mark_request_resent(Request request) except *
cpdef void set_unknown(Order order, bint is_unknown) except *
cpdef void answer_new_order(Order order, int fate) except *
cpdef void set_risk_px(Order order, long long risk_px) except *
cpdef void note_missing(Order order, long long qty) except *
cpdef void note_triggered(Order order) except *
cpdef void learn_venue_order_id(Order order, str venue_order_id) except *
cpdef void settle(Order order, int event, int venue_status, long long utc_ns) except *
