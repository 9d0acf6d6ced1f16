# C layout of a book.

cimport cython

from fairlead.adapters.itch.levels_cy cimport Ladder, LevelPool

cdef long long ABSENT

cdef class FeedCondition:
    cdef public str stale_reason
    cdef public str contradiction

cdef class Book:
    cdef public Py_ssize_t number
    cdef readonly str feed_symbol
    cdef readonly str symbol
    cdef readonly str feed
    cdef readonly str venue
    cdef public unsigned long long key
    cdef public long long price_mul
    cdef public long long price_limit
    cdef public long long change_number
    cdef readonly long long top_change_number
    cdef public bint is_marked
    cdef readonly FeedCondition condition
    cdef LevelPool pool
    cdef Ladder bids
    cdef Ladder asks
    cdef Py_ssize_t unpriced_bids
    cdef Py_ssize_t unpriced_asks
    cdef readonly long long bid_px
    cdef readonly long long bid_qty
    cdef readonly long long ask_px
    cdef readonly long long ask_qty
    cdef public long long last_px
    cdef public long long last_qty
    cdef public long long last_utc_ns
    cdef public unsigned long long last_match
    cdef public long long trade_count
    cdef public object volume
    cdef public long long update_venue_utc_ns
    cdef public long long update_received_utc_ns
    cdef public bint is_crossed
    cdef public str contradiction
    cdef public str crossing
    cdef readonly int trading_state
    cdef public object status

    @cython.locals(ladder=Ladder, i=Py_ssize_t, at=Py_ssize_t, found=list)
    cpdef list levels(self, int side, Py_ssize_t depth)
    cdef int attach(self, LevelPool pool) except -1
    @cython.locals(price=cython.longlong, quantity=cython.longlong, at=Py_ssize_t)
    cdef int note_bid(self) except -1
    @cython.locals(price=cython.longlong, quantity=cython.longlong, at=Py_ssize_t)
    cdef int note_ask(self) except -1
    cpdef int note_trade(
        self, long long price, long long quantity, unsigned long long match, long long venue_utc_ns
    ) except -1
    cdef bint crosses(self) noexcept
    cpdef bint holds(self) noexcept
