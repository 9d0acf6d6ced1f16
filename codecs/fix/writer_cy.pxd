# C types of the FIX message writer.

cimport cython

from fairlead.codecs.fix.octets cimport bytes_of, copy, put_bytes, put_text, soh_at, sum_of
from fairlead.codecs.fixed_point_cy cimport write_fixed, write_int
from fairlead.codecs.utc_cy cimport write_utc_time, write_utc_timestamp

cdef long long _ABSENT
cdef int _NUMBER_CHARS, _MSG_TYPE_CHARS

cdef class MessageWriter:
    cdef readonly str begin_string
    cdef readonly int timestamp_digits
    cdef bytearray _buffer
    cdef Py_ssize_t _capacity
    cdef Py_ssize_t _at  # where the next byte goes
    cdef Py_ssize_t _fixed_start
    cdef Py_ssize_t _fixed_end
    cdef Py_ssize_t _time_at
    cdef long long _day
    cdef long long _time_written
    cdef long long _msg_seq_num
    cdef bytes _begin
    cdef bytes _msg_type
    cdef dict _msg_types
    cdef bint _started

    cpdef int start(
        self, str msg_type, long long msg_seq_num, long long sending_time_ns, bint poss_dup=*,
        long long orig_sending_time_ns=*
    ) except? -1
    cdef bytes _head_of(self, str msg_type)
    @cython.locals(p=cython.p_uchar, day=cython.longlong)
    cdef int _stamp(self, long long utc_ns) except? -1
    @cython.locals(buffer=bytearray)
    cdef int _reserve(self, Py_ssize_t size) except? -1
    @cython.locals(p=cython.p_uchar, at=Py_ssize_t, i=Py_ssize_t, rest=cython.uint)
    cdef Py_ssize_t _tag(self, int tag, Py_ssize_t size) except? -1
    cdef int _end(self, Py_ssize_t at) except? -1
    @cython.locals(at=Py_ssize_t, end=Py_ssize_t)
    cpdef int put_str(self, int tag, str value) except? -1
    @cython.locals(at=Py_ssize_t)
    cpdef int put_bytes(self, int tag, bytes value) except? -1
    cpdef int put_int(self, int tag, long long value) except? -1
    cpdef int put_fixed(self, int tag, long long value) except? -1
    @cython.locals(p=cython.p_uchar, at=Py_ssize_t, day=cython.longlong)
    cpdef int put_utc(self, int tag, long long utc_ns, int digits=*) except? -1
    @cython.locals(at=Py_ssize_t)
    cpdef int put_char(self, int tag, int code) except? -1
    cpdef int put_bool(self, int tag, bint value) except? -1
    @cython.locals(at=Py_ssize_t)
    cpdef int put_data(self, int tag, bytes value, int length_tag=*) except? -1
    @cython.locals(p=cython.p_uchar, at=Py_ssize_t, end=Py_ssize_t, i=Py_ssize_t, total=cython.uint)
    cpdef bytes finish(self)
    cpdef bytes rewrite_as_poss_dup(self, bytes original, long long sending_time_ns)

cdef Py_ssize_t _int_before(unsigned char *out, Py_ssize_t at, long long value) except? -1
