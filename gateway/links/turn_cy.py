"""Finish a turn: commit the journal, then send what the turn produced.

A turn is one synchronous chain: bytes or a timer in, everything that follows from them, one commit, one send for each
destination. Nothing leaves before the commit; where the commit fails, nothing leaves at all, ever again.

A connection that ends while its turn is being sent (a send fails, an endpoint has said all it wanted to) may cause
more: cancels on disconnect, say. So ends wait until everything is sent, and what they cause is committed and sent after
them.
"""

from collections.abc import Callable
from typing import Protocol

import cython

from fairlead.gateway.clock import Clock
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.links.polling_cy import Polled, Polling
from fairlead.gateway.stages_cy import STAGE_TIMES

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.gateway.system_clock import monotonic_ns, utc_ns

_COMMIT = 10  # stages_cy's
_SEND = 11


class TurnJournal(Protocol):
    """What a turn needs of the journal: the writer's face."""

    now_ns: int

    def commit(self) -> None:
        """Make everything appended since the last commit count. Raises JournalError."""


class Flushable(Protocol):
    """What a turn sends through."""

    def flush(self, now_ns: int, utc_ns: int) -> None:
        """Send the endpoint's output, and look at its deadline and whether it wants to close. Raises nothing."""

    def end(self, now_ns: int, utc_ns: int) -> None:
        """End the connection and tell the endpoint. Raises nothing."""

    def abort(self, reason: str) -> None:
        """Drop the connection and what was not sent."""


class TurnLink(Polled):
    """Be a ``Flushable`` that a turn calls without looking its methods up."""

    def flush(self, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send the endpoint's output, and look at its deadline and whether it wants to close. Raises nothing."""
        raise NotImplementedError


class Turn:
    """Hold what all links of a process share: the clock, the receive buffer, the journal.

    The journal's ``commit`` raises JournalError where it can't hold the turn; ``on_failure`` is then called once with
    the reason, after every link was aborted. ``on_sent(now_ns)`` is told, after each turn's sends, when the turn began.
    """

    def __init__(
        self,
        clock: Clock,
        journal: TurnJournal,
        on_failure: "Callable[[BaseException], None]",
        on_sent: "Callable[[int], None]",
        receive_bytes: int = 262_144,
    ) -> None:
        self.clock = clock
        self.utc_ns = 0
        """The UTC time at which the turn under way began: clocks are read once a turn."""
        # a clock of another kind is asked each time
        self._is_system_clock = type(clock) is Clock
        self.buffer = bytearray(receive_bytes)
        self.view = memoryview(self.buffer)
        self.has_failed = False
        self.links: list[Flushable] = []
        self.polling: Polling | None = None
        """Set where the sockets are to be looked at without waiting to be woken."""
        self.stages = STAGE_TIMES
        self._journal = journal
        self._writer = journal if isinstance(journal, JournalWriter) else None
        self._on_failure = on_failure
        self._on_sent = on_sent
        self._ending: list[Flushable] = []
        self._is_finishing = False

    def add(self, link: Flushable) -> None:
        """Flush this link from now on."""
        self.links.append(link)

    def remove(self, link: Flushable) -> None:
        """Forget a link that is closed."""
        if link in self.links:
            self.links.remove(link)

    def begin(self) -> int:
        """Start a turn and return its monotonic time; records made in it carry that time."""
        now_ns: cython.longlong
        if self._is_system_clock:
            now_ns = monotonic_ns()
            self.utc_ns = utc_ns()
        else:
            now_ns = self.clock.now_ns()
            self.utc_ns = self.clock.utc_ns()
        if self._writer is not None:
            self._writer.now_ns = now_ns
        else:
            self._journal.now_ns = now_ns
        return now_ns

    def end_soon(self, link: Flushable) -> None:
        """End this link when the turn has sent everything."""
        self._ending.append(link)

    def finish(self, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Commit, then send; again for what the ends of links have caused. Does nothing within itself."""
        if self._is_finishing:
            return
        self._is_finishing = True
        try:
            while self._commit_and_send(now_ns, utc_ns):
                ending, self._ending = self._ending, []
                for link in ending:
                    link.end(now_ns, utc_ns)
        finally:
            self._is_finishing = False
        if not self.has_failed:
            self._on_sent(now_ns)

    def _commit_and_send(self, now_ns: cython.longlong, utc_ns: cython.longlong) -> bool:
        """Do one round; return whether links wait to be ended."""
        if self.has_failed:
            return False
        try:
            if self._writer is not None:
                self._writer.commit()
            else:
                self._journal.commit()
        except JournalError as error:
            self.fail(error)
            return False
        if self.stages.is_on:
            self.stages.mark(_COMMIT)
        for link in tuple(self.links):
            if isinstance(link, TurnLink):
                self._flush(link, now_ns, utc_ns)
            else:
                link.flush(now_ns, utc_ns)
        if self.stages.is_on:
            self.stages.mark(_SEND)
        return bool(self._ending) and not self.has_failed

    def _flush(self, link: TurnLink, now_ns: cython.longlong, utc_ns: cython.longlong) -> int:
        link.flush(now_ns, utc_ns)
        return 0

    def fail(self, error: BaseException) -> None:
        """Stop for good: what was not committed must not be sent, and what is in memory is ahead of the journal."""
        if self.has_failed:
            return
        self.has_failed = True
        for link in tuple(self.links):
            link.abort(f"journal failed: {error}")
        self._on_failure(error)
