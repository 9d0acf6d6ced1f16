"""Sockets that are looked at instead of waited for, on both event loops."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import uvloop
from link_bench import Bench, Echo, read, until

from fairlead.gateway.clock import Clock, FakeClock
from fairlead.gateway.links.link_cy import SocketLink
from fairlead.gateway.links.polling_cy import HOT_LINKS, Polling

Scenario = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Scenario], None]
Sockets = list[socket.socket]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def run_scenario(scenario: Scenario) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(scenario())

    return run_scenario


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    opened: Sockets = []
    yield opened
    for sock in opened:
        sock.close()


class PollingBench(Bench):
    """A turn that polls."""

    def __init__(self, sockets: Sockets, clock: Clock | None = None, spin_ns: int = 0) -> None:
        super().__init__(clock)
        self.polling = Polling(asyncio.get_running_loop(), self.clock, spin_ns)
        self.turn.polling = self.polling
        self._sockets = sockets

    def connect(self) -> tuple[SocketLink, Echo, socket.socket]:
        ours, peer = socket.socketpair()
        self._sockets += [ours, peer]
        for sock in (ours, peer):
            sock.setblocking(False)
        endpoint = Echo(self.journal)
        loop = asyncio.get_running_loop()
        link = SocketLink(loop, ours, endpoint, self.turn, 200_000, self.on_closed, self.on_fault)
        link.start()
        return link, endpoint, peer


async def ask(peer: socket.socket, word: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(peer, word + b"\n")
    assert await read(peer, len(word) + 2) == b"<" + word + b">"


def test_what_was_read_once_is_seen_without_the_loop(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = PollingBench(sockets)
        bench.polling.start()
        _, _, peer = bench.connect()
        await ask(peer, b"first")
        asyncio.get_running_loop().remove_reader(sockets[0].fileno())
        await ask(peer, b"second")
        assert bench.polling.is_running
        bench.polling.stop()

    run(scenario)


def test_more_sockets_than_are_looked_at_are_all_served(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = PollingBench(sockets)
        bench.polling.start()
        peers = [bench.connect()[2] for _ in range(3 * HOT_LINKS)]
        for word in (b"one", b"two", b"three"):
            for peer in peers:
                await ask(peer, word)
        assert sum(link.is_hot for link in bench.turn.links) == HOT_LINKS
        bench.polling.stop()

    run(scenario)


def test_spinning_ends_after_its_time_and_begins_anew(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        bench = PollingBench(sockets, clock, spin_ns=1000)
        bench.polling.start()
        assert not bench.polling.is_running
        _, _, peer = bench.connect()
        for word in (b"one", b"two"):
            await ask(peer, word)
            await asyncio.sleep(0)
            assert bench.polling.is_running
            clock.advance(1000)
            await until(lambda: not bench.polling.is_running)

    run(scenario)


def test_a_link_that_ends_is_looked_at_no_more(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = PollingBench(sockets)
        bench.polling.start()
        ending, _, first = bench.connect()
        staying, _, second = bench.connect()
        await ask(first, b"one")
        await ask(second, b"one")
        first.close()
        await until(lambda: bench.closed)
        assert (bench.closed, ending.is_hot, staying.is_hot) == (["closed by the peer"], False, True)
        # the next connection gets the number that the closed descriptor had
        _, endpoint, third = bench.connect()
        await ask(third, b"two")
        await ask(second, b"two")
        assert (endpoint.received, bench.faults) == (b"two\n", [])
        bench.polling.stop()

    run(scenario)


def test_a_turn_that_ends_other_links_is_no_trouble(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = PollingBench(sockets)
        bench.polling.start()
        found = [bench.connect() for _ in range(4)]
        for _, _, peer in found:
            await ask(peer, b"one")
        (_, endpoint, peer), *others = found
        endpoint.on_end = lambda: [link.close("taken along", False) for link, _, _ in others[:2]]
        peer.close()
        await until(lambda: len(bench.closed) == 3)
        await ask(others[2][2], b"two")
        assert bench.faults == []
        bench.polling.stop()

    run(scenario)


def test_nothing_is_scheduled_once_stopped(run: Run, sockets: Sockets) -> None:
    async def scenario() -> None:
        bench = PollingBench(sockets)
        bench.polling.start()
        _, _, peer = bench.connect()
        await ask(peer, b"one")
        bench.polling.stop()
        await until(lambda: not bench.polling.is_running)
        await ask(peer, b"two")
        assert not bench.polling.is_running

    run(scenario)
