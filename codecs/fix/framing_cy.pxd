# C types of the FIX frame reader.

cimport cython

from fairlead.codecs.fix.envelope_cy cimport is_trailer
from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.octets cimport bytes_of, put_buffer

cdef class Garbled:
    cdef readonly str reason
    cdef readonly bytes raw
    cdef readonly long long offset
    cdef readonly Py_ssize_t length

cdef class FrameReader:
    cdef readonly Py_ssize_t max_frame_bytes
    cdef readonly FixMessage message
    cdef bytearray _buffer
    cdef Py_ssize_t _capacity
    cdef Py_ssize_t _end
    cdef dict _data_tags
    cdef Py_ssize_t _at
    cdef long long _offset
    cdef Py_ssize_t _total
    cdef str _fault
    cdef bint _misled
    cdef Py_ssize_t _walked
    cdef Py_ssize_t _scanned
    cdef int _data_tag
    cdef Py_ssize_t _data_length
    cdef Py_ssize_t _suspect

    @cython.locals(room=Py_ssize_t, size=Py_ssize_t)
    cpdef int feed(self, data) except? -1
    @cython.locals(waiting=bytes)
    cdef int _make_room(self, Py_ssize_t size) except? -1
    @cython.locals(p=cython.p_const_uchar, size=Py_ssize_t, at=Py_ssize_t, end=Py_ssize_t)
    cpdef next_frame(self)
    cpdef Garbled feed_eof(self)
    @cython.locals(
        p=cython.p_const_uchar, head=cython.p_const_uchar, start=Py_ssize_t, size=Py_ssize_t, i=Py_ssize_t, digits=Py_ssize_t, length=cython.longlong
    )
    cdef Py_ssize_t _parse_head(self, Py_ssize_t size) except? -1
    cdef Py_ssize_t _bad_head(self, Py_ssize_t seen, str expected) except? -1
    cdef str _length_fault(self, Py_ssize_t length)
    cdef Garbled _drop(self, str reason, Py_ssize_t length)
    @cython.locals(end=Py_ssize_t, field=Py_ssize_t)
    cdef Py_ssize_t _walk(self, Py_ssize_t size) except? -1
    @cython.locals(begin=Py_ssize_t)
    cdef Py_ssize_t _end_in_field(self, Py_ssize_t start, Py_ssize_t end) except? -1
    @cython.locals(start=Py_ssize_t, end=Py_ssize_t, value=Py_ssize_t)
    cdef Py_ssize_t _field_end(self, Py_ssize_t start, Py_ssize_t size) except? -2
    cdef int _forget(self) except? -1
