# C layout of the counter page.
from fairlead.gateway.journal.memory cimport base_of, load_u64, store_u64

cdef long long _LOWEST, _LOWEST_NS, _HIGHEST_NS, _LAST_BUCKET, _HEADER

cpdef long long bucket_of(long long value_ns) except? -1

cdef class CounterPage:
    cdef object _map
    cdef readonly object slots
    cdef dict _index
    cdef dict _histograms
    cdef long long _count
    cdef unsigned char *_base

    cpdef add(self, long long slot, unsigned long long amount=*)
    cpdef set(self, long long slot, unsigned long long value)
    cpdef observe(self, long long histogram, long long value_ns)
    cdef long long _place(self, long long slot) except -1
