"""Name the fields of each order message and report in the order in which encoders put and decoders take them."""

from typing import Final

from fairlead.codecs.strategy_binary.plans import plan

_INSTRUMENT: Final = (
    *("currency", "security_type", "maturity_month_year", "maturity_day", "put_or_call", "strike_price"),
    *("security_id", "security_id_source", "security_exchange"),
)
_TERMS: Final = (
    *("stop_px", "min_qty", "max_floor", "expire_time", "exec_inst", *_INSTRUMENT),
    *("text", "transact_time", "extra"),
)

NEW_ORDER: Final = plan(
    "new_order",
    (
        *("cl_ord_id", "symbol", "account", "venue", "!side", "!ord_type", "time_in_force", "handl_inst"),
        *("order_capacity", "position_effect", "locate_reqd", "poss_resend", "order_qty", "price"),
    ),
    _TERMS,
)
CANCEL_ORDER: Final = plan(
    "cancel_order", ("cl_ord_id", "orig_cl_ord_id", "side"), ("order_id", "symbol", "text", "transact_time")
)
REPLACE_ORDER: Final = plan(
    "replace_order",
    (
        *("cl_ord_id", "orig_cl_ord_id", "side", "ord_type", "time_in_force", "handl_inst", "order_capacity"),
        *("position_effect", "locate_reqd", "order_qty", "price"),
    ),
    ("order_id", "symbol", "account", "venue", *_TERMS),
)
MASS_CANCEL: Final = plan(
    "mass_cancel", ("cl_ord_id", "!scope", "side"), ("symbol", "venue", "account", "transact_time")
)
STATUS_REQUEST: Final = plan("status_request", ("cl_ord_id", "request_id", "side"), ("order_id", "symbol", "venue"))
DONT_KNOW_TRADE: Final = plan(
    "dont_know_trade",
    ("order_id", "exec_id", "!dk_reason", "side", "order_qty", "last_qty", "last_px"),
    ("symbol", "text"),
)
REPORT: Final = plan(
    "report",
    (
        *("kind", "exec_type", "ord_status", "side", "ord_type", "time_in_force", "request_kind", "refusal"),
        *("last_liquidity", "poss_dup", "poss_resend"),
        *("cl_ord_id", "orig_cl_ord_id", "order_id", "exec_id", "symbol", "account", "venue"),
        *("order_qty", "price", "last_qty", "last_px", "leaves_qty", "cum_qty", "avg_px", "transact_time"),
    ),
    (
        *("request_id", "venue_order_id", "exec_ref_id", "last_mkt", "text", "limit", "value", "stop_px"),
        *("ord_rej_reason", "restatement_reason"),
        *_INSTRUMENT,
    ),
)
REFUSED: Final = plan("refused", ("refused_type", "message_number", "cl_ord_id"), ("mistake",))
