"""Run a line on an event loop: bytes go in at once, and come out where they are written when they are due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from fairlead.certification.faults.line import End, FaultLine

NS_PER_S = 1_000_000_000


class FaultPump:
    """One direction of a connection. ``write`` gets bytes, ``end`` how the stream ends (``eof``: by itself).

    Pieces that are due together are written one by one, with the loop's turn between, so that slices stay slices.
    """

    def __init__(self, line: FaultLine, write: Callable[[bytes], object], end: Callable[[str], object]) -> None:
        self.line = line
        self._write = write
        self._end = end
        self._timer: asyncio.Handle | None = None
        self._ready: list[bytes | End] = []
        self.over = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Take bytes in."""
        self.line.put(data, time.monotonic_ns())
        self._schedule()

    def put_end(self, how: str) -> None:
        """Take the stream's own end in."""
        self.line.end(how, time.monotonic_ns())
        self._schedule()

    def stop(self) -> None:
        """Forget what waits."""
        self.over.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        if self._timer is not None or self.over.is_set():
            return
        loop = asyncio.get_running_loop()
        self._ready += self.line.take(time.monotonic_ns())
        if self._ready:
            self._timer = loop.call_soon(self._turn)
        elif self.line.next_due_ns is not None:
            delay_s = max(0, self.line.next_due_ns - time.monotonic_ns()) / NS_PER_S
            self._timer = loop.call_later(delay_s, self._turn)

    def _turn(self) -> None:
        self._timer = None
        self._ready += self.line.take(time.monotonic_ns())
        if self._ready:
            item = self._ready.pop(0)
            if isinstance(item, End):
                self._end(item.how)
                self.over.set()
            else:
                self._write(item)
        self._schedule()
