"""Drive the harness in C: strategies and venues in one process, which times what goes there and back."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.gateway_process import stop
from benchmarks.peers import BenchmarkError
from benchmarks.wire.native import program
from benchmarks.wire.placement import Seat
from benchmarks.wire.setup import SECRET, Setup, utc_offset_s


@dataclass(frozen=True, slots=True)
class Load:
    """How many orders, and how they are sent.

    ``window`` orders are in flight at most, over all strategies; with a ``rate`` (orders a second) they are sent when
    they are due instead, and latency counts from then. ``warm_up`` orders are sent before and not counted. After
    ``most_s`` seconds no further order is sent.
    """

    orders: int = 20_000
    warm_up: int = 2_000
    window: int = 1
    rate: int = 0
    most_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the harness's venues listen for orders, and (else 0) for those who want market data."""

    venue_port: int
    feed_port: int = 0


class Harness:
    """Hold the process, and ask it one thing after the other."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.ports = Ports(**self._answer())

    def connect(self, port: int, strategies: int, venues: int) -> None:
        """Connect the strategies to a gateway; return once they and so many venue sessions are logged on."""
        self._ask(f"connect {port} {strategies} {venues}")

    def run(self, load: Load) -> dict[str, Any]:
        """Send orders, and return what the harness says: counts, rates, percentiles and histograms in ns."""
        orders = load.orders + load.warm_up
        return self._ask(f"run {orders} {load.warm_up} {load.window} {load.rate} {load.most_s}")

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError(f"the harness ended with {self._process.wait()}, expected an answer")
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise BenchmarkError(f"harness: {found['error']}")
        return found


@contextmanager
def harness(setup: Setup, venue: str, seat: Seat, spins: bool) -> Iterator[Harness]:
    """Yield a harness whose venues speak ``venue``: the setup's protocol, or behind a relay the strategies' own."""
    command = [str(program("harness")), "--strategy", setup.strategy, "--venue", venue, "--secret", SECRET]
    command += ["--symbols", str(setup.symbols)] if setup.symbols else []
    if setup.feed_symbol and venue == setup.venue:
        command += ["--feed", setup.feed_symbol, str(utc_offset_s())]
    command += ["--fills"] * setup.fills + ["--singly"] * setup.singly + ["--spin"] * spins
    process = subprocess.Popen(seat.command(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Harness(process)
    finally:
        stop(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
