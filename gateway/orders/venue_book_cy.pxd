# C layout of a venue's book.

from fairlead.codecs.vocabulary.messages_cy cimport Report
from fairlead.gateway.orders.order_cy cimport Order, Request

cdef class VenueBook:
    cdef readonly str venue
    cdef readonly dict requests
    cdef readonly dict orders
    cdef readonly dict seen
    cdef readonly str date
    cdef readonly int days_on_date
    cdef readonly str day
    cdef readonly long long day_started_utc_ns
    cdef readonly long long reports_lost_utc_ns
    cpdef void start_day(self, long long utc_ns) except *
    cpdef Order find(self, Report report)
    cpdef void remember(self, str venue_exec_id, Report report) except *
    cpdef void learn_order_id(self, Order order, str venue_order_id) except *
    cpdef void forget(self, set order_ids) except *

cdef tuple contents_of(Report report)
