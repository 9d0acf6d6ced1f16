# C layout of the checks that need no limit.
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.instrument_facts_cy cimport InstrumentFacts
from fairlead.gateway.risk.request_checks_cy cimport is_cl_ord_id
from fairlead.gateway.risk.subject_cy cimport Refused, Subject


cdef class Running(Check):
    cpdef Refused judge(self, Subject subject)


cdef class NewId(Check):
    cpdef Refused judge(self, Subject subject)


cdef class KnownSymbol(Check):
    cpdef Refused judge(self, Subject subject)


cdef class KnownVenue(Check):
    cpdef Refused judge(self, Subject subject)


cdef class OpenGate(Check):
    cdef dict _closed

    cpdef Refused judge(self, Subject subject)


cdef class SessionUp(Check):
    cpdef Refused judge(self, Subject subject)
