"""What a checkpoint keeps of a drop copy is all that a start needs of it, once older segments are gone."""

from pathlib import Path

import pytest
from path_bench import SECOND_NS, UTC_NS, Bench

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.reconciliation.copy_records import CopyMemories, CopyRecords
from fairlead.gateway.reconciliation.drop_copy import KEEP_NS, DropCopy, DropCopySettings


class Desk:
    """An order path with a drop copy of venue X, and the records of copies."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.records: list[Record] = []
        self.copies = self.begin()

    def begin(self) -> DropCopy:
        """Start, from what is recorded."""
        memories = CopyMemories()
        for record in self.records:
            memories.take(record)
        books = DropCopy(
            DropCopySettings("DC", "X", 10 * SECOND_NS, 60 * SECOND_NS),
            self.bench.ledger,
            self.bench.path.reconciliation.breaks,
            CopyRecords("DC", self._record),
            lambda event, utc_ns, **fields: None,
            lambda account, reason, now_ns, utc_ns: None,
        )
        books.restore(memories.of("DC"), *self.bench.times)
        books.on_copies_up(True, *self.bench.times)
        self.bench.path.reconciliation.trade_listeners[:] = [books.take_own]
        return books

    def _record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.records.append(Record(len(self.records), utc_ns, 0, 1, 0, kind, 0, 0, payload))

    def fill(self, cl_ord_id: str, exec_id: str) -> None:
        self.bench.fill(self.bench.x, cl_ord_id, 10, exec_id, OrdStatus.PARTIALLY_FILLED)

    def copy(self, cl_ord_id: str, exec_id: str) -> None:
        report = Report(
            kind=ReportKind.FILLED,
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            cl_ord_id=cl_ord_id,
            exec_id=exec_id,
            last_qty=10 * SCALE,
            last_px=10 * SCALE,
        )
        self.copies.on_copy(report, "", "ACC-a", "", *self.bench.times)

    def pass_time(self, seconds: float) -> None:
        self.bench.pass_time(seconds)
        self.copies.tick(True, *self.bench.times)

    def kinds(self) -> list[str]:
        return sorted(known.facts.kind for known in self.bench.path.reconciliation.breaks.unresolved())

    def net(self) -> list[tuple[str, str]]:
        return [(row["ours"], row["theirs"]) for row in self.copies.position_rows()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_start_after_a_checkpoint_knows_what_matched_and_what_did_not(desk: Desk) -> None:
    order = desk.bench.open("1")
    desk.pass_time(1)
    for exec_id in ("E1", "E2"):
        desk.fill(order, exec_id)
    desk.copy(order, "E1")
    desk.copy("", "E3")
    desk.pass_time(0)
    before = len(desk.records)
    desk.copies.write_checkpoint(desk.bench.times[1])
    # older segments are gone
    del desk.records[:before]
    desk.copies = desk.begin()
    desk.copy(order, "E1")
    assert desk.copies.matcher.counts.duplicates == 1
    # what our own session could still tell is waited for from now on
    desk.pass_time(0)
    desk.pass_time(11)
    assert desk.kinds() == ["missing_at_ours", "missing_at_theirs", "position_differs"]
    desk.copy(order, "E2")
    assert desk.kinds() == ["missing_at_ours", "position_differs"]


def test_sums_outlive_the_executions_that_made_them(desk: Desk) -> None:
    order = desk.bench.open("1")
    desk.pass_time(1)
    desk.fill(order, "E1")
    desk.copy(order, "E1")
    desk.pass_time(KEEP_NS / SECOND_NS + 1)
    before = len(desk.records)
    desk.copies.write_checkpoint(desk.bench.times[1])
    del desk.records[:before]
    assert desk.copies.matcher.entries == []
    assert desk.net() == [("10", "10")]
    assert b'"copies"' not in b"".join(record.payload for record in desk.records)
    memories = CopyMemories()
    for record in desk.records:
        memories.take(record)
    assert memories.of("DC").sums == {("ACC-a", "MSFT"): 10 * SCALE}


def test_executions_of_before_a_drop_copy_began_are_not_expected_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.bench.open("1")
    desk.fill(order, "E1")
    desk.records.clear()
    desk.bench.now_ns += SECOND_NS
    desk.copies = desk.begin()
    desk.pass_time(60)
    # one that comes all the same is no news either
    desk.copy(order, "E1")
    desk.pass_time(60)
    assert desk.kinds() == []
    assert desk.net() == [("10", "10")]
    desk.fill(order, "E2")
    desk.pass_time(60)
    assert desk.kinds() == ["missing_at_theirs", "position_differs"]
    assert desk.bench.times[1] > UTC_NS
