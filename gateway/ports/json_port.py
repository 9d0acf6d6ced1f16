"""Serve strategies over JSON lines: who may log in, and what all connections share. docs/json_port.md is the protocol.

The driver accepts a stream, asks ``JsonPort.connection`` for an endpoint and drives it; TLS is the driver's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from fairlead.adapters.market_data_outlet import NoMarketData
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.strategy_session import MarketDataEntry, OrderEntry
from fairlead.codecs.vocabulary.session_messages import NOT_GIVEN, Login, LoginRefusal, LoginRejected, LogoutReason
from fairlead.gateway.ports.identity import LoginGuard
from fairlead.gateway.ports.json_connection import JsonConnection
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash, new_secret


@dataclass(frozen=True, slots=True)
class JsonPortSettings:
    """Set what holds for every connection of a port."""

    login_timeout_s: int = 10
    heartbeat_interval_s: int = 15
    """What a client gets that names none; 0 switches heartbeats off."""
    max_line_bytes: int = 64 * 1024
    max_refused_lines: int = 10
    """So many refused lines in a row end a connection."""
    replay_lines: int = 256
    """So many reports are replayed at a time; the rest waits in the store until these are read."""
    slow_consumer: SlowConsumerPolicy = field(default_factory=SlowConsumerPolicy)


def _tell_nobody(text: str, utc_ns: int) -> None:
    """Be the ``on_refused`` of a port whose owner does not care."""


class JsonPort:
    """Know the strategies of one port; make an endpoint for each accepted stream.

    ``on_refused`` is told, with the UTC time, why a login was rejected.
    """

    def __init__(
        self,
        sessions: Iterable[JsonStrategySession],
        entry: OrderEntry,
        settings: JsonPortSettings | None = None,
        on_refused: Callable[[str, int], None] = _tell_nobody,
        market_data: MarketDataEntry | None = None,
    ) -> None:
        self.sessions: Final = {session.name: session for session in sessions}
        self.entry: Final = entry
        self.settings: Final = settings or JsonPortSettings()
        self.on_refused: Final = on_refused
        self.market_data: Final[MarketDataEntry] = market_data or NoMarketData()
        self._guard = LoginGuard()
        self._connections: set[JsonConnection] = set()
        self._stopping = ""
        # An unknown strategy costs as much time as a known one, so that names can't be found out.
        self._nobody = SecretHash.of(new_secret())

    def connection(self, peer_address: str) -> JsonConnection:
        """Return the endpoint for a stream from ``peer_address`` (the host, without its port)."""
        connection = JsonConnection(self, peer_address)
        self._connections.add(connection)
        return connection

    def forget(self, connection: JsonConnection) -> None:
        """Let go of a connection whose stream is gone."""
        self._connections.discard(connection)

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log every strategy out and refuse new logins; ``text`` says why."""
        self._stopping = text
        for connection in tuple(self._connections):
            connection.log_out(LogoutReason.STOPPING, text, now_ns, utc_ns)

    def admit(self, login: Login, peer_address: str, now_ns: int) -> JsonStrategySession | LoginRejected:
        """Return the session that a login opens, or why it does not."""
        if self._stopping:
            return LoginRejected(LoginRefusal.STOPPING, self._stopping)
        refusal = self._guard.refusal(peer_address, now_ns)
        if refusal is not None:
            return LoginRejected(LoginRefusal.TOO_MANY_FAILURES, refusal)
        session = self.sessions.get(login.strategy)
        expected = (session and session.identity.secret_hash) or self._nobody
        if not expected.matches(login.secret) or session is None:
            self._guard.note_failure(peer_address, now_ns)
            return LoginRejected(LoginRefusal.WRONG_SECRET, "no such strategy, or not its secret")
        return self._check_place(login, session) or session

    @staticmethod
    def _check_place(login: Login, session: JsonStrategySession) -> LoginRejected | None:
        if session.endpoint is not None and not login.take_over:
            text = (
                f"strategy {session.name} is connected already, from {session.endpoint.peer_address}; "
                'log in with "take_over": true to end that connection'
            )
            return LoginRejected(LoginRefusal.ALREADY_CONNECTED, text)
        if login.session_id and login.session_id != session.session_id:
            text = f"session_id {login.session_id!r} received, expected {session.session_id!r}: numbers began anew"
            return LoginRejected(LoginRefusal.WRONG_SESSION, text)
        if login.next_seq != NOT_GIVEN and login.next_seq > session.next_seq:
            text = f"next_seq {login.next_seq} received, expected 1 to {session.next_seq}"
            return LoginRejected(LoginRefusal.WRONG_SEQ, text)
        return None
