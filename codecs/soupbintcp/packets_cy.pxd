# C types of the SoupBinTCP packet reader and writer.

cimport cython

from fairlead.codecs.fix.octets cimport bytes_of, put_buffer
from fairlead.codecs.soupbintcp.packet_bytes cimport packet_bytes

cdef int _HEADER, _LENGTH, _RAW_LIMIT, _MAX_PAYLOAD, _FIRST_CAPACITY

cdef class Fault:
    cdef readonly str reason
    cdef readonly bytes raw
    cdef readonly long long offset

cdef class Packet:
    cdef readonly bytearray data
    cdef readonly int type_code
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end

    @cython.locals(p=cython.p_const_uchar)
    cpdef bytes payload(self)
    @cython.locals(p=cython.p_const_uchar)
    cpdef bytes raw(self)

cdef class PacketReader:
    cdef readonly Py_ssize_t max_packet_bytes
    cdef readonly Packet packet
    cdef readonly Fault fault
    cdef bytearray _buffer
    cdef Py_ssize_t _capacity
    cdef Py_ssize_t _at
    cdef Py_ssize_t _end
    cdef long long _offset

    @cython.locals(room=Py_ssize_t, size=Py_ssize_t)
    cpdef int feed(self, data) except? -1
    @cython.locals(waiting=bytes)
    cdef int _make_room(self, Py_ssize_t size) except? -1
    @cython.locals(p=cython.p_const_uchar, at=Py_ssize_t, end=Py_ssize_t, length=Py_ssize_t, packet=Packet)
    cpdef next_packet(self)
    cdef Fault _break(self, Py_ssize_t length)

cpdef bytes encode_packet(int type_code, bytes payload=*)
