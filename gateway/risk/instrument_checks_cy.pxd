# C layout of the checks by an instrument's steps.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.instrument_facts_cy cimport InstrumentFacts
from fairlead.gateway.risk.subject_cy cimport Refused, Subject

cdef long long ABSENT
cdef long long MAX_QTY
cdef long long LIMIT


cdef class Lot(Check):
    cpdef Refused judge(self, Subject subject)


cdef class Tick(Check):
    cpdef Refused judge(self, Subject subject)


cdef Refused _check_order_qty(long long order_qty, InstrumentFacts facts)
cdef Refused _below_executed(long long order_qty, long long cum_qty)
cdef Refused _check_tick(str name, long long price, InstrumentFacts facts)
cdef Refused _off_tick(str name, long long price, InstrumentFacts facts)
