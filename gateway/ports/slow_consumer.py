"""Decide when a strategy that stops reading is cut off, so that it can't fill the gateway's memory."""

from dataclasses import dataclass
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS

_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SlowConsumerPolicy:
    """Bound what may wait for a strategy: ``max_bytes`` at any moment, ``max_s`` seconds without reaching zero."""

    max_bytes: int = 4 * 1024 * 1024
    max_s: int = 30


class OutputWatch:
    """Watch the unsent output of one connection."""

    def __init__(self, policy: SlowConsumerPolicy) -> None:
        self._policy = policy
        self._since_ns = NEVER_NS
        self.pending_bytes = 0

    @property
    def deadline_ns(self) -> int:
        """Return when patience ends, ``NEVER_NS`` while nothing waits."""
        return NEVER_NS if self._since_ns == NEVER_NS else self._since_ns + self._policy.max_s * _NS

    def note(self, pending_bytes: int, now_ns: int) -> None:
        """Note how many bytes are unsent."""
        self.pending_bytes = pending_bytes
        if not pending_bytes:
            self._since_ns = NEVER_NS
        elif self._since_ns == NEVER_NS:
            self._since_ns = now_ns

    def complaint(self, now_ns: int) -> str | None:
        """Return why the connection is to be given up, None if it is not."""
        if self.pending_bytes > self._policy.max_bytes:
            return f"slow consumer: {self.pending_bytes} bytes unread, limit {self._policy.max_bytes}"
        if now_ns >= self.deadline_ns:
            return f"slow consumer: {self.pending_bytes} bytes unread for {self._policy.max_s} s"
        return None
