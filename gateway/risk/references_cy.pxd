# C layout of the reference prices.
cimport cython

from fairlead.adapters.itch.book_cy cimport Book
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.subject_cy cimport Subject

cdef long long ABSENT
cdef long long BUY
cdef long long HIGHEST
cdef tuple PREFERENCE
cdef tuple TOUCH


@cython.locals(own=Book)
cpdef bint is_reliable(object book) except -1
@cython.locals(own=Book)
cpdef long long state_of(object book) except? -1
@cython.locals(own=Book)
cdef long long _far_side(object book, bint is_buy) except? -1


@cython.locals(own=Book)
cpdef object status_of(object book)


cdef class References:
    cdef object _market_data
    cdef object _dates
    cdef long long _max_close_age_days
    cdef long long _margin_bps
    cdef dict _own
    cdef readonly str source

    cdef object look(self, Subject subject)
    @cython.locals(of_venue=dict)
    cpdef object book(self, str symbol, str venue)
    @cython.locals(price=cython.longlong)
    cpdef long long touch(self, Subject subject) except? -1
    @cython.locals(price=cython.longlong)
    cpdef long long find(self, Subject subject) except? -1
    @cython.locals(best=cython.longlong)
    cpdef long long best_bid(self, str symbol) except? -1
    @cython.locals(price=cython.longlong)
    cpdef value(self, Subject subject)
    @cython.locals(margin=object, valued=object)
    cdef _set_value(self, Subject subject, object price)
    @cython.locals(price=cython.longlong, name=str)
    cdef long long _first(self, Subject subject, tuple names) except? -1
    cdef long long _from(self, object book, bint is_trusted, str name, Subject subject) except? -1
    @cython.locals(price=cython.longlong)
    cdef long long _from_others(self, object own, str name, Subject subject) except? -1
    @cython.locals(limit_ns=cython.longlong, own=Book)
    cdef long long _last(self, Subject subject, object book) except? -1
    cdef long long _previous_close(self, Subject subject) except? -1
