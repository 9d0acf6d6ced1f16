# C types of the FIX message index.

cimport cython

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
    cpdef long long get_int(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef long long get_fixed(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t)
    cpdef long long get_utc_ns(self, int tag, long long default=*) except? -1
    @cython.locals(field=Py_ssize_t, start=Py_ssize_t)
    cpdef int get_char(self, int tag, int default=*) except? -1
    @cython.locals(code=cython.int)
    cpdef bint get_bool(self, int tag, bint default=*) except? -1
    @cython.locals(at=Py_ssize_t, limit=Py_ssize_t, field=Py_ssize_t, entry=GroupEntry, start=Py_ssize_t)
    cpdef list group(self, int count_tag, GroupLayout layout=*)
    cdef GroupLayout _layout_of(self, int count_tag)
    @cython.locals(delimiter=cython.int)
    cdef Py_ssize_t _entry_end(self, Py_ssize_t field, Py_ssize_t limit, GroupLayout layout) except? -1
    @cython.locals(entry=GroupEntry)
    cdef GroupEntry _entry(self, Py_ssize_t first, Py_ssize_t last, GroupLayout layout)
    cdef Py_ssize_t _group_limit(self) except? -1
    cdef bytes _value(self, Py_ssize_t field)

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
    cdef int[::1] _data_tags
    cdef long long _generation
    cdef Py_ssize_t _body_first
    cdef Py_ssize_t _trailer_first

    @cython.locals(entry=GroupEntry)
    cdef GroupEntry _entry(self, Py_ssize_t first, Py_ssize_t last, GroupLayout layout)
    cpdef int load(self, bytes frame) except? -1
    cpdef bytes raw(self)
    cpdef int tag_at(self, Py_ssize_t field) except? -1
    cpdef Py_ssize_t start_at(self, Py_ssize_t field) except? -1
    cpdef Py_ssize_t end_at(self, Py_ssize_t field) except? -1
    cpdef int section_at(self, Py_ssize_t field) except? -1
    cdef int _check_field(self, Py_ssize_t field) except? -1
    @cython.locals(
        p=cython.p_const_uchar, size=Py_ssize_t, head=Py_ssize_t, body=Py_ssize_t, length=cython.longlong, total=cython.int
    )
    cdef int _check_envelope(self, bytes frame) except? -1
    @cython.locals(
        p=cython.p_const_uchar, size=Py_ssize_t, at=Py_ssize_t, start=Py_ssize_t, n=Py_ssize_t, digit=cython.int,
        tag=cython.int, capacity=Py_ssize_t, slot=Py_ssize_t, data_tag=cython.int, data_length=Py_ssize_t, last=cython.uchar
    )
    cdef int _index(self, bytes frame) except? -1
    @cython.locals(data_length=cython.longlong)
    cdef Py_ssize_t _data_length(self, bytes frame, Py_ssize_t start, Py_ssize_t end) except? -2
    @cython.locals(fields="int[::1]", i=Py_ssize_t)
    cdef int _grow(self, Py_ssize_t used) except? -1
    @cython.locals(field=Py_ssize_t)
    cdef int _name(self) except? -1
    @cython.locals(i=Py_ssize_t)
    cdef int _find_sections(self) except? -1

@cython.locals(i=Py_ssize_t)
cdef Py_ssize_t value_end(const unsigned char *data, Py_ssize_t at, Py_ssize_t limit) except? -1

@cython.locals(i=Py_ssize_t, total=cython.uint)
cdef int sum_bytes(bytes frame, Py_ssize_t end) except? -1

@cython.locals(p=cython.p_const_uchar)
cdef int is_trailer(const unsigned char *data, Py_ssize_t at) except? -1
