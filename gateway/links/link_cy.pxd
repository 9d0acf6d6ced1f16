# C layout of the links.
from fairlead.gateway.links.turn_cy cimport Turn


cdef class Link:
    cdef readonly object loop
    cdef readonly object endpoint
    cdef readonly Turn turn
    cdef readonly bint is_closed
    cdef long long _max_unsent_bytes
    cdef object _on_closed
    cdef object _on_fault
    cdef long long _armed_ns
    cdef object _timer
    cdef Py_ssize_t _unsent_noted
    cdef object _paced
    cdef bint _is_ending
    cdef bint _lingers
    cdef str _reason
    cdef object _lingering


cdef class SocketLink(Link):
    cdef object _sock
    cdef int _descriptor
    cdef bytearray _unsent


cdef class TransportLink(Link):
    cdef object _transport
