# C layout of the output watch.

cimport cython

cdef long long _NS, _NEVER_NS

cdef class OutputWatch:
    cdef Py_ssize_t _max_bytes
    cdef long long _max_s
    cdef long long _since_ns
    cdef long long _taken
    cdef long long _market_taken
    cdef long long _market_begin
    cdef long long _market_end
    cdef long long _reports_bytes
    cdef long long _counted_bytes
    cdef readonly long long pending_bytes

    cpdef long long due_ns(self) except? -9
    cpdef took(self, Py_ssize_t n_bytes, Py_ssize_t market_bytes=*, Py_ssize_t market_at=*)
    @cython.locals(unsent_market="long long", displaced="long long")
    cpdef note(self, Py_ssize_t pending_bytes, long long now_ns)
    cpdef complaint(self, long long now_ns)
