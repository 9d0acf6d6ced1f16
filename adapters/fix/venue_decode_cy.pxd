# C types of the report decoder.

cimport cython

from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long ABSENT
cdef int _ACCEPTED, _REJECTED, _REPLACED, _CANCELED, _CANCEL_REJECTED, _FILLED
cdef int _BUSTED, _CORRECTED, _RESTATED, _DONE_FOR_DAY, _EXPIRED, _STATUS
cdef int _TRADE, _TRADE_CORRECT, _TRADE_CANCEL, _ORDER_STATUS, _EXEC_TYPE_REJECTED
cdef int _REQUEST_NEW_ORDER, _REQUEST_CANCEL, _REQUEST_REPLACE
cdef bytes _KIND_TABLE_4_2, _KIND_TABLE_4_4, _ORD_STATUSES, _SIDES, _ORD_TYPES, _TIMES_IN_FORCE

cdef class ReportDecoder:
    cdef str _venue
    cdef bint _is_4_2
    cdef object _symbols
    cdef object _ord_rej_meanings
    cdef object _cxl_rej_meanings

    cpdef Report decode_execution(self, FixMessage message)
    cpdef Report decode_cancel_reject(self, FixMessage message)
    cdef Report _start(self, FixMessage message)
    cdef _classify_4_2(self, FixMessage message, Report report)
    cdef _classify_4_4(self, FixMessage message, Report report)
    cdef _check(self, Report report)
    cdef _explain(self, Report report, object meanings)

cdef long long _known(FixMessage message, int tag, bytes codes) except? -1
cdef long long _known_or_absent(FixMessage message, int tag, bytes codes) except? -1
cdef str _shown(long long code)
