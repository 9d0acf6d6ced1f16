# C types of the report encoder.

cimport cython

from fairlead.codecs.fix.writer_cy cimport MessageWriter
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long ABSENT
cdef int _REJECTED, _CANCEL_REJECTED, _FILLED, _BUSTED, _CORRECTED, _STATUS
cdef int _REQUEST_CANCEL, _REQUEST_REPLACE, _REQUEST_MASS_CANCEL, _REQUEST_STATUS
cdef int _NEW, _PARTIAL, _FILL, _REPLACED, _REJECTED_CODE, _TRADE, _ORDER_STATUS, _TRIGGERED, _UNDISCLOSED
cdef int _TRANS_NEW, _TRANS_CANCEL, _TRANS_CORRECT, _TRANS_STATUS
cdef int _OTHER_REJ_4_2, _OTHER_CXL_4_2, _OTHER_RESTATEMENT_4_2, _OTHER_4_4

cdef class ReportEncoder:
    cdef bint _is_4_2
    cdef frozenset _ord_rej_reasons
    cdef frozenset _cxl_rej_reasons
    cdef frozenset _restatement_reasons

    cpdef str msg_type_of(self, Report report)
    cpdef put_execution(self, MessageWriter writer, Report report, str mass_status_id, long long total, bint is_last)
    cpdef put_cancel_reject(self, MessageWriter writer, Report report)
    cpdef put_mass_cancel_report(self, MessageWriter writer, Report report)
    cdef str _put_reasons(self, MessageWriter writer, Report report)
    cdef _put_terms(self, MessageWriter writer, Report report)
    cdef _put_kind(self, MessageWriter writer, Report report)
    cdef _put_maturity(self, MessageWriter writer, Report report)
    cdef _put_trade(self, MessageWriter writer, Report report)
    cdef long long _ord_status(self, Report report)
    cdef long long _exec_trans_type(self, Report report, bint is_status)
    cdef long long _exec_type(self, Report report, long long ord_status, bint is_status)

cpdef str refusal_text(Report report)
cpdef str wire_text(str text)
cdef bint _is_complete(Report report)
cdef str _with_code(str text, str name, long long code)
