# C layout of the positions.

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.orders.order_cy cimport Order

cdef class Position:
    cdef readonly str strategy
    cdef readonly str account
    cdef readonly str venue
    cdef readonly str symbol
    cdef readonly NewOrder instrument
    cdef readonly object bought_qty
    cdef readonly object bought_notional
    cdef readonly object sold_qty
    cdef readonly object sold_notional
    cdef readonly object day_notional

cdef class PositionBook:
    cdef readonly dict positions
    cpdef Position find(self, Order order)

cpdef tuple instrument_key(NewOrder terms)
