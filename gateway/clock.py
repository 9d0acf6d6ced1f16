"""Read the clocks. Nothing below this module does."""

import time


class Clock:
    """Give the two times: monotonic for deadlines, UTC for stamps, both in int nanoseconds."""

    def now_ns(self) -> int:
        """Return monotonic nanoseconds."""
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        """Return nanoseconds since the UTC epoch."""
        return time.time_ns()


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
