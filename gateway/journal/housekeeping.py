"""Remove and compress old segments: a process of its own beside the gateway, so that nothing of it delays an order.

    python -m fairlead.gateway.journal.housekeeping '{"folder": ..., "durable_from": 7, ...}'

Prints what it did as one JSON object; exits 1 with a line on standard error where something is in the way.
"""

import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from fairlead.gateway.journal.archive import compress_sealed, prune
from fairlead.gateway.journal.errors import JournalError, disk_problem
from fairlead.gateway.journal.layout import segment_paths

HOUR_NS: Final = 3_600_000_000_000
NICE: Final = 10


@dataclass(frozen=True, slots=True)
class Chores:
    """Say what is to be done at ``utc_ns``.

    ``durable_from``: segments from this one on must be on the disk before any is removed, since they hold what makes
    the older ones unnecessary. ``needed_from``: the first segment that must stay.
    """

    folder: str
    durable_from: int
    needed_from: int
    keep_days: int
    compress_after_hours: int
    utc_ns: int

    def to_argument(self) -> str:
        """Return this as a command line argument."""
        return orjson.dumps(asdict(self)).decode()


@dataclass(frozen=True, slots=True)
class Done:
    """Say what was done: how many segments went, how many were compressed, and by how much that made them smaller."""

    removed: int
    compressed: int
    bytes_saved: int


def do(chores: Chores) -> Done:
    """Remove what is old and not needed, compress what is left. Raises JournalError."""
    folder = Path(chores.folder)
    make_durable(folder, chores.durable_from)
    removed = prune(folder, chores.needed_from, chores.utc_ns, chores.keep_days)
    compressed = compress_sealed(folder, chores.utc_ns - chores.compress_after_hours * HOUR_NS)
    return Done(len(removed), len(compressed), sum(before - after for _, before, after in compressed))


def make_durable(folder: Path, first_segment: int) -> None:
    """Wait until the segments from this one on, and their names, have reached the disk. Raises JournalError."""
    written = [path for number, path in segment_paths(folder).items() if number >= first_segment]
    for path in [*written, folder]:
        try:
            fd = os.open(path, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise JournalError(disk_problem("sync", path, 0, error)) from error


def main() -> None:
    """Do the chores named on the command line."""
    os.nice(NICE)
    try:
        done = do(Chores(**orjson.loads(sys.argv[1])))
    except JournalError as error:
        sys.exit(str(error))
    sys.stdout.write(orjson.dumps(asdict(done)).decode())


if __name__ == "__main__":
    main()
