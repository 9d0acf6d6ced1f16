# C signatures of the comparison.

from fairlead.codecs.vocabulary.messages_cy cimport Report
from fairlead.gateway.orders.booking_cy cimport note_missing
from fairlead.gateway.orders.order_cy cimport Order

cdef long long ABSENT
cdef int REJECTED_STATUS
cdef int REJECTED_REPORT

cpdef list compare(Order order, int event, Report said, bint was_ended, bint answers_request)
