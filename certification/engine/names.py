"""Name fields, messages and codes of FIX sessions, for people; what has no name here is shown by its number."""

from __future__ import annotations

FIELDS = {
    1: "Account", 2: "AdvId", 4: "AdvSide", 5: "AdvTransType", 6: "AvgPx", 7: "BeginSeqNo", 8: "BeginString",
    9: "BodyLength", 10: "CheckSum", 11: "ClOrdID", 14: "CumQty", 16: "EndSeqNo", 17: "ExecID", 20: "ExecTransType",
    21: "HandlInst", 22: "SecurityIDSource", 23: "IOIID", 30: "LastMkt", 31: "LastPx", 32: "LastQty",
    33: "NoLinesOfText", 34: "MsgSeqNum", 35: "MsgType", 36: "NewSeqNo", 37: "OrderID", 38: "OrderQty",
    39: "OrdStatus", 40: "OrdType", 41: "OrigClOrdID", 43: "PossDupFlag", 44: "Price", 45: "RefSeqNum",
    48: "SecurityID", 49: "SenderCompID", 50: "SenderSubID", 52: "SendingTime", 53: "Quantity", 54: "Side",
    55: "Symbol", 56: "TargetCompID", 57: "TargetSubID", 58: "Text", 59: "TimeInForce", 60: "TransactTime",
    78: "NoAllocs", 79: "AllocAccount", 80: "AllocQty", 89: "Signature", 90: "SecureDataLen", 91: "SecureData",
    93: "SignatureLength", 95: "RawDataLength", 96: "RawData", 97: "PossResend", 98: "EncryptMethod",
    99: "StopPx", 102: "CxlRejReason", 103: "OrdRejReason", 108: "HeartBtInt", 112: "TestReqID",
    115: "OnBehalfOfCompID", 116: "OnBehalfOfSubID", 122: "OrigSendingTime", 123: "GapFillFlag",
    128: "DeliverToCompID", 129: "DeliverToSubID", 141: "ResetSeqNumFlag", 142: "SenderLocationID",
    143: "TargetLocationID", 144: "OnBehalfOfLocationID", 145: "DeliverToLocationID", 150: "ExecType",
    151: "LeavesQty", 207: "SecurityExchange", 354: "EncodedTextLen", 355: "EncodedText",
    369: "LastMsgSeqNumProcessed", 371: "RefTagID", 372: "RefMsgType", 373: "SessionRejectReason",
    375: "ContraBroker", 379: "BusinessRejectRefID", 380: "BusinessRejectReason", 382: "NoContraBrokers",
    383: "MaxMessageSize", 434: "CxlRejResponseTo", 447: "PartyIDSource", 448: "PartyID", 452: "PartyRole",
    453: "NoPartyIDs", 464: "TestMessageIndicator", 553: "Username", 554: "Password", 789: "NextExpectedMsgSeqNum",
}  # fmt: skip

MESSAGES = {
    "0": "Heartbeat", "1": "TestRequest", "2": "ResendRequest", "3": "Reject", "4": "SequenceReset", "5": "Logout",
    "6": "IOI", "7": "Advertisement", "8": "ExecutionReport", "9": "OrderCancelReject", "A": "Logon", "B": "News",
    "C": "Email", "D": "NewOrderSingle", "E": "NewOrderList", "F": "OrderCancelRequest",
    "G": "OrderCancelReplaceRequest", "H": "OrderStatusRequest", "Q": "DontKnowTrade",
    "V": "MarketDataRequest", "c": "SecurityDefinitionRequest", "d": "SecurityDefinition",
    "h": "TradingSessionStatus", "j": "BusinessMessageReject",
}  # fmt: skip

MSG_TYPES = {name: code for code, name in MESSAGES.items()}

ADMIN = frozenset("012345A")

REJECT_REASONS = {
    "0": "invalid tag number", "1": "required tag missing", "2": "tag not defined for this message type",
    "3": "undefined tag", "4": "tag without a value", "5": "value out of range", "6": "incorrect data format",
    "7": "decryption problem", "8": "signature problem", "9": "CompID problem", "10": "SendingTime accuracy problem",
    "11": "invalid MsgType", "13": "tag appears more than once", "14": "tag out of required order",
    "15": "group fields out of order", "16": "incorrect NumInGroup count", "17": "non-data value includes SOH",
    "99": "other",
}  # fmt: skip

BUSINESS_REASONS = {
    "0": "other", "1": "unknown id", "2": "unknown security", "3": "unsupported message type",
    "4": "application not available", "5": "conditionally required field missing", "6": "not authorised",
}  # fmt: skip

_MEANINGS = {
    35: MESSAGES,
    372: MESSAGES,
    373: REJECT_REASONS,
    380: BUSINESS_REASONS,
    43: {"Y": "possible duplicate"},
    97: {"Y": "possible resend"},
    98: {"0": "none"},
    123: {"Y": "gap fill", "N": "reset"},
    141: {"Y": "reset both numbers"},
}


def field_name(tag: str) -> str:
    """Return a field's name, "" where it has none here."""
    return FIELDS.get(int(tag), "") if tag.isascii() and tag.isdigit() else ""


def message_name(msg_type: str) -> str:
    """Return a message's name with its MsgType, the MsgType alone where it has none here."""
    name = MESSAGES.get(msg_type)
    return f"{name}({msg_type})" if name else f"MsgType {msg_type!r}"


def meaning(tag: str, value: str) -> str:
    """Return what a coded value means, "" where there is nothing to say."""
    return _MEANINGS.get(int(tag), {}).get(value, "") if tag.isascii() and tag.isdigit() else ""
