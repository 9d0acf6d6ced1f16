"""Bring sessions and books back from the journal: from the last complete snapshot and what follows it."""

import gc
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.recovery import Recovery
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.session_store import STATE_KINDS, SessionStores
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.snapshot_cy import END, START, part_of, record_count

LEDGER_KINDS: Final = frozenset((kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))
_SNAPSHOTS: Final = frozenset((kinds.SNAPSHOT,))


def replay(recovery: Recovery, stores: SessionStores, ledger: Ledger) -> None:
    """Rebuild sessions and books through the code that made them.

    Records of the ledger before its last complete snapshot are passed over: the segments that held them may be gone.
    Raises JournalError for a record that does not fit the ones before it.
    """
    try:
        snapshot_starts = last_snapshot(recovery)
    except DecodeError as error:
        raise JournalError(f"journal {recovery.settings.folder} has a snapshot that can't be read: {error}") from error
    # all that is made here stays: looking for garbage among it takes half of the time
    gc.disable()
    try:
        _replay_from(snapshot_starts, recovery, stores, ledger)
    finally:
        gc.enable()


def _replay_from(snapshot_starts: int, recovery: Recovery, stores: SessionStores, ledger: Ledger) -> None:
    for record in recovery.records(STATE_KINDS | LEDGER_KINDS):
        if record.kind not in LEDGER_KINDS:
            stores.replay(record)
        elif record.sequence >= snapshot_starts:
            _replay_into(ledger, record, recovery)


def _replay_into(ledger: Ledger, record: Record, recovery: Recovery) -> None:
    try:
        ledger.replay(record.kind, record.payload, record.utc_ns)
    except DecodeError as error:
        raise JournalError(
            f"record {record.sequence} of journal {recovery.settings.folder} is whole but does not fit the books: "
            f"{error}; was it written by another version, or are earlier segments missing? "
            f"See `fairlead journal cat {recovery.settings.folder}`"
        ) from error


def last_snapshot(recovery: Recovery) -> int:
    """Return the sequence of the first record of the last complete snapshot, 0 where there is none.

    A snapshot may be cut short: by a power cut, for what a process did not commit does not count. Then the one before
    it serves, which is still there because nothing is removed before a snapshot is on the disk.
    """
    later: list[Record] = []
    for records in recovery.segments_newest_first(_SNAPSHOTS):
        later = records + later
        end = -1
        for at in range(len(later) - 1, -1, -1):
            part = part_of(later[at].payload)
            if part == END:
                end = at
            elif part == START and end >= 0 and record_count(later[end].payload) == end - at + 1:
                return later[at].sequence
    return 0
