"""The gateway's connector runs a SoupBinTCP client over real sockets, against our server on a port of the gateway's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from connector_bench import LIMIT_S, NoJournal

from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.soup.acceptor import SoupAcceptor
from fairlead.adapters.soup.application import LoginRefused
from fairlead.adapters.soup.client import SoupClientSession
from fairlead.adapters.soup.server import SoupServerSession
from fairlead.adapters.soup.settings import SoupClientSettings, SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.codecs.soupbintcp.login import LoginRequest
from fairlead.gateway.clock import Clock
from fairlead.gateway.config.models import Venue as VenueTable
from fairlead.gateway.links.listener import Listener
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.schedules import ScheduledSession
from fairlead.gateway.session_log import SessionLog
from fairlead.gateway.venues.connector import VenueConnector


class SoupVenue:
    """Be as much of a ``ControlledVenue`` as the connector needs, around a client session."""

    name = "XSOUP"

    def __init__(self, store: MemoryStore, password: str) -> None:
        self.session = SoupClientSession(SoupClientSettings("TRADER", password, max_packet_bytes=1000), store, self)
        self.observer: Callable[[SessionEvent], None] | None = None
        self.messages: list[tuple[int, bytes]] = []
        self.kinds: list[EventKind] = []

    def __getattr__(self, name: str) -> Any:
        """Be the endpoint that the session is."""
        return getattr(self.session, name)

    def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None:
        self.messages.append((seq, payload))
        if payload == b"echo":
            self.session.send(b"from the client", now_ns, utc_ns)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.kinds.append(event.kind)
        if self.observer is not None:
            self.observer(event)


class Floor:
    """A SoupBinTCP port, and a connector that keeps a client connected to it; one turn for both."""

    def __init__(self) -> None:
        self.crashes: list[BaseException] = []
        self.turn = Turn(Clock(), NoJournal(), self.crashes.append, lambda now_ns: None)
        self.server_store = MemoryStore()
        self.stream = SequencedStream("DAY1", self.server_store)
        self.received: list[bytes] = []
        self.acceptor = SoupAcceptor(SoupServerSettings(replay_messages=50), self)
        self.listener = Listener("soup", self.turn, self.acceptor.connection, 1 << 20)
        self.connectors: list[VenueConnector] = []
        self.alerts: list[str] = []

    def connect(self, store: MemoryStore, password: str = "right") -> SoupVenue:
        venue = SoupVenue(store, password)
        table = VenueTable(
            name="XSOUP", profile="exchange44", hosts=self.hosts, sender_comp_id="F", target_comp_id="V"
        ).model_copy(update={"reconnect_first_s": 0.01, "reconnect_max_s": 0.02, "max_refused_logons": 3})
        hours = ScheduledSession("venue:XSOUP", venue.session, store, None)
        log = SessionLog(
            "venue:XSOUP", venue.session, self.turn.clock, lambda event, *_, **__: self.alerts.append(event)
        )
        connector = VenueConnector(table, venue, self.turn, hours, log, self.crashes.append)  # type: ignore[arg-type]
        connector.start()
        self.connectors.append(connector)
        return venue

    def publish(self, *payloads: bytes) -> None:
        now_ns = self.turn.begin()
        for payload in payloads:
            self.stream.publish(payload, now_ns, 0)
        self.turn.finish(now_ns, 0)

    def cut(self) -> None:
        """Close every connection."""
        for link in tuple(self.listener.links):
            link.close("cut by the test", linger=False)

    def on_login_request(
        self, session: SoupServerSession, login: LoginRequest, now_ns: int, utc_ns: int
    ) -> SequencedStream | LoginRefused:
        return self.stream if login.password == "right" else LoginRefused("A", "wrong password")

    def on_unsequenced(self, session: SoupServerSession, payload: bytes, now_ns: int, utc_ns: int) -> None:
        self.received.append(payload)

    def on_session_event(self, session: SoupServerSession, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        pass


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    floor = Floor()
    host, port = floor.listener.listen("127.0.0.1", 0)
    floor.hosts = (f"{host}:{port}",)
    yield floor
    for connector in floor.connectors:
        await connector.close()
    floor.listener.close("over")
    assert floor.crashes == []


async def until(is_true: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not is_true():
            await asyncio.sleep(0.001)


async def test_messages_cross_both_ways_and_cuts_lose_nothing(floor: Floor) -> None:
    store = MemoryStore()
    venue = floor.connect(store)
    await until(lambda: venue.session.is_logged_on)
    expected = []
    for _ in range(5):
        begin = len(expected)
        expected += [b"message %d" % n for n in range(begin, begin + 400)]
        floor.publish(*expected[begin : begin + 200])
        await asyncio.sleep(0)
        floor.cut()
        floor.publish(*expected[begin + 200 :])
        count = len(expected)
        await until(lambda count=count: len(venue.messages) == count)  # type: ignore[misc]
    assert venue.messages == list(enumerate(expected, 1))
    floor.publish(b"echo")
    await until(lambda: floor.received == [b"from the client"])
    assert store.peer_session == "DAY1"
    assert venue.kinds.count(EventKind.LOGGED_ON) >= 6


async def test_wrong_passwords_are_given_up_and_disturb_nobody(floor: Floor) -> None:
    good, bad = floor.connect(MemoryStore()), floor.connect(MemoryStore(), password="wrong")
    await until(lambda: EventKind.LOGON_ABANDONED in bad.kinds or bad.kinds.count(EventKind.LOGON_REFUSED) >= 3)
    floor.publish(b"x")
    await until(lambda: good.messages == [(1, b"x")])
    assert bad.kinds.count(EventKind.LOGON_REFUSED) == 3
    assert good.kinds.count(EventKind.LOGGED_ON) == 1


async def test_next_session_is_followed(floor: Floor) -> None:
    venue = floor.connect(MemoryStore())
    await until(lambda: venue.session.is_logged_on)
    floor.publish(b"a", b"b")
    await until(lambda: len(venue.messages) == 2)
    now_ns = floor.turn.begin()
    old = floor.stream
    floor.server_store.reset("a new day", 0)
    floor.stream = SequencedStream("DAY2", floor.server_store)
    old.end(now_ns, 0)
    floor.turn.finish(now_ns, 0)
    floor.publish(b"first of the day")
    await until(lambda: len(venue.messages) == 3)
    assert venue.messages[-1] == (1, b"first of the day")
    assert EventKind.SESSION_ENDED in venue.kinds


async def test_bad_framing_of_one_client_leaves_the_others(floor: Floor) -> None:
    venue = floor.connect(MemoryStore())
    await until(lambda: venue.session.is_logged_on)
    host, _, port = floor.hosts[0].rpartition(":")
    for head in (b"\x00\x00", b"\xff\xff" + bytes(2000)):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        if head == b"\x00\x00":
            assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
        writer.close()
    floor.publish(b"x")
    await until(lambda: venue.messages == [(1, b"x")])
    assert venue.kinds.count(EventKind.LOGGED_ON) == 1
