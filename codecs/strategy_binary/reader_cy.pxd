# C types of the message reader.

cimport cython

from fairlead.codecs.binary.octets cimport load_int, load_uint, octets_of
from fairlead.codecs.strategy_binary.octets cimport str_of, text_end, unprintable_at
from fairlead.codecs.strategy_binary.plan_cy cimport Plan, Slot

cdef int _TAGS, _MAX_REPEATED
cdef long long _ABSENT
cdef unsigned char _YES, _NO

cdef class FieldReader:
    cdef readonly list mistakes
    cdef bytes _data
    cdef Plan _plan
    cdef int _cursor
    cdef Py_ssize_t _base
    cdef Py_ssize_t _end
    cdef list _repeated
    cdef int _found
    cdef Py_ssize_t _starts[128]
    cdef Py_ssize_t _ends[128]

    @cython.locals(counted=Py_ssize_t)
    cpdef bint open(self, Plan plan, bytes data) except *
    cdef bint _wrong(self, str text) except *
    cdef bint _wrong_length(self, Py_ssize_t counted) except *
    @cython.locals(data=cython.p_uchar, at=Py_ssize_t, left=Py_ssize_t, size=Py_ssize_t, tag=int, start=Py_ssize_t, slot=Slot)
    cdef bint _index(self, Plan plan) except *
    cdef bint _wrong_option(self, Py_ssize_t left, Py_ssize_t size) except *
    cdef int _note(self, Slot slot, str text) except? -1
    @cython.locals(slot=Slot)
    cdef Slot _next(self)
    @cython.locals(slot=Slot, data=cython.p_uchar, start=Py_ssize_t, end=Py_ssize_t)
    cpdef str take_text(self)
    @cython.locals(data=cython.p_uchar, bad=Py_ssize_t)
    cdef str _text(self, Slot slot, Py_ssize_t start, Py_ssize_t end)
    @cython.locals(slot=Slot, value=str, before=Py_ssize_t)
    cpdef str take_required_text(self)
    @cython.locals(slot=Slot, value=int, allowed=cython.p_uchar)
    cpdef int take_code(self) except? -1
    @cython.locals(slot=Slot, value=int)
    cpdef bint take_flag(self) except *
    @cython.locals(slot=Slot)
    cpdef long long take_number(self) except? -1
    @cython.locals(slot=Slot, value=cython.longlong)
    cpdef long long take_required_number(self) except? -1
    @cython.locals(slot=Slot)
    cpdef long long take_count(self) except? -1
    @cython.locals(slot=Slot)
    cpdef long long option_number(self, long long absent) except? -1
    @cython.locals(slot=Slot, value=int, allowed=cython.p_uchar)
    cpdef int option_byte(self, int absent) except? -1
    @cython.locals(slot=Slot)
    cpdef tuple option_texts(self)
    @cython.locals(slot=Slot, start=Py_ssize_t)
    cpdef bytes option_value(self)
    cpdef tuple option_pairs(self)
    cdef tuple _pair(self, str text)
    @cython.locals(plan=Plan, left=Py_ssize_t)
    cpdef bint begin_entries(self, Py_ssize_t count) except *
    cpdef int next_entry(self) except? -1

cdef str _shown(int code)
