# C layout of the limits in force.
from fairlead.gateway.risk.limit_set_cy cimport LimitSet


cdef class LimitBook:
    cdef readonly object rules
    cdef readonly long long version
    cdef readonly bint require
    cdef readonly dict buckets
    cdef dict _sets
    cdef object _resolver
    cdef list _listeners

    cpdef LimitSet limits_for(self, str strategy, str account, str venue, str symbol)
    cpdef LimitSet _resolve(self, tuple key)
