# C layout of what the links of a process share.
from fairlead.gateway.links.polling_cy cimport Polling


cdef class Turn:
    cdef readonly object clock
    cdef readonly bytearray buffer
    cdef readonly object view
    cdef readonly bint has_failed
    cdef readonly list links
    cdef public Polling polling
    cdef object _journal
    cdef object _on_failure
    cdef object _on_sent
    cdef list _ending
    cdef bint _is_finishing
