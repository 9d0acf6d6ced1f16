# C layout of the index of own orders.
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy cimport Order, Request

cdef long long ABSENT, ANY_PRICE
cdef int BUY, STOP, STOP_LIMIT, REPLACE_ORDER


cdef class OwnSide:
    cdef readonly list entries


cdef class OwnOrders:
    cdef dict _sides
    cdef dict _ranks
    cpdef void follow(self, Order order) except *
    cpdef OwnSide side(self, str venue, str symbol, bint is_buy)


cpdef bint is_stop(long long ord_type) noexcept
