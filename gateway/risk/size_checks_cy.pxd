# C layout of the checks of size.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.instrument_facts_cy cimport InstrumentFacts
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach

cdef long long ABSENT
cdef long long UNLIMITED
cdef double UNBOUNDED
cdef double ABOVE


cdef class MaxQuantity(Check):
    @cython.locals(limits=LimitSet, qty=cython.longlong)
    cpdef Refused judge(self, Subject subject)
    cdef Refused _found(self, Subject subject, str parameter, long long limit)


cdef object worth(object qty, object price)


cdef class MaxNotional(Check):
    cdef object _currencies
    cdef str _base

    @cython.locals(limits=LimitSet, request=NewOrder, price=cython.longlong, facts=InstrumentFacts, near=cython.double)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(request=NewOrder, notional=object)
    cdef Refused _judge_exactly(self, Subject subject, InstrumentFacts facts, long long price)
    cdef Refused _against(self, Subject subject, object notional)
    cdef Refused _found(self, Subject subject, str parameter, object limit, object notional)
