# C layout of an outcome.

from fairlead.codecs.vocabulary.messages_cy cimport Report
from fairlead.gateway.orders.order_cy cimport Order

cdef class Outcome:
    cdef readonly int verdict
    cdef readonly str strategy
    cdef readonly Report report
    cdef readonly Order order
    cdef readonly tuple discrepancies
    cdef readonly tuple lost_requests
