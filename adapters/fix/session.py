"""Run one FIX session, initiator or acceptor, without input or output of its own."""

from typing import Any, Final

from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.fix.states import State
from fairlead.adapters.fix.store import SessionStore
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter

PRIORITY_NORMAL: Final = 0
PRIORITY_CANCEL: Final = 1
"""Overtakes queued normal messages and may use the throttle's reserve."""

QUEUED: Final = 0
"""``send``: waits for the throttle; numbered when it leaves."""
REFUSED_THROTTLED: Final = -1
"""``send``: the throttle is exhausted and its queue full; nothing was numbered."""
REFUSED_LOGGED_OUT: Final = -2
"""``send``: the peer is away and the settings say ``REFUSE``; nothing was numbered."""


class FixSession:
    """Speak FIX with one peer over one stream after the other; implements ``adapters.endpoint.Endpoint``.

    ``validator`` None: messages are not checked against a dictionary.
    """

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: Any = None,
    ) -> None:
        raise NotImplementedError

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up; an initiator's Logon is then in the output."""
        raise NotImplementedError

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came."""
        raise NotImplementedError

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        raise NotImplementedError

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        raise NotImplementedError

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline."""
        raise NotImplementedError

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        raise NotImplementedError

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed."""
        raise NotImplementedError

    def begin(self, msg_type: str, utc_ns: int) -> MessageWriter:
        """Start an application message; put the body's fields, then call ``send``. One at a time."""
        raise NotImplementedError

    def send(self, writer: MessageWriter, now_ns: int, utc_ns: int, priority: int = PRIORITY_NORMAL) -> int:
        """Number, stamp, record and queue the message begun last; return its MsgSeqNum(34).

        Returns ``QUEUED``, ``REFUSED_THROTTLED`` or ``REFUSED_LOGGED_OUT`` where it got no number.
        """
        raise NotImplementedError

    def reject(
        self, message: FixMessage, reason: int, text: str, now_ns: int, utc_ns: int, ref_tag_id: int = 0
    ) -> None:
        """Send a session Reject (3) for a message that the application can't read."""
        raise NotImplementedError

    def business_reject(
        self, message: FixMessage, reason: int, text: str, now_ns: int, utc_ns: int, ref_id: str = ""
    ) -> None:
        """Send a BusinessMessageReject (j): BusinessRejectReason(380), Text(58), BusinessRejectRefID(379)."""
        raise NotImplementedError

    def logout(self, text: str, now_ns: int, utc_ns: int) -> None:
        """End the session in order: Logout, wait for the answer, close. Nothing happens where no one is logged on."""
        raise NotImplementedError

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Close the stream without a word."""
        raise NotImplementedError

    def reset_sequence_numbers(self, reason: str, now_ns: int, utc_ns: int, announce: bool = False) -> None:
        """Set both numbers to 1, after an orderly logout if someone is logged on.

        ``announce``: our next Logon says ResetSeqNumFlag(141)=Y (not for a scheduled reset, which both know of).
        """
        raise NotImplementedError

    def set_next_in(self, next_in: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Expect another number (operator's control)."""
        raise NotImplementedError

    def set_next_out(self, next_out: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Continue with another number (operator's control); while logged on the peer is told by SequenceReset (4)."""
        raise NotImplementedError

    def change_password(self, new_password: str) -> None:
        """Send NewPassword(925) with the next Logon; the password of those after it, once the peer took it."""
        raise NotImplementedError

    @property
    def state(self) -> State:
        """Return where the link stands."""
        raise NotImplementedError

    @property
    def is_logged_on(self) -> bool:
        """Tell whether both Logons were exchanged and no Logout was."""
        raise NotImplementedError

    @property
    def is_synchronised(self) -> bool:
        """Tell whether the session is logged on and no message of the peer is missing."""
        raise NotImplementedError

    application_available: bool
    """While False, each application message is answered by BusinessMessageReject 380=4."""
