# C types of the market data encoder.

from fairlead.adapters.fix.strategy_encode_cy cimport wire_text
from fairlead.codecs.fix.writer_cy cimport MessageWriter
from fairlead.codecs.vocabulary.market_data_cy cimport (
    MarketDataIncrement, MarketDataReject, MarketDataSnapshot, SecurityStatus
)

cdef long long ABSENT
cdef int _BID, _OFFER, _TRADE, _NEW, _DELETE, _OVERLAY_LAST, _UNKNOWN_OR_INVALID

cdef class MarketDataEncoder:
    cdef bint _is_4_2

    cpdef put_snapshot(self, MessageWriter writer, MarketDataSnapshot message)
    cpdef put_increment(self, MessageWriter writer, MarketDataIncrement message)
    cpdef put_status(self, MessageWriter writer, SecurityStatus message, bint is_asked)
    cpdef put_reject(self, MessageWriter writer, MarketDataReject message, str code)
    cdef _put_instrument(self, MessageWriter writer, str symbol, str venue)
    cdef _put_side(self, MessageWriter writer, long long entry_type, tuple levels)
    cdef _put_entry_time(self, MessageWriter writer, long long utc_ns)
    cdef _put_conflated(self, MessageWriter writer, long long conflated)
