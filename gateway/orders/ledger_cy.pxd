# C layout of the ledger.

from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.effects_cy cimport Effects
from fairlead.gateway.orders.order_cy cimport Order, Request
from fairlead.gateway.orders.outcome_cy cimport Outcome
from fairlead.gateway.orders.positions_cy cimport Position
from fairlead.gateway.orders.replay_cy cimport Replay
from fairlead.gateway.orders.venue_book_cy cimport VenueBook

cdef int NEW_ORDER, REFUSED, STATUS_REPORT, EXEC_ORDER_STATUS
cdef long long MAX_QTY, ABSENT

cdef class Ledger:
    cdef object _record
    cdef object _order_ids
    cdef object _exec_ids
    cdef Effects _books
    cdef Replay _replay
    cdef list _listeners
    cdef list _day_listeners
    cdef void _tell(self, Order order) except *
    cpdef Position position_of(self, Order order)
