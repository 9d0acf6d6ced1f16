"""Read the records of one segment in order, and check each one.

The same code serves recovery, replay, the readers and the store of sent messages.
"""

import mmap

import cython

if not cython.compiled:
    from fairlead.gateway.journal.memory import base_of, load_i64, load_u16, load_u32, load_u64, record_crc

_TWO_63 = cython.declare(cython.ulonglong, 2**63)


class Record:
    """One record: its header's fields (see ``layout``), where it lies, and its payload."""

    def __init__(
        self,
        sequence: cython.longlong,
        utc_ns: cython.longlong,
        now_ns: cython.longlong,
        epoch: cython.longlong,
        stream: cython.longlong,
        kind: cython.longlong,
        segment: cython.longlong,
        offset: cython.longlong,
        payload: bytes,
    ) -> None:
        self.sequence = sequence
        self.utc_ns = utc_ns
        self.now_ns = now_ns
        self.epoch = epoch
        self.stream = stream
        self.kind = kind
        self.segment = segment
        self.offset = offset
        self.payload = payload


class RecordScanner:
    """Step over the records from ``offset`` up to ``limit`` (set it further to go on).

    ``sequence`` is the one expected next. At the first record that is not as it was written, ``problem`` says what
    was found and what was expected, and the scanner stays at its ``offset``.
    """

    def __init__(
        self,
        data: mmap.mmap | bytes,
        segment: cython.longlong,
        offset: cython.longlong,
        limit: cython.longlong,
        epoch: cython.longlong,
        sequence: cython.longlong,
    ) -> None:
        self.segment = segment
        self.offset = offset
        self.limit = limit
        self.epoch = epoch
        self.sequence = sequence
        self.problem = ""
        self._wanted = b""
        self._data = data
        # an exported view keeps the mapping from being closed under us
        self._view = memoryview(data)
        self._base = base_of(data)

    def select(self, kinds: "frozenset[int]") -> None:
        """Pass over records of other kinds from now on: checked, but not built. Kinds from 256 up are never passed."""
        self._wanted = bytes([kind in kinds for kind in range(256)])

    def next_record(self) -> Record | None:
        """Return the next record; None at the limit, or where ``problem`` says what is wrong."""
        at: cython.longlong = self.offset
        length: cython.longlong = self._check()
        while length >= 0 and self._is_passed(at):
            at = self.offset = at + 40 + ((length + 7) & ~7)
            self.sequence += 1
            length = self._check()
        if length < 0:
            return None
        record = Record(
            self.sequence,
            load_i64(self._base, at + 16),
            load_i64(self._base, at + 24),
            self.epoch,
            load_u16(self._base, at + 36),
            load_u16(self._base, at + 38),
            self.segment,
            at,
            bytes(self._view[at + 40 : at + 40 + length]),
        )
        self.offset = at + 40 + ((length + 7) & ~7)
        self.sequence += 1
        return record

    def _is_passed(self, at: cython.longlong) -> cython.bint:
        kind: cython.longlong = load_u16(self._base, at + 38)
        return len(self._wanted) != 0 and kind < 256 and not self._wanted[kind]

    def check_all(self) -> int:
        """Check every record up to the limit or the first problem; return how many are good."""
        count: cython.longlong = 0
        while True:
            length: cython.longlong = self._check()
            if length < 0:
                return count
            self.offset += 40 + ((length + 7) & ~7)
            self.sequence += 1
            count += 1

    def _check(self) -> cython.longlong:
        # the payload's length, -1 at the limit or a problem
        at: cython.longlong = self.offset
        room: cython.longlong = self.limit - at
        if room == 0 or self.problem:
            return -1
        if room < 40:
            self.problem = f"{room} bytes before the end, expected a record of at least 40"
            return -1
        length: cython.longlong = load_u32(self._base, at)
        if length > room - 40:
            self.problem = f"payload length {length}, expected at most {room - 40}"
            return -1
        crc: cython.longlong = load_u32(self._base, at + 4)
        computed: cython.longlong = record_crc(self._base, at, length)
        if crc != computed:
            empty = crc == 0 and length == 0 and load_u64(self._base, at + 8) == 0
            found = "zeros" if empty else f"crc32c {crc:08x}, computed {computed:08x}"
            self.problem = f"{found}, expected record {self.sequence}"
            return -1
        sequence: cython.ulonglong = load_u64(self._base, at + 8)
        epoch: cython.longlong = load_u32(self._base, at + 32)
        if sequence != cython.cast(cython.ulonglong, self.sequence) or epoch != self.epoch:
            self.problem = f"record {sequence} of epoch {epoch}, expected {self.sequence} of {self.epoch}"
            return -1
        return length


def find_record(
    data: mmap.mmap | bytes,
    start: cython.longlong,
    limit: cython.longlong,
    epoch: cython.longlong,
    sequence: cython.longlong,
) -> int:
    """Return the offset of the first good record from ``start`` on with ``sequence`` or a later one; -1 if none.

    Tells a torn tail, after which nothing good follows, from damage in the middle.
    """
    base = base_of(data)
    at: cython.longlong = start + (-start & 7)
    while at + 40 <= limit:
        length: cython.longlong = load_u32(base, at)
        found: cython.ulonglong = load_u64(base, at + 8)
        epoch_found: cython.longlong = load_u32(base, at + 32)
        if (
            epoch_found == epoch
            and length <= limit - at - 40
            and found < _TWO_63
            and sequence <= cython.cast(cython.longlong, found) <= sequence + (limit - start)
            and record_crc(base, at, length) == load_u32(base, at + 4)
        ):
            return at
        at += 8
    return -1
