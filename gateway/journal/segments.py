"""Make segments ready ahead of the writer, and let go of those that are done.

Everything slow about a segment (creating the file, allocating its blocks, faulting its pages in, unmapping it) is
done here, in slices between loop turns, so that the writer only ever stores to memory that is there. Allocation
comes before mapping: a full disk shows as an error of the allocation, never as a signal at a store.
"""

import contextlib
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from fairlead.gateway.journal.errors import JournalError, disk_problem
from fairlead.gateway.journal.layout import (
    MAX_SEGMENT_BYTES,
    MIN_SEGMENT_BYTES,
    NEXT_SUFFIX,
    segment_path,
)

Sync = Literal["async", "group", "always"]

PAGE_BYTES: Final = mmap.PAGESIZE
RETRY_NS: Final = 1_000_000_000
# Linux 5.14; not yet named by the mmap module
MADV_POPULATE_WRITE: Final = 23


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """Say where the journal is and how it is written.

    ``sync``: what a power cut may lose. ``async``: what the system had not yet written by itself (seconds);
    ``group``: nothing that was committed (one fdatasync a turn); ``always``: each record is on disk before the next.
    A process that dies loses nothing that was committed, whatever the setting.
    """

    folder: Path
    segment_bytes: int = 64 << 20
    sync: Sync = "async"
    fault_ahead_bytes: int = 4 << 20

    def __post_init__(self) -> None:
        if not MIN_SEGMENT_BYTES <= self.segment_bytes <= MAX_SEGMENT_BYTES or self.segment_bytes % PAGE_BYTES:
            raise ValueError(
                f"segment_bytes {self.segment_bytes}, expected a multiple of {PAGE_BYTES} "
                f"from {MIN_SEGMENT_BYTES} to {MAX_SEGMENT_BYTES}"
            )
        if self.sync not in ("async", "group", "always"):
            raise ValueError(f"sync {self.sync!r}, expected async, group or always")


class SegmentFile:
    """One segment's file while it is written: allocated first, then mapped."""

    __slots__ = ("allocated", "_map", "faulted", "fd", "number", "path", "sealed", "size")

    def __init__(self, path: Path, number: int, size: int) -> None:
        self.path = path
        self.number = number
        self.size = size
        self.allocated = 0
        self.faulted = 0
        self.sealed = 0
        self._map: mmap.mmap | None = None
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)

    @property
    def is_mapped(self) -> bool:
        """Tell whether the whole file is allocated and mapped."""
        return self._map is not None

    @property
    def memory(self) -> mmap.mmap:
        """Return the mapped file."""
        assert self._map is not None
        return self._map

    def allocate(self, budget_bytes: int) -> None:
        """Reserve up to ``budget_bytes`` more on the disk; map the file once it is whole. Raises OSError."""
        step = min(budget_bytes, self.size - self.allocated)
        os.posix_fallocate(self.fd, self.allocated, step)
        self.allocated += step
        if self.allocated == self.size:
            self._map = mmap.mmap(self.fd, self.size)

    def fault_in(self, budget_bytes: int) -> None:
        """Make up to ``budget_bytes`` more of the mapping present and writable."""
        step = min(-(-budget_bytes // PAGE_BYTES) * PAGE_BYTES, self.size - self.faulted)
        try:
            self.memory.madvise(MADV_POPULATE_WRITE, self.faulted, step)
        except (OSError, ValueError):
            # an older kernel: writing back what is there faults the page just as well
            for at in range(self.faulted, self.faulted + step, PAGE_BYTES):
                self.memory[at] = self.memory[at]
        self.faulted += step

    def close(self) -> None:
        """Unmap the file; cut off what was allocated beyond its sealed end."""
        with contextlib.suppress(BufferError):
            if self._map is not None:
                self._map.close()
        if self.sealed:
            with contextlib.suppress(OSError):
                os.ftruncate(self.fd, self.sealed)
        os.close(self.fd)


class SegmentSupply:
    """Hold the next segment ready, and close those that were written.

    ``problem`` says in one line why the next segment can't be made ("" while all is well): the gateway warns while
    the current segment still has room.
    """

    def __init__(self, settings: JournalSettings) -> None:
        self.settings = settings
        self.problem = ""
        self._next: SegmentFile | None = None
        self._retired: list[SegmentFile] = []
        self._retry_ns = 0

    @property
    def is_ready(self) -> bool:
        """Tell whether the next segment is allocated, mapped and faulted in for a start."""
        segment = self._next
        return segment is not None and segment.is_mapped and segment.faulted >= self._window(0, segment)

    def _window(self, position: int, segment: SegmentFile) -> int:
        return min(position + self.settings.fault_ahead_bytes, segment.size)

    def prepare(self, current: SegmentFile, position: int, budget_bytes: int, now_ns: int) -> bool:
        """Do one slice of what is due; return whether there was any. Trouble goes to ``problem``, tried each second."""
        if self._retired:
            self._retired.pop().close()
            return True
        if current.faulted < self._window(position, current) - self.settings.fault_ahead_bytes // 2:
            current.fault_in(budget_bytes)
            return True
        if self.is_ready or (self.problem and now_ns < self._retry_ns):
            return False
        try:
            self._advance(current.number + 1, budget_bytes)
        except OSError as error:
            self._retry_ns = now_ns + RETRY_NS
            self.problem = disk_problem(
                "prepare the next journal segment in", self.settings.folder, self._missing_bytes(), error
            )
            return False
        self.problem = ""
        return True

    def _missing_bytes(self) -> int:
        return self.settings.segment_bytes - (self._next.allocated if self._next is not None else 0)

    def _advance(self, number: int, budget_bytes: int) -> None:
        if self._next is None:
            path = self.settings.folder / f"{number:08d}{NEXT_SUFFIX}"
            self._next = SegmentFile(path, number, self.settings.segment_bytes)
        if not self._next.is_mapped:
            self._next.allocate(budget_bytes)
        else:
            self._next.fault_in(budget_bytes)

    def take(self, number: int, header: bytes) -> SegmentFile:
        """Return segment ``number`` under its final name, made on the spot where it was not ready.

        Raises JournalError where the disk does not give the room.
        """
        try:
            while self._next is None or not self._next.is_mapped:
                self._advance(number, self.settings.segment_bytes)
            segment, self._next = self._next, None
            segment.memory[: len(header)] = header
            final = segment_path(self.settings.folder, number)
            segment.path = segment.path.rename(final)
        except OSError as error:
            what = disk_problem("start a journal segment in", self.settings.folder, self._missing_bytes(), error)
            raise JournalError(what) from error
        return segment

    def retire(self, segment: SegmentFile) -> None:
        """Take a sealed segment, to be closed by a later slice."""
        self._retired.append(segment)

    def close(self) -> None:
        """Close everything; a segment that was never started is removed."""
        while self._retired:
            self._retired.pop().close()
        if self._next is not None:
            self._next.close()
            with contextlib.suppress(OSError):
                self._next.path.unlink()
            self._next = None
