"""Make a SoupBinTCP session for each accepted stream, and know them all."""

from collections.abc import Callable

from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.soup.application import LoginRefused, SoupServerApplication
from fairlead.adapters.soup.server import SoupServerSession
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.codecs.soupbintcp.login import LoginRequest
from fairlead.codecs.soupbintcp.packet_types import SESSION_NOT_AVAILABLE

MakeSession = Callable[[SoupServerSettings, SoupServerApplication, str], SoupServerSession]


class SoupAcceptor:
    """Hold the connections of one port; passes everything on to ``application``, except logins while it stops.

    ``make`` makes a connection's session: ``SoupServerSession``, or one that builds on it.
    """

    def __init__(
        self,
        settings: SoupServerSettings,
        application: SoupServerApplication,
        make: MakeSession = SoupServerSession,
    ) -> None:
        self.connections: set[SoupServerSession] = set()
        self._settings = settings
        self._application = application
        self._make = make
        self._stopping = ""

    def connection(self, peer_address: str) -> SoupServerSession:
        """Return the endpoint for a stream from ``peer_address``."""
        session = self._make(self._settings, self, peer_address)
        self.connections.add(session)
        return session

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log everyone out and refuse new logins; ``text`` says why."""
        self._stopping = text
        for session in tuple(self.connections):
            session.log_out(text, now_ns, utc_ns)

    # SoupServerApplication

    def on_login_request(
        self, session: SoupServerSession, login: LoginRequest, now_ns: int, utc_ns: int
    ) -> SequencedStream | LoginRefused:
        """Ask the application."""
        if self._stopping:
            return LoginRefused(SESSION_NOT_AVAILABLE, self._stopping, f"stopping: {self._stopping}")
        return self._application.on_login_request(session, login, now_ns, utc_ns)

    def on_unsequenced(self, session: SoupServerSession, payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Pass a message on."""
        self._application.on_unsequenced(session, payload, now_ns, utc_ns)

    def on_session_event(self, session: SoupServerSession, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Let go of a connection that is gone."""
        if event.kind is EventKind.DISCONNECTED:
            self.connections.discard(session)
        self._application.on_session_event(session, event, now_ns, utc_ns)
