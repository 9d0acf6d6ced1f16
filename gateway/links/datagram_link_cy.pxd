# C layout of the datagram link.

cimport cython

from fairlead.gateway.links.descriptors cimport receive
from fairlead.gateway.links.turn_cy cimport Turn

cdef Py_ssize_t _LONGEST

cdef class DatagramLink:
    cdef readonly object loop
    cdef readonly object endpoint
    cdef readonly Turn turn
    cdef readonly bint is_closed
    cdef readonly long long unsent_requests
    cdef list _lines
    cdef list _servers
    cdef object _on_closed
    cdef object _on_fault
    cdef int _limit
    cdef list _drops
    cdef long long _armed_ns
    cdef object _timer
    cdef bint _is_touched
    cdef bint _is_ending
    cdef str _reason

    @cython.locals(buffer=bytearray, size=Py_ssize_t)
    cdef int _drain(self, Py_ssize_t line, int descriptor, long long now_ns, long long utc_ns) except? -1
