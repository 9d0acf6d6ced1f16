# C layout of the index of open orders.

from fairlead.gateway.orders.order_cy cimport Order

cdef class OrderGroup:
    cdef readonly tuple key
    cdef readonly dict orders

cdef class OpenOrders:
    cdef dict groups
    cdef list by_value
    cdef readonly long long count
    cpdef void follow(self, Order order) except *
    cpdef list find(self, str strategy, str venue, str account, str symbol, long long side)
    cpdef void forget_empty(self) except *
