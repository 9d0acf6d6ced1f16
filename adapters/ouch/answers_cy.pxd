# C types of the answers.

cimport cython

from fairlead.adapters.ouch.venue_decode_cy cimport Told
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long ABSENT
cdef int _ACCEPTED, _REPLACED, _CANCELED, _EXECUTED, _BUSTED, _CORRECTED, _REJECTED
cdef int _CANCEL_PENDING, _CANCEL_REJECTED, _RESTATED, _MODIFIED
cdef int _REPLACED_KIND, _CANCELED_KIND, _CANCEL_REJECTED_KIND, _RESTATED_KIND, _EXPIRED_KIND
cdef int _EXEC_CANCELED, _EXEC_REPLACED, _EXEC_REJECTED, _EXEC_EXPIRED, _EXEC_RESTATED
cdef int _NEW, _PARTIALLY_FILLED, _FILLED, _CANCELED_STATUS, _EXPIRED
cdef int _CANCEL_ORDER, _REPLACE_ORDER
cdef int _REPRICED, _PARTIAL_DECLINE, _OTHER_RESTATEMENT, _OTHER_REJECT, _TOO_LATE, _BUY

cdef bytes _LIMITS

cdef class Answers:
    cdef str _venue
    cdef object _books
    cdef object _sink
    cdef object _user_reasons
    cdef object _expired_reasons
    cdef object _dead_states
    cdef dict _reject_reasons

    cpdef tell(self, Told told, long long now_ns, long long utc_ns)
    cdef _event(self, str event, str text, str cl_ord_id, long long now_ns, long long utc_ns)
    cdef _report(self, Report report, long long now_ns, long long utc_ns)
    cdef _rejected(self, Told told)
    cdef _executed(self, Told told, object order)
    cdef _accepted(self, Told told, object order, long long now_ns, long long utc_ns)
    cdef _replaced(self, Told told, object order, long long now_ns, long long utc_ns)
    cdef _end_at_once(self, Report accepted, long long now_ns, long long utc_ns)
    cdef Report _follow(self, Report said, long long kind, long long exec_type, long long ord_status)
    cdef _restate_quantity(
        self, Report said, object order, long long order_qty, str text, long long now_ns, long long utc_ns
    )
    cdef _canceled(self, Told told, object order, long long now_ns, long long utc_ns)
    cdef _reduced(self, Told told, object order, long long left, bint is_asked)
    cdef _refuse_superfluous(self, Report said, object order, long long now_ns, long long utc_ns)
    cdef _taken_back(self, Told told, object order, long long now_ns, long long utc_ns)
    cdef _restated(self, Told told, object order, long long now_ns, long long utc_ns)

cdef bint _ends_as_asked(object order) except? True
cdef bint _name_cancel(Told told, object order) except? True
cdef str _exec_id(Told told, object order)
cdef int _living_status(long long cum_qty) except -1
