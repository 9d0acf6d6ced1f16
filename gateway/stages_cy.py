"""Stamp where an order is on its way, in a run that wants to know; everywhere else it is one test of a flag.

A stage's time is from the stamp before it to its own. The clock's own reading is in it, some 30 ns.
"""

import cython

if not cython.compiled:  # the .pxd imports the C function
    from fairlead.gateway.system_clock import monotonic_ns

BEGIN = 0
READ = 1
DECODE = 2
LOOK_UP = 3
RISK = 4
BOOK = 5
ENCODE = 6
REPORT_DECODE = 7
REPORT_BOOK = 8
REPORT_ENCODE = 9
COMMIT = 10
SEND = 11

STAGES = {
    READ: "read",
    DECODE: "decode, record and check the message",
    LOOK_UP: "route: find venue, account, instrument, limits",
    RISK: "risk: all checks",
    BOOK: "book the order, take limits, record both",
    ENCODE: "encode and record the message",
    REPORT_DECODE: "decode, record and check the report",
    REPORT_BOOK: "book the report, record it",
    REPORT_ENCODE: "encode and record the report",
    COMMIT: "journal commit",
    SEND: "send",
}
"""What the stages are, in order; REPORT_* are the way back, READ, COMMIT and SEND are on both."""


class StageTimes:
    """Collect (stage, ns) while ``is_on``; ``taken`` hands them out."""

    def __init__(self) -> None:
        self.is_on = False
        self._last_ns = 0
        self._taken: list[tuple[int, int]] = []

    def begin(self) -> int:
        """Start to count from here."""
        self._last_ns = monotonic_ns()
        return 0

    def mark(self, stage: cython.int) -> int:
        """End a stage here."""
        now_ns: cython.longlong = monotonic_ns()
        self._taken.append((stage, now_ns - self._last_ns))
        # what noting it took is nobody's time
        self._last_ns = monotonic_ns()
        return 0

    def taken(self) -> list[tuple[int, int]]:
        """Return what was stamped since the last call."""
        taken, self._taken = self._taken, []
        return taken


STAGE_TIMES = StageTimes()
"""The one of this process."""
