# C layout of polling.

cimport cython

cdef class Polled:
    cdef public bint is_hot

    cpdef bint poll(self) except -1


cdef class Polling:
    cdef readonly bint is_running
    cdef object _loop
    cdef object _clock
    cdef long long _spin_ns
    cdef list _hot
    cdef Py_ssize_t _oldest
    cdef long long _until_ns
    cdef bint _is_stopped

    cpdef int note_read(self, Polled link, long long now_ns) except -1
    cpdef int forget(self, Polled link) except -1
    @cython.locals(found=bint, at=Py_ssize_t)
    cpdef bint look(self) except -1
    @cython.locals(link=Polled)
    cdef bint _peek(self, Py_ssize_t at) except -1
    @cython.locals(cooled=Polled)
    cdef int _heat(self, Polled link) except -1
    cdef int _run(self) except -1
