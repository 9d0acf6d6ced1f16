# C types of the request encoder.

cimport cython

from fairlead.codecs.strategy_binary.writer_cy cimport FieldWriter
from fairlead.codecs.vocabulary.messages_cy cimport (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

cdef long long _ABSENT

cdef class RequestEncoder:
    cdef FieldWriter _out

    cpdef bytes encode(self, object request)
    @cython.locals(out=FieldWriter)
    cdef int _new_order(self, NewOrder request) except? -1
    @cython.locals(out=FieldWriter)
    cdef int _cancel_order(self, CancelOrder request) except? -1
    @cython.locals(out=FieldWriter)
    cdef int _replace_order(self, ReplaceOrder request) except? -1
    @cython.locals(out=FieldWriter)
    cdef int _mass_cancel(self, MassCancel request) except? -1
    @cython.locals(out=FieldWriter)
    cdef int _status_request(self, StatusRequest request) except? -1
    @cython.locals(out=FieldWriter)
    cdef int _dont_know_trade(self, DontKnowTrade request) except? -1
