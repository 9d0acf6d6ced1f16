# C layout of self-match prevention; listed here, the check may stamp the order.
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.orders.ledger_cy cimport Ledger
from fairlead.gateway.orders.order_cy cimport Order
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.own_orders_cy cimport OwnOrders, OwnSide, crossing_rank, is_stop
from fairlead.gateway.risk.subject_cy cimport Refused, Subject

cdef long long ABSENT
cdef int BUY


cdef class SelfMatchCheck(Check):
    cdef Ledger _ledger
    cdef object _is_needed
    cdef OwnOrders _own
    cdef bint _follows
    cpdef void follow(self, Order order) except *
    cpdef Refused judge(self, Subject subject)


cdef Refused _crossed(Subject subject, OwnSide others, long long rank)
