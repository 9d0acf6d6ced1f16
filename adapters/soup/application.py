"""Say what SoupBinTCP sessions expect of the code that uses them. All calls are synchronous."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fairlead.adapters.session_events import SessionEvent
from fairlead.codecs.soupbintcp.login import LoginRequest

if TYPE_CHECKING:
    from fairlead.adapters.soup.server import SoupServerSession
    from fairlead.adapters.soup.stream_cy import SequencedStream


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


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """Refuse a login: ``code`` is A (not authorized) or S (session not available), ``text`` is for our own people.

    ``debug``, where given, is told to the client in a debug packet before the code.
    """

    code: str
    text: str
    debug: str = ""


class SoupServerApplication(Protocol):
    """Take what clients of a server say. ``session`` is the connection that it came over."""

    def on_login_request(
        self, session: "SoupServerSession", login: LoginRequest, now_ns: int, utc_ns: int
    ) -> "SequencedStream | LoginRefused":
        """Judge username and password; return the stream that the client is to follow.

        Session and number are judged after that, by the session, which may still refuse with S: change nothing here.
        What is to happen at a login (an older connection gives way, say) belongs to the event LOGGED_ON.
        """

    def on_unsequenced(self, session: "SoupServerSession", payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Handle a client's message, recorded already."""

    def on_session_event(self, session: "SoupServerSession", event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of an event; DISCONNECTED is a connection's last one."""
