# C layout of the links.

cimport cython

from fairlead.adapters.conversation_cy cimport Conversation
from fairlead.gateway.links.descriptors cimport receive, send
from fairlead.gateway.links.turn_cy cimport Turn, TurnLink

cdef Py_ssize_t _RECEIVE_BYTES, _AGAIN, _INTERRUPTED
cdef int _READ


cdef class Link(TurnLink):
    cdef readonly object loop
    cdef readonly object endpoint
    cdef Conversation _conversation
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

    cpdef Py_ssize_t unsent_bytes(self) except -1
    cpdef long long received(self, data) except? -1
    @cython.locals(talk=Conversation)
    cdef int _flush(self, long long now_ns, long long utc_ns) except -1
    cpdef int _write(self, bytes data) except -1


cdef class SocketLink(Link):
    cdef object _sock
    cdef int _descriptor
    cdef bytearray _unsent

    @cython.locals(count=Py_ssize_t, now_ns="long long")
    cpdef bint poll(self) except -1
    @cython.locals(count=Py_ssize_t)
    cpdef int _write(self, bytes data) except -1


cdef class TransportLink(Link):
    cdef object _transport
