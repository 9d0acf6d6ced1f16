"""Serve strategies over FIX 4.2 and 4.4: one listening address, many sessions told apart by their CompIDs.

The driver accepts a stream, asks ``FixPort.connection`` for an endpoint and drives it; TLS is the driver's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from fairlead.adapters.fix.acceptor import FixAcceptor, SessionDirectory
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.fix.strategy import FixStrategyOrders
from fairlead.adapters.fix.strategy_market_data import MSG_TYPES, FixStrategyMarketData
from fairlead.adapters.market_data_outlet import NoMarketData
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.strategy_session import MarketDataEntry, OrderEntry
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.gateway.ports.fix_connection_cy import FixPortConnection
from fairlead.gateway.ports.identity import LoginGuard, StrategyIdentity


@dataclass(frozen=True, slots=True)
class FixStrategy:
    """Describe one strategy of the port.

    The CompIDs of ``settings`` are its identity on the wire. Where the identity has a secret, the Logon must bring
    it as Password(554) or, in FIX 4.2's manner, as RawData(96); and the ``username``, if one is set, as Username(553).
    """

    identity: StrategyIdentity
    settings: SessionSettings
    username: str = ""


class FixStrategySession:
    """Hold one strategy's FIX session over all its connections: a ``StrategySession``, and its session's application.

    Everything but the logon's credentials is the business of ``FixStrategyOrders`` and ``FixStrategyMarketData``.
    """

    def __init__(
        self,
        strategy: FixStrategy,
        store: SessionStore,
        entry: OrderEntry,
        validator: Any,
        market_data: MarketDataEntry | None = None,
    ) -> None:
        self.identity: Final = strategy.identity
        self.session_id: Final = strategy.settings.session_id
        self.peer_address = ""
        self._strategy = strategy
        self._store = store
        self._guard: LoginGuard | None = None
        self._on_refused: Callable[[str, int], None] | None = None
        self._hours: Callable[[], str | None] | None = None
        self.observer: Callable[[SessionEvent], None] | None = None
        """Where set, told of every session event."""
        self.orders: Final = FixStrategyOrders(None, entry, strategy.identity.name, self.session_id.begin_string)
        self.on_message: Final[Callable[[FixMessage, int, int], None]] = self.orders.on_message
        self.session: Final = FixSession(strategy.settings, store, self, validator)
        self.orders.attach(self.session)
        self.market: Final = FixStrategyMarketData(
            self.session, market_data or NoMarketData(), strategy.identity.name, self.session_id.begin_string
        )
        self.orders.hand_over(MSG_TYPES, self.market.on_message)
        self.name: Final = strategy.identity.name
        self.send_report: Final = self.orders.send_report
        self.may_resend: Final[Callable[[FixMessage, int], bool]] = self.orders.may_resend

    @property
    def endpoint(self) -> FixSession | None:
        """Return the session while the strategy is logged on, None while it is away."""
        return self.session if self.session.is_logged_on else None

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> bool:
        """Log the strategy out at an operator's wish; return False where it is away."""
        if not self.session.is_logged_on:
            return False
        self.session.logout(text, now_ns, utc_ns)
        return True

    def guard_with(self, guard: LoginGuard, on_refused: Callable[[str, int], None]) -> None:
        """Count wrong secrets with ``guard``, and tell of each refusal."""
        self._guard = guard
        self._on_refused = on_refused

    def keep_hours(self, refusal: Callable[[], str | None]) -> None:
        """Let nobody log on while ``refusal`` returns why not."""
        self._hours = refusal

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the observer, then the market data's side and the orders."""
        if self.observer is not None:
            self.observer(event)
        if event.kind == EventKind.LOGGED_ON:
            self.market.open()
        elif event.kind == EventKind.LOGGED_OUT:
            self.market.close()
        self.orders.on_session_event(event, now_ns, utc_ns)

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Judge a Logon's credentials; the text of a refusal is sent in Text(58)."""
        refusal = self._judge(request, now_ns)
        if refusal is None and self._hours is not None:
            refusal = self._hours()
        if refusal is not None:
            text = f"{self.peer_address}: {refusal}"
            self._store.record_event("logon_refused", text, utc_ns)
            if self._on_refused is not None:
                self._on_refused(text, utc_ns)
        return refusal

    def _judge(self, request: LogonRequest, now_ns: int) -> str | None:
        guard = self._guard
        expected = self.identity.secret_hash
        if expected is None:
            return None
        refusal = guard.refusal(self.peer_address, now_ns) if guard is not None else None
        if refusal is not None:
            return refusal
        secret = request.password or request.raw_data.decode("latin-1")
        expected_username = self._strategy.username
        right_username = not expected_username or request.username == expected_username
        if expected.matches(secret) and right_username:
            return None
        if guard is not None:
            guard.note_failure(self.peer_address, now_ns)
        given = "Username(553) or secret" if expected_username else "secret"
        return f"wrong {given}, expected the secret of {self.name} in Password(554) or RawData(96)"


class FixPort:
    """Know the strategies of one port; make an endpoint for each accepted stream.

    ``on_refused`` is told, with the UTC time, why a stream was closed without a word or a Logon refused.
    """

    def __init__(
        self,
        sessions: Iterable[FixStrategySession],
        on_refused: Callable[[str, int], None],
        slow_consumer: SlowConsumerPolicy | None = None,
        logon_timeout_s: int = 10,
    ) -> None:
        self.sessions: Final = {session.name: session for session in sessions}
        self._directory = SessionDirectory()
        self._on_refused = on_refused
        self._slow_consumer = slow_consumer or SlowConsumerPolicy()
        self._logon_timeout_s = logon_timeout_s
        self._stopping = False
        guard = LoginGuard()
        for session in self.sessions.values():
            self._directory.add(session.session)
            session.guard_with(guard, on_refused)

    def connection(self, peer_address: str) -> FixPortConnection:
        """Return the endpoint for a stream from ``peer_address`` (the host, without its port)."""

        def find_session(session_id: SessionId) -> FixSession | None:
            return None if self._stopping else self._find(session_id, peer_address)

        def refused(text: str, utc_ns: int) -> None:
            self._on_refused(f"{peer_address}: {text}", utc_ns)

        acceptor = FixAcceptor(find_session, refused, self._logon_timeout_s)
        return FixPortConnection(acceptor, self._slow_consumer, self._owner_of)

    def _owner_of(self, session: FixSession) -> FixStrategySession:
        return next(found for found in self.sessions.values() if found.session is session)

    def _find(self, session_id: SessionId, peer_address: str) -> FixSession | None:
        found = self._directory.find(session_id)
        for session in self.sessions.values():
            if session.session is found and not found.is_logged_on:
                session.peer_address = peer_address
        return found

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log every strategy out and take no new connection; ``text`` says why."""
        self._stopping = True
        for session in self.sessions.values():
            session.session.logout(text, now_ns, utc_ns)
