"""Read the clocks, and wait by them. Nothing below this module does."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from fairlead.gateway import system_clock


class Timer(Protocol):
    """One call to come."""

    def cancel(self) -> None:
        """Let it not come."""


class Clock:
    """Give the two times: monotonic for deadlines, UTC for stamps, both in int nanoseconds."""

    def now_ns(self) -> int:
        """Return monotonic nanoseconds."""
        return system_clock.monotonic_ns()

    def utc_ns(self) -> int:
        """Return nanoseconds since the UTC epoch."""
        return system_clock.utc_ns()

    def call_later(self, loop: asyncio.AbstractEventLoop, delay_s: float, call: Callable[[], object]) -> Timer:
        """Call once, when so much of this clock's time has gone by."""
        return loop.call_later(delay_s, call)

    async def sleep(self, delay_s: float) -> Any:
        """Wait until so much of this clock's time has gone by."""
        await asyncio.sleep(delay_s)


class FakeClock(Clock):
    """Stand still until told otherwise; for tests."""

    def __init__(self, now_ns: int = 1_000_000_000, utc_ns: int = 1_767_225_600_000_000_000) -> None:
        self._now_ns = now_ns
        self._utc_ns = utc_ns

    def now_ns(self) -> int:
        """Return monotonic nanoseconds."""
        return self._now_ns

    def utc_ns(self) -> int:
        """Return nanoseconds since the UTC epoch."""
        return self._utc_ns

    def advance(self, by_ns: int) -> None:
        """Move both clocks on."""
        self._now_ns += by_ns
        self._utc_ns += by_ns
