# C layout of the checks of the market's state.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.references_cy cimport References, state_of, status_of
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach

cdef long long ABSENT
cdef long long BUY
cdef long long UNKNOWN
cdef long long TRADING
cdef long long HALTED
cdef long long PAUSED


cdef class MarketState(Check):
    cdef References _references

    @cython.locals(limits=LimitSet, state=cython.longlong)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(request=NewOrder, price=cython.longlong, is_buy=cython.bint, bound=cython.longlong)
    cdef Refused _bands(self, Subject subject, object status, long long state)
    cdef Refused _unknown(self, Subject subject, str why)


cdef tuple PHASES


cdef class Phase(Check):
    cdef References _references
    cdef object _is_open

    @cython.locals(phases=frozenset, phase=str)
    cpdef Refused judge(self, Subject subject)
