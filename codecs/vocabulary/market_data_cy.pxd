# C layout of the market data messages.

cdef class MarketDataRequest:
    cdef readonly str md_req_id
    cdef readonly long long subscription_request_type
    cdef readonly long long market_depth
    cdef readonly long long md_update_type
    cdef readonly tuple symbols
    cdef readonly str venue
    cdef readonly str md_entry_types

cdef class MarketDataReject:
    cdef readonly str md_req_id
    cdef readonly long long md_req_rej_reason
    cdef readonly str text

cdef class MarketDataSnapshot:
    cdef readonly str md_req_id
    cdef readonly str symbol
    cdef readonly str venue
    cdef readonly tuple bids
    cdef readonly tuple asks
    cdef readonly long long last_px
    cdef readonly long long last_qty
    cdef readonly long long last_time_ns
    cdef readonly long long trade_count
    cdef readonly long long total_volume
    cdef readonly long long trading_state
    cdef readonly bint is_stale
    cdef readonly bint is_suspect
    cdef readonly long long change_number
    cdef readonly long long conflated
    cdef readonly long long update_time_ns
    cdef readonly long long transact_time_ns

cdef class MarketDataIncrement:
    cdef readonly str md_req_id
    cdef readonly str symbol
    cdef readonly str venue
    cdef readonly tuple changes
    cdef readonly long long last_px
    cdef readonly long long last_qty
    cdef readonly long long last_time_ns
    cdef readonly long long trade_count
    cdef readonly long long total_volume
    cdef readonly long long change_number
    cdef readonly long long conflated
    cdef readonly long long update_time_ns
    cdef readonly long long transact_time_ns

cdef class SecurityStatus:
    cdef readonly str md_req_id
    cdef readonly str symbol
    cdef readonly str venue
    cdef readonly long long trading_state
    cdef readonly str state_code
    cdef readonly str state_reason
    cdef readonly long long state_time_ns
    cdef readonly bint is_stale
    cdef readonly bint is_suspect
    cdef readonly str text
    cdef readonly long long short_restriction
    cdef readonly tuple operational_halts
    cdef readonly tuple reference_prices
    cdef readonly long long transact_time_ns
