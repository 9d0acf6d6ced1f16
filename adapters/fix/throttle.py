"""Keep our application messages within what the peer allows."""

from collections import deque

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.settings import Throttle

_NS_PER_MS = 1_000_000


class OutboundThrottle:
    """Admit at most ``messages`` in any window of ``interval_ms``, and keep what has to wait, cancels first.

    A window that slides, not a bucket: a bucket that was full lets nearly twice its size through in one interval, and
    venues count in windows.
    """

    def __init__(self, settings: Throttle) -> None:
        self._limit = settings.messages
        self._normal_limit = settings.messages - settings.cancel_reserve
        self._interval_ns = settings.interval_ms * _NS_PER_MS
        self._max_queued = settings.max_queued
        self._sent_ns: deque[int] = deque()
        self._queues: tuple[deque[bytes], deque[bytes]] = (deque(), deque())

    def admit(self, priority: int, now_ns: int) -> bool:
        """Return whether a message may leave now, and count it if so; false while others of its kind wait."""
        if self._queues[1] or (priority == 0 and self._queues[0]):
            return False
        return self._count(priority, now_ns)

    def room(self, priority: int, now_ns: int) -> int:
        """Return how many messages may leave now; none while others of their kind wait."""
        if self._queues[1] or (priority == 0 and self._queues[0]):
            return 0
        self._forget_old(now_ns)
        return max(0, (self._limit if priority else self._normal_limit) - len(self._sent_ns))

    def queue(self, frame: bytes, priority: int) -> bool:
        """Let a message wait; return False where the queue is full."""
        if len(self._queues[0]) + len(self._queues[1]) >= self._max_queued:
            return False
        self._queues[priority].append(frame)
        return True

    def release(self, now_ns: int) -> bytes | None:
        """Return the next message that may leave now, None if there is none."""
        for priority in (1, 0):
            queue = self._queues[priority]
            if queue:
                return queue.popleft() if self._count(priority, now_ns) else None
        return None

    def drain(self) -> list[bytes]:
        """Return all that waits, in the order in which it would have left, and forget it."""
        waiting = [*self._queues[1], *self._queues[0]]
        for queue in self._queues:
            queue.clear()
        return waiting

    def next_release_ns(self) -> int:
        """Return when the next waiting message may leave, ``NEVER_NS`` if none waits."""
        if self._queues[1]:
            limit = self._limit
        elif self._queues[0]:
            limit = self._normal_limit
        else:
            return NEVER_NS
        excess = len(self._sent_ns) - limit
        return self._sent_ns[excess] + self._interval_ns if excess >= 0 else 0

    def _count(self, priority: int, now_ns: int) -> bool:
        self._forget_old(now_ns)
        sent = self._sent_ns
        if len(sent) >= (self._limit if priority else self._normal_limit):
            return False
        sent.append(now_ns)
        return True

    def _forget_old(self, now_ns: int) -> None:
        sent = self._sent_ns
        while sent and sent[0] + self._interval_ns <= now_ns:
            sent.popleft()
