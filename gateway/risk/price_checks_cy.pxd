# C layout of the checks of price.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.references_cy cimport References
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach

cdef long long ABSENT
cdef long long UNLIMITED
cdef long long SMALL
cdef long long WHOLE_BPS

@cython.locals(off=cython.longlong, base=cython.longlong)
cpdef bint is_beyond(long long price, long long reference, long long bps) except? -1
cdef bint _is_beyond_int64(object price, object reference, object bps) except -1
cdef str _shown(object price)
@cython.locals(width=object)
cpdef tuple describe_bound(str name, object price, object reference, object bps)
cdef Refused _no_reference(str check, Subject subject, str parameter)


cdef class Collar(Check):
    cdef References _references

    @cython.locals(limits=LimitSet, request=NewOrder, reference=cython.longlong, touch=cython.longlong)
    cpdef Refused judge(self, Subject subject)
    cdef Refused _without(self, Subject subject, Refused found)
    cdef Refused _found(
        self, Subject subject, str name, long long price, long long reference, str parameter, long long bps
    )
    cdef Refused _compare(self, Subject subject, str name, long long price, long long reference)


cdef class Window:
    cdef readonly str venue
    cdef readonly str symbol
    cdef long long length_ns
    cdef tuple references
    cdef bint has_begun
    cdef public long long began_ns
    cdef public long long reference
    cdef public str source

    cdef bint is_of(self, Subject subject) except -1


cdef class Drift(Check):
    cdef References _references
    cdef dict _windows

    @cython.locals(limits=LimitSet, request=NewOrder, price=cython.longlong, window=Window)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(window=Window, limits=LimitSet, reference=cython.longlong)
    cdef Window _window(self, Subject subject)
    @cython.locals(window=Window, limits=LimitSet)
    cdef Window _find(self, Subject subject)
