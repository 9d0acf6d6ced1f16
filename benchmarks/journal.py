"""Time appends of 200 bytes to the journal: by sync mode beside plain writes to a file, and each one by itself."""

import os
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path

from benchmarks.tables import Table
from fairlead.gateway.journal.append_times_cy import time_appends, time_clock
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings, Sync
from fairlead.gateway.journal.writer_cy import JournalWriter

PAYLOAD = b"8=FIX.4.4\x019=180\x0135=8\x01".ljust(200, b"x")
ROUNDS = 7
EACH = 200_000
TURN = 8
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "maximum": 1.0}
APPENDS = {"async": 20_000, "group": 40, "always": 20, "write": 20_000, "write + fdatasync": 40}


def _journal(folder: Path, sync: Sync) -> tuple[JournalWriter, Callable[[int], None]]:
    writer = recover(JournalSettings(folder / sync, 64 << 20, sync)).open_writer(time.time_ns(), time.monotonic_ns())
    while writer.prepare(1 << 20, time.monotonic_ns()):
        pass

    def run(count: int) -> None:
        for _ in range(count):
            writer.append(1, 11, PAYLOAD, 1, 1)
            writer.commit()

    return writer, run


def _file(folder: Path, name: str, sync: bool) -> Callable[[int], None]:
    fd = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def run(count: int) -> None:
        for _ in range(count):
            os.write(fd, PAYLOAD)
            if sync:
                os.fdatasync(fd)

    return run


def main(share: float = 1.0, rounds: int = ROUNDS) -> list[Table]:
    """Return ns per append and commit, medians of interleaved rounds, and the ratio to a plain write.

    ``share`` of the usual number of appends is made.
    """
    counts = {name: max(1, int(count * share)) for name, count in APPENDS.items()}
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        subjects: dict[str, Callable[[int], None]] = {
            "write": _file(folder, "plain", False),
            "write + fdatasync": _file(folder, "synced", True),
        }
        writers = []
        for sync in ("async", "group", "always"):
            writer, subjects[sync] = _journal(folder, sync)  # type: ignore[arg-type]
            writers.append(writer)
        times: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(rounds):
            for name, run in subjects.items():
                start = time.perf_counter_ns()
                run(counts[name])
                times[name].append((time.perf_counter_ns() - start) / counts[name])
            for writer in writers:
                while writer.prepare(1 << 20, time.monotonic_ns()):
                    pass
        medians = {name: statistics.median(values) for name, values in times.items()}
        baseline = {"group": "write + fdatasync", "always": "write + fdatasync"}
        rows = []
        for name, median in medians.items():
            against = baseline.get(name, "write")
            rows.append([name, f"{median:,.0f}", f"{median / medians[against]:.2f} x", against])
        for writer in writers:
            writer.close()
    by_mode = Table("journal: append 200 bytes and commit", ["mode", "ns an append", "ratio", "to a plain"], rows)
    return [by_mode, each_append(max(1000, int(EACH * share)), rounds)]


def each_append(count: int, rounds: int) -> Table:
    """Time every append from within, the clock's own time included, in turns with the clock alone.

    The percentiles are the medians of the rounds'. The turns are of 8 records; between them the next pages are faulted
    in and the next segment is made ready, as the gateway does between turns of its loop.
    """
    found: dict[str, list[list[int]]] = {"append": [], "the clock alone": []}
    with tempfile.TemporaryDirectory() as root:
        writer, _ = _journal(Path(root), "async")
        times = array("q", bytes(8 * count))
        for _ in range(rounds):
            time_appends(writer, PAYLOAD, times, TURN)
            found["append"].append(_percentiles(times))
            time_clock(times)
            found["the clock alone"].append(_percentiles(times))
        writer.close()
    rows = [
        [name, *(f"{statistics.median(column):,.0f}" for column in zip(*of, strict=True))] for name, of in found.items()
    ]
    return Table(f"journal: each of {count:,} appends of 200 bytes, digest included", ["ns", *SHARES], rows)


def _percentiles(times: "array[int]") -> list[int]:
    ordered = sorted(times)
    return [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in SHARES.values()]
