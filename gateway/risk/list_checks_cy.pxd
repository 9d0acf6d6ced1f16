# C layout of the checks by lists.
cimport cython

from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach


cdef class Covered(Check):
    cpdef Refused judge(self, Subject subject)


cdef class Restricted(Check):
    cdef object _dates
    cdef dict _by_symbol

    cpdef Refused judge(self, Subject subject)


cdef class Entitled(Check):
    cdef set _allowed

    @cython.locals(key=tuple)
    cpdef Refused judge(self, Subject subject)
