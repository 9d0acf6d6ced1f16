"""Bring sessions and books back from the journal: from the last complete snapshot and what follows it."""

import gc
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.beginning import last_snapshot
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.recovery import Recovery
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.session_store import STATE_KINDS, SessionStores
from fairlead.gateway.orders.ledger_cy import Ledger

LEDGER_KINDS: Final = frozenset((kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))

Parts = Mapping[int, Callable[[Record], object]]
"""What else is rebuilt from the journal, by kind of record: each takes the records of its kind, in order."""


def replay(recovery: Recovery, stores: SessionStores, ledger: Ledger, parts: Parts = MappingProxyType({})) -> None:
    """Rebuild sessions, books and ``parts`` through the code that made them.

    Records of the ledger before its last complete snapshot are passed over: the segments that held them may be gone.
    A part gets all of its records that are left; what it must not forget it writes down again at each checkpoint
    (``Retention.add_part``). Raises JournalError for a record that does not fit the ones before it.
    """
    try:
        snapshot_starts = last_snapshot(recovery.segments_newest_first)
    except DecodeError as error:
        raise JournalError(f"journal {recovery.settings.folder} has a snapshot that can't be read: {error}") from error
    # all that is made here stays: looking for garbage among it takes half of the time
    gc.disable()
    try:
        _replay_from(snapshot_starts, recovery, stores, ledger, parts)
    finally:
        gc.enable()


def _replay_from(snapshot_starts: int, recovery: Recovery, stores: SessionStores, ledger: Ledger, parts: Parts) -> None:
    for record in recovery.records(STATE_KINDS | LEDGER_KINDS | frozenset(parts)):
        if record.kind in parts:
            _replay_into_part(parts[record.kind], record, recovery)
        elif record.kind not in LEDGER_KINDS:
            stores.replay(record)
        elif record.sequence >= snapshot_starts:
            _replay_into(ledger, record, recovery)


def _replay_into_part(part: Callable[[Record], object], record: Record, recovery: Recovery) -> None:
    try:
        part(record)
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(
            f"record {record.sequence} ({kinds.kind_name(record.kind)}) of journal {recovery.settings.folder} is whole "
            f"but can't be taken: {error!r}; was it written by another version? "
            f"See `fairlead journal cat {recovery.settings.folder}`"
        ) from error


def _replay_into(ledger: Ledger, record: Record, recovery: Recovery) -> None:
    try:
        ledger.replay(record.kind, record.payload, record.utc_ns)
    except DecodeError as error:
        raise JournalError(
            f"record {record.sequence} of journal {recovery.settings.folder} is whole but does not fit the books: "
            f"{error}; was it written by another version, or are earlier segments missing? "
            f"See `fairlead journal cat {recovery.settings.folder}`"
        ) from error
