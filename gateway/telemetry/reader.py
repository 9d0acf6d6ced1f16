"""Read a counter page that another process writes."""

import math
import mmap
from dataclasses import dataclass
from pathlib import Path

import orjson

from fairlead.gateway.telemetry.counters_cy import HEADER_BYTES, bucket_upper_ns


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts by log-spaced bucket."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many durations were counted."""
        return sum(self.counts)

    def quantile_ns(self, fraction: float) -> int | None:
        """Return the upper bound of the bucket that holds the quantile; None where nothing was counted."""
        total = self.total
        if not total:
            return None
        rank = max(1, math.ceil(total * fraction))
        seen = 0
        for bucket, count in enumerate(self.counts):
            seen += count
            if seen >= rank:
                return bucket_upper_ns(bucket)
        raise AssertionError("the counts of a histogram do not add up to their sum")


@dataclass(frozen=True, slots=True)
class Counters:
    """One reading of a page."""

    counters: dict[str, int]
    histograms: dict[str, Histogram]


def read_counters(path: Path) -> Counters:
    """Return all counters and histograms of the page at ``path``. Raises OSError where there is none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        header = orjson.loads(mapped[:HEADER_BYTES])
        with memoryview(mapped) as view, view[HEADER_BYTES:].cast("Q") as slots:
            names, histogram_names, buckets = header["counters"], header["histograms"], header["buckets"]
            counters = {name: slots[position] for position, name in enumerate(names)}
            starts = {name: len(names) + buckets * position for position, name in enumerate(histogram_names)}
            histograms = {name: Histogram(tuple(slots[at : at + buckets])) for name, at in starts.items()}
    return Counters(counters, histograms)
