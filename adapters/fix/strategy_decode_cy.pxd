# C types of the request decoder.

cimport cython

from fairlead.codecs.fix.message_cy cimport FixMessage

cdef long long ABSENT
cdef int _BODY, _CUSTOMER_ACCOUNT, _TABLE_SIZE
cdef bytes _ORDER_4_2, _ORDER_4_4, _REPLACE_4_2, _REPLACE_4_4, _MASS_CANCEL, _MASS_STATUS
cdef bytes _SIDES, _ORD_TYPES, _TIMES_IN_FORCE, _RULE_80A

cdef class RequestDecoder:
    cdef bint _is_4_2

    cpdef new_order(self, FixMessage message)
    cpdef cancel(self, FixMessage message)
    cpdef replace(self, FixMessage message)
    cpdef status(self, FixMessage message)
    cpdef mass_status(self, FixMessage message)
    cpdef mass_cancel(self, FixMessage message)
    cpdef dont_know(self, FixMessage message)
    cdef str _account(self, FixMessage message)
    cdef long long _capacity(self, FixMessage message) except? -1
    cdef str _maturity_month_year(self, FixMessage message)
    cdef long long _maturity_day(self, FixMessage message) except? -1
    cdef _extras(self, FixMessage message, bytes known)

cdef long long _known(FixMessage message, int tag, bytes codes, long long default) except? -1
