"""Append records to the journal: a copy and a checksum in mapped memory, one store to commit.

The loop's turn is the unit: everything it appended counts from ``commit`` on, or not at all (see ``layout``, also
for a turn that goes on into the next segment). Not to be used from more than one thread.
"""

import os

import cython

from fairlead.gateway.journal.errors import JournalError, disk_problem
from fairlead.gateway.journal.kinds import STREAM
from fairlead.gateway.journal.layout import COMMITTED_AT, HEADER_BYTES, SEALED_AT, SYNCED_AT, SegmentHeader
from fairlead.gateway.journal.lock import FolderLock
from fairlead.gateway.journal.segments import JournalSettings, SegmentFile, SegmentSupply
from fairlead.gateway.journal.streams import StreamInfo

if not cython.compiled:
    from fairlead.gateway.journal.memory import base_of, copy_bytes, record_crc, store_record, store_u32, store_u64

_HEADER_BYTES = cython.declare(cython.longlong, HEADER_BYTES)
_COMMITTED_AT = cython.declare(cython.longlong, COMMITTED_AT)
_SYNCED_AT = cython.declare(cython.longlong, SYNCED_AT)


class JournalWriter:
    """Write one journal. Made by ``Recovery.open_writer``, which has checked what is there.

    ``sequence`` is the next record's journal sequence; ``last_segment`` and ``last_offset`` tell where the last
    record went; ``now_ns`` is for the loop to set at the start of a turn, for appenders that have no clock of their
    own. After a JournalError ``failure`` holds its text, and ``append`` and ``commit`` raise from then on.
    """

    def __init__(
        self,
        settings: JournalSettings,
        lock: FolderLock,
        epoch: int,
        segment: int,
        sequence: int,
        boot_id: bytes,
        streams: dict[int, StreamInfo],
        utc_ns: int,
        now_ns: int,
    ) -> None:
        self.settings = settings
        self.epoch = epoch
        self.sequence = sequence
        self.segment = segment
        self.position = 0
        self.last_offset = 0
        self.last_segment = 0
        self.unprepared_rolls = 0
        self.now_ns = now_ns
        self.failure = ""
        self.streams = dict(streams)
        self._sync_each = settings.sync == "always"
        self._sync_commits = settings.sync != "async"
        self._committed = 0
        self._lock = lock
        self._boot_id = boot_id
        self._spilled: list[SegmentFile] = []
        self._supply = SegmentSupply(settings)
        self._is_closed = False
        self._file: SegmentFile = self._take_segment(utc_ns)
        self._enter_segment(utc_ns, now_ns)

    @property
    def is_next_ready(self) -> bool:
        """Tell whether the next segment is there, so that the roll to it costs nothing."""
        return bool(self._supply.is_ready)

    @property
    def last_problem(self) -> str:
        """Return why the next segment can't be prepared, "" where it can: a warning while there is still room."""
        return str(self._supply.problem)

    @property
    def bytes_left(self) -> int:
        """Return the room left in the current segment."""
        return self._limit - self.position

    @property
    def has_uncommitted(self) -> bool:
        """Tell whether anything was appended since the last commit."""
        return self.position != self._committed or len(self._spilled) != 0

    def append(
        self,
        stream: cython.longlong,
        kind: cython.longlong,
        payload: bytes,
        utc_ns: cython.longlong,
        now_ns: cython.longlong,
    ) -> int:
        """Append a record and return its journal sequence; it counts from the next ``commit`` on.

        Raises JournalError where the disk has no room, ValueError for a payload that no segment can hold.
        """
        length: cython.longlong = len(payload)
        at: cython.longlong = self._claim(length, stream, kind, utc_ns, now_ns)
        copy_bytes(self._base, at + 40, payload, length)
        return self._finish(at, length, stream, kind, utc_ns, now_ns)

    def append_prefixed(
        self,
        stream: cython.longlong,
        kind: cython.longlong,
        number: cython.ulonglong,
        payload: bytes,
        utc_ns: cython.longlong,
        now_ns: cython.longlong,
    ) -> int:
        """Append a record of a u64 and ``payload``, such as a MsgSeqNum and its frame, without a copy of the frame."""
        length: cython.longlong = len(payload)
        at: cython.longlong = self._claim(length + 8, stream, kind, utc_ns, now_ns)
        store_u64(self._base, at + 40, number)
        copy_bytes(self._base, at + 48, payload, length)
        return self._finish(at, length + 8, stream, kind, utc_ns, now_ns)

    def _claim(
        self,
        payload_bytes: cython.longlong,
        stream: cython.longlong,
        kind: cython.longlong,
        utc_ns: cython.longlong,
        now_ns: cython.longlong,
    ) -> cython.longlong:
        size: cython.longlong = 40 + ((payload_bytes + 7) & ~7)
        if self.failure:
            raise JournalError(self.failure)
        if stream < 0 or stream > 0xFFFF or kind < 0 or kind > 0xFFFF:
            raise ValueError(f"stream {stream}, kind {kind}, expected 0 to 65535")
        if self.position + size > self._limit:
            if size > self._limit - _HEADER_BYTES - self._stream_bytes():
                raise ValueError(f"a record of {size} bytes, expected one that a segment of {self._limit} can hold")
            self._roll(utc_ns, now_ns)
        return self.position

    def _finish(
        self,
        at: cython.longlong,
        payload_bytes: cython.longlong,
        stream: cython.longlong,
        kind: cython.longlong,
        utc_ns: cython.longlong,
        now_ns: cython.longlong,
    ) -> cython.longlong:
        sequence: cython.longlong = self.sequence
        store_record(self._base, at, payload_bytes, sequence, utc_ns, now_ns, self.epoch, stream, kind)
        store_u32(self._base, at + 4, record_crc(self._base, at, payload_bytes))
        self.position = at + 40 + ((payload_bytes + 7) & ~7)
        self.last_offset = at
        self.last_segment = self.segment
        self.sequence = sequence + 1
        if self._sync_each:
            self._sync(self._file)
        return sequence

    def commit(self) -> None:
        """Make everything appended so far count, and wait for the disk where ``sync`` says so.

        Raises JournalError; then nothing of this turn may be sent.
        """
        if self.failure:
            raise JournalError(self.failure)
        if self.position == self._committed and not self._spilled:
            return
        if self._spilled and self._sync_commits:
            self._sync_spilled()
        store_u64(self._base, _COMMITTED_AT, self.position)
        self._committed = self.position
        if self._sync_commits:
            self._sync(self._file)
            store_u64(self._base, _SYNCED_AT, self.position)
        if self._spilled:
            self._settle_spilled()

    def register_stream(self, name: str, protocol: str, utc_ns: int, now_ns: int) -> int:
        """Return the id of the stream ``name``; a new one is recorded and counts from the next ``commit`` on."""
        for known in self.streams.values():
            if known.name == name and known.protocol == protocol:
                return int(known.stream)
        same_name = [known.stream for known in self.streams.values() if known.name == name]
        stream = same_name[0] if same_name else max(self.streams, default=0) + 1
        if stream > 0xFFFF:
            raise ValueError(f"stream {name} would be the {stream}th, expected at most 65535")
        info = StreamInfo(stream, name, protocol)
        if self._stream_bytes() + len(info.pack()) + 48 > (self._limit - HEADER_BYTES) // 2:
            raise ValueError(f"the names of {stream} streams would fill half of a segment of {self._limit} bytes")
        self.append(stream, STREAM, info.pack(), utc_ns, now_ns)
        self.streams[stream] = info
        return stream

    def prepare(self, bytes_budget: int, now_ns: int) -> bool:
        """Do one slice of the slow work ahead (allocate, fault in, close); return whether there was any.

        To be called between loop turns. Never raises: see ``is_next_ready`` and ``last_problem``.
        """
        if self.failure:
            return False
        return bool(self._supply.prepare(self._file, self.position, bytes_budget, now_ns))

    def close(self) -> None:
        """End in good order: seal the segment and free the lock. What was not committed is dropped."""
        if self._is_closed:
            return
        self._is_closed = True
        if not self.failure and not self._spilled:
            store_u64(self._base, SEALED_AT, self._committed)
            self._file.sealed = self._committed
            if self._sync_commits:
                self._sync(self._file)
        for segment in self._spilled:
            # its records were not committed: the next recovery decides about it
            segment.sealed = 0
            segment.close()
        self._spilled = []
        self._supply.close()
        self._file.close()
        self.failure = self.failure or f"the journal writer of {self.settings.folder} is closed"
        self._lock.release()

    def _stream_bytes(self) -> int:
        return sum(40 + ((len(info.pack()) + 7) & ~7) for info in self.streams.values())

    def _roll(self, utc_ns: int, now_ns: int) -> None:
        store_u64(self._base, SEALED_AT, self.position)
        self._file.sealed = self.position
        if not self._supply.is_ready:
            self.unprepared_rolls += 1
        previous = self._file
        self.segment += 1
        self._file = self._take_segment(utc_ns)
        self._spilled.append(previous)
        self._enter_segment(utc_ns, now_ns)

    def _take_segment(self, utc_ns: int) -> SegmentFile:
        header = SegmentHeader(self.epoch, self.segment, self.sequence, utc_ns, self._boot_id)
        try:
            return self._supply.take(self.segment, header.pack())
        except JournalError as error:
            self.failure = str(error)
            raise

    def _enter_segment(self, utc_ns: int, now_ns: int) -> None:
        self._base = base_of(self._file.memory)
        self._limit = self._file.size
        self.position = self._committed = HEADER_BYTES
        for info in self.streams.values():
            self.append(info.stream, STREAM, info.pack(), utc_ns, now_ns)

    def _sync(self, segment: SegmentFile) -> None:
        try:
            os.fdatasync(segment.fd)
        except OSError as error:
            # after a failed fdatasync the system may have dropped the pages: trying again would prove nothing
            self.failure = disk_problem("sync journal segment", segment.path, 0, error)
            raise JournalError(self.failure) from error

    def _sync_spilled(self) -> None:
        for segment in self._spilled:
            self._sync(segment)
        try:
            folder = os.open(self.settings.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            self.failure = disk_problem("sync journal folder", self.settings.folder, 0, error)
            raise JournalError(self.failure) from error

    def _settle_spilled(self) -> None:
        for segment in self._spilled:
            base = base_of(segment.memory)
            store_u64(base, COMMITTED_AT, segment.sealed)
            if self._sync_commits:
                store_u64(base, SYNCED_AT, segment.sealed)
            self._supply.retire(segment)
        self._spilled = []
