# C layout of the checks on conduct.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.orders.order_cy cimport Order
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.duplicates_cy cimport DuplicateOrders
from fairlead.gateway.risk.limit_set_cy cimport Bucket, LimitSet
from fairlead.gateway.risk.rates_cy cimport MessageRates, MessageWindow
from fairlead.gateway.risk.repeats_cy cimport RepeatedExecutions
from fairlead.gateway.risk.subject_cy cimport Refused, Subject


cdef class ConductChecks:
    cdef readonly MessageRates rates
    cdef readonly DuplicateOrders duplicates
    cdef readonly RepeatedExecutions repeats
    cdef readonly object disable

    @cython.locals(limits=LimitSet)
    cpdef note_sent(self, Subject subject)
    @cython.locals(limits=LimitSet)
    cpdef note_entry(self, Subject subject)
    cpdef note_cancel(self, Order order, LimitSet limits, long long now_ns)


cdef class Duplicate(Check):
    cdef DuplicateOrders _duplicates

    @cython.locals(limits=LimitSet)
    cpdef Refused judge(self, Subject subject)


cdef class Repeated(Check):
    cdef ConductChecks _conduct

    @cython.locals(limits=LimitSet, request=NewOrder, count=cython.longlong)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(limits=LimitSet, request=NewOrder)
    cdef Refused _disable(self, Subject subject, long long count)


cdef class MessageRate(Check):
    cdef MessageRates _rates

    @cython.locals(bucket=Bucket)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(window=MessageWindow)
    cdef Refused _too_many(self, Bucket bucket, long long now_ns)


@cython.locals(order=Order, asked=NewOrder)
cdef bint _is_entry(Subject subject) except -1
