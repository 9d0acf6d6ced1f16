# C layout of what the links of a process share.
from fairlead.gateway.journal.writer_cy cimport JournalWriter
from fairlead.gateway.links.polling_cy cimport Polled, Polling
from fairlead.gateway.stages_cy cimport StageTimes
from fairlead.gateway.system_clock cimport monotonic_ns, utc_ns

cdef int _COMMIT, _SEND


cdef class TurnLink(Polled):
    cpdef flush(self, long long now_ns, long long utc_ns)


cdef class Turn:
    cdef readonly object clock
    cdef readonly bytearray buffer
    cdef readonly object view
    cdef readonly bint has_failed
    cdef readonly list links
    cdef public Polling polling
    cdef readonly long long utc_ns
    cdef readonly StageTimes stages
    cdef bint _is_system_clock
    cdef object _journal
    cdef JournalWriter _writer
    cdef object _on_failure
    cdef object _on_sent
    cdef list _ending
    cdef bint _is_finishing

    cpdef long long begin(self) except? -1
    cpdef finish(self, long long now_ns, long long utc_ns)
    cdef bint _commit_and_send(self, long long now_ns, long long utc_ns) except -1
    cdef int _flush(self, TurnLink link, long long now_ns, long long utc_ns) except -1
