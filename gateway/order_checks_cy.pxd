# C layout of what the checks pass around.
cdef class Refused:
    cdef readonly long long refusal
    cdef readonly str text
    cdef readonly str limit
    cdef readonly str value


cdef class Subject:
    cdef readonly object request
    cdef readonly object identity
    cdef readonly object instrument
    cdef readonly str venue
    cdef readonly object session
    cdef readonly str account
    cdef readonly bint is_duplicate
    cdef readonly bint is_stopping
