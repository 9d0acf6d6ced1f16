# C layout of the order path, its lower layer.
from fairlead.gateway.risk.check_table_cy cimport CheckTable


cdef class VenuePath:
    cdef readonly object ledger
    cdef readonly dict identities
    cdef readonly dict instruments
    cdef readonly dict venues
    cdef readonly dict strategies
    cdef public bint is_starting
    cdef public bint is_stopping
    cdef readonly CheckTable checks
    cdef readonly object routing
    cdef dict _ids
    cdef readonly object own_cancels
    cdef readonly object mass_cancels
    cdef public object block_absent
    cdef public object kill_at_return
    cdef public object trips
    cdef object _watch
    cdef object _counters
    cdef object _refusals
    cdef readonly object reconciliation
