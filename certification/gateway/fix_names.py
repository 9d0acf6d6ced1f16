"""Name fields and codes of FIX order messages, for cases and reports; what has no name here is shown by its number."""

from __future__ import annotations

from fairlead.certification.model.results import FieldRecord
from fairlead.certification.venues.wire import WireMessage

FIELDS = {
    1: "Account", 6: "AvgPx", 7: "BeginSeqNo", 8: "BeginString", 9: "BodyLength", 10: "CheckSum", 11: "ClOrdID",
    14: "CumQty", 16: "EndSeqNo", 17: "ExecID", 18: "ExecInst", 19: "ExecRefID", 20: "ExecTransType", 21: "HandlInst",
    22: "SecurityIDSource", 31: "LastPx", 32: "LastQty", 34: "MsgSeqNum", 35: "MsgType", 36: "NewSeqNo", 37: "OrderID",
    38: "OrderQty", 39: "OrdStatus", 40: "OrdType", 41: "OrigClOrdID", 43: "PossDupFlag", 44: "Price", 45: "RefSeqNum",
    47: "Rule80A", 48: "SecurityID", 49: "SenderCompID", 52: "SendingTime", 54: "Side", 55: "Symbol",
    56: "TargetCompID", 58: "Text", 59: "TimeInForce", 60: "TransactTime", 97: "PossResend", 98: "EncryptMethod",
    99: "StopPx", 102: "CxlRejReason", 103: "OrdRejReason", 108: "HeartBtInt", 110: "MinQty", 111: "MaxFloor",
    112: "TestReqID", 122: "OrigSendingTime", 123: "GapFillFlag", 126: "ExpireTime", 127: "DKReason",
    141: "ResetSeqNumFlag", 150: "ExecType", 151: "LeavesQty", 167: "SecurityType", 371: "RefTagID", 372: "RefMsgType",
    373: "SessionRejectReason", 378: "ExecRestatementReason", 379: "BusinessRejectRefID", 380: "BusinessRejectReason",
    434: "CxlRejResponseTo", 447: "PartyIDSource", 448: "PartyID", 452: "PartyRole", 453: "NoPartyIDs",
    528: "OrderCapacity", 530: "MassCancelRequestType", 531: "MassCancelResponse", 553: "Username", 554: "Password",
    584: "MassStatusReqID", 585: "MassStatusReqType", 790: "OrdStatusReqID",
    911: "TotNumReports", 912: "LastRptRequested",
}  # fmt: skip
TAGS = {name: tag for tag, name in FIELDS.items()}

MESSAGES = {
    "0": "Heartbeat", "1": "TestRequest", "2": "ResendRequest", "3": "Reject", "4": "SequenceReset", "5": "Logout",
    "8": "ExecutionReport", "9": "OrderCancelReject", "A": "Logon", "D": "NewOrderSingle", "F": "OrderCancelRequest",
    "G": "OrderCancelReplaceRequest", "H": "OrderStatusRequest", "Q": "DontKnowTrade", "j": "BusinessMessageReject",
    "q": "OrderMassCancelRequest", "r": "OrderMassCancelReport", "AF": "OrderMassStatusRequest",
}  # fmt: skip
MSG_TYPES = {name: code for code, name in MESSAGES.items()}
ADMIN = frozenset("012345A")

SIDES = {"buy": "1", "sell": "2", "sell_short": "5"}
ORD_TYPES = {"market": "1", "limit": "2", "stop": "3", "stop_limit": "4"}
TIMES_IN_FORCE = {
    "day": "0", "good_till_cancel": "1", "at_the_opening": "2", "immediate_or_cancel": "3", "fill_or_kill": "4",
    "good_till_crossing": "5", "good_till_date": "6", "at_the_close": "7",
}  # fmt: skip
STATUSES = {
    "new": "0", "partially_filled": "1", "filled": "2", "done_for_day": "3", "canceled": "4", "rejected": "8",
    "expired": "C", "pending_cancel": "6", "pending_replace": "E",
}  # fmt: skip
EXEC_TYPES = {
    "0": "new", "1": "partial fill", "2": "fill", "3": "done for day", "4": "canceled", "5": "replaced",
    "6": "pending cancel", "8": "rejected", "C": "expired", "D": "restated", "E": "pending replace", "F": "trade",
    "G": "trade correct", "H": "trade cancel", "I": "order status",
}  # fmt: skip


def _other_way(names: dict[str, str]) -> dict[str, str]:
    return {code: name.replace("_", " ") for name, code in names.items()}


_MEANINGS = {
    35: MESSAGES, 372: MESSAGES, 39: _other_way(STATUSES), 54: _other_way(SIDES), 40: _other_way(ORD_TYPES),
    59: _other_way(TIMES_IN_FORCE), 150: EXEC_TYPES, 20: {"0": "new", "1": "cancel", "2": "correct", "3": "status"},
    43: {"Y": "possible duplicate"}, 97: {"Y": "possible resend"}, 123: {"Y": "gap fill"},
}  # fmt: skip
_SECRET = frozenset((554, 925, 96))


def describe_fields(message: WireMessage) -> list[FieldRecord]:
    """Return a message's fields with their names and what their codes mean; passwords are left blank."""
    return [
        FieldRecord(
            str(tag),
            FIELDS.get(tag, ""),
            "***" if tag in _SECRET else value,
            _MEANINGS.get(tag, {}).get(value, ""),
        )
        for tag, value in message.fields
    ]


def blank_secrets(message: WireMessage) -> str:
    """Return a message's bytes as text, with stars in place of passwords: its checksum is the true message's."""
    raw = message.raw.decode("latin-1")
    for tag, value in message.fields:
        if tag in _SECRET and value:
            raw = raw.replace(f"\x01{tag}={value}\x01", f"\x01{tag}={'*' * len(value)}\x01")
    return raw


def tag_of(name: str | int) -> int:
    """Return a field's tag, whether it is given by tag or by name. Raises KeyError."""
    text = str(name)
    return int(text) if text.isdigit() else TAGS[text]
