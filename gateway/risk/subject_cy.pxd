# C layout of what the checks pass around.
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy cimport Order
from fairlead.gateway.risk.instrument_facts_cy cimport InstrumentFacts
from fairlead.gateway.risk.limit_set_cy cimport LimitSet

cdef long long ABSENT


cdef class Refused:
    cdef readonly long long refusal
    cdef readonly str text
    cdef readonly str limit
    cdef readonly str value
    cdef readonly str row
    cdef readonly str check


cdef class Subject:
    cdef readonly str strategy
    cdef readonly NewOrder request
    cdef readonly object identity
    cdef readonly object instrument
    cdef readonly str venue
    cdef readonly object session
    cdef readonly str account
    cdef readonly LimitSet limits
    cdef readonly long long now_ns
    cdef readonly long long utc_ns
    cdef readonly Order order
    cdef readonly ReplaceOrder asked
    cdef readonly bint is_duplicate
    cdef readonly bint is_stopping
    cdef public long long risk_px
    cdef public Order booked
    cdef public bint is_child
    cdef public list warnings
    cdef InstrumentFacts _facts
    cdef public object capabilities
    # references_cy's: the venue's book of the symbol, once it was looked for
    cdef bint has_looked
    cdef object market
    cdef bint is_market_reliable

    cpdef InstrumentFacts facts(self)
    cpdef begin(self, InstrumentFacts facts)
    cpdef warn(self, Refused found)


cpdef Refused breach(
    str check, long long refusal, Subject subject, str parameter, str text, str limit=*, str value=*
)
