"""Run a FIX venue: sockets, turns of the loop, and what a test may do to the venue.

Every turn (bytes received, a timer) runs to its end, then the state is stored, then the output is written.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fairlead.certification.venues.book import OrderBook, SelfMatch
from fairlead.certification.venues.fix_orders import OrderMessages
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.market_maker import MarketMaker, Quote
from fairlead.certification.venues.order_desk import DeskSettings, OrderDesk
from fairlead.certification.venues.orders import CANCELED, Execution, VenueOrder
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.session_records import Clock, SessionRecord, SessionSettings
from fairlead.certification.venues.state import StateFile
from fairlead.certification.venues.wire import FrameSplitter, WireMessage

_TICK_S = 0.1
_STOP_WAIT_S = 1.0
_MAX_UNREAD_BYTES = 64 * 1024 * 1024


class SystemClock:
    """Read the machine's clocks."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def utc_ns(self) -> int:
        return time.time_ns()


@dataclass(slots=True)
class SimulatorSettings:
    """Say how the venue runs; see docs/simulator.md."""

    profile: VenueProfile = field(default_factory=VenueProfile)
    comp_id: str = ""
    counterparties: frozenset[str] = frozenset()
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    state_path: Path | None = None
    quotes: tuple[Quote, ...] = ()
    seed: int = 1
    self_match: SelfMatch = "allow"
    cancel_on_disconnect: bool = False
    reset_on_logon: bool = False
    throttle_per_s: int = 0
    trigger_delay_s: float = 1.0


class _Connection(asyncio.Protocol):
    """Carry one TCP connection; a session takes it over with its Logon."""

    def __init__(self, simulator: FixVenueSimulator) -> None:
        self._simulator = simulator
        self._splitter = FrameSplitter()
        self.session: FixVenueSession | None = None
        self.transport: asyncio.Transport | None = None
        self.is_closing = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._simulator.connections.add(self)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._simulator.is_reading_paused:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        for message in self._splitter.feed(data):
            if self.is_closing:
                break
            if self.session is not None:
                self.session.receive(message)
            else:
                self._simulator.log_on(self, message)
        self._simulator.garbled += self._splitter.garbled
        self._splitter.garbled.clear()
        self._simulator.end_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closing = True
        self._simulator.connections.discard(self)
        if self.session is not None and self.session.link is self:
            self.session.disconnected()
        self._simulator.end_turn()
        self.ended.set_result(None)

    def close(self) -> None:
        """Close after the turn's output has been written."""
        self.is_closing = True

    def write(self, data: bytes) -> None:
        """Write, unless the peer has left too much unread: then drop it."""
        if self.transport is None:
            return
        if self.transport.get_write_buffer_size() > _MAX_UNREAD_BYTES:
            self.drop(reset=True)
            return
        self.transport.write(data)

    def drop(self, *, reset: bool) -> None:
        """Close at once; with `reset`, by a TCP reset."""
        self.is_closing = True
        if self.transport is None:
            return
        if reset:
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()


class FixVenueSimulator:
    """Simulate a venue: `port = await simulator.start(host, 0)`, and `await simulator.stop()`."""

    def __init__(self, settings: SimulatorSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.connections: set[_Connection] = set()
        self.garbled: list[str] = []
        self.is_reading_paused = False
        self._is_output_held = False
        self._is_stopping = False
        self._clock = clock or SystemClock()
        self._server: asyncio.Server | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._store = StateFile(settings.state_path)
        self._windows: dict[str, tuple[int, int]] = {}
        profile = settings.profile
        self.session_settings = SessionSettings(
            begin_string=profile.begin_string,
            comp_id=settings.comp_id or profile.name,
            counterparties=settings.counterparties,
            credentials=settings.credentials,
            reset_on_logon=settings.reset_on_logon,
        )
        self.sessions: dict[str, FixVenueSession] = {}
        for record in self._store.load_sessions():
            self._add_session(record)
        desk_settings = DeskSettings(profile, settings.self_match, settings.trigger_delay_s)
        self.desk = OrderDesk(desk_settings, self, self._store, self._clock, self._call_later)
        self._messages = OrderMessages(self.desk)
        self._maker = MarketMaker(settings.quotes, settings.seed, self.desk)

    # -- running -------------------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port."""
        loop = asyncio.get_running_loop()
        self._messages.resume()
        self._maker.quote()
        self._server = await loop.create_server(lambda: _Connection(self), host, port)
        self._tick()
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Log sessions out, close connections and the state file; orders stay as they are."""
        self._is_stopping = True
        if self._ticker is not None:
            self._ticker.cancel()
        for timer in self._timers:
            timer.cancel()
        if self._server is not None:
            self._server.close()
        for session in self.sessions.values():
            if session.is_logged_on:
                session.log_out("the venue stops", close=True)
        self.end_turn()
        for connection in list(self.connections):
            connection.drop(reset=False)
        ends = [connection.ended for connection in self.connections]
        if ends:
            await asyncio.wait(ends, timeout=_STOP_WAIT_S)
        for connection in list(self.connections):
            connection.drop(reset=True)
        if self._server is not None:
            await self._server.wait_closed()
        self._store.close()

    def _tick(self) -> None:
        for session in self.sessions.values():
            session.tick()
        self.desk.expire()
        self.end_turn()
        self._ticker = asyncio.get_running_loop().call_later(_TICK_S, self._tick)

    def _call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            callback()
            self.end_turn()

        timer = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(timer)

    def end_turn(self) -> None:
        """Requote, store what has changed, then write what the sessions have to say."""
        self._maker.quote()
        self._store.commit()
        if not self._is_output_held:
            for session in self.sessions.values():
                if session.outbox and isinstance(session.link, _Connection):
                    session.link.write(b"".join(session.outbox))
                    session.outbox.clear()
        for connection in list(self.connections):
            if connection.is_closing and connection.transport is not None:
                connection.transport.close()

    # -- sessions ------------------------------------------------------------------------------------------------

    def log_on(self, connection: _Connection, message: WireMessage) -> None:
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
        session = session or self._add_session(SessionRecord(counterparty))
        connection.session = session
        session.connect(connection, message)

    def _add_session(self, record: SessionRecord) -> FixVenueSession:
        session = FixVenueSession(self.session_settings, record, self._store, self, self._clock)
        self.sessions[record.counterparty] = session
        return session

    def session(self, counterparty: str) -> FixVenueSession:
        """Return the session of a counterparty."""
        return self.sessions[counterparty]

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Hand an application message to the desk, unless the session sends too many."""
        if message.msg_type == "D" and self._is_throttled(session):
            limit = self.settings.throttle_per_s
            session.send_business_reject(message, 0, f"more than {limit} orders in a second", message.get(11))
            return
        self._messages.receive(session, message)

    def _is_throttled(self, session: FixVenueSession) -> bool:
        if not self.settings.throttle_per_s:
            return False
        second = int(self._clock.monotonic_s())
        start, count = self._windows.get(session.counterparty, (second, 0))
        count = count + 1 if start == second else 1
        self._windows[session.counterparty] = (second, count)
        return count > self.settings.throttle_per_s

    def on_logged_on(self, session: FixVenueSession) -> None:
        """Take part in the session's protocol; a logon needs nothing from the venue."""

    def on_disconnected(self, session: FixVenueSession) -> None:
        """Cancel the session's orders where the venue does so."""
        if self.settings.cancel_on_disconnect and not self._is_stopping:
            self.desk.cancel_all(session.counterparty, "cancelled on disconnect")

    def drop(self, counterparty: str, *, reset: bool) -> None:
        """Cut a session's connection without Logout."""
        session = self.sessions[counterparty]
        if isinstance(session.link, _Connection):
            session.link.drop(reset=reset)
            session.disconnected()

    # -- what a test may do to the venue -------------------------------------------------------------------------

    @property
    def book(self) -> dict[str, OrderBook]:
        """Return the books by instrument."""
        return self.desk.books

    @property
    def orders(self) -> list[VenueOrder]:
        """Return all orders, oldest first."""
        return list(self.desk.orders.values())

    @property
    def executions(self) -> list[Execution]:
        """Return all executions, oldest first."""
        return list(self.desk.executions.values())

    def order(self, counterparty: str, cl_ord_id: str) -> VenueOrder | None:
        """Return the order that a session names by one of its ids."""
        return self.desk.find(counterparty, cl_ord_id)

    def bust(self, exec_id: str) -> None:
        """Bust an execution (see `OrderDesk.bust`)."""
        self.desk.bust(exec_id)
        self.end_turn()

    def correct(self, exec_id: str, quantity: int, price: int) -> None:
        """Correct an execution; quantity and price in units of 10^-8."""
        self.desk.correct(exec_id, quantity, price)
        self.end_turn()

    def unsolicited_cancel(self, order: VenueOrder, text: str = "cancelled by the venue") -> None:
        """Cancel an order without being asked."""
        self.desk.end(order, CANCELED, text)
        self.end_turn()

    def end_day(self) -> None:
        """Expire what is good for the day."""
        self.desk.end_day()
        self.end_turn()

    def disconnect(self, counterparty: str, *, reset: bool = False) -> None:
        """Cut a session's connection."""
        self.drop(counterparty, reset=reset)
        self.end_turn()

    def log_out(self, counterparty: str, text: str = "") -> None:
        """Send Logout and wait for the answer."""
        self.sessions[counterparty].log_out(text)
        self.end_turn()

    def hold_output(self, held: bool) -> None:
        """Keep what the venue says in memory (True), or write it (False)."""
        self._is_output_held = held
        self.end_turn()

    def refuse_logons(self, text: str) -> None:
        """Answer logons with a Logout of this text; empty admits them again."""
        self.session_settings.refuse_logons = text

    def pause_reading(self, paused: bool) -> None:
        """Stop reading from all connections, present and future, or go on."""
        self.is_reading_paused = paused
        for connection in self.connections:
            if connection.transport is not None:
                if paused:
                    connection.transport.pause_reading()
                else:
                    connection.transport.resume_reading()
