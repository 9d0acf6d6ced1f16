# C layout of the check of short sales.
cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.references_cy cimport References
from fairlead.gateway.risk.subject_cy cimport Refused, Subject, breach

cdef long long ABSENT
cdef long long SELL_SHORT
cdef long long SELL_SHORT_EXEMPT


cdef class ShortSale(Check):
    cdef References _references
    cdef object _locates

    @cython.locals(side=cython.longlong)
    cpdef Refused judge(self, Subject subject)
