# C signatures of the snapshot's writer.

from fairlead.codecs.vocabulary.binary_cy cimport pack
from fairlead.codecs.vocabulary.packing_cy cimport Packer
from fairlead.gateway.orders.order_cy cimport Execution, Order, Request
from fairlead.gateway.orders.positions_cy cimport Position
from fairlead.gateway.orders.snapshot_cy cimport Books
from fairlead.gateway.orders.venue_book_cy cimport VenueBook

cdef long long ABSENT

cdef Packer _begin(int part)
cdef bytes _finish(Packer fields)
cdef void _append_message(Packer fields, object message) except *
