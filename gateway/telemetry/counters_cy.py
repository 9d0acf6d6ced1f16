"""Count into a file-backed array that other processes map and read while the order path writes.

Layout of the file: a JSON header of ``HEADER_BYTES`` (padded with spaces) that names every slot, then unsigned 64-bit
slots in native byte order. A slot is a counter, a gauge, or one bucket of a histogram. There is one writer; a reader
may see one counter newer than another, never a torn one.

Histogram buckets are log-spaced, ``BUCKETS_PER_OCTAVE`` to a doubling: the bucket of a value is found from its highest
bit and the two bits after it, so a bucket's upper bound is at most 25 % above its lower.
"""

import mmap
import os
from pathlib import Path

import cython
import orjson

if not cython.compiled:
    from fairlead.gateway.journal.memory import base_of, load_u64, store_u64

HEADER_BYTES = 1 << 20  # room for the names of some hundred venues and strategies
BUCKETS_PER_OCTAVE = 4
LOWEST_OCTAVE = 8  # 256 ns; what is faster falls into the first bucket
HIGHEST_OCTAVE = 36  # 68 s; what is slower falls into the last
BUCKETS = (HIGHEST_OCTAVE - LOWEST_OCTAVE) * BUCKETS_PER_OCTAVE

# the same as C numbers
_LOWEST = LOWEST_OCTAVE
_LOWEST_NS = 1 << LOWEST_OCTAVE
_HIGHEST_NS = 1 << HIGHEST_OCTAVE
_LAST_BUCKET = BUCKETS - 1
_HEADER = HEADER_BYTES


def bucket_of(value_ns: cython.longlong) -> int:
    """Return the bucket of a duration in nanoseconds; negative ones (a clock set back) fall into the first."""
    if value_ns < _LOWEST_NS:
        return 0
    if value_ns >= _HIGHEST_NS:
        return _LAST_BUCKET
    octave: cython.longlong = _LOWEST
    while value_ns >> (octave + 1):
        octave += 1
    # two bits: four buckets to the octave
    return ((octave - _LOWEST) << 2) + ((value_ns >> (octave - 2)) & 3)


def bucket_upper_ns(bucket: int) -> int:
    """Return the exclusive upper bound of a bucket in nanoseconds."""
    octave, quarter = divmod(bucket, BUCKETS_PER_OCTAVE)
    return (5 + quarter) << (octave + LOWEST_OCTAVE - 2)


class CounterPage:
    """Own the file and hand out slots by name.

    ``names`` are the single slots, ``histogram_names`` the histograms; both are fixed for the life of the page.
    Raises ValueError where the names do not fit the header, OSError where the disk has no room for the page: the room
    is taken at once, since a store into a page that a full disk can't back would kill the process.
    """

    def __init__(self, path: Path, names: "list[str]", histogram_names: "list[str]") -> None:
        header = orjson.dumps(
            {"counters": names, "histograms": histogram_names, "buckets": BUCKETS, "pid": os.getpid()}
        )
        if len(header) > HEADER_BYTES:
            raise ValueError(f"names of counters take {len(header)} bytes, expected at most {HEADER_BYTES}")
        size = HEADER_BYTES + 8 * (len(names) + BUCKETS * len(histogram_names))
        fresh = path.with_suffix(".new")
        with fresh.open("w+b") as file:
            file.write(header.ljust(HEADER_BYTES))
            file.flush()
            os.posix_fallocate(file.fileno(), 0, size)
            self._map = mmap.mmap(file.fileno(), size)
        fresh.replace(path)
        self.slots = memoryview(self._map)[HEADER_BYTES:].cast("Q")
        self._count = len(self.slots)
        self._base = base_of(self._map)
        self._index = {name: position for position, name in enumerate(names)}
        self._histograms = {name: len(names) + BUCKETS * position for position, name in enumerate(histogram_names)}

    def slot(self, name: str) -> int:
        """Return the position of a counter."""
        return self._index[name]

    def histogram(self, name: str) -> int:
        """Return the position of a histogram's first bucket."""
        return self._histograms[name]

    def add(self, slot: cython.longlong, amount: cython.ulonglong = 1) -> None:
        """Add to a counter."""
        place: cython.longlong = self._place(slot)
        store_u64(self._base, place, load_u64(self._base, place) + amount)

    def set(self, slot: cython.longlong, value: cython.ulonglong) -> None:
        """Set a gauge; below 0 is an error."""
        store_u64(self._base, self._place(slot), value)

    def observe(self, histogram: cython.longlong, value_ns: cython.longlong) -> None:
        """Count a duration."""
        self.add(histogram + bucket_of(value_ns))

    def _place(self, slot: cython.longlong) -> cython.longlong:
        if not 0 <= slot < self._count:
            raise IndexError(f"slot {slot}, expected 0 to {self._count - 1}")
        return _HEADER + 8 * slot
