# C layout of the memory of orders that others may repeat.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.limit_set_cy cimport LimitSet


cdef class SentOrder:
    cdef long long sent_ns
    # the order before it in its chain
    cdef long long older
    cdef Py_hash_t mixed
    cdef str cl_ord_id
    cdef str strategy
    cdef str account
    cdef str venue
    cdef str symbol
    cdef long long side
    cdef long long ord_type
    cdef long long price
    cdef long long stop_px
    cdef long long order_qty

    cdef take(self, str strategy, str account, str venue, NewOrder request)
    cdef bint is_same(self, str strategy, str account, str venue, NewOrder request) except -1


cdef class DuplicateOrders:
    cdef Py_ssize_t _max_kept
    cdef long long _keep_ns
    cdef list _ring
    cdef long long[::1] _heads
    cdef long long _mask
    cdef long long _first
    cdef long long _next

    cpdef tuple matches(self, str strategy, str account, str venue, NewOrder request, LimitSet limits, long long now_ns)
    @cython.locals(mixed=Py_hash_t, number=cython.longlong, sent=SentOrder, count=Py_ssize_t)
    cdef Py_ssize_t count(
        self, str strategy, str account, str venue, NewOrder request, LimitSet limits, long long now_ns
    ) except -1
    cpdef bint has_room(self, long long now_ns)
    @cython.locals(mixed=Py_hash_t, sent=SentOrder, place=Py_ssize_t)
    cpdef note(self, str strategy, str account, str venue, NewOrder request, LimitSet limits, long long now_ns)
    cpdef rebuild(self, object sent)
    @cython.locals(sent=SentOrder)
    cdef _forget(self, long long now_ns)
    @cython.locals(mask=cython.longlong, number=cython.longlong, sent=SentOrder)
    cdef _grow(self)
    cdef SentOrder _at(self, long long number)
    @cython.locals(place=Py_ssize_t)
    cdef _chain(self, SentOrder sent, long long number)


@cython.locals(mixed=Py_hash_t)
cdef Py_hash_t _mix(str strategy, str account, str venue, NewOrder request) except -1
