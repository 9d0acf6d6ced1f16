"""Put processes on processors, and read what they have used of them."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a process runs: its processor, and its real-time priority (SCHED_FIFO, which needs a right; 0 for none)."""

    cpu: int
    fifo: int = 0

    def command(self, command: Sequence[str]) -> list[str]:
        """Return a command that runs there, with all that it starts."""
        before = ["chrt", "--fifo", str(self.fifo)] if self.fifo else []
        return [*before, "taskset", "--cpu-list", str(self.cpu), *command]


@dataclass(frozen=True, slots=True)
class Placement:
    """Say where harness and subject run."""

    name: str
    harness: Seat
    subject: Seat

    @property
    def is_shared(self) -> bool:
        """Tell whether both run on one processor, so that neither may spin."""
        return self.harness.cpu == self.subject.cpu


def placements(fifo: int = 0, usable: Sequence[int] | None = None) -> dict[str, Placement]:
    """Return ``one`` (all on the last processor) and, where there are two, ``two`` (the subject on the last one)."""
    seats = [Seat(cpu, fifo) for cpu in sorted(usable or os.sched_getaffinity(0))]
    found = {"one": Placement("one", seats[-1], seats[-1])}
    if len(seats) > 1:
        found["two"] = Placement("two", seats[-2], seats[-1])
    return found


def cpu_ns(pid: int) -> int:
    """Return the processor time of a process and all of its threads, those that have ended too, in ns."""
    # clock_getcpuclockid(3), which Python does not have: the id's complement, above three bits for the kind of clock
    return time.clock_gettime_ns(~pid << 3 | 2)


def resident_bytes(pid: int) -> int:
    """Return how much memory a process has now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
