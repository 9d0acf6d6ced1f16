# C layout of the check of what venues take.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.subject_cy cimport Refused, Subject

cdef long long ABSENT
cdef long long SCALE
cdef long long AUTOMATED
cdef long long NOT_PUT_OR_CALL
cdef long long MAX_CODE
cdef Py_ssize_t PLACES


cdef class TakenShapes:
    cdef readonly object capabilities
    cdef Py_ssize_t _max_text_length
    cdef bint _whole_quantities
    cdef long long[::1] _shapes
    cdef list _kinds

    @cython.locals(shape=cython.longlong, place=Py_ssize_t)
    cpdef bint has(self, NewOrder request) except -1
    @cython.locals(shape=cython.longlong, place=Py_ssize_t)
    cpdef remember(self, NewOrder request)
    cdef bint _has_whole(self, NewOrder request) except -1


cdef class Taken(Check):
    cdef dict _shapes
    cdef TakenShapes _last

    @cython.locals(shapes=TakenShapes)
    cpdef Refused judge(self, Subject subject)
    @cython.locals(shapes=TakenShapes)
    cdef TakenShapes _shapes_of(self, str venue, object capabilities)


cpdef long long shape_of(NewOrder request) except? -2
cdef long long _instrument_given(NewOrder request) except? -2
cdef Py_ssize_t _place_of(long long shape) noexcept
