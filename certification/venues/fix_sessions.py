"""Keep the FIX sessions that listen on one address: their connections, and whom each connection turns out to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.connections import Connection, Listener
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.session_records import Application, SessionRecord, SessionSettings
from fairlead.certification.venues.venue import Venue
from fairlead.certification.venues.wire import FrameSplitter, WireMessage

_STOP_WAIT_S = 1.0


@dataclass(slots=True, eq=False)
class _Owner:
    """Tie a connection to its splitter, and to the session that its Logon has named."""

    splitter: FrameSplitter = field(default_factory=FrameSplitter)
    session: FixVenueSession | None = None


class FixSessions:
    """Hold the sessions of one address; `application` takes what they deliver, the face itself where none is given."""

    def __init__(self, venue: Venue, settings: SessionSettings, application: Application) -> None:
        self.connections: set[Connection] = set()
        self.garbled: list[str] = []
        self.is_reading_paused = False
        self.sessions: dict[str, FixVenueSession] = {}
        self.session_settings = settings
        self._venue = venue
        self._application = application
        self._listener = Listener(self)

    # -- running -------------------------------------------------------------------------------------------------

    async def listen(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        return await self._listener.listen(host, port)

    def tick(self) -> None:
        """Do what sessions are due to do."""
        for session in self.sessions.values():
            session.tick()

    def end_turn(self) -> None:
        """Have the venue end its turn."""
        self._venue.end_turn()

    def flush(self) -> None:
        """Write what the sessions have to say, and close what has ended."""
        for session in self.sessions.values():
            if session.outbox and isinstance(session.link, Connection):
                session.link.write(b"".join(session.outbox))
                session.outbox.clear()
        self._listener.close_ended()

    def end(self) -> None:
        """Log sessions out."""
        self._listener.stop_listening()
        for session in self.sessions.values():
            if session.is_logged_on:
                session.log_out("the venue stops", close=True)

    async def close(self) -> None:
        """Close connections."""
        await self._listener.close(_STOP_WAIT_S)

    # -- connections and sessions --------------------------------------------------------------------------------

    def receive(self, connection: Connection, data: bytes) -> None:
        """Take bytes of a connection; its first message must be a Logon."""
        if connection.owner is None:
            connection.owner = _Owner()
        owner = connection.owner
        assert isinstance(owner, _Owner)
        for message in owner.splitter.feed(data):
            if connection.is_closing:
                break
            if owner.session is not None:
                owner.session.receive(message)
            else:
                self._log_on(connection, owner, message)
        self.garbled += owner.splitter.garbled
        owner.splitter.garbled.clear()

    def lost(self, connection: Connection) -> None:
        """Tell the session that its connection is gone."""
        owner = connection.owner
        if isinstance(owner, _Owner) and owner.session is not None and owner.session.link is connection:
            owner.session.disconnected()

    def _log_on(self, connection: Connection, owner: _Owner, message: WireMessage) -> None:
        """Give a connection to the session that its first message names, or close it without a word."""
        settings, counterparty = self.session_settings, message.get(49)
        session = self.sessions.get(counterparty)
        is_right = (
            message.msg_type == "A"
            and message.get(8) == settings.begin_string
            and message.get(56) == settings.comp_id
            and bool(counterparty)
            and (not settings.counterparties or counterparty in settings.counterparties)
            and (session is None or session.link is None)
        )
        if not is_right:
            connection.close()
            return
        owner.session = session or self.add_session(SessionRecord(counterparty))
        owner.session.connect(connection, message)

    def add_session(self, record: SessionRecord) -> FixVenueSession:
        """Keep the session of a counterparty from now on."""
        venue = self._venue
        session = FixVenueSession(self.session_settings, record, venue.store, self._application, venue.clock)
        self.sessions[record.counterparty] = session
        return session

    def session(self, counterparty: str) -> FixVenueSession:
        """Return the session of a counterparty."""
        return self.sessions[counterparty]

    def drop(self, counterparty: str, *, reset: bool) -> None:
        """Cut a session's connection without Logout."""
        session = self.sessions[counterparty]
        if isinstance(session.link, Connection):
            session.link.drop(reset=reset)
            session.disconnected()

    def pause_reading(self, paused: bool) -> None:
        """Stop reading from all connections, present and future, or go on."""
        self.is_reading_paused = paused
        for connection in self.connections:
            connection.pause_reading(paused)
