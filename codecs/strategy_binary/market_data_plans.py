"""Name the fields of each market data message in the order in which the encoders put and the decoders take them."""

from typing import Final

from fairlead.codecs.strategy_binary.plans import plan

_BOOK: Final = ("md_req_id", "symbol", "venue")
_MARKS: Final = (
    *("last_px", "last_qty", "last_time", "trade_count", "total_volume", "change_number", "conflated"),
    *("update_time", "transact_time"),
)

MARKET_DATA_REQUEST: Final = plan(
    "market_data_request",
    (
        *("md_req_id", "!subscription_request_type", "!md_update_type", "market_depth", "md_entry_types", "venue"),
        "symbol_count",
    ),
    entry=("symbol",),
)
MARKET_DATA_REJECT: Final = plan("market_data_reject", ("md_req_id", "md_req_rej_reason"), ("text",))
MARKET_DATA_SNAPSHOT: Final = plan(
    "market_data_snapshot",
    (*_BOOK, "trading_state", "is_stale", "is_suspect", "more", *_MARKS, "level_count"),
    entry=("md_entry_type", "price", "quantity", "orders"),
)
MARKET_DATA_INCREMENT: Final = plan(
    "market_data_increment",
    (*_BOOK, "more", *_MARKS, "change_count"),
    entry=("md_update_action", "md_entry_type", "price", "quantity", "orders", "position"),
)
SECURITY_STATUS: Final = plan(
    "security_status",
    (*_BOOK, "trading_state", "short_restriction", "is_stale", "is_suspect", "state_time", "transact_time"),
    ("state_code", "state_reason", "text", "operational_halt", "reference_prices"),
)
