# C layout of a scope.

cdef class Scope:
    cdef readonly long long count_tag
    cdef readonly int required_count
    cdef short[::1] place
    cdef unsigned char[::1] flags
    cdef readonly dict groups
    cdef readonly list required
    cdef readonly list conditions
    cdef readonly dict narrowed
