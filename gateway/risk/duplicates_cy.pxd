# C layout of the memory of orders that others may repeat.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.limit_set_cy cimport LimitSet


cdef class DuplicateOrders:
    cdef Py_ssize_t _max_kept
    cdef long long _keep_ns
    cdef dict _by_terms
    cdef object _in_order

    @cython.locals(count=Py_ssize_t, sent_ns=cython.longlong)
    cpdef tuple matches(self, str strategy, str account, str venue, NewOrder request, LimitSet limits, long long now_ns)
    cpdef bint has_room(self, long long now_ns)
    cpdef note(self, str strategy, str account, str venue, NewOrder request, LimitSet limits, long long now_ns)
    cpdef rebuild(self, object sent)
    @cython.locals(sent_ns=cython.longlong)
    cdef _forget(self, long long now_ns)


cdef tuple _terms(str strategy, str account, str venue, NewOrder request)
