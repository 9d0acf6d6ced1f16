# C layout of a feed's books.

cimport cython

from fairlead.adapters.itch.book_cy cimport Book, FeedCondition
from fairlead.adapters.itch.integers cimport read_uint
from fairlead.adapters.itch.plan_cy cimport MessagePlan
from fairlead.adapters.itch.register_cy cimport Number
from fairlead.adapters.itch.resting_cy cimport RestingOrders

cdef int SECONDS, ADD, EXECUTE, CANCEL, DELETE, REPLACE, TRADE, TELL
cdef long long NS_PER_S, HALF_DAY_NS, MAX_STAMP, ABSENT, UNUSABLE

cdef class ItchBooks(RestingOrders):
    cdef unsigned long long[::1] counts
    cdef readonly long long messages
    cdef readonly long long passed_over
    cdef readonly long long last_venue_utc_ns
    cdef readonly long long last_utc_ns
    cdef list _plans
    cdef object _clock
    cdef object _on_told
    cdef set _told_types
    cdef Number _second_ns
    cdef long long _base_ns
    cdef Number _latest_ns
    cdef Number _limit_ns

    cdef int _forget_session(self) except -1
    @cython.locals(octets="const unsigned char *", at=Py_ssize_t, number=Number, length=Py_ssize_t)
    cpdef Py_ssize_t apply_framed(
        self, data, Py_ssize_t start, Py_ssize_t end, Number sequence, long long utc_ns
    ) except -1
    cpdef Book apply(self, bytes message, Number sequence, long long utc_ns)

    @cython.locals(code=cython.int, plan=MessagePlan, venue_ns=cython.longlong, action=cython.int)
    cdef Book _apply(
        self, const unsigned char *data, Py_ssize_t start, Py_ssize_t end, Number sequence, long long utc_ns
    )
    @cython.locals(elapsed=Number)
    cdef long long _stamp(
        self, MessagePlan plan, Number nanoseconds, Number sequence, long long utc_ns
    ) except? -1
    cdef long long _look_at_day(
        self, MessagePlan plan, Number elapsed, Number sequence, long long utc_ns
    ) except? -1

    @cython.locals(
        key=Number, book=Book, side=cython.int, quantity=cython.longlong, price=cython.longlong,
        reference=Number, scope=Number
    )
    cdef Book _add(
        self, MessagePlan plan, const unsigned char *data, Py_ssize_t start, Number sequence, long long venue_ns,
        long long utc_ns
    )
    @cython.locals(
        key=Number, named=Book, book=Book, side=cython.int, scope=Number, reference=Number, at=Py_ssize_t,
        owner=cython.longlong, action=cython.int
    )
    cdef Book _change(
        self, MessagePlan plan, const unsigned char *data, Py_ssize_t start, Number sequence, long long venue_ns,
        long long utc_ns
    )
    @cython.locals(quantity=cython.longlong, price=cython.longlong, left=cython.longlong, reference=Number)
    cdef int _take(
        self, MessagePlan plan, Book book, int side, Py_ssize_t at, const unsigned char *data, Py_ssize_t start,
        Number sequence, long long venue_ns
    ) except -1
    @cython.locals(quantity=cython.longlong, price=cython.longlong, reference=Number)
    cdef int _replace(
        self, MessagePlan plan, Book book, int side, Py_ssize_t at, const unsigned char *data, Py_ssize_t start,
        Number scope, Number sequence
    ) except -1
    @cython.locals(key=Number, book=Book, quantity=cython.longlong, price=cython.longlong)
    cdef Book _trade(
        self, MessagePlan plan, const unsigned char *data, Py_ssize_t start, Number sequence, long long venue_ns,
        long long utc_ns
    )

    cdef Book _book_of_order(
        self, MessagePlan plan, const unsigned char *data, Py_ssize_t start, Number key, Number sequence
    )
    cdef int _bad_value(self, MessagePlan plan, Book book, bytes message, Number sequence) except -1
    cdef int _tell_of_type(self, int code, Py_ssize_t length, Number sequence) except -1
    cdef int _tell_of_length(self, MessagePlan plan, bytes message, Number sequence) except -1
    @cython.locals(key=Number, book=Book)
    cdef Book _tell(self, MessagePlan plan, bytes message, Number sequence, long long venue_ns, long long utc_ns)
