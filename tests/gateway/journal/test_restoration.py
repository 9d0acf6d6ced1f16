"""Restore books and sessions from what pruning leaves; run the housekeeping process."""

import subprocess
import sys
from pathlib import Path

import pytest

from fairlead.codecs.vocabulary.constants import SCALE, OrdType, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder
from fairlead.gateway.config import models as cm
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.beginning import last_snapshot
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.journal.housekeeping import Chores, do
from fairlead.gateway.journal.inspection import read_header
from fairlead.gateway.journal.layout import COMPRESSED_SUFFIX, segment_paths
from fairlead.gateway.journal.session_store import SessionStores
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.restoration import replay
from fairlead.gateway.retention import Retention

from .conftest import Journals

DAY_NS = 86_400_000_000_000
PROTOCOL = "FIX.4.4"


class Running:
    """Be a gateway as far as the journal is concerned."""

    def __init__(self, journals: Journals, folder: Path | None = None, utc_ns: int = 1000, **settings: int) -> None:
        recovery = journals.recover(folder)
        self.ledger = Ledger(self.record, recovery.next_epoch)
        self.stores = SessionStores(folder or journals.folder)
        replay(recovery, self.stores, self.ledger)
        self.writer = recovery.open_writer(utc_ns, 1)
        self.stores.attach(self.writer)
        self.stream = self.writer.register_stream("orders", "", utc_ns, 1)
        self.store = self.stores.open("venue:XBRK", PROTOCOL, utc_ns)
        self.retention = Retention(cm.Journal.model_validate(settings), self.writer, self.stores, self.ledger)

    def record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.writer.append(self.stream, kind, payload, utc_ns, 1)

    def order(self, number: int, utc_ns: int) -> None:
        new = NewOrder(cl_ord_id=f"A{number}", symbol="IBM", side=Side.BUY, order_qty=SCALE, ord_type=OrdType.MARKET)
        self.ledger.open_order("alpha", new, "XBRK", f"V{number}", utc_ns)

    def open_ids(self) -> list[str]:
        return [order.cl_ord_id for order in self.ledger.open_orders()]

    def stop(self) -> None:
        self.writer.commit()
        self.writer.close()


def test_pruned_journals_still_hold_every_order_and_number(journals: Journals) -> None:
    first = Running(journals)
    for number in range(200):
        first.order(number, 1000)
        first.store.record_out(number + 1, b"8=FIX%d" % number, 1000)
    first.store.advance_in(77, 1000)
    first.store.reset("daily reset", 1000)
    first.store.record_out(1, b"8=FIX new", 1000)
    first.store.advance_in(5, 1000)
    first.stop()
    second = Running(journals, utc_ns=9 * DAY_NS)
    second.retention.write_checkpoint(9 * DAY_NS)
    second.order(200, 9 * DAY_NS)
    second.writer.commit()
    done = do(second.retention.chores(9 * DAY_NS))
    assert done.removed > 2
    assert min(segment_paths(journals.folder)) == done.removed + 1
    expected = [f"A{number}" for number in range(201)]
    third = Running(journals, journals.crash())
    assert third.open_ids() == expected
    assert (third.store.next_in, third.store.next_out) == (5, 2)
    assert list(third.store.sent_messages(1, 9)) == [(1, b"8=FIX new")]
    # ids of before are still known
    assert third.ledger.has_cl_ord_id("alpha", "A0")
    found = third.ledger.find_by_venue_id("XBRK", "V0")
    assert found is not None and third.ledger.begin_cancel(
        found, CancelOrder(cl_ord_id="C", orig_cl_ord_id="A0"), "VC", 1
    )
    second.writer.close()


def test_messages_to_repeat_keep_their_segment_until_resend_days_are_over(journals: Journals) -> None:
    first = Running(journals)
    for number in range(1, 200):
        first.store.record_out(number, b"x" * 100, 1000)
    first.stop()
    second = Running(journals, utc_ns=9 * DAY_NS)
    second.retention.write_checkpoint(9 * DAY_NS)
    second.writer.commit()
    assert do(second.retention.chores(9 * DAY_NS)).removed == 0
    second.retention.write_checkpoint(40 * DAY_NS)
    second.writer.commit()
    assert do(second.retention.chores(40 * DAY_NS)).removed > 2
    assert len(list(second.store.sent_messages(1, 199))) < 199
    assert second.store.next_out == 200
    third = Running(journals, journals.crash())
    assert third.store.next_out == 200
    second.writer.close()


def test_a_snapshot_that_was_cut_short_does_not_count(journals: Journals) -> None:
    first = Running(journals)
    first.order(1, 1000)
    first.ledger.write_snapshot(1000)
    first.order(2, 1000)
    before = last_snapshot_of(first, journals)
    kept: list[tuple[int, bytes, int]] = []
    again = Ledger(lambda *record: kept.append(record), 7)
    again.write_snapshot(1000)
    first.record(*kept[0])
    first.order(3, 1000)
    assert last_snapshot_of(first, journals) == before
    assert Running(journals, journals.crash()).open_ids() == ["A1", "A2", "A3"]
    first.writer.close()


def several_segments(journals: Journals, snapshot: bool = True, checkpoints: bool = True) -> int:
    """Write some segments of orders, then what stands for them; return how many segments hold orders alone."""
    running = Running(journals)
    for number in range(400):
        running.order(number, 1000)
    segments = running.writer.segment - 1
    if checkpoints:
        running.stores.write_checkpoints(1000)
    if snapshot:
        running.ledger.write_snapshot(1000)
    running.stop()
    assert segments > 2
    return segments


def test_without_its_oldest_segment_a_journal_is_refused(journals: Journals) -> None:
    several_segments(journals, snapshot=False)
    paths = segment_paths(journals.folder)
    begins = read_header(paths[2]).first_sequence
    paths[1].unlink()
    with pytest.raises(JournalDamage) as caught:
        Running(journals)
    text = str(caught.value)
    assert f"segment 2 ({paths[2]}), offset 0" in text
    assert f"begins here with record {begins}, records 1 to {begins - 1} are missing" in text
    assert "no complete snapshot of the books was written later" in text
    assert "0 good records come before it" in text
    assert "restore the segment from a copy, or give up what follows with `fairlead journal repair" in text


def test_without_a_sessions_numbers_a_journal_is_refused(journals: Journals) -> None:
    several_segments(journals, checkpoints=False)
    segment_paths(journals.folder)[1].unlink()
    with pytest.raises(JournalDamage, match="no checkpoint written later tells the numbers of venue:XBRK"):
        Running(journals)


def test_a_snapshot_and_checkpoints_stand_for_missing_segments(journals: Journals) -> None:
    for number in range(1, several_segments(journals) + 1):
        segment_paths(journals.folder)[number].unlink()
    assert len(Running(journals).open_ids()) == 400


def test_a_snapshot_that_lost_its_beginning_stands_for_nothing(journals: Journals) -> None:
    several_segments(journals)
    paths = segment_paths(journals.folder)
    for number in list(paths)[:-1]:
        paths[number].unlink()
    with pytest.raises(JournalDamage, match="no complete snapshot"):
        Running(journals)


def test_a_first_segment_that_counts_for_nothing_is_not_the_beginning(journals: Journals) -> None:
    several_segments(journals)
    crashed = journals.recover()
    crashed.open_writer(2000, 1)
    folder = journals.crash()
    paths = segment_paths(folder)
    for number in list(paths)[:-1]:
        paths[number].unlink()
    with pytest.raises(JournalDamage, match="records 1 to [0-9]+ are missing"):
        journals.recover(folder)


def last_snapshot_of(running: Running, journals: Journals) -> int:
    running.writer.commit()
    recovery = journals.recover(journals.crash())
    try:
        return last_snapshot(recovery.segments_newest_first)
    finally:
        recovery.close()


def test_snapshots_may_go_on_into_further_segments(journals: Journals) -> None:
    first = Running(journals)
    for number in range(300):
        first.order(number, 1000)
    started = first.writer.segment
    first.ledger.write_snapshot(1000)
    assert first.writer.segment > started + 2
    first.writer.commit()
    assert last_snapshot_of(first, journals) > 0
    assert len(Running(journals, journals.crash()).open_ids()) == 300
    first.writer.close()


def test_records_that_do_not_fit_refuse_to_start(journals: Journals) -> None:
    first = Running(journals)
    first.order(1, 1000)
    order = first.ledger.open_orders()[0]
    kept: list[tuple[int, bytes, int]] = []
    other = Ledger(lambda *record: kept.append(record), 7)
    new = NewOrder(cl_ord_id="Z", symbol="IBM", side=Side.BUY, order_qty=SCALE, ord_type=OrdType.MARKET)
    stranger = other.open_order("alpha", new, "XBRK", "VZ", 1)
    other.begin_cancel(stranger, CancelOrder(cl_ord_id="C", orig_cl_ord_id="Z"), "VC", 1)
    first.record(*kept[1])
    first.stop()
    assert stranger.order_id != order.order_id
    with pytest.raises(JournalError, match=r"does not fit the books: .*order O7-1 received"):
        Running(journals)


def test_housekeeping_runs_as_a_process_and_compresses(journals: Journals) -> None:
    first = Running(journals)
    for number in range(200):
        first.order(number, 1000)
    first.stop()
    second = Running(journals, utc_ns=3 * DAY_NS)
    old = second.writer.segment - 1
    second.retention.write_checkpoint(3 * DAY_NS)
    second.writer.commit()
    chores = second.retention.chores(3 * DAY_NS)
    command = [sys.executable, "-m", "fairlead.gateway.journal.housekeeping", chores.to_argument()]
    result = subprocess.run(command, capture_output=True, check=True)
    assert b'"removed":0' in result.stdout
    paths = segment_paths(journals.folder)
    # the last of the first run was finished when the second began, less than a day ago
    assert [number for number in paths if paths[number].name.endswith(COMPRESSED_SUFFIX)] == list(range(1, old))
    second.writer.close()
    assert len(Running(journals).open_ids()) == 200


def test_housekeeping_says_what_is_in_the_way(tmp_path: Path) -> None:
    chores = Chores(str(tmp_path / "nowhere"), 0, 0, 7, 24, 0)
    command = [sys.executable, "-m", "fairlead.gateway.journal.housekeeping", chores.to_argument()]
    result = subprocess.run(command, capture_output=True)
    assert result.returncode == 1
    assert b"nowhere" in result.stderr


def test_recovery_reads_only_the_kinds_asked_for(journals: Journals) -> None:
    first = Running(journals)
    first.store.record_in(1, b"8=FIX in", 1000)
    first.store.record_out(1, b"8=FIX out", 1000)
    first.stop()
    recovery = journals.recover()
    assert {record.kind for record in recovery.records(frozenset((kinds.FRAME_OUT,)))} == {kinds.FRAME_OUT}
    # streams are learnt all the same: a writer must not give their numbers away
    assert sorted(info.name for info in recovery.streams.values()) == ["orders", "venue:XBRK"]
    recovery.close()
