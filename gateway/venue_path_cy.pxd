# C layout of the order path, its lower layer.
from fairlead.gateway.answers_due_cy cimport AnswersDue
from fairlead.gateway.risk.check_table_cy cimport CheckTable
from fairlead.gateway.stages_cy cimport StageTimes
from fairlead.gateway.telemetry.path_counters_cy cimport PathCounters

cdef int _REPORT_DECODE, _REPORT_BOOK, _REPORT_ENCODE


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
    cdef PathCounters _counters
    cdef StageTimes _stages
    cdef AnswersDue _due
    cdef object _refusals
    cdef readonly object reconciliation
