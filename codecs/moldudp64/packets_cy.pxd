# C types of the MoldUDP64 packets.

cimport cython

from fairlead.codecs.fix.octets cimport bytes_of, equal_at, put_buffer

cdef int _HEADER, _SESSION, _END, _CAPACITY

cdef class MoldPacket:
    cdef readonly bytearray data
    cdef readonly Py_ssize_t size
    cdef readonly long long sequence_number
    cdef readonly long long message_count
    cdef readonly long long next_number
    cdef readonly bint is_heartbeat
    cdef readonly bint is_end_of_session
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end

    @cython.locals(p=cython.p_const_uchar, size=Py_ssize_t, high=cython.longlong, low=cython.longlong, count=cython.longlong)
    cpdef int load(self, data) except? -1
    @cython.locals(p=cython.p_const_uchar, at=Py_ssize_t, block=Py_ssize_t, index=Py_ssize_t)
    cdef int _check_blocks(self, Py_ssize_t count, Py_ssize_t size) except? -1
    @cython.locals(p=cython.p_const_uchar, at=Py_ssize_t)
    cpdef bint next_message(self) except? -1
    cpdef int skip_to(self, long long number) except? -1
    cpdef bytes message(self)
    cpdef bytes raw(self)
    cpdef bytes session(self)
    cpdef bint is_of(self, bytes session) except? -1
