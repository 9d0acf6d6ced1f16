"""Judge the messages of a session; what follows from a fault is the session's."""

from __future__ import annotations

import hmac

from fairlead.certification.venues.session_records import (
    INCORRECT_FORMAT,
    INTEGER_ADMIN_FIELDS,
    REQUIRED_ADMIN_FIELDS,
    REQUIRED_TAG_MISSING,
    SENDING_TIME_PROBLEM,
    SessionSettings,
)
from fairlead.certification.venues.wire import WireMessage, is_digits, read_utc_timestamp

Fault = tuple[int, int, str]
"""SessionRejectReason(373), RefTagID(371), Text(58)."""


def admin_fault(message: WireMessage) -> Fault | None:
    """Return what makes an admin message unusable: a field that is missing, or no number where one is due."""
    for tag in REQUIRED_ADMIN_FIELDS.get(message.msg_type, ()):
        if not message.get(tag):
            return REQUIRED_TAG_MISSING, tag, "Required tag missing"
    for tag in INTEGER_ADMIN_FIELDS.get(message.msg_type, ()):
        if not is_digits(message.get(tag)):
            return INCORRECT_FORMAT, tag, "Incorrect data format for value"
    return None


def poss_dup_fault(message: WireMessage, sent_ns: int) -> Fault | None:
    """Return what is wrong with OrigSendingTime(122) of a repeated message; a SequenceReset may come without it."""
    if 122 not in message:
        return None if message.msg_type == "4" else (REQUIRED_TAG_MISSING, 122, "Required tag missing")
    original_ns = read_utc_timestamp(message.get(122))
    if original_ns is None:
        return INCORRECT_FORMAT, 122, "Incorrect data format for value"
    if original_ns > sent_ns:
        return SENDING_TIME_PROBLEM, 122, "SendingTime accuracy problem"
    return None


def logon_refusal(message: WireMessage, settings: SessionSettings, next_out: int) -> str:
    """Return why a Logon is refused, "" where it is not."""
    if settings.refuse_logons:
        return settings.refuse_logons
    if not message.msg_seq_num:
        return "Required tag missing: MsgSeqNum(34)"
    if not is_digits(message.get(108)):
        return f"HeartBtInt(108) {message.get(108)!r} received, expected a number of seconds"
    if message.get(98, "0") != "0":
        return f"EncryptMethod(98) {message.get(98)} received, expected 0"
    if message.get(141) == "Y" and message.msg_seq_num != 1:
        return f"MsgSeqNum {message.msg_seq_num} received with ResetSeqNumFlag(141), expected 1"
    if is_digits(message.get(789)) and int(message.get(789)) > next_out:
        return f"NextExpectedMsgSeqNum(789) {message.get(789)} received, expected at most {next_out}"
    if settings.credentials:
        password = settings.credentials.get(message.get(553), "")
        given = message.get(554).encode("latin-1")
        if not password or not hmac.compare_digest(password.encode("latin-1"), given):
            return "Username(553) or Password(554) is wrong"
    return ""
