# C layout of the order path's counters.
from fairlead.codecs.vocabulary.messages_cy cimport Report
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

    cdef int _count_request(self, str strategy, str venue, str what) except -1
    cpdef order_sent(self, str strategy, str venue)
    cpdef cancel_sent(self, str strategy, str venue)
    cpdef replace_sent(self, str strategy, str venue)
    cpdef answered(self, str venue, long long duration_ns)
    cpdef venue_report(self, str venue, long long verdict)
    cpdef report_passed(self, str venue, str strategy, Report report)
    cpdef turn_sent(self, long long started_ns)
