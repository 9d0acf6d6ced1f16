# C layout of a connection of the FIX port.

cimport cython

from fairlead.adapters.conversation_cy cimport Conversation
from fairlead.adapters.fix.session_cy cimport SessionCore
from fairlead.adapters.output_watch_cy cimport OutputWatch

cdef long long _NEVER_NS

cdef class FixPortConnection(Conversation):
    cdef object _acceptor
    cdef object _owner_of
    cdef object _owner
    cdef OutputWatch _watch
    cdef Py_ssize_t _market_bytes
    cdef bint _given_up
    cdef SessionCore _core
