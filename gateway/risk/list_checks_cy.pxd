# C layout of the checks by lists.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach


cdef long long BUY


cdef class Covered(Check):
    cpdef Refused judge(self, Subject subject)


cdef class Restricted(Check):
    cdef object _dates
    cdef dict _by_symbol

    cpdef Refused judge(self, Subject subject)


cdef class Allowed:
    cdef str strategy
    cdef str account
    cdef str venue
    cdef str symbol
    cdef long long side
    cdef long long ord_type
    cdef long long time_in_force

    @cython.locals(request=NewOrder)
    cdef bint fits(self, Subject subject) except -1


cdef class Entitled(Check):
    cdef set _allowed

    @cython.locals(allowed=Allowed, limits=LimitSet)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(key=tuple, request=NewOrder)
    cdef Refused _judge_anew(self, Subject subject)
