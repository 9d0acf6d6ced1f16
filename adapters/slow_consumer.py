"""Decide when a peer that stops reading is cut off, so that it can't fill our memory."""

from dataclasses import dataclass
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS

_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SlowConsumerPolicy:
    """Bound what may wait for a peer: ``max_bytes`` at any moment, ``max_s`` seconds without reaching zero."""

    max_bytes: int = 4 * 1024 * 1024
    max_s: int = 30


class OutputWatch:
    """Watch the unsent output of one connection.

    Market data doesn't count: there is at most a portion of it unsent, whatever the market does, and a strategy that
    reads it slowly is told less, not cut off. So the watch is told what of the output is market data; no more of it is
    put out before all was sent. Nor does what market data has displaced: where it fills the sockets' buffers, as many
    bytes of reports that would have found room there wait here. They are not counted either, up to half of the limit,
    so that market data never makes a difference to who is cut off.
    """

    def __init__(self, policy: SlowConsumerPolicy) -> None:
        self._policy = policy
        self._since_ns = NEVER_NS
        self._taken = 0
        self._market_taken = 0
        self._market_begin = self._market_end = 0
        self._reports_bytes = 0
        self._counted_bytes = 0
        self.pending_bytes = 0
        """What is unsent, market data included."""

    @property
    def deadline_ns(self) -> int:
        """Return when patience ends, ``NEVER_NS`` while nothing waits."""
        return NEVER_NS if self._since_ns == NEVER_NS else self._since_ns + self._policy.max_s * _NS

    def took(self, n_bytes: int, market_bytes: int = 0, market_at: int = -1) -> None:
        """Note how much output the driver took; ``market_bytes`` of it are market data, the last ones.

        Where they are not the last ones, ``market_at`` tells where in the output they begin.
        """
        if market_bytes:
            self._market_begin = self._taken + (market_at if market_at >= 0 else n_bytes - market_bytes)
            self._market_end = self._market_begin + market_bytes
            self._market_taken += market_bytes
        self._taken += n_bytes

    def note(self, pending_bytes: int, now_ns: int) -> None:
        """Note how many bytes are unsent."""
        self.pending_bytes = pending_bytes
        unsent_market = max(0, self._market_end - max(self._market_begin, self._taken - pending_bytes))
        self._reports_bytes = pending_bytes - unsent_market
        displaced = min(self._market_taken - unsent_market, self._policy.max_bytes // 2)
        self._counted_bytes = max(0, self._reports_bytes - displaced)
        if not self._counted_bytes:
            self._since_ns = NEVER_NS
        elif self._since_ns == NEVER_NS:
            self._since_ns = now_ns

    def complaint(self, now_ns: int) -> str | None:
        """Return why the connection is to be given up, None if it is not."""
        if self._counted_bytes > self._policy.max_bytes:
            return f"slow consumer: {self._reports_bytes} bytes unread, limit {self._policy.max_bytes}"
        if now_ns >= self.deadline_ns:
            return f"slow consumer: {self._reports_bytes} bytes unread for {self._policy.max_s} s"
        return None
