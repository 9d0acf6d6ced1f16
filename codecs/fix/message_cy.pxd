# C types of the FIX message index.

cimport cython

from fairlead.codecs.fix.envelope_cy cimport check_envelope
from fairlead.codecs.fix.fields_cy cimport FieldRange, GroupLayout
from fairlead.codecs.fix.octets cimport bytes_of, equal_at, head_at, ints_of, soh_at, str_of
from fairlead.codecs.fixed_point_cy cimport parse_int

cdef long long _tags_numbers

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
    cdef readonly long long tags_number
    cdef readonly bint has_empty
    cdef int[::1] _slots  # field number by tag; see find()
    cdef int[::1] _data_tags  # the data tag by length tag, 0 for other tags
    cdef unsigned long long[::1] _heads  # the text of each tag with its =, of the frame before
    cdef int[::1] _head_sizes
    cdef Py_ssize_t _known  # how many of them there are
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
        p=cython.p_const_uchar, fields=cython.p_int, slots=cython.p_int, size=Py_ssize_t, at=Py_ssize_t,
        start=Py_ssize_t, head=Py_ssize_t, known=Py_ssize_t,
        same=Py_ssize_t, n=Py_ssize_t, digit=cython.int, tag=cython.uint, capacity=Py_ssize_t, slot=Py_ssize_t, data_tag=cython.int,
        data_length=Py_ssize_t
    )
    cdef Py_ssize_t _index(self, bytes frame) except -1
    cdef int _count_tags(self) except -1
    @cython.locals(
        p=cython.p_const_uchar, fields=cython.p_int, sizes=cython.p_int, last=Py_ssize_t, size=Py_ssize_t, at=Py_ssize_t,
        n=Py_ssize_t, start=Py_ssize_t, width=cython.int
    )
    cdef Py_ssize_t _index_known(self, bytes frame) except -1
    cdef int _keep_head(self, const unsigned char *p, Py_ssize_t n, Py_ssize_t start, int width, bint is_plain) noexcept
    @cython.locals(end=Py_ssize_t)
    cdef Py_ssize_t _end_of_negative(self, bytes frame, Py_ssize_t start, Py_ssize_t at) except -1
    @cython.locals(data_length=cython.longlong)
    cdef Py_ssize_t _data_length(self, bytes frame, Py_ssize_t start, Py_ssize_t end) except? -2
    @cython.locals(fields="int[::1]", i=Py_ssize_t)
    cdef int _grow(self, Py_ssize_t used) except? -1
    @cython.locals(p=cython.p_const_uchar, fields=cython.p_int, field=Py_ssize_t)
    cdef int _name(self) except? -1
    @cython.locals(field=Py_ssize_t)
    cdef Py_ssize_t _near(self, Py_ssize_t tag) noexcept
    @cython.locals(i=Py_ssize_t)
    cdef int _find_sections(self) except? -1
