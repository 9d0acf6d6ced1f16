# C layout of the vocabulary's messages.

cdef class NewOrder:
    cdef readonly str cl_ord_id
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly long long order_qty
    cdef readonly long long ord_type
    cdef readonly long long price
    cdef readonly long long stop_px
    cdef readonly long long time_in_force
    cdef readonly str account
    cdef readonly str venue
    cdef readonly long long min_qty
    cdef readonly long long max_floor
    cdef readonly long long expire_time_ns
    cdef readonly str exec_inst
    cdef readonly long long handl_inst
    cdef readonly long long order_capacity
    cdef readonly str currency
    cdef readonly str security_type
    cdef readonly str maturity_month_year
    cdef readonly long long maturity_day
    cdef readonly long long put_or_call
    cdef readonly long long strike_price
    cdef readonly str security_id
    cdef readonly str security_id_source
    cdef readonly str security_exchange
    cdef readonly long long position_effect
    cdef readonly long long locate_reqd
    cdef readonly str text
    cdef readonly long long transact_time_ns
    cdef readonly tuple extras
    cdef readonly bint poss_resend

cpdef NewOrder copy_order(NewOrder order)

cdef class CancelOrder:
    cdef readonly str cl_ord_id
    cdef readonly str orig_cl_ord_id
    cdef readonly str order_id
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly str text
    cdef readonly long long transact_time_ns

cdef class ReplaceOrder:
    cdef readonly str cl_ord_id
    cdef readonly str orig_cl_ord_id
    cdef readonly str order_id
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly long long order_qty
    cdef readonly long long price
    cdef readonly long long stop_px
    cdef readonly long long ord_type
    cdef readonly long long time_in_force
    cdef readonly long long min_qty
    cdef readonly long long max_floor
    cdef readonly long long expire_time_ns
    cdef readonly str text
    cdef readonly long long transact_time_ns
    cdef readonly str account
    cdef readonly str venue
    cdef readonly str exec_inst
    cdef readonly long long handl_inst
    cdef readonly long long order_capacity
    cdef readonly str currency
    cdef readonly str security_type
    cdef readonly str maturity_month_year
    cdef readonly long long maturity_day
    cdef readonly long long put_or_call
    cdef readonly long long strike_price
    cdef readonly str security_id
    cdef readonly str security_id_source
    cdef readonly str security_exchange
    cdef readonly long long position_effect
    cdef readonly long long locate_reqd
    cdef readonly tuple extras

cdef class MassCancel:
    cdef readonly str cl_ord_id
    cdef readonly long long scope
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly str venue
    cdef readonly str account
    cdef readonly long long transact_time_ns

cdef class StatusRequest:
    cdef readonly str cl_ord_id
    cdef readonly str order_id
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly str request_id
    cdef readonly str venue

cdef class DontKnowTrade:
    cdef readonly str order_id
    cdef readonly str exec_id
    cdef readonly long long dk_reason
    cdef readonly str symbol
    cdef readonly long long side
    cdef readonly long long order_qty
    cdef readonly long long last_qty
    cdef readonly long long last_px
    cdef readonly str text

cdef class Report:
    cdef readonly long long kind
    cdef readonly long long exec_type
    cdef readonly long long ord_status
    cdef readonly str cl_ord_id
    cdef readonly str orig_cl_ord_id
    cdef readonly str order_id
    cdef readonly str venue_order_id
    cdef readonly str exec_id
    cdef readonly str exec_ref_id
    cdef readonly str request_id
    cdef readonly str account
    cdef readonly str symbol
    cdef readonly str venue
    cdef readonly long long side
    cdef readonly long long ord_type
    cdef readonly long long time_in_force
    cdef readonly long long order_qty
    cdef readonly long long price
    cdef readonly long long stop_px
    cdef readonly long long last_qty
    cdef readonly long long last_px
    cdef readonly long long leaves_qty
    cdef readonly long long cum_qty
    cdef readonly long long avg_px
    cdef readonly long long request_kind
    cdef readonly long long refusal
    cdef readonly long long ord_rej_reason
    cdef readonly long long restatement_reason
    cdef readonly str last_mkt
    cdef readonly long long last_liquidity
    cdef readonly str text
    cdef readonly str limit
    cdef readonly str value
    cdef readonly long long transact_time_ns
    cdef readonly bint poss_dup
    cdef readonly bint poss_resend
    cdef readonly str currency
    cdef readonly str security_type
    cdef readonly str maturity_month_year
    cdef readonly long long maturity_day
    cdef readonly long long put_or_call
    cdef readonly long long strike_price
    cdef readonly str security_id
    cdef readonly str security_id_source
    cdef readonly str security_exchange
