# C layout of the validator: flat tables by slot, and the scopes open while a message is walked.

from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.scope_cy cimport Scope
from fairlead.codecs.fix.value_checks_cy cimport check_value

cdef int GOOD, NO_MEMBER
cdef int DIRECT_TAGS, ANY_VALUE, LONG_CODES, REQUIRED, COUNT, NARROWED, DATA

cdef class Validator:
    cdef readonly object dictionary
    cdef readonly object options
    cdef bint allow_user_defined
    cdef bint allow_unknown_tags
    cdef bint check_values
    cdef bint check_group_order
    cdef bint check_conditions
    cdef dict scopes
    cdef dict slots
    cdef list tags
    cdef list codes
    cdef int slot_count
    cdef short[::1] direct
    cdef unsigned char[::1] checks
    cdef short[::1] other_checks
    cdef unsigned char[::1] value_kinds
    cdef unsigned char[::1] several
    cdef unsigned long long[::1] low_codes
    cdef unsigned long long[::1] high_codes
    cdef long long[::1] length_tags
    cdef list opened
    cdef int depth
    cdef unsigned long long stamp
    cdef unsigned long long[::1] seen
    cdef int[::1] where
    cdef unsigned long long[::1] stamps
    cdef long long[::1] expected
    cdef long long[::1] entries
    cdef int[::1] first_slots
    cdef int[::1] last_places
    cdef int[::1] required_seen
    cdef long long fault_tag
    cdef bytes frame

    cpdef object check(self, FixMessage message)
    cdef object walk(self, FixMessage message, str msg_type)
    cdef int slot_of(self, long long tag) except -1
    cdef int place_field(self, int slot, int field) except -1
    cdef int fit(self, int depth, int slot) except -1
    cdef bint outer_takes(self, int slot) except -1
    cdef int close_group(self) except -1
    cdef int open_scope(self, Scope scope, long long expected) except -1
    cdef int start_entry(self, int depth) except -1
    cdef int end_entry(self, int depth) except -1
    cdef int check_codes(self, int slot, Py_ssize_t start, Py_ssize_t end) except -1
    cdef int check_code(self, int slot, Py_ssize_t start, Py_ssize_t end) except -1
