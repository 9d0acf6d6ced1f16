"""Socket links over real sockets, on both event loops."""

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest
import uvloop
from link_bench import Bench, Echo, PacedEcho, read, until

from fairlead.gateway.clock import FakeClock
from fairlead.gateway.links import link_cy
from fairlead.gateway.links.link_cy import SocketLink

LIMIT = 200_000
Scenario = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def run_scenario(scenario: Scenario) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(scenario())

    return run_scenario


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    opened: list[socket.socket] = []
    yield opened
    for sock in opened:
        sock.close()


class Connected:
    """A link, its endpoint and the peer's socket."""

    def __init__(self, bench: Bench, endpoint: Echo, sockets: list[socket.socket], limit: int = LIMIT) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.peer = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
        listener.close()
        sockets += [ours, self.peer]
        for sock in (ours, self.peer):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.endpoint = endpoint
        self.link = SocketLink(
            asyncio.get_running_loop(), ours, endpoint, bench.turn, limit, bench.on_closed, bench.on_fault
        )
        self.link.start()

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.peer, data)

    async def hear(self, count: int) -> bytes:
        return await read(self.peer, count)

    def reset(self) -> None:
        """Close with a reset instead of an end of stream."""
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.peer.close()


Run = Callable[[Scenario], None]
Sockets = list[socket.socket]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_bytes_travel_in_any_chunking(run: Run, sockets: Sockets, size: int) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        text = b"one\ntwo\nthree\n"
        for begin in range(0, len(text), size):
            await connected.say(text[begin : begin + size])
            await asyncio.sleep(0)
        assert await connected.hear(17) == b"<one><two><three>"
        assert connected.endpoint.received == text

    run(scenario)


def test_messages_that_came_together_are_answered_together(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        commits, sent = bench.journal.commits, len(bench.sent)
        await connected.say(b"a\nb\nc\n")
        assert await connected.hear(9) == b"<a><b><c>"
        assert connected.endpoint.takes == [9]
        assert bench.journal.commits == commits + 1
        assert len(bench.sent) == sent + 1

    run(scenario)


def test_what_one_link_reads_another_may_send(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        left, right = (Connected(bench, Echo(bench.journal), sockets) for _ in range(2))
        right.endpoint.say(b"[across]")
        await left.say(b"go\n")
        assert await right.hear(8) == b"[across]"

    run(scenario)


def test_a_reader_that_is_slow_gets_everything_and_the_endpoint_is_told(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        endpoint = PacedEcho(bench.journal)
        connected = Connected(bench, endpoint, sockets, limit=1 << 26)
        await connected.say(b"flood 20000000\n")
        await until(lambda: endpoint.pending)
        assert connected.link.unsent_bytes() == endpoint.pending[-1] > 0
        assert await connected.hear(20_000_000) == b"f" * 20_000_000
        await until(lambda: endpoint.pending[-1] == 0)
        assert endpoint.pending == sorted(endpoint.pending, reverse=True)
        assert len(endpoint.pending) > 2  # told of each step down, too
        assert bench.closed == []

    run(scenario)


def test_a_reader_that_does_not_read_is_cut_off(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        while not bench.closed:
            with suppress(ConnectionError):
                await connected.say(b"flood 100000\n")
            await asyncio.sleep(0)
            assert connected.link.unsent_bytes() <= LIMIT + 100_000
        assert connected.endpoint.ends == 1
        assert bench.closed[0].endswith(f"bytes wait to be sent, at most {LIMIT} may")
        assert bench.turn.links == []

    run(scenario)


def test_the_end_of_the_stream_ends_the_conversation(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        await connected.say(b"half a li")
        connected.peer.close()
        await until(lambda: bench.closed)
        assert (bench.closed, connected.endpoint.ends) == (["closed by the peer"], 1)
        assert connected.endpoint.received == b"half a li"

    run(scenario)


def test_a_reset_together_with_bytes_is_seen_behind_them(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        await asyncio.sleep(0)
        # both are there before the loop looks: it is told of the failure once, with the bytes
        connected.peer.send(b"ha")
        connected.reset()
        await until(lambda: bool(bench.closed))
        assert bench.closed == ["connection lost: Connection reset by peer"]
        assert connected.endpoint.received == b"ha"

    run(scenario)


def test_a_reset_in_the_middle_of_a_message_ends_the_conversation(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        await connected.say(b"half a li")
        await until(lambda: connected.endpoint.received)
        connected.reset()
        await until(lambda: bench.closed)
        assert bench.closed == ["connection lost: Connection reset by peer"]
        assert (connected.endpoint.ends, bench.faults) == (1, [])

    run(scenario)


def test_last_words_reach_a_peer_that_was_still_talking(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        await connected.say(b"bye\n")
        await until(lambda: bench.closed)
        await connected.say(b"never read\n" * 1000)
        assert await connected.hear(100) == b"<bye>"
        assert (bench.closed, connected.endpoint.ends) == (["closed by us"], 1)

    run(scenario)


def test_a_close_sends_what_waits_and_gives_up_on_a_peer_that_does_not_read(
    run: Run, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        bench = Bench()
        reads, ignores = (Connected(bench, Echo(bench.journal), sockets, limit=1 << 26) for _ in range(2))
        for connected in (reads, ignores):
            await connected.say(b"flood 20000000\nbye\n")
        await until(lambda: len(bench.closed) == 2)
        assert await reads.hear(20_000_006) == b"f" * 20_000_000 + b"<bye>"
        await until(lambda: ignores.link.unsent_bytes() == 0)
        with suppress(ConnectionResetError):
            assert len(await ignores.hear(20_000_005)) < 20_000_005

    if hasattr(link_cy, "__file__") and link_cy.__file__.endswith(".py"):
        monkeypatch.setattr(link_cy, "LINGER_S", 1.0)
    run(scenario)


def test_a_fault_of_ours_costs_that_connection_only(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        faulty, sound = (Connected(bench, Echo(bench.journal), sockets) for _ in range(2))
        await faulty.say(b"said\nfail\n")
        await until(lambda: bench.closed)
        assert bench.closed == ["fault of ours: ValueError"]
        assert [str(error) for error in bench.faults] == ["a mistake of ours"]
        assert await faulty.hear(100) == b""
        await sound.say(b"still here\n")
        assert await sound.hear(12) == b"<still here>"

    run(scenario)


@pytest.mark.parametrize("method", ["take_output", "next_deadline_ns", "receive_eof", "on_timer"])
def test_a_fault_wherever_it_happens_costs_that_connection_only(run: Run, sockets: Sockets, method: str) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        bench = Bench()
        faulty, sound = (Connected(bench, Echo(bench.journal), sockets) for _ in range(2))
        setattr(faulty.endpoint, method, fail)
        faulty.endpoint.deadline_ns = bench.clock.now_ns()
        await sound.say(b"on\n")
        assert await sound.hear(4) == b"<on>"
        faulty.peer.close()
        await until(lambda: bench.closed and bench.faults)
        assert [type(error) for error in bench.faults] == [ZeroDivisionError]
        await sound.say(b"still here\n")
        assert await sound.hear(12) == b"<still here>"
        assert bench.turn.links == [sound.link]

    run(scenario)


def test_what_the_end_of_a_link_causes_is_committed_before_it_is_sent(run: Run, sockets: Sockets) -> None:
    """The end comes while its own turn is sent; the endpoint of the other link asserts that a commit was between."""

    async def scenario() -> None:
        bench = Bench()
        strategy = Connected(bench, Echo(bench.journal), sockets)
        venue = Connected(bench, Echo(bench.journal), sockets)
        strategy.endpoint.on_end = lambda: venue.endpoint.say(b"[cancel]")
        await strategy.say(b"bye\n")
        assert await venue.hear(8) == b"[cancel]"
        assert bench.faults == []

    run(scenario)


def test_the_loss_of_a_link_reaches_another_at_once(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        strategy = Connected(bench, Echo(bench.journal), sockets)
        venue = Connected(bench, Echo(bench.journal), sockets)
        strategy.endpoint.on_end = lambda: venue.endpoint.say(b"[cancel]")
        strategy.link.close("taken away", linger=False)
        assert venue.endpoint.takes == [8]
        assert await venue.hear(8) == b"[cancel]"

    run(scenario)


def test_deadlines_are_kept_and_may_move(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        bench = Bench(clock)
        connected = Connected(bench, Echo(bench.journal), sockets)
        begin_ns = clock.now_ns()
        connected.endpoint.deadline_ns = begin_ns + 1
        await connected.say(b"arm\n")
        assert await connected.hear(5) == b"<arm>"
        await asyncio.sleep(0)
        assert connected.endpoint.timers == []  # the clock has not moved
        connected.endpoint.deadline_ns = begin_ns + 500
        clock.advance(499)
        await connected.say(b"later\n")
        assert await connected.hear(7) == b"<later>"
        assert connected.endpoint.timers == []
        clock.advance(1)
        assert await connected.hear(6) == b"<tick>"
        assert connected.endpoint.timers == [begin_ns + 500]

    run(scenario)


@pytest.mark.parametrize("where", ["commit", "endpoint"])
def test_when_the_journal_fails_nothing_leaves_and_every_link_closes(run: Run, sockets: Sockets, where: str) -> None:
    async def scenario() -> None:
        bench = Bench()
        links = [Connected(bench, Echo(), sockets) for _ in range(3)]
        for connected in links:
            connected.endpoint.say(b"[never]")
        bench.journal.is_full = where == "commit"
        await links[1].say(b"journal\n" if where == "endpoint" else b"hello\n")
        for connected in links:
            assert await connected.hear(100) == b""
            assert connected.link.is_closed
        assert [str(error) for error in bench.failures] == ["no space left"]
        assert bench.closed == ["journal failed: no space left"] * 3
        late = Connected(bench, Echo(), sockets)
        assert await late.hear(100) == b""
        assert late.endpoint.connected == 0
        assert len(bench.failures) == 1

    run(scenario)


def test_a_link_is_closed_once(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = Bench()
        connected = Connected(bench, Echo(bench.journal), sockets)
        connected.link.close("enough", linger=True)
        connected.link.close("again", linger=False)
        connected.link.abort("and again")
        assert (bench.closed, connected.endpoint.ends) == (["enough"], 1)
        assert await connected.hear(1) == b""

    run(scenario)
