"""Check clocks, the disk and what a thread loses while it runs."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from fairlead.gateway.doctor.row import FAIL, WARN, Row, judged, unknown
from fairlead.gateway.doctor.subject import Subject

_SOURCE: Final = "sys/devices/system/clocksource/clocksource0"
LEAST_FREE_BYTES: Final = 4 * 1024**3
MEMORY_FILE_SYSTEMS: Final = ("tmpfs", "ramfs")


def clock_source(subject: Subject) -> Row:
    """Check that the time is read without a system call."""
    found = subject.host.read(f"{_SOURCE}/current_clocksource")
    if found is None:
        return unknown("Clocksource", "no clocksource0", "tsc")
    others = subject.host.read(f"{_SOURCE}/available_clocksource") or found
    return judged(
        "Clocksource",
        found == "tsc",
        f"{found} (there are: {others})",
        "tsc",
        f"echo tsc > /{_SOURCE}/current_clocksource" if "tsc" in others.split() else "the hypervisor's setting",
    )


def synchronised(subject: Subject) -> Row:
    """Check that the kernel's clock is kept, and how far off it may be."""
    reading, bound_ns = subject.readings.clock, subject.wants.max_clock_error_ns
    wanted = f"synchronised, within {bound_ns / 1000:g} us"
    mend = "systemctl enable --now chronyd, and `chronyc tracking`; PTP: `pmc -u -b 0 'GET TIME_STATUS_NP'`"
    cards = ", ".join(subject.host.names("sys/class/ptp")) or "none"
    if reading is None:
        return unknown("Sync", "adjtimex() does not answer", wanted, mend)
    if not reading.is_synchronised:
        return Row("Sync", FAIL, f"not synchronised (STA_UNSYNC); PTP clocks: {cards}", wanted, mend)
    off_ns = max(abs(reading.offset_ns), reading.max_error_ns)
    read = f"offset {reading.offset_ns / 1000:g} us, within {off_ns / 1000:g} us; PTP clocks: {cards}"
    return judged("Sync", off_ns <= bound_ns, read, wanted, mend)


def disk(subject: Subject) -> Row:
    """Check how long the state folder's disk takes to keep a block, and how much room it has."""
    found, bound_ns = subject.readings, subject.wants.fdatasync_ns
    wanted = f"fdatasync() p99 below {bound_ns / 1e6:g} ms, {LEAST_FREE_BYTES >> 30} GiB free"
    if not found.fdatasync_ns or found.free_bytes is None:
        return unknown(
            "Disk", f"{subject.wants.state_dir} can't be written", wanted, "name the CONFIG, run as its user"
        )
    p99_ns = quantile(found.fdatasync_ns, 0.99)
    kind = found.file_system or "unknown file system"
    read = f"p99 {p99_ns / 1e6:.2f} ms of {len(found.fdatasync_ns)}, {found.free_bytes / 2**30:.1f} GiB free, {kind}"
    if kind in MEMORY_FILE_SYSTEMS:
        return Row("Disk", FAIL, f"{read}: lost at a power failure", wanted, "put state_dir on a disk")
    is_well = p99_ns < bound_ns and found.free_bytes >= LEAST_FREE_BYTES
    return judged("Disk", is_well, read, wanted, "a disk of its own for the journal (`journal.path`)")


def jitter(subject: Subject) -> Row:
    """Check how long a thread is stopped that wants nothing but to run."""
    found, budget_ns = subject.readings.jitter, subject.wants.jitter_budget_ns
    wanted = f"p99.9 within {budget_ns / 1000:g} us"
    if found is None:
        return unknown("Jitter", "not probed (--jitter-s 0)", wanted, "fairlead doctor --jitter-s 5")
    numbers = (found.p50_ns, found.p99_ns, found.p999_ns, found.max_ns)
    p50, p99, p999, most = (f"{number / 1000:g}" for number in numbers)
    read = f"p50 {p50}, p99 {p99}, p99.9 {p999}, max {most} us in {found.seconds:g} s"
    mend = "mend the rows above: isolation, IRQs, governor, contention"
    return judged("Jitter", found.p999_ns <= budget_ns, read, wanted, mend, otherwise=WARN)


def quantile(values: Sequence[int], fraction: float) -> int:
    """Return the value below or at which ``fraction`` of them lie. ``values`` must not be empty."""
    return sorted(values)[max(0, math.ceil(len(values) * fraction) - 1)]


def rows(subject: Subject) -> Iterator[Row]:
    """Yield what the checks of this file find."""
    for check in (clock_source, synchronised, disk, jitter):
        yield check(subject)
