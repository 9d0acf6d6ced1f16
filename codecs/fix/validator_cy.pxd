# C layout of the validator: flat tables by slot, and the scopes open while a message is walked.

cimport cython

from fairlead.codecs.fix.message_cy cimport FixMessage
from fairlead.codecs.fix.octets cimport ints_of
from fairlead.codecs.fix.scope_cy cimport Scope
from fairlead.codecs.fix.shape_cy cimport ANY_CHECK, FORM_ONLY, ONE_CODE, Shape
from fairlead.codecs.fix.value_checks_cy cimport CHARACTER, check_value

cdef enum:
    GOOD = 0
    NO_MEMBER = -2
    UNDEFINED = -3
    DIRECT_TAGS = 10000
    ANY_VALUE = 0
    LONG_CODES = 2
    REQUIRED = 1
    COUNT = 2
    NARROWED = 4
    FORM = 1
    CODES = 2
    ANNOUNCED = 4

@cython.final
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
    cdef unsigned char[::1] needs
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
    cdef Py_ssize_t fault_field
    cdef bint has_groups
    cdef bytes frame
    cdef str last_type
    cdef Scope last_scope

    @cython.locals(scope=Scope, reason=cython.int, slot=cython.int)
    cpdef object check(self, FixMessage message)
    @cython.locals(
        scope=Scope, field=Py_ssize_t, tag=cython.int, start=Py_ssize_t, end=Py_ssize_t, slot=cython.int,
        reason=cython.int
    )
    cdef int walk(self, FixMessage message, Scope message_scope) except -1
    @cython.locals(
        p=cython.p_const_uchar, start=Py_ssize_t, end=Py_ssize_t, needs=cython.int, flags=cython.int, reason=cython.int
    )
    cdef int check_field(self, FixMessage message, Scope scope, int slot, Py_ssize_t field) except -1
    @cython.locals(reason=cython.int)
    cdef int end_message(self) except -1
    cdef object violation(self, FixMessage message, int reason)
    @cython.locals(place=cython.int)
    cdef int place_in_message(self, Scope scope, int slot, int field) except -1
    @cython.locals(scope=Scope, reason=cython.int, depth=cython.int)
    cdef int place_field(self, int slot, int field) except -1
    @cython.locals(scope=Scope, place=cython.int)
    cdef int fit(self, int depth, int slot) except -1
    @cython.locals(scope=Scope, depth=cython.int)
    cdef bint outer_takes(self, int slot) except -1
    @cython.locals(depth=cython.int, scope=Scope)
    cdef int close_group(self) except -1
    cdef int open_scope(self, Scope scope, long long expected) except -1
    cdef int start_entry(self, int depth) except -1
    @cython.locals(slot=cython.int, scope=Scope)
    cdef int end_entry(self, int depth) except -1
    @cython.locals(position=Py_ssize_t)
    cdef int check_codes(self, Scope scope, const unsigned char *p, int slot, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(code=cython.int)
    cdef int check_code(self, Scope scope, const unsigned char *p, int slot, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(length_tag=cython.longlong, length=Py_ssize_t)
    cdef int check_announced(self, FixMessage message, Py_ssize_t field, int slot) except -1
    @cython.locals(at=cython.int, when=cython.int)
    cdef int unmet_condition(self, FixMessage message, Scope scope) except -1
    @cython.locals(slot=cython.int)
    cdef bint lacks_all(self, Scope scope, int at) noexcept
    @cython.locals(p=cython.p_const_uchar, start=Py_ssize_t, end=Py_ssize_t, code=cython.int)
    cdef bint holds_one(self, FixMessage message, Scope scope, int at, int field) except -1
    @cython.locals(
        p=cython.p_const_uchar, fields=cython.p_int, at=cython.int, slot=cython.int, field=Py_ssize_t, kind=cython.int,
        start=Py_ssize_t, code=cython.int
    )
    cdef bint has_good_values(self, FixMessage message, Scope scope, Shape shape) except -1
    @cython.locals(field=Py_ssize_t, slot=cython.int, at=cython.int, when=cython.int)
    cdef int remember(self, FixMessage message, Scope scope, Shape shape) except -1
    cdef int kind_of_check(self, Scope scope, int slot) except -1
    cdef int slot_of(self, int tag) except -1
