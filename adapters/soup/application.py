"""Say what SoupBinTCP sessions expect of the code that uses them. All calls are synchronous."""

from typing import Protocol

from fairlead.adapters.session_events import SessionEvent


class SoupClientApplication(Protocol):
    """Take messages and events of one client session; may call ``send`` at any time while it is logged on."""

    def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Handle message ``seq`` of the session: each number once, rising by one."""

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of an event.

        A login is SEQUENCE_RESET where the session is a new one, LOGGED_ON, MESSAGES_LOST where the server no longer
        has what is missing, SYNCHRONISED. What the server repeats follows as ordinary messages; the protocol has no
        mark for where that ends.
        """
