# cython: annotation_typing=False
"""Look at sockets instead of sleeping until the loop is woken: for ``spin_us`` after a read, or always.

Waking a thread that sleeps costs more than a whole order. While a ``Polling`` runs, it is a callback of the loop that
schedules itself: each time it peeks at the sockets that were read last, then lets the loop have its turn, which serves
all others: sockets that were quiet, timers, new connections, TLS, market data. Every socket stays registered with the
loop, so that none depends on being among the few that are peeked at.

One callback makes ``PEEKS_A_SLICE`` receives at most and ends with the first round that found something: neither side
can keep the other waiting.
"""

import asyncio

from fairlead.gateway.clock import Clock

HOT_LINKS = 8
"""So many sockets are peeked at; a receive on an empty one costs a fifth of a microsecond."""
PEEKS_A_SLICE = 32


class Polled:
    """What is peeked at."""

    def __init__(self) -> None:
        self.is_hot = False

    def poll(self) -> bool:
        """Receive once without waiting and run the turn that follows; return whether anything came. Raises nothing."""
        raise NotImplementedError


class Polling:
    """Peek at what was read last. ``spin_ns`` is how long after each read; 0: for good, from ``start`` on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, spin_ns: int = 0) -> None:
        self.is_running = False
        self._loop = loop
        self._clock = clock
        self._spin_ns = spin_ns
        self._hot: list[Polled] = []
        self._oldest = 0
        self._until_ns = 0
        self._is_stopped = False

    def start(self) -> None:
        """Poll from now on, where it is for good; otherwise the first read begins it."""
        if self._spin_ns == 0:
            self._run()

    def stop(self) -> None:
        """Leave everything to the loop."""
        self._is_stopped = True
        self._hot.clear()

    def note_read(self, link: Polled, now_ns: int) -> int:
        """Peek at this one from now on, and for ``spin_ns`` at least."""
        if not link.is_hot and not self._is_stopped:
            self._heat(link)
        if self._spin_ns:
            self._until_ns = now_ns + self._spin_ns
            self._run()
        return 0

    def forget(self, link: Polled) -> int:
        """Peek at this one no more."""
        if link.is_hot:
            link.is_hot = False
            self._hot.remove(link)
        return 0

    def look(self) -> bool:
        """Peek once at each; return whether anything came."""
        found = False
        at = 0
        # by number: a turn may end links, this one or others
        while at < len(self._hot):
            if self._peek(at):
                found = True
            at += 1
        return found

    def _peek(self, at: int) -> bool:
        link: Polled = self._hot[at]
        return link.poll()

    def _heat(self, link: Polled) -> int:
        link.is_hot = True
        if len(self._hot) < HOT_LINKS:
            self._hot.append(link)
            return 0
        self._oldest = (self._oldest + 1) % HOT_LINKS
        cooled: Polled = self._hot[self._oldest]
        cooled.is_hot = False
        self._hot[self._oldest] = link
        return 0

    def _run(self) -> int:
        if not self.is_running and not self._is_stopped:
            self.is_running = True
            self._loop.call_soon(self._slice)
        return 0

    def _slice(self) -> None:
        self.is_running = False
        peeks = 0
        while peeks < PEEKS_A_SLICE and not self.look():
            peeks += len(self._hot) or PEEKS_A_SLICE
        if self._spin_ns == 0 or self._clock.now_ns() < self._until_ns:
            self._run()
