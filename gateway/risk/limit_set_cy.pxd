# C layout of the limits that an order meets. The counts of a Bucket are written by exposure_cy alone.
cdef long long UNLIMITED


cdef class Bucket:
    cdef readonly str scope
    cdef readonly str row
    cdef public long long max_open_orders
    cdef public long long max_long_qty
    cdef public long long max_short_qty
    cdef public long long max_gross_qty
    cdef public object max_open_notional
    cdef public object max_credit
    cdef public object max_capital
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


cdef class LimitSet:
    cdef readonly long long version
    cdef public bint is_covered
    cdef public long long max_qty
    cdef public long long warn_qty
    cdef public object max_notional
    cdef public object warn_notional
    cdef public long long collar_bps
    cdef public long long warn_collar_bps
    cdef public tuple collar_references
    cdef public long long max_reference_age_ns
    cdef public long long drift_bps
    cdef public long long drift_window_ns
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
