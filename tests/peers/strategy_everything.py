"""Messages of the vocabulary in which every field has a value of its own."""

from typing import Any

from fairlead.codecs.vocabulary.constants import (
    ABSENT,
    ExecType,
    MassCancelScope,
    OrdStatus,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

VALUES: dict[str, Any] = {
    "cl_ord_id": "S9",
    "orig_cl_ord_id": "S8",
    "order_id": "O1-1",
    "symbol": "IBM",
    "side": Side.SELL_SHORT,
    "order_qty": 7,
    "ord_type": OrdType.STOP_LIMIT,
    "price": 950_000_000,
    "stop_px": 850_000_000,
    "time_in_force": TimeInForce.GOOD_TILL_DATE,
    "account": "ACC1",
    "venue": "XBRK",
    "min_qty": 2,
    "max_floor": 3,
    "expire_time_ns": 1_767_364_200_000_000_001,
    "exec_inst": "1 G",
    "handl_inst": ord("2"),
    "order_capacity": ord("P"),
    "currency": "EUR",
    "security_type": "OPT",
    "maturity_month_year": "202612",
    "maturity_day": 18,
    "put_or_call": 0,
    "strike_price": 45_050_000_000,
    "security_id": "US459",
    "security_id_source": "4",
    "security_exchange": "XNYS",
    "position_effect": ord("C"),
    "locate_reqd": ord("N"),
    "text": "hëllo",
    "transact_time_ns": 1_767_364_200_000_000_002,
    "extras": (("9001", "x"), ("9002", "y=z")),
    "poss_resend": True,
    "scope": MassCancelScope.SYMBOL,
    "request_id": "Q1",
    "exec_id": "E1",
    "dk_reason": ord("C"),
    "last_qty": 4,
    "last_px": 925_000_000,
    "kind": ReportKind.TRADE_CORRECTED,
    "exec_type": ExecType.TRADE_CORRECT,
    "ord_status": OrdStatus.PARTIALLY_FILLED,
    "venue_order_id": "B1",
    "exec_ref_id": "E0",
    "leaves_qty": 5,
    "cum_qty": 6,
    "avg_px": 8,
    "request_kind": RequestKind.REPLACE_ORDER,
    "refusal": Refusal.TOO_LATE,
    "ord_rej_reason": 99,
    "restatement_reason": 0,
    "last_mkt": "XLON",
    "last_liquidity": ord("1"),
    "limit": "1000",
    "value": "1001",
    "poss_dup": True,
}

LEAST: dict[type, dict[str, Any]] = {
    NewOrder: {"cl_ord_id": "A", "symbol": "S", "side": Side.BUY, "order_qty": 1, "ord_type": OrdType.MARKET},
    CancelOrder: {"cl_ord_id": "B", "orig_cl_ord_id": "A"},
    ReplaceOrder: {"cl_ord_id": "B", "orig_cl_ord_id": "A"},
    MassCancel: {"cl_ord_id": "B", "scope": MassCancelScope.ALL},
    StatusRequest: {},
    DontKnowTrade: {"order_id": "O1-1", "exec_id": "E1", "dk_reason": ord("D")},
    Report: {"kind": ReportKind.ACCEPTED, "exec_type": ExecType.NEW, "ord_status": OrdStatus.NEW},
}
REQUESTS = tuple(kind for kind in LEAST if kind is not Report)


def names(kind: type) -> list[str]:
    """Return a message's fields."""
    return [name for name in dir(kind(**LEAST[kind])) if not name.startswith("_")]


def full(kind: type) -> Any:
    """Return a message with every field."""
    return kind(**{name: VALUES[name] for name in names(kind)})


def values(message: Any) -> dict[str, Any]:
    """Return a message's fields by name."""
    return {name: getattr(message, name) for name in names(type(message))}


def is_absent(value: Any) -> bool:
    """Tell whether a field has no value."""
    return value in (ABSENT, "", (), False)
