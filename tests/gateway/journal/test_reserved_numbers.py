"""Numbers of messages that are not kept: few records, and none used twice whatever ends the process."""

import struct
from pathlib import Path

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import Recovery, recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import RESERVED_NUMBERS, JournalSessionStore, SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter

UTC_NS = 1_772_000_000_000_000_000


class Run:
    """Be one run of a process on a journal: recover, open one session's store."""

    def __init__(self, folder: Path) -> None:
        self.recovery: Recovery = recover(JournalSettings(folder, 1 << 20, "async"))
        self.stores = SessionStores(folder)
        self.records = list(self.recovery.records())
        for record in self.records:
            self.stores.replay(record)
        self.writer: JournalWriter = self.recovery.open_writer(UTC_NS, 1)
        self.stores.attach(self.writer)
        self.store: JournalSessionStore = self.stores.open("strategy:alpha", "FIX.4.4", UTC_NS)

    def end(self) -> None:
        """Commit and go without a word, as a process that is killed between two turns."""
        self.writer.commit()
        self.writer.close()
        self.stores.close()


def kinds_in(folder: Path) -> list[int]:
    run = Run(folder)
    found = [record.kind for record in run.records]
    run.end()
    return found


def test_many_unkept_messages_leave_few_records(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for number in range(1, 3000):
        run.store.count_out(number, UTC_NS)
    assert run.store.next_out == 3000
    run.end()
    assert kinds_in(tmp_path).count(kinds.RESERVED_OUT) == 3


def test_kill_leaves_out_what_may_have_been_used(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.store.record_out(1, b"logon", UTC_NS)
    run.store.count_out(2, UTC_NS)
    run.store.record_out(3, b"report", UTC_NS)
    run.store.count_out(4, UTC_NS)
    run.end()
    after = Run(tmp_path)
    assert after.store.next_out == 2 + RESERVED_NUMBERS
    assert list(after.store.sent_messages(1, 10**6)) == [(1, b"logon"), (3, b"report")]
    after.store.record_out(after.store.next_out, b"next", UTC_NS)
    after.end()
    # the numbers that were left out stay so, and nothing is set aside any more
    last = Run(tmp_path)
    assert last.store.next_out == 3 + RESERVED_NUMBERS
    last.end()


def test_end_of_a_connection_gives_the_unused_numbers_back(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.store.count_out(1, UTC_NS)
    run.store.settle_out(UTC_NS)
    run.store.settle_out(UTC_NS)
    run.end()
    after = Run(tmp_path)
    assert [record.kind for record in after.records].count(kinds.NEXT_OUT) == 1
    assert after.store.next_out == 2
    after.end()


@pytest.mark.parametrize("is_reset", [True, False])
def test_numbers_that_are_set_are_not_overruled_by_those_set_aside(tmp_path: Path, is_reset: bool) -> None:
    run = Run(tmp_path)
    run.store.count_out(500, UTC_NS)
    if is_reset:
        run.store.reset("a new day", UTC_NS)
    else:
        run.store.set_next_out(1, UTC_NS)
    run.end()
    after = Run(tmp_path)
    assert after.store.next_out == 1
    after.store.count_out(1, UTC_NS)
    assert after.store.next_out == 2
    after.end()


def test_checkpoint_keeps_what_is_set_aside(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.store.count_out(7, UTC_NS)
    run.stores.write_checkpoints(UTC_NS)
    run.store.count_out(8, UTC_NS)
    run.end()
    found = Run(tmp_path)
    last = [record for record in found.records if record.kind in (kinds.CHECKPOINT, kinds.RESERVED_OUT)][-1]
    assert (last.kind, last.payload) == (kinds.RESERVED_OUT, struct.pack("<Q", 7 + RESERVED_NUMBERS))
    assert found.store.next_out == 7 + RESERVED_NUMBERS
    found.end()
