# C layout of a remembered shape.

cimport cython

from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.octets cimport ints_of

cdef enum:
    MAX_FIELDS = 96
    ANY_CHECK = 0
    ONE_CODE = 1
    FORM_ONLY = 2

@cython.final
cdef class Shape:
    cdef Py_ssize_t _count
    cdef long long _tags_number
    cdef int[::1] _tags
    cdef int checked_count
    cdef int[::1] checked_fields
    cdef int[::1] checked_slots
    cdef int[::1] checked_kinds
    cdef int open_count
    cdef int[::1] open_conditions
    cdef int[::1] open_fields

    @cython.locals(field=Py_ssize_t)
    cdef bint take(self, FixMessage message) except -1
    @cython.locals(fields=cython.p_int, tags=cython.p_int, field=Py_ssize_t)
    cdef bint fits(self, FixMessage message) noexcept
    cdef int add_checked(self, int field, int slot, int kind) except -1
    cdef bint add_open(self, int condition, int field) except -1
