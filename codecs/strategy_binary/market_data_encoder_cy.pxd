# C types of the market data encoder.

cimport cython

from fairlead.codecs.strategy_binary.writer_cy cimport FieldWriter
from fairlead.codecs.vocabulary.market_data_cy cimport (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

cdef int _BID, _OFFER
cdef Py_ssize_t _MAX_LEVELS, _MAX_CHANGES

@cython.locals(out=FieldWriter)
cpdef bytes encode_market_data_request(MarketDataRequest request)

cdef class MarketDataEncoder:
    cdef FieldWriter _out

    cpdef list encode(self, object message)
    @cython.locals(out=FieldWriter)
    cdef bytes _reject(self, MarketDataReject message)
    @cython.locals(first=Py_ssize_t, end=Py_ssize_t)
    cdef list _snapshot(self, MarketDataSnapshot message)
    @cython.locals(out=FieldWriter)
    cdef bytes _snapshot_part(self, MarketDataSnapshot message, list levels, Py_ssize_t first, Py_ssize_t end)
    @cython.locals(count=Py_ssize_t, first=Py_ssize_t, end=Py_ssize_t)
    cdef list _increment(self, MarketDataIncrement message)
    @cython.locals(out=FieldWriter)
    cdef bytes _increment_part(self, MarketDataIncrement message, Py_ssize_t first, Py_ssize_t end)
    @cython.locals(out=FieldWriter)
    cdef bytes _status(self, SecurityStatus message)
