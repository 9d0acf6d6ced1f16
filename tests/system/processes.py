"""Run the gateway as a process of its own, and wait for conditions instead of sleeping."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fairlead.gateway.telemetry.reader import read_counters

POLL_S = 0.01
PROGRAM = str(Path(sys.executable).parent / "fairlead")
_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Ports that the kernel gives to no outgoing connection: a listener can come back to one at any time."""


async def until(is_done: Callable[[], object], what: str, timeout_s: float = 60.0) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not is_done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout_s:.0f} s")
        await asyncio.sleep(POLL_S)


def free_port() -> int:
    """Return a port that nobody listens on and no outgoing connection will take."""
    chance = random.SystemRandom()
    while True:
        port = chance.choice(_BELOW_EPHEMERAL)
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))
            return port


class GatewayRun:
    """One run of ``fairlead run``: its process, its log and its end."""

    def __init__(
        self, config: Path, state: Path, number: int, preexec: Callable[[], None] | None, environ: Mapping[str, str]
    ) -> None:
        self.state = state
        self.log_path = state.parent / f"gateway-{number}.log"
        self._counters_before = self._counters_stamp()
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "run", str(config)],
                stdout=log,
                stderr=log,
                env={**os.environ, **environ},
                preexec_fn=preexec,
            )

    def _counters_stamp(self) -> int:
        with contextlib.suppress(OSError):
            return (self.state / "counters").stat().st_ino
        return 0

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def counters(self) -> dict[str, int]:
        """Return this run's counters, none while it has made no page."""
        if self._counters_stamp() == self._counters_before:
            return {}
        with contextlib.suppress(OSError, ValueError):
            return read_counters(self.state / "counters").counters
        return {}

    def log_text(self) -> str:
        """Return what it wrote."""
        return self.log_path.read_text(errors="replace")

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """Return the log's events, those of one name or all."""
        found = []
        for line in self.log_text().splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict) and name in ("", event.get("event")):
                    found.append(event)
        return found

    async def until_up(self, *names: str, timeout_s: float = 60.0) -> None:
        """Wait until these venues and strategies (``venue.XBRK``) are up."""

        def is_up() -> bool:
            if self.has_ended:
                raise AssertionError(f"the gateway ended, exit code {self.process.returncode}:\n{self.log_text()}")
            counters = self.counters()
            return all(counters.get(f"{name}.up") for name in names)

        await until(is_up, f"the gateway's {', '.join(names)} up", timeout_s)

    async def until_logged(self, name: str, timeout_s: float = 60.0) -> dict[str, Any]:
        """Wait for an event in the log and return the first."""
        await until(lambda: self.events(name), f"{name!r} in the gateway's log", timeout_s)
        return self.events(name)[0]

    async def ended(self, timeout_s: float = 60.0) -> int:
        """Wait for the end and return the exit code."""
        await until(lambda: self.has_ended, "the gateway's end", timeout_s)
        return int(self.process.returncode)

    async def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.process.kill()
        await self.ended()

    async def stop(self) -> int:
        """Ask it to stop, and return the exit code."""
        if not self.has_ended:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()
