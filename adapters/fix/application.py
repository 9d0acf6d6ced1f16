"""Say what a FIX session expects of the code that uses it."""

from typing import Protocol

from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.session_events import SessionEvent
from fairlead.codecs.fix.message_cy import FixMessage


class SessionApplication(Protocol):
    """Take messages and events of one session. Called synchronously; may call ``begin`` and ``send`` at any time."""

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Handle an application message, in sequence and valid. ``message`` lives until the call returns."""

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of an event."""

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Tell whether a stored message of ours may be repeated now; a gap fill takes its place if not.

        An order that has grown old is worse than no order: the peer must not get it late.
        """

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Judge a peer's credentials (acceptor): None lets it in, a text refuses and is sent in Text(58)."""
