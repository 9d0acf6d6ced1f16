# C layout of what the checks ask of an instrument.
cdef long long SCALE


cdef class InstrumentFacts:
    cdef readonly object instrument
    cdef readonly long long lot
    cdef readonly long long min_qty
    cdef readonly long long tick
    cdef readonly object tick_table
    cdef readonly frozenset venues
    cdef readonly str security_type
    cdef readonly str currency
    cdef readonly object multiplier
    cdef readonly bint is_plain


cdef class FactsBook:
    cdef dict _by_symbol

    cpdef InstrumentFacts find(self, str symbol, object instrument)
