# C layout of the packer, for the modules that put fields into journal records.

cdef long long INT64_MIN, INT64_MAX

cdef class Packer:
    cdef readonly bytearray data
    cdef unsigned long long presence
    cdef int bit
    cdef Py_ssize_t start
    cdef int presence_bytes
    cpdef void open(self, int count) except *
    cpdef void close(self) except *
    cpdef void put_number(self, long long value, long long default) except *
    cpdef void put_text(self, str value) except *
    cpdef void put_pairs(self, tuple pairs) except *
    cpdef void append_text(self, str value) except *
    cpdef void append_length(self, unsigned long long value) except *
    cdef void _mark_present(self) except *
    cdef void _append_zigzag(self, long long value) except *

cdef class Unpacker:
    cdef readonly bytes data
    cdef readonly Py_ssize_t position
    cdef readonly Py_ssize_t end
    cdef readonly int version
    cdef unsigned long long presence
    cpdef void open(self, int count) except *
    cpdef long long number(self, long long default) except? -1
    cpdef bint flag(self) except? True
    cpdef str text(self)
    cpdef tuple pairs(self)
    cpdef str take_text(self)
    cpdef unsigned long long length(self) except? 18446744073709551615
    cpdef void take_version(self, int newest) except *
    cpdef int take_byte(self) except -1
    cpdef void expect_end(self) except *
    cdef bint _is_present(self)
