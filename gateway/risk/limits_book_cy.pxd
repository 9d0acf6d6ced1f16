# C layout of the limits in force.
cimport cython

from fairlead.gateway.risk.limit_set_cy cimport LimitSet

cdef Py_ssize_t PLACES


cdef class Found:
    cdef str strategy
    cdef str account
    cdef str venue
    cdef str symbol
    cdef LimitSet limits


cdef class LimitBook:
    cdef readonly object rules
    cdef readonly long long version
    cdef readonly bint require
    cdef readonly dict buckets
    cdef dict _sets
    cdef list _places
    cdef object _resolver
    cdef list _listeners

    @cython.locals(found=Found, mixed=Py_hash_t, place=Py_ssize_t)
    cpdef LimitSet limits_for(self, str strategy, str account, str venue, str symbol)
    @cython.locals(limits=LimitSet)
    cdef LimitSet _look_up(self, str strategy, str account, str venue, str symbol, Py_ssize_t place)
    cpdef LimitSet _resolve(self, tuple key)
