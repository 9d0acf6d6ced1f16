# C layout of the exposure's counts.
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, ReplaceOrder
from fairlead.gateway.orders.ledger_cy cimport Ledger
from fairlead.gateway.orders.order_cy cimport Order, Request
from fairlead.gateway.orders.positions_cy cimport Position
from fairlead.gateway.risk.limit_set_cy cimport Bucket, LimitSet, nearest
from fairlead.gateway.risk.subject_cy cimport Subject
from fairlead.gateway.risk.valuation_cy cimport Valuation, Valuations

cdef long long ABSENT
cdef int BUY, REPLACE_ORDER, NOT_SEEN


cdef class Weight:
    cdef readonly bint is_live
    cdef readonly long long qty
    cdef readonly object money
    cdef readonly bint is_unvalued
    cdef double near_money
    cdef bint is_exact


cdef class PositionShare:
    cdef Position position
    cdef tuple buckets
    cdef object net_qty
    cdef object net_notional
    cdef object traded_notional
    cdef bint is_unvalued


cdef class OrderShare:
    cdef tuple buckets
    cdef bint is_buy
    cdef Weight weight
    cdef long long cum_qty
    cdef object executed
    cdef PositionShare position


cdef class Exposure:
    cdef Ledger _ledger
    cdef object _limits_for
    cdef Valuations _valuations
    cdef dict _orders
    cdef dict _positions
    cdef Weight _asked
    cdef Subject _asked_of
    cpdef void follow(self, Order order) except *
    cpdef Weight added_by(self, Subject subject)
    cdef Weight nearly_added_by(self, Subject subject)
    cdef void _measure_exactly(self, Subject subject) except *
    cdef void _follow(self, Order order, bint with_position) except *
    cdef void _follow_executions(self, Order order, OrderShare share) except *
    cdef PositionShare _share_of_position(self, Position position)
    cdef void _follow_position(self, PositionShare share) except *
    cdef void _measure(self, Subject subject) except *


cpdef long long price_of(long long price, long long stop_px, long long risk_px) noexcept
cdef void _weigh(Order order, Valuation valuation, Weight weight) except *
cdef void _consider(Weight weight, long long order_qty, long long cum_qty, long long px) except *
cdef void _value(Weight weight, Valuation valuation) except *
cdef void _take_off(Weight weight, Weight held) except *
cdef void _move(OrderShare share, Weight weight) except *
cdef void _reset(Weight weight) except *
cdef void _clear(Bucket bucket) except *
