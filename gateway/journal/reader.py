"""Read a journal from outside, also while a gateway writes it: through the committed offset, without a lock."""

import mmap
from pathlib import Path

from fairlead.gateway.journal.errors import JournalDamage, JournalError, disk_problem
from fairlead.gateway.journal.kinds import STREAM
from fairlead.gateway.journal.layout import COMMITTED_AT, HEADER_BYTES, SEALED_AT, segment_paths, unpack_header
from fairlead.gateway.journal.memory import load_u64
from fairlead.gateway.journal.scan_cy import Record, RecordScanner
from fairlead.gateway.journal.streams import StreamInfo, unpack_stream
from fairlead.gateway.journal.views import open_view


class JournalReader:
    """Yield the records that count, one at a time, over compressed, sealed and live segments.

    ``next_record`` returns None where there is nothing more for now: ask again to follow. ``streams`` names the
    streams seen so far. With ``first_segment`` it starts there, or at the next one that is still kept; with ``kinds``
    it passes over records of others.
    """

    def __init__(self, folder: Path, first_segment: int = 0, kinds: frozenset[int] | None = None) -> None:
        self.folder = folder
        self.streams: dict[int, StreamInfo] = {}
        self._wanted = first_segment
        self._kinds = kinds | {STREAM} if kinds is not None else None
        self._path = folder
        self._data: mmap.mmap | bytes = b""
        self._scanner: RecordScanner | None = None

    def next_record(self) -> Record | None:
        """Return the next record, None where no more is committed. Raises JournalDamage, JournalError."""
        while self._scanner is not None or self._open_next():
            scanner = self._scanner
            assert scanner is not None
            record = scanner.next_record()
            if record is None and not scanner.problem and self._extend(scanner):
                record = scanner.next_record()
            if record is not None:
                if record.kind == STREAM:
                    info = unpack_stream(record.payload)
                    self.streams[info.stream] = info
                return record
            if scanner.problem:
                raise JournalDamage(
                    f"segment {scanner.segment} ({self._path}), offset {scanner.offset}: {scanner.problem}; "
                    f"see `fairlead journal verify {self.folder}`"
                )
            if not self._is_finished(scanner):
                return None
            self._wanted = scanner.segment + 1
            self._scanner = None
        return None

    def _extend(self, scanner: RecordScanner) -> bool:
        # to where records count by now; whether that is further than before
        limit = load_u64(self._data, COMMITTED_AT)
        sealed = load_u64(self._data, SEALED_AT)
        if limit < sealed and self._later_counts(scanner.segment):
            limit = sealed
        if limit > len(self._data):
            raise JournalDamage(
                f"segment {scanner.segment} ({self._path}) has {len(self._data)} bytes, expected records up to {limit}"
            )
        if limit <= scanner.limit:
            return False
        scanner.limit = limit
        return True

    def _is_finished(self, scanner: RecordScanner) -> bool:
        sealed = load_u64(self._data, SEALED_AT)
        return sealed != 0 and scanner.offset >= sealed

    def _later_counts(self, number: int) -> bool:
        for later, path in segment_paths(self.folder).items():
            if later > number:
                data = _open(path)
                if len(data) >= HEADER_BYTES and load_u64(data, COMMITTED_AT) > HEADER_BYTES:
                    return True
        return False

    def _open_next(self) -> bool:
        if not self.folder.is_dir():
            raise JournalError(f"no journal folder {self.folder}")
        for number, path in segment_paths(self.folder).items():
            if number >= self._wanted:
                self._data = _open(path)
                self._path = path
                try:
                    header = unpack_header(self._data[:HEADER_BYTES])
                except ValueError as error:
                    raise JournalDamage(f"segment {number} ({path}): {error}") from error
                if header.committed <= HEADER_BYTES and not self._later_counts(number):
                    # nothing counts yet; a recovery may still replace this file by another
                    return False
                self._scanner = RecordScanner(
                    self._data, number, HEADER_BYTES, HEADER_BYTES, header.epoch, header.first_sequence
                )
                if self._kinds is not None:
                    self._scanner.select(self._kinds)
                return True
        return False


def _open(path: Path) -> mmap.mmap | bytes:
    try:
        return open_view(path)
    except OSError as error:
        raise JournalError(disk_problem("read", path, 0, error)) from error
    except ValueError as error:
        raise JournalDamage(f"{path}: {error}") from error
