"""Check a journal from end to end, and tell what counts, what was never committed, and what is damaged.

Recovery and ``fairlead journal verify`` share this. Three endings are told apart:

- An *uncommitted tail*: records beyond what counts (see ``layout``). The process died before the commit, so nothing
  of that turn was sent: it is dropped, as if it had never arrived.
- A *torn tail*: what counts ends in bytes that are no record. Taken for a power cut, and truncated, only where all of
  this holds: it is the last segment that counts; the machine has started again since it was written (its boot id
  differs, or is unknown); the bytes lie beyond what is known to have reached the disk (``synced``); and no good record
  follows them.
- *Damage*: everything else, a missing segment too, unless it was the oldest and what follows stands for it (see
  ``beginning``). While the machine stays up, what a process stored stays readable after its death, so a bad
  record then is no power cut; nor is one with good records behind it. Start-up refuses; ``repair`` is a decision.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fairlead.gateway.journal.beginning import what_is_unknown
from fairlead.gateway.journal.layout import (
    COMPRESSED_SUFFIX,
    HEADER_BYTES,
    SegmentHeader,
    segment_paths,
    unpack_header,
)
from fairlead.gateway.journal.scan_cy import Record, RecordScanner, find_record

_NO_BOOT_ID = bytes(16)


@dataclass(slots=True)
class Problem:
    """What is wrong, and where. ``records_after``: good records of that segment that follow it."""

    segment: int
    path: Path
    offset: int
    what: str
    records_after: int = 0

    def __str__(self) -> str:
        return f"segment {self.segment} ({self.path}), offset {self.offset}: {self.what}"


@dataclass(slots=True)
class SegmentCheck:
    """What was found in one segment; ``end`` is where its good records that count end."""

    number: int
    path: Path
    header: SegmentHeader | None
    end: int = HEADER_BYTES
    records: int = 0
    next_sequence: int = 0

    @property
    def is_compressed(self) -> bool:
        """Tell whether the segment is a compressed one."""
        return self.path.name.endswith(COMPRESSED_SUFFIX)


@dataclass(slots=True)
class Inspection:
    """What a journal holds. ``segments`` count; ``unused`` hold nothing that counts."""

    folder: Path
    segments: list[SegmentCheck] = field(default_factory=list)
    unused: list[SegmentCheck] = field(default_factory=list)
    damage: list[Problem] = field(default_factory=list)
    torn: Problem | None = None
    torn_bytes: int = 0
    uncommitted_records: int = 0
    uncommitted_bytes: int = 0

    @property
    def records(self) -> int:
        """Return how many good records count."""
        return sum(check.records for check in self.segments)

    @property
    def next_sequence(self) -> int:
        """Return the journal sequence of the next record."""
        return self.segments[-1].next_sequence if self.segments else 1

    @property
    def epoch(self) -> int:
        """Return the last epoch that was used, 0 for a new journal."""
        return max((check.header.epoch for check in [*self.segments, *self.unused] if check.header), default=0)


def read_segment(path: Path) -> bytes:
    """Return a segment's bytes, decompressed where need be. Raises OSError, or ValueError for a bad compressed one."""
    if not path.name.endswith(COMPRESSED_SUFFIX):
        return path.read_bytes()
    try:
        with gzip.open(path) as packed:
            return packed.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"compressed segment can't be unpacked: {error}") from error


def records_of(check: SegmentCheck, kinds: frozenset[int] | None) -> Iterator[Record]:
    """Yield the records of a segment that count, of some ``kinds`` only where they are given. Raises OSError."""
    assert check.header is not None
    data = read_segment(check.path)
    scanner = RecordScanner(
        data, check.number, HEADER_BYTES, check.end, check.header.epoch, check.header.first_sequence
    )
    if kinds is not None:
        scanner.select(kinds)
    while (record := scanner.next_record()) is not None:
        yield record


def read_header(path: Path) -> SegmentHeader:
    """Return a segment's header. Raises OSError, or ValueError that says what is wrong with it."""
    try:
        with gzip.open(path) if path.name.endswith(COMPRESSED_SUFFIX) else path.open("rb") as file:
            return unpack_header(file.read(HEADER_BYTES))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"compressed segment can't be unpacked: {error}") from error


def boot_id() -> bytes:
    """Return the id of this start of the machine, zeros where the system has none."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return bytes.fromhex(text.strip().replace("-", ""))
    except (OSError, ValueError):
        return _NO_BOOT_ID


def inspect(folder: Path, this_boot: bytes | None = None) -> Inspection:
    """Check every record of the journal in ``folder``. Raises OSError where files can't be read."""
    return _Inspector(folder, boot_id() if this_boot is None else this_boot).run()


class _Inspector:
    def __init__(self, folder: Path, this_boot: bytes) -> None:
        self._boot = this_boot
        self._paths = segment_paths(folder)
        self._result = Inspection(folder)
        self._headers: dict[int, SegmentHeader | None] = {}
        self._header_faults: dict[int, str] = {}

    def run(self) -> Inspection:
        for number, path in self._paths.items():
            self._read_header(number, path)
        last = self._last_that_counts()
        for number, path in self._paths.items():
            data, fault = _load(path)
            check = SegmentCheck(number, path, self._headers[number])
            if number > last:
                self._result.unused.append(check)
                self._count_uncommitted(check, data, HEADER_BYTES)
            else:
                self._result.segments.append(check)
                self._check_segment(check, data, fault or self._header_faults.get(number, ""), number == last)
        if not self._result.damage:
            self._check_beginning()
        return self._result

    def _read_header(self, number: int, path: Path) -> None:
        try:
            header = read_header(path)
            if header.number != number:
                raise ValueError(f"the header is that of segment {header.number}")
            self._headers[number] = header
        except ValueError as error:
            self._headers[number] = None
            self._header_faults[number] = str(error)

    def _last_that_counts(self) -> int:
        # A header that can't be read may have counted, unless a power cut explains it: the file was new then.
        last = 0
        for number, header in self._headers.items():
            if header is None:
                if not (number == max(self._headers) and last and self._was_restarted(self._headers[last])):
                    last = number
            elif header.committed > HEADER_BYTES:
                last = number
        return last

    def _was_restarted(self, header: SegmentHeader | None) -> bool:
        return header is None or header.boot_id == _NO_BOOT_ID or header.boot_id != self._boot

    def _check_segment(self, check: SegmentCheck, data: bytes, fault: str, is_last: bool) -> None:
        header = check.header
        if header is None or fault:
            self._result.damage.append(Problem(check.number, check.path, 0, fault))
            check.next_sequence = header.first_sequence if header else 0
            return
        self._check_continuity(check, header)
        promised = header.committed if is_last else header.sealed
        unsealed = promised == 0
        limit = len(data) if unsealed else min(promised, len(data))
        scanner = RecordScanner(data, check.number, HEADER_BYTES, limit, header.epoch, header.first_sequence)
        check.records = scanner.check_all()
        check.end = scanner.offset
        check.next_sequence = scanner.sequence
        what = scanner.problem
        if unsealed:
            # the seal was lost; the next segment's first sequence tells whether anything else was (checked there)
            what = ""
        elif not what and promised > len(data):
            what = f"the file ends here, expected records up to offset {promised}"
        if what:
            self._note(check, header, data, what, promised, is_last)
        elif is_last:
            self._count_uncommitted(check, data, check.end)

    def _check_continuity(self, check: SegmentCheck, header: SegmentHeader) -> None:
        if len(self._result.segments) < 2:
            return
        before = self._result.segments[-2]
        if check.number != before.number + 1:
            what = f"segment {before.number} comes before it, segment {before.number + 1} is missing"
        elif before.next_sequence and header.first_sequence != before.next_sequence:
            what = f"starts with record {header.first_sequence}, segment {before.number} ends before record "
            what += f"{before.next_sequence}"
        elif before.header and header.epoch < before.header.epoch:
            what = f"epoch {header.epoch} after epoch {before.header.epoch}"
        else:
            return
        if not any(problem.segment == before.number for problem in self._result.damage):
            self._result.damage.append(Problem(check.number, check.path, 0, what))

    def _check_beginning(self) -> None:
        segments = self._result.segments
        oldest = next(iter([*segments, *self._result.unused]), None)
        if oldest is None or oldest.header is None or oldest.header.first_sequence == 1:
            return
        unknown = what_is_unknown(records_of(oldest, None), self._newest_first)
        if unknown:
            begins = oldest.header.first_sequence
            what = f"the journal begins here with record {begins}, records 1 to {begins - 1} are missing: {unknown}"
            self._result.damage.append(Problem(oldest.number, oldest.path, 0, what))

    def _newest_first(self, kinds: frozenset[int]) -> Iterator[list[Record]]:
        for check in reversed(self._result.segments):
            yield list(records_of(check, kinds))

    def _note(
        self, check: SegmentCheck, header: SegmentHeader, data: bytes, what: str, promised: int, is_last: bool
    ) -> None:
        limit = min(promised, len(data))
        follower = find_record(data, check.end + 8, limit, header.epoch, check.next_sequence + 1)
        problem = Problem(check.number, check.path, check.end, what)
        if follower >= 0:
            problem.records_after = _count_from(data, follower, limit, header.epoch, check.number)
        if is_last and self._was_restarted(header) and check.end >= header.synced and follower < 0:
            self._result.torn = problem
            self._result.torn_bytes = promised - check.end
        else:
            self._result.damage.append(problem)

    def _count_uncommitted(self, check: SegmentCheck, data: bytes, start: int) -> None:
        if check.header is None:
            return
        sequence = check.next_sequence if start > HEADER_BYTES else check.header.first_sequence
        scanner = RecordScanner(data, check.number, start, len(data), check.header.epoch, sequence)
        self._result.uncommitted_records += scanner.check_all()
        self._result.uncommitted_bytes += scanner.offset - start


def _load(path: Path) -> tuple[bytes, str]:
    try:
        data = read_segment(path)
        # a file cut in the padding of a record has lost nothing
        return data + bytes(-len(data) % 8), ""
    except ValueError as error:
        return b"", str(error)


def _count_from(data: bytes, start: int, limit: int, epoch: int, number: int) -> int:
    count = 0
    while start >= 0:
        sequence = int.from_bytes(data[start + 8 : start + 16], "little")
        scanner = RecordScanner(data, number, start, limit, epoch, sequence)
        count += scanner.check_all()
        start = find_record(data, scanner.offset + 8, limit, epoch, scanner.sequence)
    return count
