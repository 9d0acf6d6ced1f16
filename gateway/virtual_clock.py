"""Let time be moved on from outside, for certification: a heartbeat of 30 s is then a matter of milliseconds.

The clock goes on by itself as any other; ``advance`` makes it jump from one deadline to the next, in order, and each
is acted on before the next one. It is for trials only: both the configuration and the environment must ask for it,
and no configuration with a production venue may.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fairlead.gateway.clock import Clock, Timer

if TYPE_CHECKING:
    from fairlead.gateway.config import Config

VARIABLE: Final = "FAIRLEAD_VIRTUAL_CLOCK"
PEER_PAUSE_S: Final = 0.001
"""Real time that peers have to answer to what one deadline made us send."""
NS_PER_S: Final = 1_000_000_000


class ClockRefused(Exception):
    """Say why the clock that is asked for is not given."""


@dataclass(slots=True, order=True)
class VirtualTimer:
    """One call to come; ``real`` is the loop's own, for when nobody advances the clock."""

    due_ns: int
    number: int
    loop: asyncio.AbstractEventLoop = field(compare=False)
    call: Callable[[], object] = field(compare=False)
    is_wait: bool = field(compare=False, default=False)
    real: Timer | None = field(compare=False, default=None)
    is_over: bool = field(compare=False, default=False)

    def cancel(self) -> None:
        """Let it not come."""
        self.is_over = True
        if self.real is not None:
            self.real.cancel()

    def fire(self) -> None:
        """Call, once."""
        if not self.is_over:
            self.cancel()
            self.call()


class VirtualClock(Clock):
    """Run ahead of another clock by what was advanced. Timers are called in the order of their times."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._timers: list[VirtualTimer] = []
        self._number = 0
        self.ahead_ns = 0
        self.until_ns = 0
        """Where an advance under way is to end; 0: none is."""

    @property
    def is_advancing(self) -> bool:
        """Tell whether deadlines are still being run."""
        return self.until_ns != 0

    def now_ns(self) -> int:
        """Return monotonic nanoseconds."""
        return self._base.now_ns() + self.ahead_ns

    def utc_ns(self) -> int:
        """Return nanoseconds since the UTC epoch."""
        return self._base.utc_ns() + self.ahead_ns

    def call_later(self, loop: asyncio.AbstractEventLoop, delay_s: float, call: Callable[[], object]) -> Timer:
        """Call once, when so much of this clock's time has gone by, by itself or by ``advance``."""
        return self._add(loop, delay_s, call, False)

    async def sleep(self, delay_s: float) -> None:
        """Wait until so much of this clock's time has gone by."""
        loop = asyncio.get_running_loop()
        over = loop.create_future()

        def end() -> None:
            if not over.done():
                over.set_result(None)

        timer = self._add(loop, delay_s, end, True)
        try:
            await over
        finally:
            timer.cancel()

    def _add(
        self, loop: asyncio.AbstractEventLoop, delay_s: float, call: Callable[[], object], is_wait: bool
    ) -> VirtualTimer:
        self._number += 1
        timer = VirtualTimer(self.now_ns() + round(delay_s * NS_PER_S), self._number, loop, call, is_wait)
        timer.real = loop.call_later(delay_s, timer.fire)
        heapq.heappush(self._timers, timer)
        return timer

    async def advance(self, by_ns: int) -> None:
        """Move time on, and run every deadline that lies between, in order. Raises ClockRefused within itself."""
        if self.is_advancing:
            raise ClockRefused("the clock is being advanced already: wait until it is there")
        self.until_ns = self.now_ns() + by_ns
        try:
            while (timer := self._next()) is not None and timer.due_ns <= self.until_ns:
                heapq.heappop(self._timers)
                self._jump(timer.due_ns)
                # by the loop, which has a place for what a call raises
                timer.loop.call_soon(timer.fire)
                await self._let_act(timer)
            self._jump(self.until_ns)
        finally:
            self.until_ns = 0
            self._rearm()

    def _next(self) -> VirtualTimer | None:
        while self._timers and self._timers[0].is_over:
            heapq.heappop(self._timers)
        return self._timers[0] if self._timers else None

    def _jump(self, to_ns: int) -> None:
        self.ahead_ns += max(0, to_ns - self.now_ns())

    async def _let_act(self, timer: VirtualTimer) -> None:
        """Let what waited act, and what it woke; then peers, where it was a connection's deadline."""
        for _ in range(3):
            await asyncio.sleep(0)
        if not timer.is_wait:
            await asyncio.sleep(PEER_PAUSE_S)

    def _rearm(self) -> None:
        self._timers = [timer for timer in self._timers if not timer.is_over]
        heapq.heapify(self._timers)
        now_ns = self.now_ns()
        for timer in self._timers:
            assert timer.real is not None
            timer.real.cancel()
            timer.real = timer.loop.call_later(max(0, timer.due_ns - now_ns) / NS_PER_S, timer.fire)


def choose_clock(config: Config, environ: Mapping[str, str]) -> Clock:
    """Return the clock that both the configuration and the environment ask for. Raises ClockRefused."""
    is_configured, value = config.gateway.virtual_clock, environ.get(VARIABLE, "")
    if value not in ("", "0", "1"):
        raise ClockRefused(f"{VARIABLE} is {value!r}, expected 1, or nothing")
    if is_configured != (value == "1"):
        wanted = f"gateway.virtual_clock is {str(is_configured).lower()} and {VARIABLE} is {value or 'not set'}"
        raise ClockRefused(f"{wanted}: expected both for a trial whose time is moved on, neither otherwise")
    return VirtualClock(Clock()) if is_configured else Clock()
