"""Datagrams over real sockets of the loopback interface: lines, groups, requests, what the system drops, faults."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest
from link_bench import Bench, until

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.events import MoldEvent
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.request_server import MoldRequestServer
from fairlead.adapters.mold.sender import MoldSender
from fairlead.adapters.mold.settings import MoldReceiverSettings, MoldSenderSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.moldudp64.packets_cy import MoldPacket
from fairlead.gateway.links import datagram_sockets as ds
from fairlead.gateway.links.datagram_link_cy import DatagramLink
from fairlead.gateway.links.polling_cy import Polled, Polling
from fairlead.gateway.links.turn_cy import Turn

GROUP = "239.255.77.7"


class Notes:
    """An endpoint that keeps notes; ``fail`` as a datagram makes it raise."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.started = 0
        self.received: list[tuple[int, bytes]] = []
        self.turns: list[int] = []
        self.drops = 0
        self.timers = 0
        self.deadline_ns = NEVER_NS
        self.requests: list[tuple[int, bytes]] = []

    def start(self, now_ns: int, utc_ns: int) -> None:
        self.started += 1

    def receive_datagram(self, line: int, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        if bytes(data) == b"fail":
            raise ValueError("a mistake of ours")
        if bytes(data) == b"journal":
            self.bench.journal.is_full = True
        if bytes(data) == b"close":
            self.bench.link.close("asked to")
        self.received.append((line, bytes(data)))
        self.turns.append(now_ns)

    def receive_drops(self, line: int, count: int, now_ns: int, utc_ns: int) -> None:
        self.drops += count

    def take_requests(self) -> list[tuple[int, bytes]]:
        requests, self.requests = self.requests, []
        return requests

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        self.timers += 1
        self.deadline_ns = NEVER_NS

    def next_deadline_ns(self) -> int:
        return self.deadline_ns


class LineBench(Bench):
    """A link with its sockets, and a socket to send from."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = Turn(self.clock, self.journal, self.failures.append, self.sent.append)
        self.notes = Notes(self)
        self.ended: list[str] = []
        self.faults_told: list[BaseException] = []
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addresses: list[tuple[str, int]] = []

    def open(self, n_lines: int = 1, servers: list[socket.socket] | None = None, **more: int) -> DatagramLink:
        buffer = more.pop("receive_buffer_bytes", 1 << 20)
        lines = [ds.open_line("127.0.0.1", 0, receive_buffer_bytes=buffer) for _ in range(n_lines)]
        self.addresses = [line.getsockname() for line in lines]
        self.link = DatagramLink(
            asyncio.get_running_loop(),
            self.notes,
            self.turn,
            lines,
            servers or [],
            lambda link, reason: self.ended.append(reason),
            lambda link, error: self.faults_told.append(error),
            **more,
        )
        return self.link

    def send(self, data: bytes, line: int = 0) -> None:
        self.sender.sendto(data, self.addresses[line])


@pytest.fixture
def bench() -> Iterator[LineBench]:
    bench = LineBench()
    yield bench
    bench.sender.close()
    if hasattr(bench, "link"):
        bench.link.close("test over")


async def test_datagrams_of_each_line_reach_the_endpoint(bench: LineBench) -> None:
    bench.open(2).start()
    assert bench.notes.started == 1
    for line, data in ((0, b"a"), (1, b"b"), (0, b""), (1, bytes(65507))):
        bench.send(data, line)
        await until(lambda data=data, line=line: (line, data) in bench.notes.received)
    bench.link.close("done")
    assert bench.ended == ["done"]
    assert bench.turn.links == []


async def test_a_burst_is_taken_in_bounded_turns(bench: LineBench) -> None:
    link = bench.open(datagrams_a_turn=4)
    for n in range(10):
        bench.send(b"%d" % n)
    link.start()
    await until(lambda: len(bench.notes.received) == 10)
    assert [data for _, data in bench.notes.received] == [b"%d" % n for n in range(10)]
    turns = [bench.notes.turns.count(turn) for turn in sorted(set(bench.notes.turns))]
    assert max(turns) <= 4 and sum(turns) == 10


async def test_requests_go_out_at_the_end_of_the_turn_and_answers_come_back(bench: LineBench) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(10)
    bench.open(1, [ds.open_request_socket(*server.getsockname())]).start()
    bench.notes.requests.append((0, b"please"))
    bench.send(b"x")
    await until(lambda: not bench.notes.requests)
    data, address = server.recvfrom(100)
    assert data == b"please"
    bench.sender.sendto(b"from a stranger", address)
    server.sendto(b"here", address)
    await until(lambda: (-1, b"here") in bench.notes.received)
    assert (-1, b"from a stranger") not in bench.notes.received
    server.close()


async def test_request_server_that_is_not_there_disturbs_nothing(bench: LineBench) -> None:
    gone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    gone.bind(("127.0.0.1", 0))
    address = gone.getsockname()
    gone.close()
    bench.open(1, [ds.open_request_socket(*address)]).start()
    for n in range(4):
        bench.notes.requests.append((0, b"please"))
        bench.send(b"%d" % n)
        await until(lambda n=n: len(bench.notes.received) == n + 1)
    assert bench.ended == []


async def test_timer_and_touch(bench: LineBench) -> None:
    bench.notes.deadline_ns = time.monotonic_ns() + 10_000_000
    bench.open().start()
    await until(lambda: bench.notes.timers == 1)
    bench.notes.deadline_ns = time.monotonic_ns() + 10_000_000
    bench.turn.finish(bench.turn.begin(), 0)
    bench.link.touch()
    bench.turn.finish(bench.turn.begin(), 0)
    await until(lambda: bench.notes.timers == 2)


async def test_what_the_system_dropped_is_told(bench: LineBench) -> None:
    link = bench.open(receive_buffer_bytes=1)
    for _ in range(200):
        bench.send(bytes(1000))
    link.start()
    await until(lambda: bench.notes.drops > 0)
    assert bench.notes.drops + len(bench.notes.received) == 200
    bench.send(b"again")
    await until(lambda: (0, b"again") in bench.notes.received)
    assert bench.notes.drops + len(bench.notes.received) == 201


async def test_fault_of_ours_closes_this_link_only(bench: LineBench) -> None:
    bench.open().start()
    bench.send(b"fail")
    await until(lambda: bench.ended)
    assert bench.ended == ["fault of ours: ValueError"]
    assert [str(error) for error in bench.faults_told] == ["a mistake of ours"]
    assert not bench.turn.has_failed


async def test_endpoint_may_close_the_link(bench: LineBench) -> None:
    bench.open().start()
    bench.send(b"close")
    bench.send(b"more")
    await until(lambda: bench.ended)
    await asyncio.sleep(0)
    assert [data for _, data in bench.notes.received] == [b"close"]


async def test_failed_journal_closes_for_good(bench: LineBench) -> None:
    bench.open().start()
    bench.send(b"journal")
    await until(lambda: bench.ended)
    assert bench.ended == ["journal failed: no space left"]
    late = LineBench()
    late.turn = bench.turn
    late.open().start()
    assert late.ended == ["the journal has failed"]
    assert late.notes.started == 0
    late.sender.close()


async def test_multicast_group_on_the_loopback_interface(bench: LineBench) -> None:
    try:
        lines = [ds.open_line(GROUP, 0, interface) for interface in ("127.0.0.1", "lo")]
    except ds.DatagramError as error:
        pytest.skip(f"no multicast on the loopback interface: {error}")
    bench.addresses = [line.getsockname() for line in lines]
    assert bench.addresses[0][0] == GROUP
    bench.link = DatagramLink(
        asyncio.get_running_loop(), bench.notes, bench.turn, lines, [], lambda *_: None, lambda *_: None
    )
    bench.link.start()
    bench.sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    bench.sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
    for line in (0, 1):
        bench.send(b"to all", line)
        await until(lambda line=line: (line, b"to all") in bench.notes.received)


async def test_same_group_on_another_interface_is_another_line(bench: LineBench) -> None:
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    try:
        lines = [ds.open_line(GROUP, 0, "lo")]
        lines += [ds.open_line(GROUP, lines[0].getsockname()[1], name) for name in others[:1]]
    except ds.DatagramError as error:
        pytest.skip(f"no multicast here: {error}")
    if len(lines) < 2:
        pytest.skip("no other interface")
    bench.addresses = [lines[0].getsockname()]
    bench.link = DatagramLink(
        asyncio.get_running_loop(), bench.notes, bench.turn, lines, [], lambda *_: None, lambda *_: None
    )
    bench.link.start()
    bench.sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    for data in (b"one", b"two"):
        bench.send(data)
        await until(lambda data=data: (0, data) in bench.notes.received)
    assert bench.notes.received == [(0, b"one"), (0, b"two")]


@pytest.mark.parametrize(
    ("host", "interface", "text"),
    [
        ("feed.example", "", "line feed.example:0: expected an IP address"),
        ("::1", "", "line ::1:0: expected an IPv4 address, as MoldUDP64 lines have"),
        ("192.0.2.1", "", "line 192.0.2.1:0: Cannot assign requested address"),
        (GROUP, "nothing0", f"line {GROUP}:0 on interface nothing0: no interface with this name"),
    ],
)
def test_line_that_can_not_be_opened_is_said(host: str, interface: str, text: str) -> None:
    with pytest.raises(ds.DatagramError) as refused:
        ds.open_line(host, 0, interface)
    assert str(refused.value) == text


def test_request_server_without_an_address_is_said() -> None:
    with pytest.raises(ds.DatagramError, match="request server no-such-host.invalid:1: "):
        ds.open_request_socket("no-such-host.invalid", 1)


async def test_turn_whose_buffer_would_cut_datagrams_is_refused(bench: LineBench) -> None:
    bench.turn = Bench().turn
    with pytest.raises(ValueError, match="receive buffer of 4096 bytes, expected at least 65508"):
        bench.open()


def test_receive_buffer_is_told() -> None:
    with ds.open_line("127.0.0.1", 0, receive_buffer_bytes=65536) as sock:
        assert ds.receive_buffer(sock) >= 65536


# A MoldUDP64 stream


class Sink:
    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.events: list[MoldEvent] = []

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        for _ in range(count):
            packet.next_message()
            self.messages.append(packet.message())

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        raise AssertionError(f"{first} to {last} were lost")

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)


class RequestProtocol(asyncio.DatagramProtocol):
    """Answer requests with a ``MoldRequestServer``."""

    def __init__(self, server: MoldRequestServer) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        answer = self.server.answer(data)
        if answer:
            self.transport.sendto(answer, address)  # type: ignore[attr-defined]


async def test_lost_datagrams_are_had_from_the_request_server(bench: LineBench) -> None:
    loop = asyncio.get_running_loop()
    store = MemoryStore()
    sender = MoldSender(MoldSenderSettings(max_packet_bytes=100), "S1", store)
    faults: list[str] = []
    server = MoldRequestServer("S1", store, faults.append, 100)
    transport, _ = await loop.create_datagram_endpoint(lambda: RequestProtocol(server), ("127.0.0.1", 0))
    sink = Sink()
    receiver = MoldReceiver(MoldReceiverSettings(lines=2, request_servers=1, gap_delay_ms=1), sink)
    lines = [ds.open_line("127.0.0.1", 0) for _ in range(2)]
    bench.addresses = [line.getsockname() for line in lines]
    requests = ds.open_request_socket(*transport.get_extra_info("sockname"))
    errors: list[BaseException] = []
    bench.link = DatagramLink(
        loop, receiver, bench.turn, lines, [requests], lambda *_: None, lambda _, error: errors.append(error)
    )
    bench.link.start()
    messages = [b"message %d" % n for n in range(300)]
    for n, message in enumerate(messages):
        sender.send(message, 0, 0)
        if n % 3 == 2:
            for number, datagram in enumerate(sender.take_datagrams()):
                if n % 5:
                    bench.send(datagram, (n + number) % 2)
            await asyncio.sleep(0)
    sender.end(0)
    for datagram in sender.take_datagrams():
        bench.send(datagram, 0)
    await until(lambda: receiver.is_ended or bool(errors))
    assert sink.messages == messages
    assert (errors, faults) == ([], [])
    assert server.messages >= 60
    transport.close()


async def test_sockets_that_are_polled_are_looked_at_after_each_line(bench: LineBench) -> None:
    class Order(Polled):
        def poll(self) -> bool:
            seen.append(len(bench.notes.received))
            return False

    seen: list[int] = []
    bench.turn.polling = Polling(asyncio.get_running_loop(), bench.clock, spin_ns=1)
    bench.turn.polling.note_read(Order(), 0)
    bench.open(2).start()
    bench.send(b"a", 0)
    bench.send(b"b", 1)
    await until(lambda: len(bench.notes.received) == 2)
    assert {1, 2} <= set(seen)
