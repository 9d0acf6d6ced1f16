# C layout of valuations.

cdef class Valuation:
    cdef readonly object numerator
    cdef readonly object denominator
    cdef readonly str why_not
    cdef bint is_plain
    cdef bint is_known
    cdef double near_rate
    cdef double near_notional(self, double own) noexcept
    cpdef object notional(self, object own)


cdef class Valuations:
    cdef object _instruments
    cdef object _rate_of
    cdef dict _known
    cpdef Valuation find(self, str symbol)
