# C types of the access to a message's fields.

cimport cython

from fairlead.codecs.fix.octets cimport bytes_of, equal_at, str_of
from fairlead.codecs.fixed_point_cy cimport parse_fixed, parse_int
from fairlead.codecs.utc_cy cimport parse_utc_timestamp

cdef class GroupLayout:
    cdef readonly int count_tag
    cdef readonly int first_tag
    cdef readonly frozenset members
    cdef readonly dict nested

cdef class FieldRange:
    cdef bytes _data
    cdef int[::1] _fields  # tag, start and end of each field's value
    cdef Py_ssize_t _first
    cdef Py_ssize_t _last

    @cython.locals(field=Py_ssize_t)
    cpdef Py_ssize_t find(self, int tag) except? -2
    cpdef bint has(self, int tag) except? -1
    @cython.locals(field=Py_ssize_t, found=Py_ssize_t)
    cpdef Py_ssize_t count(self, int tag) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef str get_str(self, int tag, str default=*)
    @cython.locals(field=Py_ssize_t)
    cpdef bytes get_bytes(self, int tag, bytes default=*)
    @cython.locals(field=Py_ssize_t)
    cpdef bint holds(self, int tag, bytes expected) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef long long get_int(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef long long get_fixed(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef long long get_utc_ns(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t, start=Py_ssize_t, p=cython.p_const_uchar)
    cpdef int get_char(self, int tag, int default=*) except? -1
    @cython.locals(code=cython.int)
    cpdef bint get_bool(self, int tag, bint default=*) except? -1
    @cython.locals(at=Py_ssize_t, limit=Py_ssize_t, field=Py_ssize_t, start=Py_ssize_t)
    cpdef list group(self, int count_tag, GroupLayout layout=*)
    cdef GroupLayout _layout_of(self, int count_tag)
    @cython.locals(delimiter=cython.int)
    cdef Py_ssize_t _entry_end(self, Py_ssize_t field, Py_ssize_t limit, GroupLayout layout) except? -1
    cdef FieldRange _entry(self, Py_ssize_t first, Py_ssize_t last, GroupLayout layout)
    cdef Py_ssize_t _group_limit(self) except? -1
    cdef bytes _value(self, Py_ssize_t field)
