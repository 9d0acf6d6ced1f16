# C layout of the checks of size.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach

cdef long long ABSENT
cdef long long UNLIMITED
cdef long long SCALE


cdef class MaxQuantity(Check):
    @cython.locals(limits=LimitSet, qty=cython.longlong)
    cpdef Refused judge(self, Subject subject)
    cdef Refused _found(self, Subject subject, str parameter, long long limit)


cdef object worth(object qty, object price)


cdef class MaxNotional(Check):
    cdef object _currencies

    @cython.locals(limits=LimitSet, request=NewOrder, price=cython.longlong, multiplier=cython.longlong, notional=object)
    cpdef Refused judge(self, Subject subject)
    cdef Refused _against(self, Subject subject, object notional)
    cdef Refused _found(self, Subject subject, str parameter, object limit, object notional)
