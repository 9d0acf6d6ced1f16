"""Watch how far behind a peer is, by the policy of ``slow_consumer``."""

import cython

from fairlead.adapters.slow_consumer import SlowConsumerPolicy

_NS = 1_000_000_000
_NEVER_NS = 9223372036854775807  # endpoint.NEVER_NS


class OutputWatch:
    """Watch the unsent output of one connection.

    Market data doesn't count: there is at most a portion of it unsent, whatever the market does, and a strategy that
    reads it slowly is told less, not cut off. So the watch is told what of the output is market data; no more of it is
    put out before all was sent. Nor does what market data has displaced: where it fills the sockets' buffers, as many
    bytes of reports that would have found room there wait here. They are not counted either, up to half of the limit,
    so that market data never makes a difference to who is cut off.
    """

    def __init__(self, policy: SlowConsumerPolicy) -> None:
        self._max_bytes = policy.max_bytes
        self._max_s = policy.max_s
        self._since_ns = _NEVER_NS
        self._taken = 0
        self._market_taken = 0
        self._market_begin = 0
        self._market_end = 0
        self._reports_bytes = 0
        self._counted_bytes = 0
        self.pending_bytes = 0
        """What is unsent, market data included."""

    @property
    def deadline_ns(self) -> int:
        """Return when patience ends, ``NEVER_NS`` while nothing waits."""
        return self.due_ns()

    def due_ns(self) -> int:
        """Return the same."""
        return _NEVER_NS if self._since_ns == _NEVER_NS else self._since_ns + self._max_s * _NS

    def took(
        self, n_bytes: cython.Py_ssize_t, market_bytes: cython.Py_ssize_t = 0, market_at: cython.Py_ssize_t = -1
    ) -> None:
        """Note how much output the driver took; ``market_bytes`` of it are market data, the last ones.

        Where they are not the last ones, ``market_at`` tells where in the output they begin.
        """
        if market_bytes:
            self._market_begin = self._taken + (market_at if market_at >= 0 else n_bytes - market_bytes)
            self._market_end = self._market_begin + market_bytes
            self._market_taken += market_bytes
        self._taken += n_bytes

    def note(self, pending_bytes: cython.Py_ssize_t, now_ns: cython.longlong) -> None:
        """Note how many bytes are unsent."""
        self.pending_bytes = pending_bytes
        unsent_market = max(0, self._market_end - max(self._market_begin, self._taken - pending_bytes))
        self._reports_bytes = pending_bytes - unsent_market
        displaced = min(self._market_taken - unsent_market, self._max_bytes // 2)
        self._counted_bytes = max(0, self._reports_bytes - displaced)
        if not self._counted_bytes:
            self._since_ns = _NEVER_NS
        elif self._since_ns == _NEVER_NS:
            self._since_ns = now_ns

    def complaint(self, now_ns: cython.longlong) -> str | None:
        """Return why the connection is to be given up, None if it is not."""
        if self._counted_bytes > self._max_bytes:
            return f"slow consumer: {self._reports_bytes} bytes unread, limit {self._max_bytes}"
        if now_ns >= self.deadline_ns:
            return f"slow consumer: {self._reports_bytes} bytes unread for {self._max_s} s"
        return None
