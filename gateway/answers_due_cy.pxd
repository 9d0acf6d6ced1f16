# C layout of the requests that venues have not answered.

cimport cython

cdef class AnswersDue:
    cdef readonly dict ack_timeout_ns
    cdef readonly dict due

    cpdef request_sent(self, str venue, str venue_cl_ord_id, long long now_ns)
    @cython.locals(due=dict, timeout_ns="long long")
    cpdef expect(self, str venue, str venue_cl_ord_id, object times, long long sent_ns, long long now_ns)
    @cython.locals(due=dict)
    cpdef answered(self, str venue, str venue_cl_ord_id)
