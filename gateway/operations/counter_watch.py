"""Read the counter page of whichever gateway process runs now."""

import os
from pathlib import Path
from typing import Final

import orjson

from fairlead.gateway.telemetry.counters_cy import HEADER_BYTES
from fairlead.gateway.telemetry.reader import Counters, read_counters

EMPTY: Final = Counters({}, {})


class CounterWatch:
    """Look at the page at ``path``: each ``read`` is one reading, kept as ``now`` and, for rates, ``before``.

    A gateway that starts makes a new page, whose counts begin at zero: ``starts`` counts the pages seen, and ``before``
    is empty after the first reading of one. ``pid`` is the process that made it, 0 before there is one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now: Counters = EMPTY
        self.before: Counters = EMPTY
        self.read_ns = 0
        """When ``now`` was read, monotonic ns."""
        self.elapsed_ns = 0
        """Between the last two readings of one page; 0 after the first."""
        self.pid = 0
        self.starts = 0
        self._inode = 0

    def read(self, now_ns: int) -> Counters:
        """Read the page; where there is none, the last reading stays."""
        try:
            inode = self.path.stat().st_ino
            if inode != self._inode:
                self._begin(inode)
            found = read_counters(self.path)
        except (OSError, ValueError):
            return self.now
        self.before, self.now = self.now, found
        self.elapsed_ns = now_ns - self.read_ns if self.before.counters else 0
        self.read_ns = now_ns
        return found

    def _begin(self, inode: int) -> None:
        with self.path.open("rb") as file:
            self.pid = int(orjson.loads(file.read(HEADER_BYTES))["pid"])
        self._inode = inode
        self.starts += 1
        self.now = self.before = EMPTY

    @property
    def is_alive(self) -> bool:
        """Tell whether the process that made the page is there."""
        if self.pid == 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return not _is_zombie(self.pid)

    def value(self, name: str) -> int:
        """Return a counter of the last reading, 0 for one that the page does not have."""
        return self.now.counters.get(name, 0)

    def change(self, name: str) -> int:
        """Return by how much a counter rose between the last two readings."""
        return self.now.counters.get(name, 0) - self.before.counters.get(name, 0) if self.before.counters else 0


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] == ["Z"]
