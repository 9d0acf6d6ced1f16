# C types of the FIX message index.

cimport cython

from fairlead.codecs.fix.envelope_cy cimport check_envelope
from fairlead.codecs.fix.fields_cy cimport FieldRange, GroupLayout
from fairlead.codecs.fix.octets cimport bytes_of, equal_at, soh_at, str_of
from fairlead.codecs.fixed_point_cy cimport parse_int

cdef class GroupEntry(FieldRange):
    cdef FixMessage _message
    cdef long long _generation
    cdef readonly GroupLayout layout
    cdef int _check_valid(self) except? -1

cdef class FixMessage(FieldRange):
    cdef readonly str msg_type
    cdef readonly str begin_string
    cdef readonly long long msg_seq_num
    cdef readonly bint poss_dup
    cdef readonly Py_ssize_t field_count
    cdef int[::1] _slots  # field number by tag; see find()
    cdef int[::1] _data_tags  # the data tag by length tag, 0 for other tags
    cdef dict _far_data_tags  # the same for tags beyond the array
    cdef bint _has_far
    cdef bytes _begin
    cdef str _begin_text
    cdef bytes _type
    cdef str _type_text
    cdef long long _generation
    cdef Py_ssize_t _body_first
    cdef Py_ssize_t _trailer_first

    cdef int _clear(self) except? -1
    @cython.locals(entry=GroupEntry)
    cdef FieldRange _entry(self, Py_ssize_t first, Py_ssize_t last, GroupLayout layout)
    @cython.locals(count=Py_ssize_t)
    cpdef int load(self, bytes frame) except? -1
    cpdef bytes raw(self)
    cpdef int tag_at(self, Py_ssize_t field) except? -1
    cpdef Py_ssize_t start_at(self, Py_ssize_t field) except? -1
    cpdef Py_ssize_t end_at(self, Py_ssize_t field) except? -1
    cpdef int section_at(self, Py_ssize_t field) except? -1
    cdef int _check_field(self, Py_ssize_t field) except? -1
    @cython.locals(
        p=cython.p_const_uchar, fields="int[::1]", slots="int[::1]", size=Py_ssize_t, at=Py_ssize_t, start=Py_ssize_t,
        n=Py_ssize_t, digit=cython.int, tag=cython.int, capacity=Py_ssize_t, slot=Py_ssize_t, data_tag=cython.int,
        data_length=Py_ssize_t
    )
    cdef Py_ssize_t _index(self, bytes frame) except -1
    @cython.locals(end=Py_ssize_t)
    cdef Py_ssize_t _end_of_negative(self, bytes frame, Py_ssize_t start, Py_ssize_t at) except -1
    @cython.locals(data_length=cython.longlong)
    cdef Py_ssize_t _data_length(self, bytes frame, Py_ssize_t start, Py_ssize_t end) except? -2
    @cython.locals(fields="int[::1]", i=Py_ssize_t)
    cdef int _grow(self, Py_ssize_t used) except? -1
    @cython.locals(p=cython.p_const_uchar, fields="int[::1]", field=Py_ssize_t)
    cdef int _name(self) except? -1
    @cython.locals(i=Py_ssize_t)
    cdef int _find_sections(self) except? -1
