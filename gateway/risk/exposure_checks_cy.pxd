# C layout of the exposure's checks.
from fairlead.gateway.risk.check_cy cimport Check
from fairlead.gateway.risk.exposure_cy cimport Exposure, Weight
from fairlead.gateway.risk.limit_set_cy cimport Bucket
from fairlead.gateway.risk.subject_cy cimport Refused, Subject

cdef long long UNLIMITED
cdef int BUY
cdef double MARGIN


cdef class Counted:
    cdef readonly str check
    cdef readonly long long refusal
    cdef readonly str parameter
    cdef readonly str what
    cdef readonly bint is_money
    cpdef str write(self, object value)


cdef class OpenOrdersCheck(Check):
    cdef Exposure _exposure
    cpdef Refused judge(self, Subject subject)


cdef class PositionCheck(Check):
    cdef Exposure _exposure
    cpdef Refused judge(self, Subject subject)
    cdef Refused _judge_exactly(self, Subject subject, Bucket bucket)


cdef class CreditCheck(Check):
    cdef Exposure _exposure
    cpdef Refused judge(self, Subject subject)
    cdef Refused _judge_exactly(self, Subject subject, Bucket bucket)


cdef class CapitalCheck(Check):
    cdef Exposure _exposure
    cpdef Refused judge(self, Subject subject)
    cdef Refused _judge_exactly(self, Subject subject, Bucket bucket)


cdef Refused _judge(Subject subject, Bucket bucket, Counted counted, object limit, object value)
cdef Refused _judge_values(Subject subject, Bucket bucket, Weight added, Counted counted)
cdef Refused _refused(Bucket bucket, Counted counted, object limit, object value)
cdef Refused _warning(Bucket bucket, Counted counted, object limit, object value)
cdef bint _position_fits(Bucket bucket, double qty, bint is_buy) noexcept
cdef bint _credit_fits(Bucket bucket, double money) noexcept
cdef bint _capital_fits(Bucket bucket, double money, bint is_buy) noexcept
cdef double _size(double amount) noexcept
cdef bint _is_surely_within(double total, double sizes, double limit, long long warn_percent) noexcept
