# C layout of the snapshot and its reader; what is cimported here, the module may set.

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.codecs.vocabulary.packing_cy cimport Unpacker
from fairlead.gateway.orders.order_cy cimport Execution, Order, Request
from fairlead.gateway.orders.positions_cy cimport Position, PositionBook, instrument_key
from fairlead.gateway.orders.terms_cy cimport copy_terms
from fairlead.gateway.orders.venue_book_cy cimport VenueBook

cdef int NEW_ORDER, IN_FLIGHT
cdef long long ABSENT

cdef class Books:
    cdef public long long opened
    cdef public long long duplicates
    cdef public dict orders
    cdef public dict requests
    cdef public dict venues
    cdef public PositionBook positions
    cdef public list quarantined
    cdef public set without_day

cdef class SnapshotReader:
    cdef readonly Books books
    cdef long long _records
    cpdef bint take(self, bytes payload) except? True

cdef object _take_message(Unpacker fields)
cdef NewOrder _take_new_order(Unpacker fields)
cdef void _index(Books books, Request request) except *
