# C layout of the stage stamps.
from fairlead.gateway.system_clock cimport monotonic_ns

cdef class StageTimes:
    cdef public bint is_on
    cdef long long _last_ns
    cdef list _taken

    cpdef int begin(self) except -1
    cpdef int mark(self, int stage) except -1
