"""Say what a session with a peer tells its application besides messages, whatever protocol it speaks.

Texts never hold a secret: they quote numbers, CompIDs and the peer's Text(58), never a credential.
"""

from dataclasses import dataclass
from enum import IntEnum


class EventKind(IntEnum):
    """What happened."""

    LOGGED_ON = 1
    """Both Logons were exchanged."""
    SYNCHRONISED = 2
    """No message of the peer is missing; raised after each logon and at the end of each gap."""
    LOGGED_OUT = 3
    """The logged-on time is over, for whatever reason; always precedes DISCONNECTED if LOGGED_ON was raised."""
    DISCONNECTED = 4
    """The stream is gone."""
    LOGON_REFUSED = 5
    """The peer refused our logon, or we refused its own."""
    LOGON_ABANDONED = 6
    """Logons were refused so often that trying again needs a person (alert)."""
    PASSWORD_EXPIRED = 7
    """The peer says that our password has expired or must be changed (alert)."""
    PASSWORD_CHANGED = 8
    """The peer took our NewPassword(925)."""
    PEER_FAULT = 9
    """The peer broke the protocol; ``text`` says how, the protocol's answer was sent."""
    GARBLED = 10
    """Bytes were dropped that are no message; no sequence number was used up."""
    GAP_DETECTED = 11
    """Messages ``ref_seq_num`` to ``end_seq_num`` are missing and were asked for."""
    GAP_FILLED = 12
    RESEND_SERVED = 13
    """The peer's ResendRequest for ``ref_seq_num`` to ``end_seq_num`` was answered in full."""
    SEQUENCE_RESET = 14
    """Numbers were set other than by counting; ``text`` says which and why."""
    REJECTED = 15
    """The peer sent a session Reject (3) for our message ``ref_seq_num``."""
    LOGOUT_UNANSWERED = 16
    """Our Logout got no answer in time; the stream is closed."""
    TEST_REQUEST_SENT = 17
    """The peer was silent for an interval and a fifth."""
    PEER_SILENT = 18
    """The peer was silent for two intervals and two fifths; the stream is closed."""
    QUEUE_OVERFLOW = 19
    """More arrived behind a gap than may wait; it is asked for again once the gap is filled."""
    MESSAGES_LOST = 20
    """Messages ``ref_seq_num`` to ``end_seq_num`` of the peer can't be had any more (alert)."""
    SESSION_ENDED = 21
    """The peer says that the session is over for good: the next one counts from 1."""
    PEER_TEXT = 22
    """The peer sent a text for people, such as a debug packet."""
    SLOW_PEER = 23
    """The peer reads too slowly; the stream is closed."""


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One event. Fields that do not belong to the kind keep their defaults."""

    kind: EventKind
    text: str = ""
    ref_seq_num: int = 0
    """RefSeqNum(45) of a Reject, or the first number of a gap or resend."""
    end_seq_num: int = 0
    ref_tag_id: int = 0
    ref_msg_type: str = ""
    reject_reason: int = -1
    """SessionRejectReason(373), -1 if not given."""
