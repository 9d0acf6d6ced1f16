# C types of the MoldUDP64 receiver's steady state.

cimport cython

from fairlead.codecs.moldudp64.packets_cy cimport MoldPacket

cdef class LineCounters:
    cdef public long long packets
    cdef public long long messages
    cdef public long long duplicates
    cdef public long long ahead
    cdef public long long heartbeats
    cdef public long long faults
    cdef public long long foreign
    cdef public long long dropped
    cdef public long long last_ns
    cdef public bint is_silent

cdef class MoldReceiverCore:
    cdef readonly object settings
    cdef readonly object sink
    cdef readonly list lines
    cdef readonly LineCounters recovery
    cdef public bytes session
    cdef public long long expected
    cdef public long long reached
    cdef public long long reached_ns
    cdef public long long delivered
    cdef readonly object window
    cdef public bint is_quiet
    cdef readonly MoldPacket packet
    cdef MoldPacket _stored

    @cython.locals(counters=LineCounters, packet=MoldPacket)
    cpdef receive_datagram(self, Py_ssize_t line, data, long long now_ns, long long utc_ns)
    @cython.locals(begin=cython.longlong, end=cython.longlong)
    cpdef receive_packet(self, Py_ssize_t line, LineCounters counters, MoldPacket packet, long long now_ns, long long utc_ns)
    @cython.locals(first=cython.longlong, count=cython.longlong)
    cpdef deliver(self, MoldPacket packet, long long now_ns, long long utc_ns)
    @cython.locals(counters=LineCounters, line=cython.longlong, data=bytes)
    cpdef drain(self, long long now_ns, long long utc_ns)
