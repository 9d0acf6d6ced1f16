"""Open a journal: the one start-up path, after a clean stop, a kill or a power cut alike.

    recovery = recover(settings)
    for record in recovery.records():
        stores.replay(record)
    writer = recovery.open_writer(utc_ns, now_ns)

Each start seals the segment that was being written, where what counts ends, and begins a new one under the next epoch.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from fairlead.gateway.journal.errors import JournalDamage, JournalError, disk_problem
from fairlead.gateway.journal.inspection import Inspection, boot_id, inspect, records_of
from fairlead.gateway.journal.kinds import STREAM
from fairlead.gateway.journal.layout import (
    COMMITTED_AT,
    NEXT_SUFFIX,
    SEALED_AT,
    SYNCED_AT,
)
from fairlead.gateway.journal.lock import FolderLock
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.streams import StreamInfo, unpack_stream
from fairlead.gateway.journal.writer_cy import JournalWriter


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What was found at start-up, for the log. ``torn`` is "" unless a power cut tore the tail: to be said loudly."""

    segments: int
    records: int
    next_sequence: int
    uncommitted_records: int
    uncommitted_bytes: int
    torn: str
    torn_bytes: int

    def __str__(self) -> str:
        text = f"{self.records} records in {self.segments} segments, next is record {self.next_sequence}"
        if self.uncommitted_bytes:
            text += (
                f"; dropped {self.uncommitted_records} records ({self.uncommitted_bytes} bytes) that were never "
                "committed: nothing of that turn was sent"
            )
        if self.torn:
            text += (
                f"; TORN TAIL after a power cut: {self.torn_bytes} committed bytes are lost ({self.torn}): "
                "messages may have been sent that this journal does not know"
            )
        return text


class Recovery:
    """Hold a checked journal, locked against other writers, until ``open_writer`` or ``close``."""

    def __init__(self, settings: JournalSettings, lock: FolderLock, inspection: Inspection, this_boot: bytes) -> None:
        self.settings = settings
        self.streams: dict[int, StreamInfo] = {}
        self.report = RecoveryReport(
            segments=len(inspection.segments),
            records=inspection.records,
            next_sequence=inspection.next_sequence,
            uncommitted_records=inspection.uncommitted_records,
            uncommitted_bytes=inspection.uncommitted_bytes,
            torn=str(inspection.torn) if inspection.torn else "",
            torn_bytes=inspection.torn_bytes,
        )
        self._lock: FolderLock | None = lock
        self._inspection = inspection
        self._boot_id = this_boot
        self._was_replayed = False

    @property
    def next_epoch(self) -> int:
        """Return the epoch that the writer will write under."""
        return self._inspection.epoch + 1

    def records(self, kinds: frozenset[int] | None = None) -> Iterator[Record]:
        """Yield every record that counts, in order; of some ``kinds`` only, where they are given."""
        selected = kinds | {STREAM} if kinds is not None else None
        for check in self._inspection.segments:
            for record in records_of(check, selected):
                if record.kind == STREAM:
                    info = unpack_stream(record.payload)
                    self.streams[info.stream] = info
                    if kinds is not None and STREAM not in kinds:
                        continue
                yield record
        self._was_replayed = True

    def segments_newest_first(self, kinds: frozenset[int]) -> Iterator[list[Record]]:
        """Yield the records of some kinds, a segment at a time from the last back; each list is in order."""
        for check in reversed(self._inspection.segments):
            yield list(records_of(check, kinds))

    def open_writer(self, utc_ns: int, now_ns: int, used_epoch: int = 0) -> JournalWriter:
        """Drop what does not count, seal what does, and return a writer for a new segment of the next epoch.

        ``used_epoch`` was used by segments that are no longer here: the next one is beyond it too.
        Raises JournalError where the disk does not let it.
        """
        if self._lock is None:
            raise JournalError(f"recovery of journal {self.settings.folder} is closed")
        if not self._was_replayed:
            for _ in self.records():
                pass
        last = self._inspection.segments[-1].number if self._inspection.segments else 0
        try:
            self._drop_leftovers()
            self._seal_last()
        except OSError as error:
            raise JournalError(disk_problem("recover journal", self.settings.folder, 0, error)) from error
        writer = JournalWriter(
            self.settings,
            self._lock,
            max(self.next_epoch, used_epoch + 1),
            last + 1,
            self._inspection.next_sequence,
            self._boot_id,
            self.streams,
            utc_ns,
            now_ns,
        )
        self._lock = None
        return writer

    def close(self) -> None:
        """Give the journal free without writing."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _drop_leftovers(self) -> None:
        # before the last segment is sealed: a reader goes on to the next one as soon as it sees the seal
        for check in reversed(self._inspection.unused):
            check.path.unlink()
        for path in self.settings.folder.glob(f"*{NEXT_SUFFIX}"):
            path.unlink()

    def _seal_last(self) -> None:
        if not self._inspection.segments:
            return
        for check in self._inspection.segments[-2:]:
            if not check.is_compressed:
                _seal(check.path, check.end)


def _seal(path: os.PathLike[str], end: int) -> None:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for at in (SYNCED_AT, SEALED_AT, COMMITTED_AT):
            os.pwrite(fd, end.to_bytes(8, "little"), at)
        if os.fstat(fd).st_size != end:
            os.ftruncate(fd, end)
        os.fsync(fd)
    finally:
        os.close(fd)


def recover(settings: JournalSettings, this_boot: bytes | None = None) -> Recovery:
    """Lock and check the journal; the folder is made where it is missing.

    Raises JournalDamage where committed records are not what was written, JournalError where the journal is in use
    or can't be read.
    """
    this_boot = boot_id() if this_boot is None else this_boot
    folder = settings.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(disk_problem("make journal folder", folder, 0, error)) from error
    lock = FolderLock(folder)
    try:
        inspection = inspect(folder, this_boot)
        if inspection.damage:
            raise JournalDamage(damage_text(inspection))
    except OSError as error:
        lock.release()
        raise JournalError(disk_problem("read journal", folder, 0, error)) from error
    except BaseException:
        lock.release()
        raise
    return Recovery(settings, lock, inspection, this_boot)


def damage_text(inspection: Inspection) -> str:
    """Return what is damaged, what is still good, and what to do."""
    first = inspection.damage[0]
    is_within = first.offset > 0
    good = sum(check.records for check in inspection.segments if check.number < first.segment + is_within)
    later = inspection.records - good
    more = f" ({len(inspection.damage) - 1} more)" if len(inspection.damage) > 1 else ""
    return (
        f"journal {inspection.folder} is damaged within committed records: {first}{more}. "
        f"{good} good records come before it, {first.records_after + later} after it. "
        f"Look at it with `fairlead journal verify {inspection.folder}`; restore the segment from a copy, or give up "
        f"what follows with `fairlead journal repair --accept-loss {inspection.folder}`"
    )
