# C layout of the counter page.
cdef class CounterPage:
    cdef object _map
    cdef readonly object slots
    cdef dict _index
    cdef dict _histograms
