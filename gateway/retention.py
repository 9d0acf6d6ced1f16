"""Let old segments of the journal go, and keep start-up short: write down what stands, so that less is needed.

At start-up, and once a trading day, each session's numbers and the books go to the journal as they stand. From then on
older segments are needed for nothing but messages that a peer may ask for again, and for people: they stay for
``keep_days``, and for ``resend_days`` where such a message lies in them.
"""

import gc
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import structlog

from fairlead.gateway.config import models as cm
from fairlead.gateway.journal.archive import first_segment_since
from fairlead.gateway.journal.housekeeping import HOUR_NS, Chores
from fairlead.gateway.journal.session_store import SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.orders.ledger_cy import Ledger

log = structlog.get_logger()

DAY_NS: Final = 24 * HOUR_NS
COMMAND: Final = (sys.executable, "-m", "fairlead.gateway.journal.housekeeping")


class Retention:
    """Write checkpoints, and have a process of its own remove and compress what they make unnecessary."""

    def __init__(self, settings: cm.Journal, writer: JournalWriter, stores: SessionStores, ledger: Ledger) -> None:
        self._settings = settings
        self._writer = writer
        self._stores = stores
        self._ledger = ledger
        self._durable_from = writer.segment
        self._needed_from = 0
        self._next_chores_utc_ns = 0
        self._helper: subprocess.Popen[bytes] | None = None
        self._parts: list[Callable[[int], object]] = []

    def add_part(self, write: Callable[[int], object]) -> None:
        """Call ``write(utc_ns)`` at each checkpoint: it records what its part must not forget with old segments."""
        self._parts.append(write)

    def write_checkpoint(self, utc_ns: int) -> None:
        """Record sessions' numbers and the books, to be committed in this turn; work out what stays needed.

        Messages that are too old to be sent again are forgotten first.
        """
        resend_days = max(self._settings.resend_days, self._settings.keep_days)
        oldest = first_segment_since(self._writer.settings.folder, utc_ns - resend_days * DAY_NS)
        forgotten = self._stores.forget_sent_before(oldest)
        if forgotten:
            log.info("old_messages_forgotten", messages=forgotten, older_than_days=resend_days)
        self._durable_from = self._writer.segment
        self._stores.write_checkpoints(utc_ns)
        for write in self._parts:
            write(utc_ns)
        self._write_snapshot(utc_ns)
        self._needed_from = min(self._stores.oldest_segment_needed(), self._durable_from)
        self._next_chores_utc_ns = 0

    def _write_snapshot(self, utc_ns: int) -> None:
        # it makes many objects while orders wait: looking for garbage among the books takes ten times as long
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            self._ledger.write_snapshot(utc_ns)
        finally:
            if was_enabled:
                gc.enable()

    def chores(self, utc_ns: int) -> Chores:
        """Return what is to be done about old segments once the last checkpoint is committed."""
        return Chores(
            folder=str(self._writer.settings.folder),
            durable_from=self._durable_from,
            needed_from=self._needed_from,
            keep_days=self._settings.keep_days,
            compress_after_hours=self._settings.compress_after_hours,
            utc_ns=utc_ns,
        )

    def tick(self, utc_ns: int) -> None:
        """Start the helper each hour and after each checkpoint, and say what the last one did; between turns only."""
        if self._helper is not None and self._helper.poll() is not None:
            self._report(self._helper)
            self._helper = None
        if self._helper is None and utc_ns >= self._next_chores_utc_ns:
            self._next_chores_utc_ns = utc_ns + HOUR_NS
            command = (*COMMAND, self.chores(utc_ns).to_argument())
            self._helper = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def close(self) -> None:
        """End the helper; what it had begun is begun again by the next."""
        if self._helper is not None:
            self._helper.kill()
            self._helper.communicate()
            self._helper = None

    def _report(self, helper: "subprocess.Popen[bytes]") -> None:
        told, complaint = helper.communicate()
        if helper.returncode != 0:
            text = complaint.decode(errors="replace").strip()
            log.error("journal_housekeeping_failed", error=text, effect="old segments stay; tried again in an hour")
        else:
            log.info("journal_housekeeping", done=told.decode())
