# C layout of the orders of a feed.

cimport cython

cdef unsigned long long _GOLDEN, _SCOPE_MIX, _MASK64, _LOW32

cdef class OrderTable:
    cdef readonly Py_ssize_t count
    cdef Py_ssize_t _room
    cdef Py_ssize_t _free
    cdef Py_ssize_t _used
    cdef Py_ssize_t _mask
    cdef int _shift
    cdef unsigned long long[::1] records
    cdef unsigned long long[::1] _index

    cpdef clear(self)
    cdef int _make_index(self, Py_ssize_t capacity) except -1
    @cython.locals(mixed="unsigned long long")
    cdef unsigned long long _tag(self, unsigned long long reference, unsigned long long scope) noexcept
    @cython.locals(tag="unsigned long long", slot=Py_ssize_t, entry="unsigned long long", at=Py_ssize_t)
    cdef Py_ssize_t find(self, unsigned long long reference, unsigned long long scope) noexcept
    @cython.locals(record=Py_ssize_t, at=Py_ssize_t)
    cdef Py_ssize_t insert(
        self, unsigned long long reference, unsigned long long scope, unsigned long long quantity,
        unsigned long long level
    ) except -1
    @cython.locals(slot=Py_ssize_t)
    cdef int _enter(self, unsigned long long tag, Py_ssize_t record) noexcept
    @cython.locals(
        old="unsigned long long[::1]", records="unsigned long long[::1]", words=Py_ssize_t, at=Py_ssize_t
    )
    cdef int _grow(self) except -1
    @cython.locals(
        record=Py_ssize_t, hole=Py_ssize_t, probe=Py_ssize_t, home=Py_ssize_t, entry="unsigned long long"
    )
    cdef int remove(self, Py_ssize_t at) noexcept
    @cython.locals(at=Py_ssize_t)
    cpdef get(self, unsigned long long reference, unsigned long long scope=*)
