# C layout of a strategy's steady state over FIX.

cimport cython

from fairlead.adapters.fix.session_cy cimport SessionCore
from fairlead.adapters.fix.strategy_decode_cy cimport RequestDecoder
from fairlead.adapters.fix.strategy_encode_cy cimport ReportEncoder
from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.writer_cy cimport MessageWriter
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef class FixStrategyCore:
    cdef readonly str name
    cdef readonly object entry
    cdef readonly RequestDecoder decoder
    cdef readonly ReportEncoder encoder
    cdef public SessionCore core
    cdef public list answers

    cpdef on_message(self, FixMessage message, long long now_ns, long long utc_ns)
    @cython.locals(core=SessionCore, writer=MessageWriter, msg_type=str)
    cpdef send_report(self, Report report, long long now_ns, long long utc_ns)
    @cython.locals(core=SessionCore, writer=MessageWriter)
    cpdef send_execution(
        self, Report report, str mass_status_id, long long total, bint is_last, long long now_ns, long long utc_ns)
    cdef int _sent(self, long long outcome) except -1
