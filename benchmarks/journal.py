"""Time appends of 200 bytes to the journal, per sync mode, beside plain writes to a file."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.tables import Table
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings, Sync
from fairlead.gateway.journal.writer_cy import JournalWriter

PAYLOAD = b"8=FIX.4.4\x019=180\x0135=8\x01".ljust(200, b"x")
ROUNDS = 7
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
    return [Table("journal: append 200 bytes and commit", ["mode", "ns an append", "ratio", "to a plain"], rows)]
