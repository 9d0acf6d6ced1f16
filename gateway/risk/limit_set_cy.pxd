# C layout of the limits that an order meets. The counts of a Bucket are written by exposure_cy alone.
cdef long long UNLIMITED

cdef double LARGEST, UNBOUNDED

cpdef double nearest(object amount) except? -1
cpdef double nearest_limit(object limit) except? -1


cdef class Bucket:
    cdef readonly str scope
    cdef readonly str row
    cdef public long long max_open_orders
    cdef public long long max_long_qty
    cdef public long long max_short_qty
    cdef public long long max_gross_qty
    cdef object _max_open_notional
    cdef object _max_credit
    cdef object _max_capital
    # the nearest doubles of the limits and counts, by which nearly all orders are judged
    cdef double near_max_open_notional
    cdef double near_max_credit
    cdef double near_max_capital
    cdef double near_open_buy_qty
    cdef double near_open_sell_qty
    cdef double near_net_qty
    cdef double near_gross_qty
    cdef double near_open_buy_notional
    cdef double near_open_sell_notional
    cdef double near_net_notional
    cdef double near_traded_notional
    cdef public long long warn_percent
    cdef public long long max_messages
    cdef public long long interval_ns
    cdef public long long cancel_reserve
    cdef public object window
    cdef public long long open_orders
    # Python ints: sums have no bound
    cdef public object open_buy_qty
    cdef public object open_sell_qty
    cdef public object net_qty
    cdef public object gross_qty
    cdef public object open_buy_notional
    cdef public object open_sell_notional
    cdef public object net_notional
    cdef public object traded_notional
    cdef public long long unvalued

    cpdef void round_open(self, bint is_buy) except *
    cpdef void round_positions(self) except *


cdef class LimitSet:
    cdef readonly long long version
    cdef public bint is_covered
    cdef public long long max_qty
    cdef public long long warn_qty
    cdef object _max_notional
    cdef object _warn_notional
    cdef double near_max_notional
    cdef double near_warn_notional
    cdef public long long collar_bps
    cdef public long long warn_collar_bps
    cdef public tuple collar_references
    cdef public long long max_reference_age_ns
    cdef public long long drift_bps
    cdef public long long drift_window_ns
    cdef public object drift_window
    cdef public object allowed_to_buy
    cdef public object allowed_to_sell
    cdef public long long duplicate_window_ns
    cdef public long long max_duplicates
    cdef public long long max_repeats
    cdef public long long repeat_window_ns
    cdef public str self_match
    cdef public str short_sale
    cdef public frozenset phases
    cdef public bint needs_market_state
    cdef public frozenset off
    cdef public dict rows
    cdef public tuple buckets
