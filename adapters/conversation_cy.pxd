# C layout of what a driver calls directly.

cdef class Conversation:
    cpdef receive_data(self, data, long long now_ns, long long utc_ns)
    cpdef bytes take_output(self)
    cpdef long long next_deadline_ns(self) except? -9
    cpdef bint is_over(self) except -1
