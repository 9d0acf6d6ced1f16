# C types of the columnar decoder.

cimport cython

from fairlead.codecs.binary.column_octets cimport (
    address,
    as_unsigned,
    copy_octets,
    indexes_address,
    keys_address,
    plan_of,
    slot_of,
    store_column,
    store_wide,
    store_wide_uint,
    take_steps,
)
from fairlead.codecs.binary.octets cimport be16, load_int, load_uint, octets_of

cdef int _UNSIGNED, _SIGNED, _DECIMAL, _DECIMAL_UNSIGNED, _CODE, _TEXT, _BYTES, _NUMBER, _TIME
cdef int _TAKEN, _FULL, _WRONG_LENGTH, _UNKNOWN_TYPE, _NEEDS_MORE, _ZERO_LENGTH, _TIME_TOO_LARGE
cdef unsigned long long _INT64_MAX

@cython.final
cdef class TextIndex:
    cdef unsigned long long[::1] _keys
    cdef int[::1] _indexes
    cdef int _bits
    cdef readonly int count
    cdef list _raw

    @cython.locals(slot=Py_ssize_t, mask=Py_ssize_t)
    cdef int index_of(self, unsigned long long key) except -1
    cdef int _grow(self) except -1
    cpdef int put_plan(self, long long[::1] plan, Py_ssize_t at) except -1

@cython.final
cdef class ColumnTable:
    cdef readonly object layout
    cdef readonly list columns
    cdef readonly Py_ssize_t rows
    cdef readonly Py_ssize_t capacity
    cdef Py_ssize_t _allocated
    cdef readonly Py_ssize_t length
    cdef readonly Py_ssize_t min_length
    cdef int _count
    cdef int[::1] _ops
    cdef int[::1] _offsets
    cdef int[::1] _lengths
    cdef int[::1] _widths
    cdef int[::1] _pads
    cdef int[::1] _littles
    cdef int[::1] _nullable
    cdef unsigned long long[::1] _nulls
    cdef list _buffers
    cdef list _extras
    cdef list _valid

    cdef long long[::1] _plan

    @cython.locals(i=cython.int, row=Py_ssize_t)
    cdef int take(self, const unsigned char *p, Py_ssize_t at, Py_ssize_t size, unsigned long long number) except -1
    cdef int _make_plan(self) except -1
    @cython.locals(
        start=Py_ssize_t, finish=Py_ssize_t, raw=cython.ulonglong, width=cython.int, op=cython.int, bits=cython.int,
        signed=cython.longlong, out="unsigned char *", little=cython.bint, index=TextIndex
    )
    cdef int _take_value(
        self, int i, const unsigned char *p, Py_ssize_t at, Py_ssize_t size, Py_ssize_t row, unsigned long long number
    ) except -1
    @cython.locals(out="unsigned char *")
    cdef int _mark_null(self, int i, Py_ssize_t row) except -1
    @cython.locals(buffer="unsigned char *")
    cdef int _leave_out(self, int i, Py_ssize_t row) except -1
    @cython.locals(used=Py_ssize_t, room=Py_ssize_t, out="unsigned char *")
    cdef int _append(self, int i, const unsigned char *p, Py_ssize_t start, Py_ssize_t end, Py_ssize_t row) except -1
    cdef int _grow(self) except -1

@cython.final
cdef class ColumnDecoder:
    cdef list _by_code
    cdef readonly dict tables
    cdef Py_ssize_t _type_at
    cdef public unsigned long long message_number
    cdef readonly int stopped

    @cython.locals(p="const unsigned char *", size=Py_ssize_t, stopped=cython.int)
    cpdef Py_ssize_t feed(self, object data, Py_ssize_t at, Py_ssize_t end) except -1
    @cython.locals(p="const unsigned char *", stopped=cython.int)
    cpdef int add(self, object data, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(table=ColumnTable, code=cython.int)
    cdef int _take(self, const unsigned char *p, Py_ssize_t at, Py_ssize_t size) except -1
