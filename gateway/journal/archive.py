"""Compress sealed segments, and let old ones go."""

import gzip
import os
from itertools import pairwise
from pathlib import Path
from typing import Final

from fairlead.gateway.journal.errors import JournalError, disk_problem
from fairlead.gateway.journal.inspection import read_header, read_segment
from fairlead.gateway.journal.layout import COMPRESSED_SUFFIX, SUFFIX, segment_paths, unpack_header

_DAY_NS: Final = 86_400_000_000_000
# The last two may still be touched: the one being written, and the one before it by a recovery.
_LEFT_ALONE: Final = 2


def compress_sealed(folder: Path, before_utc_ns: int | None = None) -> list[tuple[Path, int, int]]:
    """Compress every sealed segment but the newest two; return (path, bytes before, bytes after) of each.

    Those finished after ``before_utc_ns`` are left alone. Safe beside a running gateway. The plain file goes once the
    compressed one is on disk and was read back. Raises JournalError.
    """
    done = []
    paths = segment_paths(folder)
    unfinished = first_segment_since(folder, before_utc_ns) if before_utc_ns is not None else max(paths, default=0) + 1
    for number, path in list(paths.items())[:-_LEFT_ALONE]:
        if path.name.endswith(COMPRESSED_SUFFIX) or number >= unfinished:
            continue
        try:
            data = path.read_bytes()
            header = unpack_header(data)
            if header.sealed == 0 or header.committed != header.sealed:
                raise JournalError(f"segment {path} was not sealed: run `fairlead journal verify {folder}`")
            done.append((*_compress(path, data[: header.sealed]),))
        except OSError as error:
            raise JournalError(disk_problem("compress", path, 0, error)) from error
        except ValueError as error:
            raise JournalError(f"segment {path}: {error}") from error
    return done


def _compress(path: Path, data: bytes) -> tuple[Path, int, int]:
    target = path.with_name(path.name.removesuffix(SUFFIX) + COMPRESSED_SUFFIX)
    part = target.with_name(target.name + ".part")
    packed = gzip.compress(data, mtime=0)
    with part.open("wb") as file:
        file.write(packed)
        file.flush()
        os.fsync(file.fileno())
    part.rename(target)
    if read_segment(target) != data:
        target.unlink()
        raise ValueError("the compressed copy does not read back; the segment is left as it was")
    path.unlink(missing_ok=True)
    return target, len(data), len(packed)


def prune(folder: Path, needed_from: int, utc_ns: int, keep_days: int = 0, keep_segments: int = 0) -> list[Path]:
    """Remove the oldest segments that nothing needs; return their paths.

    A segment goes only if it lies before ``needed_from``, was finished more than ``keep_days`` ago, and
    ``keep_segments`` newer ones remain. ``needed_from`` is the first segment that anything alive refers to:
    ``SessionStores.oldest_segment_needed()`` (messages that may be resent, the sessions' numbers), and where the last
    snapshot of the books begins. Raises JournalError.
    """
    paths = segment_paths(folder)
    numbers = list(paths)
    removable = numbers[: min(max(len(numbers) - keep_segments, 0), max(len(numbers) - _LEFT_ALONE, 0))]
    finished_later = first_segment_since(folder, utc_ns - keep_days * _DAY_NS)
    removed = []
    for number in removable:
        if number >= min(needed_from, finished_later):
            break
        try:
            paths[number].unlink()
        except OSError as error:
            raise JournalError(disk_problem("remove", paths[number], 0, error)) from error
        removed.append(paths[number])
    return removed


def first_segment_since(folder: Path, utc_ns: int) -> int:
    """Return the first segment that was finished at ``utc_ns`` or later, or is not finished; 0 for no segments.

    A segment is finished when the next one was created. Raises JournalError.
    """
    paths = list(segment_paths(folder).items())
    for (number, path), (_, successor) in pairwise(paths):
        try:
            created_utc_ns = read_header(successor).created_utc_ns
        except (OSError, ValueError) as error:
            raise JournalError(f"can't tell how old segment {path} is: {error}") from error
        if created_utc_ns >= utc_ns:
            return number
    return paths[-1][0] if paths else 0
