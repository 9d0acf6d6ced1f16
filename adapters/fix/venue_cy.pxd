# C layout of the steady state at a FIX venue.

cimport cython

from fairlead.adapters.conversation_cy cimport Conversation
from fairlead.adapters.fix.session_cy cimport SessionCore
from fairlead.adapters.fix.venue_decode_cy cimport ReportDecoder
from fairlead.adapters.fix.venue_encode_cy cimport OrderEncoder
from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.writer_cy cimport MessageWriter
from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, NewOrder, ReplaceOrder

cdef long long _REFUSED_LOGGED_OUT

cdef class FixVenueCore(Conversation):
    cdef readonly str name
    cdef public bint is_up
    cdef readonly object sink
    cdef readonly OrderEncoder encoder
    cdef readonly ReportDecoder decoder
    cdef readonly SessionCore session

    @cython.locals(writer=MessageWriter)
    cpdef submit(self, NewOrder order, long long now_ns, long long utc_ns)
    @cython.locals(writer=MessageWriter)
    cpdef cancel(self, CancelOrder request, NewOrder order, long long now_ns, long long utc_ns)
    @cython.locals(writer=MessageWriter)
    cpdef replace(self, ReplaceOrder request, NewOrder order, long long now_ns, long long utc_ns)
    cpdef on_message(self, FixMessage message, long long now_ns, long long utc_ns)
    @cython.locals(total="long long")
    cdef int _on_execution_report(self, FixMessage message, long long now_ns, long long utc_ns) except -1
