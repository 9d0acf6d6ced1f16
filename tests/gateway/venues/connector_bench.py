"""Run a connector against scripted hosts on real sockets; its waits and its clock are the test's."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import simplefix
from simplefix_frames import frame, stamp

from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.fix.venue import FixVenue, VenueCredentials
from fairlead.adapters.session_store import MemoryStore
from fairlead.gateway.clock import FakeClock
from fairlead.gateway.config.models import Schedule, Venue
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.schedules import ScheduledSession, build_schedule
from fairlead.gateway.session_log import SessionLog
from fairlead.gateway.venues.connector import VenueConnector
from fairlead.gateway.venues.fix import venue_settings

LIMIT_S = 20.0
"""Longest wait for anything; only a failing test takes it."""
SECOND_NS = 1_000_000_000
PASSWORD = "a-password-of-the-tests"


class NoJournal:
    """Commit nothing."""

    now_ns = 0

    def commit(self) -> None:
        """Do nothing."""


class Host:
    """Accept at one address and follow a script, connection by connection; the last one is for all that follow."""

    def __init__(self, clock: FakeClock, *scripts: "Script") -> None:
        self.accepted = 0
        self.logons: list[simplefix.FixMessage] = []
        self._clock = clock
        self._scripts = scripts
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> str:
        """Listen, and return HOST:PORT."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Hang up and listen no more."""
        for writer in self._writers:
            writer.close()
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
        self.accepted += 1
        self._writers.append(writer)
        with contextlib.suppress(OSError):
            await script(Conversation(self, reader, writer))

    def stamp(self) -> str:
        """Return the time as FIX writes it."""
        return stamp(datetime.fromtimestamp(self._clock.utc_ns() // 10**9, UTC))


class Conversation:
    """Speak FIX by hand over one accepted stream."""

    def __init__(self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer
        self._parser = simplefix.FixParser()
        self._next_out = 1

    async def read(self) -> simplefix.FixMessage | None:
        """Return the next message, None at the end of the stream."""
        while (message := self._parser.get_message()) is None:
            data = await self._reader.read(65536)
            if not data:
                return None
            self._parser.append_buffer(data)
        if message.get(35) == b"A":
            self._host.logons.append(message)
        return message

    def send(self, msg_type: str, *fields: tuple[int, Any]) -> None:
        """Write a message."""
        sent = self._host.stamp()
        self._writer.write(frame("FIX.4.4", msg_type, self._next_out, "XEXC", "FAIRLEAD", fields, sent))
        self._next_out += 1

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def swallow(self) -> None:
        """Read bytes until the gateway hangs up."""
        while await self._reader.read(65536):
            pass

    async def until_closed(self) -> None:
        """Read until the gateway hangs up."""
        while await self.read() is not None:
            pass


Script = Callable[[Conversation], Awaitable[None]]


async def says_nothing(peer: Conversation) -> None:
    """Take the connection and never answer."""
    await peer.until_closed()


async def swallows(peer: Conversation) -> None:
    """Take whatever comes, FIX or not, and never answer."""
    await peer.swallow()


async def hangs_up(peer: Conversation) -> None:
    """Take the Logon and close without a word."""
    await peer.read()
    peer.close()


async def refuses(peer: Conversation) -> None:
    """Answer the Logon by a Logout."""
    await peer.read()
    peer.send("5", (58, "not today"))
    await peer.until_closed()
    peer.close()


async def logs_on(peer: Conversation) -> None:
    """Answer the Logon, and a Logout; stay."""
    await peer.read()
    peer.send("A", (98, 0), (108, 30), (141, "Y"))
    while (message := await peer.read()) is not None:
        if message.get(35) == b"5":
            peer.send("5")
    peer.close()


async def logs_on_and_hangs_up(peer: Conversation) -> None:
    """Answer the Logon, then drop the connection."""
    await peer.read()
    peer.send("A", (98, 0), (108, 30), (141, "Y"))
    peer.close()


class Waits:
    """Stand in for ``asyncio.sleep``: the connector waits until the test lets it go on."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[float] = asyncio.Queue()
        self._let_go: asyncio.Queue[None] = asyncio.Queue()

    async def __call__(self, delay_s: float) -> None:
        """Wait for ``pass_by``."""
        self._asked.put_nowait(delay_s)
        await self._let_go.get()

    async def next(self) -> float:
        """Return how long the connector wants to wait, once it does."""
        return await asyncio.wait_for(self._asked.get(), LIMIT_S)

    def pass_by(self) -> None:
        """Let the wait be over."""
        self._let_go.put_nowait(None)


class Sink:
    """Take what the venue says; implements ``VenueSink``."""

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self.downs: list[str] = []
        self.events: list[tuple[str, str]] = []

    def on_venue_report(self, venue: str, report: Any, now_ns: int, utc_ns: int) -> None:
        """Take a report."""

    def on_venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Note the logon."""
        self.up.set()

    def on_venue_down(self, venue: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Note the loss."""
        self.up.clear()
        self.downs.append(reason)

    def on_venue_event(self, venue: str, event: str, text: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        """Note the event."""
        self.events.append((event, text))


class Bench:
    """Hold a connector and what it is connected to; ``async with`` starts and ends it."""

    def __init__(self, host_name: str = "", **settings: Any) -> None:
        self._host_name = host_name
        self.clock = FakeClock()
        self.waits = Waits()
        self.sink = Sink()
        self.store = MemoryStore()
        self.alerts: list[dict[str, Any]] = []
        self.crashes: list[BaseException] = []
        self.hosts: list[Host] = []
        self.jitter = 0.0
        self._settings = settings
        self._connector: VenueConnector | None = None

    def host(self, *scripts: Script) -> Host:
        """Add a host; the first is the primary."""
        self.hosts.append(Host(self.clock, *scripts))
        return self.hosts[-1]

    @property
    def connector(self) -> VenueConnector:
        """Return the connector."""
        assert self._connector is not None
        return self._connector

    def settings(self, addresses: list[str]) -> Venue:
        """Return the venue's settings; those given to the bench are not checked, so that time-outs may be short."""
        checked = Venue(
            name="XEXC", profile="exchange44", hosts=tuple(addresses), sender_comp_id="FAIRLEAD", target_comp_id="XEXC"
        )
        return checked.model_copy(update=self._settings)

    async def __aenter__(self) -> "Bench":
        addresses = [await host.start() for host in self.hosts]
        if self._host_name:
            addresses = [f"{self._host_name}:{address.rpartition(':')[2]}" for address in addresses]
        settings = self.settings(addresses or ["127.0.0.1:9"])
        credentials = VenueCredentials("FAIRLEAD", "XEXC", username="FAIRLEAD", password=PASSWORD)
        profile = load_profile("exchange44")
        session_settings = venue_settings(settings.model_copy(update={"reset_on_logon": True}), profile, credentials)
        self.venue = FixVenue("XEXC", profile, credentials, self.store, self.sink, session_settings)
        table: Schedule | None = settings.schedule
        self.hours = ScheduledSession("venue:XEXC", self.venue.session, self.store, build_schedule(table))
        self.hours.tick(self.clock.now_ns(), self.clock.utc_ns())
        turn = Turn(self.clock, NoJournal(), self.crashes.append, lambda now_ns: None)
        self.turn = turn
        session_log = SessionLog("venue:XEXC", self.venue.session, self.clock, self._alert)
        self._connector = VenueConnector(
            settings,
            self.venue,
            turn,
            self.hours,
            session_log,
            self.crashes.append,
            self.waits,
            lambda: self.jitter,
        )
        self._connector.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connector.close()
        for host in self.hosts:
            await host.stop()
        assert not self.crashes

    def _alert(self, event: str, utc_ns: int, **fields: Any) -> None:
        self.alerts.append({"event": event, **fields})

    async def up(self) -> None:
        """Wait for the logon."""
        await asyncio.wait_for(self.sink.up.wait(), LIMIT_S)

    async def until_logon_sent(self, host: Host, count: int) -> None:
        """Wait until the host has had so many Logons."""
        async with asyncio.timeout(LIMIT_S):
            while len(host.logons) < count:
                await asyncio.sleep(0)

    def pass_time(self, seconds: float) -> None:
        """Move the clock on and have the session and its hours look at it."""
        self.clock.advance(int(seconds * SECOND_NS))
        now_ns, utc_ns = self.turn.begin(), self.clock.utc_ns()
        self.hours.tick(now_ns, utc_ns)
        self.venue.on_timer(now_ns, utc_ns)
        self.turn.finish(now_ns, utc_ns)
