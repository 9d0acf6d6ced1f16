"""List the lines of the protocol: each type's message class and fields, in the order in which they are written."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from fairlead.codecs.json_lines.fields import (
    AnyText,
    Character,
    Fixed,
    Flag,
    Mistakes,
    Named,
    Reported,
    TagPairs,
    Text,
    Time,
    Whole,
)
from fairlead.codecs.json_lines.market_data_layouts import MARKET_DATA_LAYOUTS, MARKET_DATA_REQUEST_LAYOUT
from fairlead.codecs.json_lines.table import Field, Layout, fields_of
from fairlead.codecs.vocabulary.constants import (
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
from fairlead.codecs.vocabulary.session_messages import (
    Heartbeat,
    LineRefused,
    Login,
    LoginAccepted,
    LoginRefusal,
    LoginRejected,
    Logout,
    LogoutReason,
    Ping,
    Pong,
)

MAX_SEQ: Final = 2**63 - 1
MAX_HEARTBEAT_INTERVAL_S: Final = 3600


class PutOrCall(IntEnum):
    """PutOrCall(201)."""

    PUT = 0
    CALL = 1


_TEXT: Final = Text()
_ANY_TEXT: Final = AnyText()
_FIXED: Final = Fixed()
_TIME: Final = Time()
_FLAG: Final = Flag()
_CHARACTER: Final = Character()
_SEQ: Final = Whole(1, MAX_SEQ)
_HEARTBEAT_INTERVAL: Final = Whole(0, MAX_HEARTBEAT_INTERVAL_S)
_REASON: Final = Whole(0, 2**31 - 1)


_TERMS: Final = (
    *fields_of(_FIXED, "price", "stop_px"),
    Field("time_in_force", Named(TimeInForce)),
    *fields_of(_FIXED, "min_qty", "max_floor"),
    Field("expire_time", _TIME),
)

_INSTRUMENT: Final = (
    *fields_of(_TEXT, "currency", "security_type", "maturity_month_year"),
    Field("maturity_day", Whole(1, 31, absent=0)),
    Field("put_or_call", Named(PutOrCall, absent=-1)),
    Field("strike_price", _FIXED),
    *fields_of(_TEXT, "security_id", "security_id_source", "security_exchange"),
)

_INSTRUCTIONS: Final = (
    *fields_of(_TEXT, "account", "venue", "exec_inst"),
    *fields_of(_CHARACTER, "handl_inst", "order_capacity"),
    *_INSTRUMENT,
    Field("position_effect", _CHARACTER),
    Field("locate_reqd", Flag(true=ord("Y"), false=ord("N"), absent=0)),
)

_NEW_ORDER: Final = (
    *fields_of(_TEXT, "cl_ord_id", "symbol", required=True),
    Field("side", Named(Side), required=True),
    Field("order_qty", _FIXED, required=True),
    Field("ord_type", Named(OrdType), required=True),
    *_TERMS,
    *_INSTRUCTIONS,
    Field("text", _TEXT),
    Field("transact_time", _TIME),
    Field("extras", TagPairs()),
    Field("poss_resend", _FLAG),
)

_REFERENCE: Final = (
    *fields_of(_TEXT, "cl_ord_id", "orig_cl_ord_id", required=True),
    *fields_of(_TEXT, "order_id", "symbol"),
    Field("side", Named(Side)),
)

_REPLACE: Final = (
    *_REFERENCE,
    Field("order_qty", _FIXED),
    Field("ord_type", Named(OrdType)),
    *_TERMS,
    *_INSTRUCTIONS,
    Field("text", _TEXT),
    Field("transact_time", _TIME),
    Field("extras", TagPairs()),
)

_MASS_CANCEL: Final = (
    Field("cl_ord_id", _TEXT, required=True),
    Field("scope", Named(MassCancelScope), required=True),
    Field("symbol", _TEXT),
    Field("side", Named(Side)),
    *fields_of(_TEXT, "venue", "account"),
    Field("transact_time", _TIME),
)

_STATUS_REQUEST: Final = (
    *fields_of(_TEXT, "cl_ord_id", "order_id", "symbol"),
    Field("side", Named(Side)),
    *fields_of(_TEXT, "request_id", "venue"),
)

_DONT_KNOW_TRADE: Final = (
    *fields_of(_TEXT, "order_id", "exec_id", required=True),
    Field("dk_reason", _CHARACTER, required=True),
    Field("symbol", _TEXT),
    Field("side", Named(Side)),
    *fields_of(_FIXED, "order_qty", "last_qty", "last_px"),
    Field("text", _TEXT),
)

_REPORT: Final = (
    Field("exec_type", Reported(ExecType), required=True),
    Field("ord_status", Reported(OrdStatus)),
    *fields_of(
        _ANY_TEXT,
        "cl_ord_id",
        "orig_cl_ord_id",
        "order_id",
        "venue_order_id",
        "exec_id",
        "exec_ref_id",
        "request_id",
        "account",
        "symbol",
        "venue",
    ),
    Field("side", Reported(Side)),
    Field("ord_type", Reported(OrdType)),
    Field("time_in_force", Reported(TimeInForce)),
    *fields_of(_FIXED, "order_qty", "price", "stop_px", "last_qty", "last_px", "leaves_qty", "cum_qty", "avg_px"),
    Field("request_kind", Named(RequestKind)),
    Field("refusal", Named(Refusal)),
    *fields_of(_REASON, "ord_rej_reason", "restatement_reason"),
    Field("last_mkt", _ANY_TEXT),
    Field("last_liquidity", _CHARACTER),
    *fields_of(_ANY_TEXT, "text", "limit", "value"),
    Field("transact_time", _TIME),
    *fields_of(_FLAG, "poss_dup", "poss_resend"),
    *_INSTRUMENT,
)

_LOGIN: Final = (
    *fields_of(_TEXT, "strategy", "secret", required=True),
    Field("next_seq", _SEQ),
    Field("session_id", _TEXT),
    Field("heartbeat_interval_s", _HEARTBEAT_INTERVAL),
    Field("take_over", _FLAG),
)

_LOGIN_ACCEPTED: Final = (
    *fields_of(_TEXT, "strategy", "session_id", required=True),
    *fields_of(_SEQ, "next_seq", "live_seq", required=True),
    Field("heartbeat_interval_s", _HEARTBEAT_INTERVAL, required=True),
)

_LOGIN_REJECTED: Final = (
    Field("reason", Named(LoginRefusal), required=True),
    Field("text", _ANY_TEXT, required=True),
)

_LINE_REFUSED: Final = (
    Field("line", _SEQ, required=True),
    Field("mistakes", Mistakes(), required=True),
    *fields_of(_ANY_TEXT, "cl_ord_id", "md_req_id"),
)

_LOGOUT: Final = Layout("logout", Logout, (Field("reason", Named(LogoutReason)), Field("text", _ANY_TEXT)))

REQUEST_LAYOUTS: Final = (
    Layout("login", Login, _LOGIN),
    Layout("new_order", NewOrder, _NEW_ORDER),
    Layout("cancel_order", CancelOrder, _REFERENCE + (Field("text", _TEXT), Field("transact_time", _TIME))),
    Layout("replace_order", ReplaceOrder, _REPLACE),
    Layout("mass_cancel", MassCancel, _MASS_CANCEL),
    Layout("status_request", StatusRequest, _STATUS_REQUEST),
    Layout("dont_know_trade", DontKnowTrade, _DONT_KNOW_TRADE),
    MARKET_DATA_REQUEST_LAYOUT,
    Layout("ping", Ping, (Field("id", _TEXT),)),
    _LOGOUT,
)
"""What a client sends."""

REPORT_LAYOUTS: Final = tuple(
    Layout(kind.name.lower(), Report, _REPORT, (("kind", kind.value), ("ord_status", 0))) for kind in ReportKind
)
"""What carries ``seq`` besides its fields."""

REPLY_LAYOUTS: Final = (
    Layout("login_accepted", LoginAccepted, _LOGIN_ACCEPTED),
    Layout("login_rejected", LoginRejected, _LOGIN_REJECTED),
    *REPORT_LAYOUTS,
    *MARKET_DATA_LAYOUTS,
    Layout("error", LineRefused, _LINE_REFUSED),
    Layout("pong", Pong, (Field("id", _TEXT),)),
    Layout("heartbeat", Heartbeat, (Field("next_seq", _SEQ, required=True),)),
    _LOGOUT,
)
"""What the gateway sends."""

SEQ: Final = Field("seq", _SEQ, required=True)

REQUESTS_BY_TYPE: Final[Mapping[str, Layout]] = {layout.type: layout for layout in REQUEST_LAYOUTS}
REPLIES_BY_TYPE: Final[Mapping[str, Layout]] = {layout.type: layout for layout in REPLY_LAYOUTS}
