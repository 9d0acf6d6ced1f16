# C layout of the session's steady state. What the plain Python above it sets is public.

cimport cython

from fairlead.adapters.conversation_cy cimport Conversation
from fairlead.codecs.fix.framing_cy cimport FrameReader
from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.validator_cy cimport Validator
from fairlead.codecs.fix.writer_cy cimport MessageWriter

cdef long long _LOGGED_ON, _LOGOUT_ANSWERED, _CLOSING, _DISCONNECTED, _NS_PER_S, _NEVER_NS
cdef int _SECURE_DATA_LEN, _SIGNATURE, _SENDING_TIME
cdef str _ADMIN_MSG_TYPES, _USER_REQUEST

cdef class SessionCore(Conversation):
    cdef readonly object settings
    cdef readonly object store
    cdef readonly object application
    cdef readonly Validator validator
    cdef public bint application_available
    cdef public long long state
    cdef public long long next_in
    cdef public long long next_out
    cdef public bint gap_open
    cdef public list output
    cdef public long long last_in_ns
    cdef public long long last_out_ns
    cdef public bint is_tested
    cdef public long long peer_max_bytes
    cdef public long long state_deadline_ns
    cdef public long long gap_deadline_ns
    cdef public long long heart_bt_int_s
    cdef public long long resend_next
    cdef readonly str begin_string
    cdef tuple identity
    cdef bint checks_time
    cdef long long tolerance_ns
    cdef bint has_third_parties
    cdef object supported
    cdef bint sends_straight
    cdef readonly object data_tags
    cdef public FrameReader reader
    cdef readonly MessageWriter writer
    cdef public str begun_msg_type
    cdef public long long begun_seq_num

    cpdef MessageWriter begin(self, str msg_type, long long utc_ns)
    cpdef long long send(self, MessageWriter writer, long long now_ns, long long utc_ns, long long priority=*) except? -9
    @cython.locals(msg_type=str, tag=int, expected=bytes)
    cdef bint _is_plain(self, FixMessage message, long long utc_ns) except -1
    cdef bint _is_timely(self, FixMessage message, long long utc_ns) except -1
    cdef int _deliver(self, FixMessage message, long long now_ns, long long utc_ns) except -1
