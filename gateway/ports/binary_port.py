"""Serve strategies over SoupBinTCP in fixed layouts: who may log in, and what all connections share.

docs/strategy-protocol.md is the protocol. The driver accepts a stream, asks ``BinaryPort.connection`` for an endpoint
and drives it; TLS is the driver's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, cast

from fairlead.adapters.market_data_outlet import NoMarketData
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.soup.acceptor import SoupAcceptor
from fairlead.adapters.soup.application import LoginRefused, SoupServerApplication
from fairlead.adapters.soup.server import SoupServerSession
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.adapters.strategy_session import MarketDataEntry, OrderEntry
from fairlead.codecs.soupbintcp.login import LoginRequest
from fairlead.codecs.soupbintcp.packet_types import NOT_AUTHORIZED, SESSION_NOT_AVAILABLE
from fairlead.codecs.strategy_binary.session import debug_text
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)
from fairlead.codecs.vocabulary.session_messages import LoginRefusal, LogoutReason
from fairlead.gateway.ports.binary_connection import BinaryConnection
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.identity import LoginGuard
from fairlead.gateway.ports.secret_hash import SecretHash, new_secret

_REFUSALS: Final = frozenset((EventKind.LOGON_REFUSED, EventKind.PEER_FAULT, EventKind.GARBLED))
"""What ends a connection before its login."""

Handler = Callable[[str, Any, int, int], None]


@dataclass(frozen=True, slots=True)
class BinaryPortSettings:
    """Set what holds for every connection of a port."""

    soup: SoupServerSettings = field(default_factory=SoupServerSettings)
    max_refused_messages: int = 10
    """So many refused messages in a row end a connection."""


def _tell_nobody(text: str, utc_ns: int) -> None:
    """Be the ``on_refused`` of a port whose owner does not care."""


class BinaryPort:
    """Know the strategies of one port; make an endpoint for each accepted stream (a ``SoupServerApplication``).

    A second login of a strategy takes over from the first. ``on_refused`` is told, with the UTC time, why a login was
    refused.
    """

    def __init__(
        self,
        sessions: Iterable[BinaryStrategySession],
        entry: OrderEntry,
        settings: BinaryPortSettings | None = None,
        on_refused: Callable[[str, int], None] = _tell_nobody,
        market_data: MarketDataEntry | None = None,
    ) -> None:
        self.sessions: Final = {session.name: session for session in sessions}
        self.entry: Final = entry
        self.settings: Final = settings or BinaryPortSettings()
        self.market_data: Final[MarketDataEntry] = market_data or NoMarketData()
        self.handlers: Final[dict[type[Any], Handler]] = {
            NewOrder: entry.new_order,
            CancelOrder: entry.cancel_order,
            ReplaceOrder: entry.replace_order,
            MassCancel: entry.mass_cancel,
            StatusRequest: entry.request_status,
            DontKnowTrade: entry.dont_know_trade,
        }
        self._on_refused = on_refused
        self._by_username = {session.username.upper(): session for session in self.sessions.values()}
        self._guard = LoginGuard()
        self._acceptor = SoupAcceptor(self.settings.soup, self, self._make_connection)
        # An unknown strategy costs as much time as a known one, so that names can't be found out.
        self._nobody = SecretHash.of(new_secret())

    def connection(self, peer_address: str) -> BinaryConnection:
        """Return the endpoint for a stream from ``peer_address`` (the host, without its port)."""
        return cast(BinaryConnection, self._acceptor.connection(peer_address))

    def _make_connection(
        self, settings: SoupServerSettings, application: SoupServerApplication, peer_address: str
    ) -> BinaryConnection:
        return BinaryConnection(self, settings, application, peer_address)

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log every strategy out and refuse new logins; ``text`` says why."""
        self._acceptor.stop(text, now_ns, utc_ns)

    # SoupServerApplication

    def on_login_request(
        self, session: SoupServerSession, login: LoginRequest, now_ns: int, utc_ns: int
    ) -> SequencedStream | LoginRefused:
        """Judge a login; return the strategy's stream, or why not."""
        connection = cast(BinaryConnection, session)
        found = self._find(connection, login, now_ns)
        if isinstance(found, BinaryStrategySession):
            connection.session = found
            return found.stream
        if (named := self._by_username.get(login.username.upper())) is not None:
            named.stream.store.record_event("login_refused", f"{connection.peer_address}: {found.text}", utc_ns)
        return found

    def _find(
        self, connection: BinaryConnection, login: LoginRequest, now_ns: int
    ) -> BinaryStrategySession | LoginRefused:
        refusal = self._guard.refusal(connection.peer_address, now_ns)
        if refusal is not None:
            return _refused(NOT_AUTHORIZED, LoginRefusal.TOO_MANY_FAILURES, refusal)
        # SoupBinTCP does not tell cases of a username apart; a secret is matched as it is
        session = self._by_username.get(login.username.upper())
        expected = (session and session.identity.secret_hash) or self._nobody
        if not expected.matches(login.password) or session is None:
            self._guard.note_failure(connection.peer_address, now_ns)
            return _refused(NOT_AUTHORIZED, LoginRefusal.WRONG_SECRET, "no such strategy, or not its secret")
        return _check_place(login, session.stream) or session

    def on_unsequenced(self, session: SoupServerSession, payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Pass a request on."""
        cast(BinaryConnection, session).receive_message(payload, now_ns, utc_ns)

    def on_session_event(self, session: SoupServerSession, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Note who comes and goes."""
        connection = cast(BinaryConnection, session)
        if event.kind is EventKind.LOGGED_ON:
            self._logged_on(connection, now_ns, utc_ns)
        elif event.kind is EventKind.LOGGED_OUT:
            self._logged_out(connection, event.text, now_ns, utc_ns)
        elif event.kind in _REFUSALS and connection.session is None:
            self._on_refused(f"{connection.peer_address}: {event.text}", utc_ns)

    def _logged_on(self, connection: BinaryConnection, now_ns: int, utc_ns: int) -> None:
        session = connection.session
        assert session is not None
        previous, session.connection = session.connection, connection
        connection.market.open(session.name)
        if previous is None:
            self.entry.strategy_connected(session.name, now_ns, utc_ns)
        else:
            text = f"taken over by a connection from {connection.peer_address}"
            previous.end(LogoutReason.TAKEN_OVER, text, now_ns, utc_ns)

    def _logged_out(self, connection: BinaryConnection, text: str, now_ns: int, utc_ns: int) -> None:
        session = connection.session
        assert session is not None
        connection.market.close()
        # the strategy stays connected where another connection has taken over
        if session.connection is connection:
            session.connection = None
            self.entry.strategy_disconnected(session.name, text, now_ns, utc_ns)


def _refused(code: str, reason: LoginRefusal, text: str) -> LoginRefused:
    return LoginRefused(code, text, debug_text(reason.name.lower(), text))


def _check_place(login: LoginRequest, stream: SequencedStream) -> LoginRefused | None:
    """Return why a strategy can't go on where it asks to, None where it can."""
    if login.requested_session not in ("", stream.session_id):
        received = f"session {login.requested_session!r} received, expected {stream.session_id!r}"
        return _refused(SESSION_NOT_AVAILABLE, LoginRefusal.WRONG_SESSION, f"{received}: numbers began anew")
    if login.requested_sequence_number > stream.next_seq:
        text = f"next_seq {login.requested_sequence_number} received, expected 1 to {stream.next_seq}"
        return _refused(SESSION_NOT_AVAILABLE, LoginRefusal.WRONG_SEQ, text)
    return None
