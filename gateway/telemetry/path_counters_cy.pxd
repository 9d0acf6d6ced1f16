# C layout of the order path's counters.
from fairlead.gateway.telemetry.counters_cy cimport CounterPage


cdef class PathCounters:
    cdef readonly CounterPage page
    cdef object _read_clock
    cdef dict _strategies
    cdef dict _venues
    cdef dict _to_strategy
    cdef dict _to_venue
    cdef dict _answer
    cdef list _sent_this_turn
