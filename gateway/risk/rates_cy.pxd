# C layout of message windows.
cimport cython

from fairlead.gateway.risk.limit_set_cy cimport Bucket, LimitSet

cdef long long UNLIMITED


cdef class MessageWindow:
    cdef readonly long long max_messages
    cdef readonly long long interval_ns
    cdef readonly long long cancel_reserve
    cdef long long _for_orders
    cdef long long[::1] _sent_ns
    cdef Py_ssize_t _next
    cdef Py_ssize_t _kept

    cpdef bint fits(self, Bucket bucket)
    cpdef note(self, long long now_ns)
    @cython.locals(left_ns=cython.longlong)
    cpdef long long room_ns(self, long long now_ns)
    @cython.locals(low=Py_ssize_t, high=Py_ssize_t, middle=Py_ssize_t)
    cpdef long long used(self, long long now_ns)
    @cython.locals(at=Py_ssize_t)
    cdef long long _sent(self, Py_ssize_t age)


cdef class MessageRates:
    cdef object _limits_for
    cdef dict _windows
    cdef dict _former

    @cython.locals(bucket=Bucket, window=MessageWindow)
    cpdef Bucket full(self, LimitSet limits, long long now_ns)
    @cython.locals(bucket=Bucket)
    cpdef note(self, LimitSet limits, long long now_ns)
    @cython.locals(window=MessageWindow, former=MessageWindow)
    cpdef MessageWindow window_of(self, Bucket bucket)
    @cython.locals(limits=LimitSet, bucket=Bucket)
    cpdef rebuild(self, object sent)
    @cython.locals(former=MessageWindow)
    cdef bint _remembers(self, Bucket bucket)
    @cython.locals(window=MessageWindow)
    cdef MessageWindow _window_anew(self, Bucket bucket)


cdef class MassCancelPace:
    cdef dict _sent_ns

    @cython.locals(before=cython.longlong)
    cpdef bint admit(self, str venue, tuple meaning, long long now_ns)
