"""Judge the header of an inbound message: who, to whom, when."""

from dataclasses import dataclass
from enum import IntEnum

from fairlead.adapters.fix.settings import SessionSettings
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.violations import (
    COMP_ID_PROBLEM,
    INCORRECT_DATA_FORMAT,
    NO_VALUE,
    REQUIRED_TAG_MISSING,
    SENDING_TIME_PROBLEM,
    SESSION_TEXTS,
)
from fairlead.codecs.vocabulary.constants import ABSENT

_NS_PER_S = 1_000_000_000

SENDER_COMP_ID, TARGET_COMP_ID, SENDING_TIME, ORIG_SENDING_TIME = 49, 56, 52, 122


class HeaderFaultKind(IntEnum):
    """What the protocol's answer depends on."""

    BEGIN_STRING = 1
    """Logout, disconnect (FS-2i)."""
    COMP_ID = 2
    """Reject 9, Logout, disconnect (FS-2k)."""
    SENDING_TIME = 3
    """Reject 10, Logout, disconnect (FS-2o)."""
    FIELD = 4
    """Reject and go on: a header field is missing, empty or can't be read (FS-14b, 14d, 14f)."""


@dataclass(frozen=True, slots=True)
class HeaderFault:
    """One thing wrong. ``text`` is the usual text for the wire, ``detail`` what was received and expected."""

    kind: HeaderFaultKind
    text: str
    detail: str
    reject_reason: int = -1
    ref_tag_id: int | None = None


def expected_identity(settings: SessionSettings) -> tuple[tuple[int, bytes], ...]:
    """Return (tag, value) of the header fields by which the peer and we are named, as the peer writes them."""
    session_id = settings.session_id
    pairs = [(SENDER_COMP_ID, session_id.target_comp_id), (TARGET_COMP_ID, session_id.sender_comp_id)]
    if settings.check_sub_ids:
        pairs += [
            (50, session_id.target_sub_id),
            (142, session_id.target_location_id),
            (57, session_id.sender_sub_id),
            (143, session_id.sender_location_id),
        ]
    return tuple((tag, value.encode("latin-1")) for tag, value in pairs if value)


def judge_header(message: FixMessage, settings: SessionSettings, utc_ns: int) -> HeaderFault | None:
    """Return the first thing wrong with BeginString, CompIDs and SendingTime, None if nothing is."""
    begin_string = settings.session_id.begin_string
    if message.begin_string != begin_string:
        return HeaderFault(
            HeaderFaultKind.BEGIN_STRING,
            "Incorrect BeginString",
            f"BeginString {message.begin_string!r} received, expected {begin_string!r}",
        )
    return _judge_identity(message, settings) or _judge_sending_time(message, settings, utc_ns)


def _judge_identity(message: FixMessage, settings: SessionSettings) -> HeaderFault | None:
    for tag, expected in expected_identity(settings):
        if not message.has(tag):
            return _missing(tag)
        received = message.get_bytes(tag)
        if not received:
            return _empty(tag)
        if received != expected:
            return HeaderFault(
                HeaderFaultKind.COMP_ID,
                SESSION_TEXTS[COMP_ID_PROBLEM],
                f"tag {tag} is {received.decode('latin-1')!r}, expected {expected.decode('latin-1')!r}",
                reject_reason=COMP_ID_PROBLEM,
            )
    return None


def _judge_sending_time(message: FixMessage, settings: SessionSettings, utc_ns: int) -> HeaderFault | None:
    if not message.has(SENDING_TIME):
        return _missing(SENDING_TIME)
    if not message.get_bytes(SENDING_TIME):
        return _empty(SENDING_TIME)
    try:
        sending_time_ns = message.get_utc_ns(SENDING_TIME)
    except DecodeError:
        return _unreadable(SENDING_TIME)
    if not settings.check_sending_time:
        return None
    seconds_off = abs(sending_time_ns - utc_ns) / _NS_PER_S
    if seconds_off <= settings.sending_time_tolerance_s:
        return None
    return HeaderFault(
        HeaderFaultKind.SENDING_TIME,
        SESSION_TEXTS[SENDING_TIME_PROBLEM],
        f"SendingTime is {seconds_off:.3f} s off, expected at most {settings.sending_time_tolerance_s} s",
        reject_reason=SENDING_TIME_PROBLEM,
    )


def judge_poss_dup(message: FixMessage, settings: SessionSettings) -> HeaderFault | None:
    """Return what is wrong with OrigSendingTime(122) of a PossDup message (FS-2f, 2g), None if nothing is."""
    if not message.has(ORIG_SENDING_TIME):
        # Gap fills without it are common, and refusing one would leave the gap open for good.
        lenient = message.msg_type == "4" or not settings.require_orig_sending_time
        return None if lenient else _missing(ORIG_SENDING_TIME)
    try:
        orig_sending_time_ns = message.get_utc_ns(ORIG_SENDING_TIME)
        sending_time_ns = message.get_utc_ns(SENDING_TIME, ABSENT)
    except DecodeError:
        return _unreadable(ORIG_SENDING_TIME)
    if orig_sending_time_ns <= sending_time_ns:
        return None
    return HeaderFault(
        HeaderFaultKind.FIELD,
        SESSION_TEXTS[SENDING_TIME_PROBLEM],
        "OrigSendingTime is later than SendingTime",
        reject_reason=SENDING_TIME_PROBLEM,
    )


def _missing(tag: int) -> HeaderFault:
    return _field_fault(REQUIRED_TAG_MISSING, f"tag {tag} is missing", tag)


def _empty(tag: int) -> HeaderFault:
    return _field_fault(NO_VALUE, f"tag {tag} is empty", tag)


def _unreadable(tag: int) -> HeaderFault:
    return _field_fault(INCORRECT_DATA_FORMAT, f"tag {tag} can not be read", tag)


def _field_fault(reason: int, detail: str, tag: int) -> HeaderFault:
    return HeaderFault(HeaderFaultKind.FIELD, SESSION_TEXTS[reason], detail, reason, tag)
