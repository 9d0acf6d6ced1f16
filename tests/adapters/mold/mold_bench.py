"""Run a MoldUDP64 receiver on fake time, with packets made by hand, and over a link that loses them."""

import heapq
import random
from dataclasses import dataclass, field

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.events import RECOVERY, MoldEvent, MoldEventKind
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.request_server import MoldRequestServer
from fairlead.adapters.mold.sender import MoldSender
from fairlead.adapters.mold.settings import MoldReceiverSettings, MoldSenderSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.moldudp64.packets_cy import MoldPacket

MS = 1_000_000
START = 7_000 * MS
UTC = 1_800_000_000_000_000_000


def packet(number: int, *messages: bytes, session: str = "S1", count: int | None = None) -> bytes:
    """Return a downstream packet."""
    blocks = b"".join(len(message).to_bytes(2, "big") + message for message in messages)
    header = session.ljust(10).encode() + number.to_bytes(8, "big")
    return header + (len(messages) if count is None else count).to_bytes(2, "big") + blocks


def heartbeat(number: int, session: str = "S1") -> bytes:
    """Return a heartbeat; ``number`` is the one expected next."""
    return packet(number, session=session)


def end(number: int, session: str = "S1") -> bytes:
    """Return an EndOfSession."""
    return packet(number, session=session, count=0xFFFF)


def request(number: int, count: int, session: str = "S1") -> bytes:
    """Return a request."""
    return packet(number, session=session, count=count)


class Sink:
    """Keep what a receiver delivers and tells."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, bytes]] = []
        self.lost: list[tuple[int, int]] = []
        self.events: list[MoldEvent] = []

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        for number in range(first, first + count):
            assert packet.next_message()
            self.messages.append((number, packet.message()))
        assert not packet.next_message()

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        self.lost.append((first, last))

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)


class MoldBench(Sink):
    """A receiver with its sink. Time is in milliseconds from the start."""

    def __init__(self, **changes: object) -> None:
        super().__init__()
        self.now_ns = START
        self.requests: list[tuple[int, bytes]] = []
        self.receiver = MoldReceiver(MoldReceiverSettings(**changes), self)  # type: ignore[arg-type]
        self.receiver.start(self.now_ns, UTC)

    @property
    def now_ms(self) -> float:
        return (self.now_ns - START) / MS

    def receive(self, data: bytes, line: int = 0) -> None:
        """Give the receiver a datagram."""
        self.receiver.receive_datagram(line, data, self.now_ns, UTC + self.now_ns)
        self.requests += self.receiver.take_requests()

    def answer(self, data: bytes) -> None:
        """Give the receiver the answer to a request."""
        self.receive(data, RECOVERY)

    def at(self, now_ms: float) -> None:
        """Move to a time, as a driver would: to each deadline on the way."""
        self.at_ns(START + int(now_ms * MS))

    def at_ns(self, end_ns: int) -> None:
        """Do what ``at`` does, with a time in nanoseconds."""
        turns = 0
        while (deadline_ns := self.receiver.next_deadline_ns()) <= end_ns:
            self.now_ns = max(self.now_ns, deadline_ns)
            self.receiver.on_timer(self.now_ns, UTC + self.now_ns)
            self.requests += self.receiver.take_requests()
            turns += 1
            assert turns < 10_000, "the receiver's deadline does not move on"
        self.now_ns = end_ns

    def take_events(self) -> list[str]:
        """Return the events since the last call, by name, each with its text."""
        events = [f"{event.kind.name}: {event.text}" for event in self.events]
        self.events.clear()
        return events

    def take_requests(self) -> list[tuple[int, bytes]]:
        """Return the requests since the last call."""
        requests, self.requests = self.requests, []
        return requests

    def kinds(self) -> list[MoldEventKind]:
        """Return the kinds of the events so far."""
        return [event.kind for event in self.events]


@dataclass
class Weather:
    """What a line does to datagrams: probabilities, and milliseconds of delay."""

    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0
    delay_ms: float = 1.0
    reorder_ms: float = 5.0


@dataclass
class LossyLink:
    """A sender and a receiver with lines, request servers and weather between them, on one simulated clock."""

    seed: int
    weather: list[Weather]
    recovery: Weather = field(default_factory=Weather)
    changes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.bench = MoldBench(lines=len(self.weather), request_servers=2, **self.changes)
        self.store = MemoryStore()
        self.sender = MoldSender(MoldSenderSettings(max_packet_bytes=200), "S1", self.store)
        self.faults: list[str] = []
        self.server = MoldRequestServer("S1", self.store, self.faults.append, 200)
        self.in_flight: list[tuple[int, int, int, bytes]] = []
        self.sent: list[tuple[int, bytes]] = []
        self.counter = 0
        self.sender.start(self.bench.now_ns)

    def publish(self, message: bytes) -> None:
        """Send a message."""
        self.sent.append((self.sender.send(message, self.bench.now_ns, UTC), message))

    def flush(self) -> None:
        """Put the sender's datagrams onto every line."""
        for datagram in self.sender.take_datagrams():
            for line, weather in enumerate(self.weather):
                self._carry(line, datagram, weather)

    def _carry(self, line: int, datagram: bytes, weather: Weather) -> None:
        if self.random.random() < weather.loss:
            return
        delay_ms = weather.delay_ms
        if self.random.random() < weather.reordering:
            delay_ms += self.random.random() * weather.reorder_ms
        for _ in range(2 if self.random.random() < weather.duplication else 1):
            self.counter += 1
            heapq.heappush(self.in_flight, (self.bench.now_ns + int(delay_ms * MS), self.counter, line, datagram))
            delay_ms += self.random.random() * 2

    def run(self, until_ms: float) -> None:
        """Let time pass: datagrams arrive, timers fire, requests go out and are answered."""
        end_ns = START + int(until_ms * MS)
        while True:
            self._ask()
            self.flush()
            arrival_ns = self.in_flight[0][0] if self.in_flight else NEVER_NS
            deadline_ns = min(self.bench.receiver.next_deadline_ns(), self.sender.next_deadline_ns())
            next_ns = max(min(arrival_ns, deadline_ns), self.bench.now_ns)
            if next_ns > end_ns:
                break
            self.bench.at_ns(next_ns)
            if arrival_ns <= deadline_ns:
                _, _, line, datagram = heapq.heappop(self.in_flight)
                self.bench.receive(datagram, line)
            else:
                self.sender.on_timer(self.bench.now_ns)
        self.bench.at_ns(end_ns)

    def _ask(self) -> None:
        for _, datagram in self.bench.take_requests():
            if self.random.random() >= self.recovery.loss:
                answer = self.server.answer(datagram)
                if answer:
                    self._carry(RECOVERY, answer, self.recovery)
