# C layout of a scope.

from fairlead.codecs.fix.shape_cy cimport Shape

cdef class Scope:
    cdef readonly long long count_tag
    cdef readonly int required_count
    cdef readonly int condition_count
    cdef short[::1] place
    cdef unsigned char[::1] flags
    cdef readonly dict groups
    cdef readonly list required
    cdef readonly dict narrowed
    cdef int[::1] whens
    cdef unsigned char[::1] when_kinds
    cdef unsigned long long[::1] when_lows
    cdef unsigned long long[::1] when_highs
    cdef list when_codes
    cdef int[::1] any_slots
    cdef int[::1] any_ends
    cdef Shape shape
