# C layout of a check: the table calls its C method.
from fairlead.gateway.risk.subject_cy cimport Refused, Subject


cdef class Check:
    cpdef Refused judge(self, Subject subject)


cdef class Asked(Check):
    cdef object _ask

    cpdef Refused judge(self, Subject subject)
