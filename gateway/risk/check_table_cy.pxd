# C layout of the table of checks.
cimport cython

from fairlead.gateway.orders.order_cy cimport Order
from fairlead.gateway.risk.check_cy cimport Asked, Check
from fairlead.gateway.risk.instrument_facts_cy cimport FactsBook, InstrumentFacts
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.subject_cy cimport Refused, Subject

cdef long long ABSENT


cdef class Place:
    cdef readonly str name
    cdef readonly Check check


cdef class CheckTable:
    cdef public object find_limits
    cdef public object value
    cdef public object decisions
    cdef public object overrides
    cdef public object note_parent
    cdef dict _filled
    cdef tuple _new_orders
    cdef tuple _replaces
    cdef list _sent_noters
    cdef list _cancel_noters
    cdef LimitSet _no_limits
    cdef FactsBook _facts

    cpdef LimitSet limits_for(self, str strategy, str account, str venue, str symbol)
    @cython.locals(place=Place, refused=Refused, places=tuple)
    cpdef Refused check(self, Subject subject)
    @cython.locals(place=Place, refused=Refused, places=tuple)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(off=frozenset, facts=InstrumentFacts)
    cdef tuple _asked_about(self, Subject subject)
    cpdef bint _is_overridden(self, Subject subject, str name, Refused refused) except *
    cpdef note_sent(self, Subject subject)
    cpdef note_cancel(self, Order order, long long now_ns)
