# C types of the message writer.

cimport cython

from fairlead.codecs.binary.octets cimport octets_of, store_int, store_uint
from fairlead.codecs.strategy_binary.octets cimport bytes_of, put_latin1, put_padded
from fairlead.codecs.strategy_binary.plan_cy cimport Plan, Slot

cdef Py_ssize_t _MAX_BYTES
cdef long long _INT64_MIN, _INT64_MAX
cdef unsigned char _YES, _NO

cdef class FieldWriter:
    cdef bytearray _buffer
    cdef bint _is_lenient
    cdef Plan _plan
    cdef Py_ssize_t _at
    cdef Py_ssize_t _base
    cdef int _cursor

    cpdef int start(self, Plan plan) except? -1
    @cython.locals(plan=Plan, out=cython.p_uchar)
    cpdef bytes finish(self)
    @cython.locals(plan=Plan)
    cpdef int next_entry(self) except? -1
    cdef int _reserve(self, Py_ssize_t size) except? -1
    @cython.locals(slot=Slot)
    cdef Slot _next(self)
    @cython.locals(slot=Slot, done=int)
    cpdef int put_text(self, str value) except? -1
    cdef int _put_unfit(self, Slot slot, str value, int done) except? -1
    cdef str _as_latin1(self, Slot slot, str value)
    @cython.locals(slot=Slot)
    cpdef int put_code(self, long long value) except? -1
    @cython.locals(slot=Slot)
    cpdef int put_flag(self, bint value) except? -1
    @cython.locals(slot=Slot)
    cpdef int put_number(self, long long value) except? -1
    @cython.locals(slot=Slot)
    cpdef int put_count(self, long long value) except? -1
    @cython.locals(slot=Slot)
    cpdef int add_text(self, str value) except? -1
    @cython.locals(slot=Slot, at=Py_ssize_t)
    cpdef int add_number(self, long long value, long long absent) except? -1
    @cython.locals(slot=Slot, at=Py_ssize_t)
    cpdef int add_byte(self, long long value, long long absent) except? -1
    @cython.locals(slot=Slot)
    cpdef int add_texts(self, tuple values) except? -1
    @cython.locals(slot=Slot)
    cpdef int add_pairs(self, tuple pairs) except? -1
    @cython.locals(slot=Slot, at=Py_ssize_t)
    cpdef int add_value(self, bytes value) except? -1
    @cython.locals(size=Py_ssize_t, at=Py_ssize_t)
    cdef int _add_text(self, Slot slot, str value) except? -1
    @cython.locals(at=Py_ssize_t, out=cython.p_uchar)
    cdef Py_ssize_t _open(self, Slot slot, Py_ssize_t size) except? -1
