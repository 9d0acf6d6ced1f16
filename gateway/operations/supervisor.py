"""Start the gateway and the operations process, watch both, and bring back the one that died.

The two know nothing of each other's life: the gateway's end is recovered from by its own start, the operations
process goes on where its database stands. What can't be mended by a restart (a configuration or a journal that a start
refuses, an orderly stop) is not tried again.
"""

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from fairlead.gateway.operations.gateway_life import LOOK_S, GatewayLife

log = structlog.get_logger()

RESTARTS: Final = 5
"""So often within ``WINDOW_S`` a process is brought back; then the supervisor gives up on it."""
WINDOW_S: Final = 600.0
FIRST_S: Final = 0.2
LONGEST_S: Final = 10.0
OPERATIONS_STOP_S: Final = 5.0
EXIT_OK: Final = 0
EXIT_CRASHED: Final = 70
_SIGNALLED: Final = 128
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep: its command, and the exit codes after which a restart may help."""

    name: str
    command: Sequence[str]
    is_mendable: Callable[[int], bool]


def died(exit_code: int) -> bool:
    """Tell whether an exit code is that of a crash: a signal, or a mistake of ours."""
    return exit_code < 0 or exit_code == EXIT_CRASHED


@dataclass(slots=True)
class _Watched:
    child: Child
    process: asyncio.subprocess.Process | None = None
    starts: list[float] = field(default_factory=list)

    def pause_s(self, now_s: float) -> float | None:
        """Return how long to wait before the next start, None where it has died too often."""
        self.starts = [at for at in self.starts if now_s - at < WINDOW_S]
        if len(self.starts) > RESTARTS:
            return None
        return min(LONGEST_S, FIRST_S * 2.0 ** (len(self.starts) - 1))


class Supervisor:
    """Keep two processes. ``run`` ends with the gateway's exit code once that has ended for good."""

    def __init__(self, gateway: Child, operations: Child, life: GatewayLife) -> None:
        self._life = life
        self._gateway = _Watched(gateway)
        self._operations = _Watched(operations)
        self._is_stopping = False
        self._stopped = asyncio.Event()

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids by name, of those that run."""
        both = (self._gateway, self._operations)
        return {
            watched.child.name: watched.process.pid
            for watched in both
            if watched.process is not None and watched.process.returncode is None
        }

    def stop(self) -> None:
        """Ask the gateway for an orderly stop; asked again, it is told again, and hurries."""
        self._is_stopping = True
        self._stopped.set()
        self._life.notice.stopping()
        self.tell_gateway(signal.SIGTERM)

    def tell_gateway(self, number: signal.Signals) -> None:
        """Pass a signal on to the gateway."""
        process = self._gateway.process
        if process is not None and process.returncode is None:
            process.send_signal(number)

    async def run(self) -> int:
        """Run both until the gateway has ended."""
        operations = asyncio.create_task(self._keep(self._operations))
        hearing = asyncio.create_task(self._hear())
        try:
            return await self._keep(self._gateway)
        finally:
            hearing.cancel()
            self._is_stopping = True
            self._stopped.set()
            await self._end(self._operations)
            await operations
            self._life.close()

    async def _hear(self) -> None:
        while True:
            self._life.tick(time.monotonic_ns())
            await asyncio.sleep(LOOK_S)

    async def _keep(self, watched: _Watched) -> int:
        child = watched.child
        while True:
            watched.starts.append(time.monotonic())
            watched.process = await asyncio.create_subprocess_exec(
                *child.command, preexec_fn=_end_with_parent, env=self._life.environ_of(child.name)
            )
            if watched is self._gateway:
                self._life.restarting()
            log.info("process_started", process=child.name, pid=watched.process.pid)
            if self._is_stopping:
                watched.process.send_signal(signal.SIGTERM)
            exit_code = await watched.process.wait()
            pause_s = watched.pause_s(time.monotonic())
            if self._is_stopping or not child.is_mendable(exit_code):
                return _shown(exit_code)
            if pause_s is None:
                log.critical("process_given_up", process=child.name, exit_code=exit_code, starts=len(watched.starts))
                return _shown(exit_code)
            log.error("process_died", process=child.name, exit_code=exit_code, restart_in_s=pause_s)
            if await self._is_stopped_within(pause_s):
                return _shown(exit_code)

    async def _is_stopped_within(self, pause_s: float) -> bool:
        try:
            await asyncio.wait_for(self._stopped.wait(), pause_s)
        except TimeoutError:
            return False
        return True

    async def _end(self, watched: _Watched) -> None:
        process = watched.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), OPERATIONS_STOP_S)
        except TimeoutError:
            log.error("process_killed", process=watched.child.name, reason=f"no end within {OPERATIONS_STOP_S:g} s")
            process.kill()


def _shown(exit_code: int) -> int:
    return exit_code if exit_code >= 0 else _SIGNALLED - exit_code


def _end_with_parent() -> None:
    """Have the system tell this process to stop when the supervisor dies, whatever it dies of (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # a Ctrl-C at the terminal reaches the whole group: the supervisor passes it on
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # so does a closed terminal's SIGHUP, and a gateway that only starts does not handle it yet
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def children(config_path: str) -> tuple[Child, Child]:
    """Return the two processes of a configuration: this very program, with the commands that run one of them."""
    program = (sys.executable, "-m", "fairlead.gateway.app")
    return (
        Child("gateway", (*program, "gateway", config_path), died),
        Child("operations", (*program, "operations", config_path), lambda code: code != EXIT_OK),
    )
