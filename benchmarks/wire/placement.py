"""Put processes on processors, and read what they have used of them."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Placement:
    """Say which processor harness and subject run on."""

    name: str
    harness: int
    subject: int

    @property
    def is_shared(self) -> bool:
        """Tell whether both run on one processor, so that neither may spin."""
        return self.harness == self.subject


def placements(usable: Sequence[int] | None = None) -> dict[str, Placement]:
    """Return ``one`` (all on the last processor) and, where there are two, ``two`` (the subject on the last one)."""
    cpus = sorted(usable or os.sched_getaffinity(0))
    found = {"one": Placement("one", cpus[-1], cpus[-1])}
    if len(cpus) > 1:
        found["two"] = Placement("two", cpus[-2], cpus[-1])
    return found


def pinned(command: Sequence[str], cpu: int) -> list[str]:
    """Return a command that runs on one processor, with all that it starts."""
    return ["taskset", "--cpu-list", str(cpu), *command]


def cpu_ns(pid: int) -> int:
    """Return the processor time of a process and all of its threads, those that have ended too, in ns."""
    # clock_getcpuclockid(3), which Python does not have: the id's complement, above three bits for the kind of clock
    return time.clock_gettime_ns(~pid << 3 | 2)


def resident_bytes(pid: int) -> int:
    """Return how much memory a process has now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
