"""Start what stands between strategies and venues: the gateway, a relay of bytes, or another engine."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.gateway_process import command, environment, stop, wait_for_lines
from benchmarks.machine import ROOT
from benchmarks.peers import BenchmarkError
from benchmarks.wire import quickfix
from benchmarks.wire.harness import Ports
from benchmarks.wire.native import program
from benchmarks.wire.placement import Seat
from benchmarks.wire.setup import STRATEGY_PORTS, Setup, write_config

START_S: Final = 120.0
"""How long a gateway may take to start, with hundreds of sessions on a busy machine."""


@dataclass(frozen=True, slots=True)
class Running:
    """A subject that runs: its process, the port that strategies connect to, and how to wait until orders can go."""

    pid: int
    port: int
    await_venues: Callable[[], object]


Starter = Callable[[Setup, Path, Ports, Seat], AbstractContextManager[Running]]
"""Called with the setup, an empty folder, the harness's ports, and where to run."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One way from strategy to venue and back.

    ``relays``: bytes are passed on as they are, so the venue speaks the strategy's protocol. ``waiting`` is the
    gateway's waiting mode, in place of the setup's. ``missing`` says why it can't be had here, if so.
    """

    name: str
    start: Starter
    relays: bool = False
    spins: bool = False
    waiting: str = ""
    strategies: tuple[str, ...] = tuple(STRATEGY_PORTS)
    missing: Callable[[], str] = lambda: ""

    def fits(self, setup: Setup) -> bool:
        """Tell whether it speaks what the setup asks for."""
        return setup.strategy in self.strategies


def gateway(import_root: Path | None = None, extensions: str = "none") -> Starter:
    """Return what starts ``fairlead run``; ``import_root`` is where its sources are, if not where ours are."""

    @contextmanager
    def start(setup: Setup, folder: Path, ports: Ports, seat: Seat) -> Iterator[Running]:
        config = write_config(setup, folder, ports.venue_port, ports.feed_port)
        log = folder / "gateway.log"
        with log.open("wb") as log_file:
            process = subprocess.Popen(
                seat.command(command(config)),
                stdout=log_file,
                stderr=log_file,
                env=environment(import_root, extensions),
                cwd=folder,
            )
        try:
            ready = wait_for_lines(process, log, 1, "ready", most_s=START_S)[0]
            port = int(ready[STRATEGY_PORTS[setup.strategy]].rpartition(":")[2])
            yield Running(process.pid, port, lambda: _await_venues(process, log, setup))
        except BenchmarkError as error:
            raise BenchmarkError(f"{error}\nthe gateway's log ends with:\n{log.read_text()[-1000:]}") from error
        finally:
            stop(process)

    return start


def _await_venues(process: "subprocess.Popen[bytes]", log: Path, setup: Setup) -> None:
    wait_for_lines(process, log, setup.venues, "venue_up", most_s=START_S)
    if setup.feed_symbol:
        wait_for_lines(process, log, 1, "feed_current", most_s=START_S)


def program_that_prints_its_port(make: Callable[[Setup, Path, int], list[str]], tells_when_up: bool = False) -> Starter:
    """Return what starts a program that says ``{"port": N}`` once it listens; ``make`` returns its command.

    ``tells_when_up``: it prints another line once the venue is logged on, before which no order can go.
    """

    @contextmanager
    def start(setup: Setup, folder: Path, ports: Ports, seat: Seat) -> Iterator[Running]:
        process = subprocess.Popen(
            seat.command(make(setup, folder, ports.venue_port)), stdout=subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise BenchmarkError(f"{process.args!r} ended with {process.wait()}, expected its port")
            await_venues = process.stdout.readline if tells_when_up else lambda: None
            yield Running(process.pid, int(json.loads(line)["port"]), await_venues)
        finally:
            stop(process)
            process.stdout.close()

    return start


def _c_relay(*options: str) -> Starter:
    return program_that_prints_its_port(lambda setup, folder, port: [str(program("relay")), str(port), *options])


def _module(name: str) -> Starter:
    return program_that_prints_its_port(lambda setup, folder, port: [sys.executable, "-m", name, str(port)])


def _quickfix(store: str) -> Starter:
    return program_that_prints_its_port(lambda setup, folder, port: quickfix.command(store, setup, folder, port), True)


FLOOR_SPINNING: Final = "C relay, spinning"
FLOOR: Final = "C relay, epoll"
UVLOOP: Final = "uvloop relay"
SIMPLEFIX: Final = "simplefix, asyncio"
FAIRLEAD: Final = "Fairlead"
FAIRLEAD_POLLING: Final = "Fairlead, busy_poll"
QUICKFIX_MEMORY: Final = "QuickFIX C++, memory store"
QUICKFIX_FILE: Final = "QuickFIX C++, file store"

_FIX_ALONE: Final = ("fix44", "fix42")

SUBJECTS: Final = {
    subject.name: subject
    for subject in (
        Subject(FLOOR_SPINNING, _c_relay("--spin"), relays=True, spins=True),
        Subject(FLOOR, _c_relay(), relays=True),
        Subject(UVLOOP, _module("benchmarks.wire.uvloop_relay"), relays=True),
        Subject(QUICKFIX_MEMORY, _quickfix("memory"), strategies=_FIX_ALONE, missing=quickfix.missing),
        Subject(QUICKFIX_FILE, _quickfix("file"), strategies=_FIX_ALONE, missing=quickfix.missing),
        Subject(SIMPLEFIX, _module("benchmarks.wire.simplefix_gateway"), strategies=_FIX_ALONE),
        Subject(FAIRLEAD, gateway()),
        Subject(FAIRLEAD_POLLING, gateway(), spins=True, waiting="busy_poll"),
    )
}
