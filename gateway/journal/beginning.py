"""Tell whether a journal whose oldest records are gone still holds what stands for them.

Old segments go once a snapshot of the books and each session's numbers were written behind them. Where a segment is
gone without these, the past is not short but unknown: orders, positions, used ids and numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.gateway.journal.kinds import CHECKPOINT, RESET, SNAPSHOT, STREAM
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import unpack_stream
from fairlead.gateway.orders.snapshot_cy import END, START, part_of, record_count

NewestFirst = Callable[[frozenset[int]], Iterator[list[Record]]]
"""The records of some kinds, a segment at a time from the last back, each list in order."""

_SNAPSHOTS: Final = frozenset((SNAPSHOT,))
_NUMBERS: Final = frozenset((CHECKPOINT, RESET))


def last_snapshot(newest_first: NewestFirst) -> int:
    """Return the sequence of the first record of the last complete snapshot, 0 where there is none.

    A snapshot may be cut short: by a power cut, for what a process did not commit does not count. Then the one before
    it serves, which is still there because nothing is removed before a snapshot is on the disk. Raises DecodeError.
    """
    later: list[Record] = []
    for records in newest_first(_SNAPSHOTS):
        later = records + later
        end = -1
        for at in range(len(later) - 1, -1, -1):
            part = part_of(later[at].payload)
            if part == END:
                end = at
            elif part == START and end >= 0 and record_count(later[end].payload) == end - at + 1:
                return later[at].sequence
    return 0


def what_is_unknown(oldest: Iterable[Record], newest_first: NewestFirst) -> str:
    """Return in words what was lost with the records before the ``oldest`` segment's, "" where nothing was."""
    try:
        if not last_snapshot(newest_first):
            return "no complete snapshot of the books was written later"
    except DecodeError as error:
        return f"the snapshot written later can't be read: {error}"
    # a session that began before has its stream named again at the head of the segment
    streams = [unpack_stream(record.payload) for record in takewhile(lambda record: record.kind == STREAM, oldest)]
    sessions = {info.stream: info.name for info in streams if info.protocol}
    for records in newest_first(_NUMBERS):
        for record in records:
            sessions.pop(record.stream, None)
        if not sessions:
            return ""
    return f"no checkpoint written later tells the numbers of {', '.join(sessions.values())}" if sessions else ""
