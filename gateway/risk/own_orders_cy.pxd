# C layout of the index of own orders.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy cimport Order, Request

cdef long long ABSENT, ANY_PRICE, NOWHERE
cdef int BUY, STOP, STOP_LIMIT, REPLACE_ORDER


cdef class OwnEntry:
    cdef readonly long long rank
    cdef readonly long long number
    cdef readonly Order order


cdef class OwnSide:
    cdef readonly list entries
    cpdef Py_ssize_t place_of(self, long long rank, long long number) except -1
    cpdef bint may_cross(self, long long rank) except -1


cdef class OwnSides:
    cdef OwnSide buying
    cdef OwnSide selling


cdef class OwnOrders:
    cdef dict _venues
    cdef dict _entries
    cpdef void follow(self, Order order) except *
    @cython.locals(symbols=dict, found=OwnSides)
    cpdef OwnSide side(self, str venue, str symbol, bint is_buy)


cpdef long long crossing_rank(long long px, bint is_buy) except? -1
cpdef bint is_stop(long long ord_type) noexcept
cpdef long long rank_for(long long px, bint is_buy) except? -1
cdef long long _rank_of(Order order) except? -1
