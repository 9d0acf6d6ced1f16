"""Run SoupBinTCP sessions on fake time, with packets made by hand."""

from collections.abc import Callable

from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.soup.acceptor import SoupAcceptor
from fairlead.adapters.soup.application import LoginRefused
from fairlead.adapters.soup.client import SoupClientSession
from fairlead.adapters.soup.server import SoupServerSession
from fairlead.adapters.soup.settings import SoupClientSettings, SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.codecs.soupbintcp.login import LoginRequest

S = 1_000_000_000
UTC = 1_800_000_000 * S
PASSWORD = "s3cr3t-x"


def packet(type_code: str, payload: bytes = b"") -> bytes:
    """Return a packet: length, type, payload."""
    return (len(payload) + 1).to_bytes(2, "big") + type_code.encode() + payload


def accepted(session: str, number: int) -> bytes:
    """Return a LoginAccepted."""
    return packet("A", session.rjust(10).encode() + str(number).rjust(20).encode())


def login(session: str, number: int, username: str = "TRADER", password: str = PASSWORD) -> bytes:
    """Return a LoginRequest."""
    text = username.ljust(6) + password.ljust(10) + session.rjust(10) + str(number).rjust(20)
    return packet("L", text.encode())


def sequenced(*payloads: bytes) -> bytes:
    """Return SequencedData packets."""
    return b"".join(packet("S", payload) for payload in payloads)


class ClientBench:
    """A client session, its store, what it was given and what it said."""

    def __init__(self, store: MemoryStore | None = None, **changes: object) -> None:
        self.store = store or MemoryStore()
        self.settings = SoupClientSettings("TRADER", PASSWORD, **changes)  # type: ignore[arg-type]
        self.session = SoupClientSession(self.settings, self.store, self)
        self.messages: list[tuple[int, bytes]] = []
        self.events: list[SessionEvent] = []
        self.moments: list[tuple[int, bytes] | SessionEvent] = []
        """Messages and events as they came."""
        self.begun_at = self.store.next_in
        self.react: Callable[[int, bytes], None] | None = None
        self.now_ns = 5 * S

    def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None:
        self.messages.append((seq, payload))
        self.moments.append((seq, payload))
        if self.react is not None:
            self.react(seq, payload)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)
        self.moments.append(event)

    @property
    def utc_ns(self) -> int:
        return UTC + self.now_ns

    def take_events(self) -> list[str]:
        """Return the events since the last call, by name, each with its text where it has one."""
        events = [f"{event.kind.name}: {event.text}".removesuffix(": ") for event in self.events]
        self.events.clear()
        return events

    def connect(self) -> bytes:
        """Bring a stream up; return what was sent."""
        self.session.receive_connected(self.now_ns, self.utc_ns)
        return self.session.take_output()

    def receive(self, data: bytes) -> bytes:
        """Give the session bytes; return what was sent."""
        self.session.receive_data(data, self.now_ns, self.utc_ns)
        return self.session.take_output()

    def log_in(self, session: str = "S1", number: int = 1) -> None:
        """Connect and have the login accepted; forget the events."""
        self.connect()
        self.receive(accepted(session, number))
        assert self.session.is_logged_on
        self.events.clear()

    def drop(self) -> None:
        """Lose the stream."""
        self.session.receive_eof(self.now_ns, self.utc_ns)

    def at(self, seconds: float) -> bytes:
        """Move to a time after the start, as a driver would: to each deadline on the way."""
        end_ns = 5 * S + int(seconds * S)
        sent = b""
        while (deadline_ns := self.session.next_deadline_ns()) <= end_ns:
            self.now_ns = max(self.now_ns, deadline_ns)
            self.session.on_timer(self.now_ns, self.utc_ns)
            sent += self.session.take_output()
            if self.session.wants_close:
                return sent
        self.now_ns = end_ns
        return sent

    def kinds(self) -> list[EventKind]:
        """Return the kinds of the events so far."""
        return [event.kind for event in self.events]


class ServerBench:
    """A port with one stream; ``connect`` gives a connection. What it was told is kept."""

    def __init__(self, store: MemoryStore | None = None, **changes: object) -> None:
        self.store = store or MemoryStore()
        self.stream = SequencedStream("S1", self.store)
        self.settings = SoupServerSettings(**changes)  # type: ignore[arg-type]
        self.acceptor = SoupAcceptor(self.settings, self)
        self.received: list[bytes] = []
        self.events: list[SessionEvent] = []
        self.now_ns = 5 * S

    @property
    def utc_ns(self) -> int:
        return UTC + self.now_ns

    def on_login_request(
        self, session: SoupServerSession, login: LoginRequest, now_ns: int, utc_ns: int
    ) -> SequencedStream | LoginRefused:
        if (login.username, login.password) != ("TRADER", PASSWORD):
            return LoginRefused("A", "no such user, or not its password")
        return self.stream

    def on_unsequenced(self, session: SoupServerSession, payload: bytes, now_ns: int, utc_ns: int) -> None:
        self.received.append(payload)

    def on_session_event(self, session: SoupServerSession, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)

    def take_events(self) -> list[str]:
        """Return the events since the last call, by name, each with its text where it has one."""
        events = [f"{event.kind.name}: {event.text}".removesuffix(": ") for event in self.events]
        self.events.clear()
        return events

    def publish(self, *payloads: bytes) -> None:
        """Publish messages."""
        for payload in payloads:
            self.stream.publish(payload, self.now_ns, self.utc_ns)

    def connect(self) -> "Connection":
        """Accept a stream."""
        return Connection(self)

    def log_in(self, number: int = 1, session: str = "") -> "Connection":
        """Accept a stream and log in; forget the answer and the events."""
        connection = self.connect()
        connection.receive(login(session, number))
        assert connection.session.is_logged_on
        self.events.clear()
        return connection


class Connection:
    """One connection of a ``ServerBench``."""

    def __init__(self, bench: ServerBench) -> None:
        self.bench = bench
        self.session = bench.acceptor.connection("192.0.2.7")
        self.session.receive_connected(bench.now_ns, bench.utc_ns)

    def take(self) -> bytes:
        """Return what goes out next."""
        return self.session.take_output()

    def receive(self, data: bytes) -> bytes:
        """Give the session bytes; return what was sent."""
        self.session.receive_data(data, self.bench.now_ns, self.bench.utc_ns)
        return self.session.take_output()

    def pending(self, n_bytes: int) -> None:
        """Tell the session how much its client has not read."""
        self.session.output_pending(n_bytes, self.bench.now_ns, self.bench.utc_ns)

    def drop(self) -> None:
        """Lose the stream."""
        self.session.receive_eof(self.bench.now_ns, self.bench.utc_ns)

    def at(self, seconds: float) -> bytes:
        """Move to a time after the start, as a driver would; return what was sent."""
        bench, end_ns = self.bench, 5 * S + int(seconds * S)
        sent = b""
        while (deadline_ns := self.session.next_deadline_ns()) <= end_ns:
            bench.now_ns = max(bench.now_ns, deadline_ns)
            self.session.on_timer(bench.now_ns, bench.utc_ns)
            sent += self.session.take_output()
            if self.session.wants_close:
                return sent
        bench.now_ns = end_ns
        return sent
