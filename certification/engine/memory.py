"""Read how much memory a process group holds, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP_AT, _RESIDENT_AT = 2, 1
"""Where the group stands behind the name in /proc/PID/stat, and resident pages in /proc/PID/statm."""


def resident_bytes(group: int, proc: Path = Path("/proc")) -> int:
    """Return the resident memory of all processes of a group; 0 where the system does not say."""
    pages = 0
    for stat in proc.glob("[0-9]*/stat"):
        try:
            # the name in parentheses may hold anything
            words = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(words[_GROUP_AT]) == group:
                pages += int(stat.with_name("statm").read_text(encoding="ascii").split()[_RESIDENT_AT])
        except (OSError, IndexError, ValueError):
            continue  # it has ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE")
