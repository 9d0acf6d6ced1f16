# C layout of the check of blocks.
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.subject_cy cimport Refused, Subject


cdef class BlockCheck(Check):
    cdef dict _in_force
    cdef object _find

    cpdef Refused judge(self, Subject subject)
