# C layout of the order records.

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder

cdef long long ABSENT

cdef class Request:
    cdef readonly Order order
    cdef readonly int kind
    cdef readonly long long number
    cdef readonly str cl_ord_id
    cdef readonly str orig_cl_ord_id
    cdef readonly str venue_cl_ord_id
    cdef readonly object message
    cdef readonly object sent
    cdef readonly long long utc_ns
    cdef readonly int fate
    cdef readonly bint is_pending
    cdef readonly bint is_unknown

cdef class Execution:
    cdef readonly str exec_id
    cdef readonly tuple venue_exec_ids
    cdef readonly long long last_qty
    cdef readonly long long last_px
    cdef readonly long long utc_ns
    cdef readonly bint is_busted

cdef class Order:
    cdef readonly str strategy
    cdef readonly str venue
    cdef readonly str order_id
    cdef readonly long long number
    cdef readonly str venue_order_id
    cdef readonly str account
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly str cl_ord_id
    cdef readonly str venue_cl_ord_id
    cdef readonly NewOrder terms
    cdef readonly long long order_qty
    cdef readonly long long cum_qty
    cdef readonly long long leaves_qty
    cdef readonly long long adjusted_qty
    cdef readonly object notional
    cdef readonly long long risk_px
    cdef readonly bint is_triggered
    cdef readonly long long missing_qty
    cdef readonly int state
    cdef readonly bint is_ended
    cdef readonly bint is_unknown
    cdef readonly long long opened_utc_ns
    cdef readonly long long changed_utc_ns
    cdef readonly long long current_request_number
    cdef readonly list requests
    cdef readonly list all_requests
    cdef readonly list executions
