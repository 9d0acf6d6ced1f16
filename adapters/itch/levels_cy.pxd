# C layout of price levels.

cimport cython

cdef int LINEAR_STEPS

cdef class LevelPool:
    cdef long long[::1] records
    cdef Py_ssize_t _capacity
    cdef Py_ssize_t _free
    cdef Py_ssize_t _used

    @cython.locals(slot=Py_ssize_t)
    cdef Py_ssize_t take(self, long long price, long long owner) except -1
    cdef int release(self, Py_ssize_t slot) except -1
    @cython.locals(new="long long[::1]", at=Py_ssize_t)
    cdef int _grow(self) except -1

cdef class Ladder:
    cdef readonly Py_ssize_t count
    cdef Py_ssize_t _capacity
    cdef long long[::1] ranks
    cdef long long[::1] slots

    @cython.locals(low=Py_ssize_t, high=Py_ssize_t, middle=Py_ssize_t, steps=cython.int)
    cdef Py_ssize_t search(self, long long rank) noexcept
    @cython.locals(i=Py_ssize_t)
    cdef int insert(self, Py_ssize_t at, long long rank, Py_ssize_t slot) except -1
    @cython.locals(i=Py_ssize_t)
    cdef int remove(self, Py_ssize_t at) except -1
    @cython.locals(new_ranks="long long[::1]", new_slots="long long[::1]", i=Py_ssize_t)
    cdef int _grow(self) except -1
