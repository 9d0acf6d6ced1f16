"""Put one of our FIX sessions behind a socket, so that another engine can talk to it."""

import asyncio
import time
from dataclasses import dataclass

from engine import Engine
from inbox import Inbox

from fairlead.adapters.endpoint import NEVER_NS, Endpoint
from fairlead.adapters.fix.acceptor import FixAcceptor, SessionDirectory
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator


@dataclass(frozen=True, slots=True)
class Received:
    """An application message as our session handed it over."""

    msg_type: str
    poss_dup: bool
    message: FixMessage

    def __str__(self) -> str:
        return repr(self.message.raw())


class SessionPeer:
    """One session of ours, its application, and the stream below it.

    The store outlives connections; ``cut`` drops the stream as a broken cable would.
    """

    def __init__(
        self,
        begin_string: str,
        is_initiator: bool,
        expected_password: str = "",
        sender_comp_id: str = "FAIRLEAD",
        target_comp_id: str = "QUICK",
        **settings: object,
    ) -> None:
        session_id = SessionId(begin_string, sender_comp_id, target_comp_id)
        self.settings = SessionSettings(session_id, is_initiator, **settings)  # type: ignore[arg-type]
        self.store = MemoryStore()
        self.messages: Inbox[Received] = Inbox("Fairlead's session")
        self.events: Inbox[SessionEvent] = Inbox("Fairlead's session")
        self.refusals: Inbox[str] = Inbox("Fairlead's acceptor")
        self.expected_password = expected_password
        validator = Validator(load_dictionary(begin_string))
        self.session = FixSession(self.settings, self.store, self, validator)
        self._bridges: set[_Bridge] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    # What the session calls

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        copy = FixMessage.from_bytes(message.raw())
        self.messages.put(Received(message.msg_type, message.poss_dup, copy))

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.events.put(event)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        return message.msg_type != "F"

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        known = (request.password, request.raw_data.decode("latin-1"))
        return None if not self.expected_password or self.expected_password in known else "wrong password"

    # What a test calls

    async def listen(self) -> int:
        """Accept connections from now on; return the port."""
        directory = SessionDirectory()
        directory.add(self.session)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._bridge(FixAcceptor(directory.find, lambda text, _: self.refusals.put(text))), "127.0.0.1", 0
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def connect(self, port: int) -> None:
        """Connect, which makes an initiator log on."""
        await asyncio.get_running_loop().create_connection(lambda: self._bridge(self.session), "127.0.0.1", port)

    def _bridge(self, endpoint: Endpoint) -> "_Bridge":
        bridge = _Bridge(endpoint)
        self._bridges.add(bridge)
        return bridge

    def cut(self) -> None:
        """Drop every stream without a word."""
        for bridge in self._bridges:
            bridge.abort()

    def close(self) -> None:
        """Drop everything and stop listening."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def send(self, msg_type: str, *fields: tuple[int, str]) -> int:
        """Send an application message and return its number."""
        now_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        writer = self.session.begin(msg_type, utc_ns)
        for tag, value in fields:
            writer.put_str(tag, value)
        return self._flushed(self.session.send(writer, now_ns, utc_ns))

    def send_data(self, msg_type: str, fields: tuple[tuple[int, str], ...], data_tag: int, data: bytes) -> int:
        """Send a message that ends with a data field, behind its length."""
        now_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        writer = self.session.begin(msg_type, utc_ns)
        for tag, value in fields:
            writer.put_str(tag, value)
        writer.put_data(data_tag, data)
        return self._flushed(self.session.send(writer, now_ns, utc_ns))

    def logout(self, text: str = "") -> None:
        """Log out in order."""
        self.session.logout(text, time.monotonic_ns(), time.time_ns())
        self.flush()

    def set_next_out(self, next_out: int) -> None:
        """Continue with another number, as an operator would."""
        self.session.set_next_out(next_out, "test", time.monotonic_ns(), time.time_ns())
        self.flush()

    def flush(self) -> None:
        """Write what the session wants to say."""
        for bridge in self._bridges:
            bridge.flush()

    def _flushed(self, number: int) -> int:
        self.flush()
        return number

    async def event(self, kind: EventKind, text: str = "") -> SessionEvent:
        """Wait for an event of this kind whose text contains ``text``."""
        return await self.events.take(lambda e: e.kind is kind and text in e.text, f"{kind.name} {text!r}")

    async def message(self, msg_type: str, tag: int = 0, value: str = "") -> Received:
        """Wait for an application message, with this field if ``tag`` is given."""
        return await self.messages.take(
            lambda m: m.msg_type == msg_type and (not tag or m.message.get_str(tag) == value),
            f"{msg_type} with {tag}={value!r}",
        )


@dataclass(slots=True)
class Pair:
    """QuickFIX on one side, our session on the other."""

    engine: Engine
    ours: SessionPeer
    may_reject: bool = False
    """Whether the test has QuickFIX reject something of ours."""

    async def start(self) -> None:
        """Start QuickFIX and log on."""
        await self.engine.start()
        await self.connect()

    async def connect(self) -> None:
        """Log on (again); a QuickFIX initiator comes by itself."""
        if self.ours.settings.is_initiator:
            await self.ours.connect(self.engine.settings.port)
        await self.logged_on()

    async def logged_on(self) -> None:
        """Wait until both sides are logged on."""
        await self.ours.event(EventKind.LOGGED_ON)
        await self.engine.saw("logon")

    async def cut(self) -> None:
        """Drop the stream; both sides know it on return."""
        self.ours.cut()
        await self.ours.event(EventKind.DISCONNECTED)
        await self.engine.saw("logout")


class _Bridge(asyncio.Protocol):
    """Carry bytes, time and deadlines between one stream and one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._endpoint.receive_connected(time.monotonic_ns(), time.time_ns())
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._endpoint.receive_data(data, time.monotonic_ns(), time.time_ns())
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._endpoint.receive_eof(time.monotonic_ns(), time.time_ns())

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _on_timer(self) -> None:
        self._endpoint.on_timer(time.monotonic_ns(), time.time_ns())
        self.flush()

    def flush(self) -> None:
        """Write the endpoint's output, close if it wants that, and look when to come back."""
        if self._transport is None:
            return
        self._transport.write(self._endpoint.take_output())
        if self._endpoint.wants_close:
            self._transport.close()
        if self._timer is not None:
            self._timer.cancel()
        deadline_ns = self._endpoint.next_deadline_ns()
        if deadline_ns != NEVER_NS:
            delay_s = max(0.0, (deadline_ns - time.monotonic_ns()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._on_timer)
