# C types of the request decoder.

cimport cython

from fairlead.codecs.strategy_binary.plan_cy cimport Plan
from fairlead.codecs.strategy_binary.reader_cy cimport FieldReader
from fairlead.codecs.vocabulary.messages_cy cimport (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

cdef long long _ABSENT
cdef int _DAY, _NEW_ORDER, _CANCEL_ORDER, _REPLACE_ORDER, _MASS_CANCEL, _STATUS_REQUEST, _DONT_KNOW_TRADE

cdef class RequestDecoder:
    cdef FieldReader _in

    @cython.locals(code=int)
    cpdef object decode(self, bytes message)
    cdef int _begin(self, Plan plan, bytes message) except? -1
    @cython.locals(fields=FieldReader, request=NewOrder)
    cdef NewOrder _new_order(self, bytes message)
    @cython.locals(fields=FieldReader, request=CancelOrder)
    cdef CancelOrder _cancel_order(self, bytes message)
    @cython.locals(fields=FieldReader, request=ReplaceOrder)
    cdef ReplaceOrder _replace_order(self, bytes message)
    @cython.locals(fields=FieldReader, request=MassCancel)
    cdef MassCancel _mass_cancel(self, bytes message)
    @cython.locals(fields=FieldReader, request=StatusRequest)
    cdef StatusRequest _status_request(self, bytes message)
    @cython.locals(fields=FieldReader, request=DontKnowTrade)
    cdef DontKnowTrade _dont_know_trade(self, bytes message)

cdef str _shown(int code)
