"""The break queue: raised once, closed by facts or by a person, kept across restarts and checkpoints."""

from dataclasses import replace

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.reconciliation.breaks import KEEP_RESOLVED_DAYS, NS_PER_DAY, BreakError, BreakQueue, Facts

SECOND_NS = 1_000_000_000
FACTS = Facts(
    key="order O1 executions_missing",
    kind="executions_missing",
    venue="X",
    source="venue:X",
    text="CumQty 40 received, 0 booked",
    order_ids=("O1",),
    ours={"cum_qty": "0"},
    theirs={"cum_qty": "40"},
)


class Journal:
    """Keep BREAK records, and give them back."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        assert kind == kinds.BREAK
        self.records.append(Record(len(self.records) + 1, utc_ns, 0, 1, 0, kind, 0, 0, payload))

    def queue(self, epoch: int = 1) -> BreakQueue:
        queue = BreakQueue(self.record, epoch)
        for record in list(self.records):
            queue.replay(record)
        return queue


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_the_same_break_is_raised_once(journal: Journal) -> None:
    queue = journal.queue()
    first = queue.note(FACTS, 1)
    assert first is not None
    assert queue.note(FACTS, 2) is None
    assert [known.break_id for known in queue.unresolved()] == [first.break_id]
    assert len(journal.records) == 1


def test_values_that_change_are_taken_over(journal: Journal) -> None:
    queue = journal.queue()
    queue.note(FACTS, 1)
    assert queue.note(replace(FACTS, theirs={"cum_qty": "60"}), 2) is None
    (known,) = queue.unresolved()
    assert (known.facts.theirs, known.since_utc_ns) == ({"cum_qty": "60"}, 1)


def test_a_break_that_agreed_may_come_again_and_one_that_a_person_resolved_may_not(journal: Journal) -> None:
    queue = journal.queue()
    queue.note(FACTS, 1)
    queue.agree(FACTS.key, "the fill came", 0, 2)
    assert queue.unresolved() == []
    second = queue.note(FACTS, 3)
    assert second is not None
    queue.resolve(second.break_id, "jo", "the venue confirms", 0, 4)
    assert queue.note(FACTS, 5) is None
    # other values are another matter, and so is what happened again
    assert queue.note(replace(FACTS, theirs={"cum_qty": "60"}), 6) is not None
    queue.resolve(queue.unresolved()[0].break_id, "jo", "again", 0, 7)
    assert queue.note(replace(FACTS, theirs={"cum_qty": "60"}), 8, is_final=False) is not None


def test_people_acknowledge_and_resolve_with_a_reason(journal: Journal) -> None:
    queue = journal.queue()
    known = queue.note(FACTS, SECOND_NS)
    assert known is not None
    told: list[str] = []
    queue.listeners.append(lambda ended, now_ns, utc_ns: told.append(ended.break_id))
    looked = queue.acknowledge(known.break_id, "ann", "looking", 2 * SECOND_NS)
    assert (looked.state, looked.by, looked.age_s(11 * SECOND_NS)) == ("acknowledged", "ann", 10)
    with pytest.raises(BreakError, match="no reason received"):
        queue.resolve(known.break_id, "ann", " ", 0, 3 * SECOND_NS)
    ended = queue.resolve(known.break_id, "ann", "phoned", 0, 5 * SECOND_NS)
    assert (ended.state, ended.reason, ended.age_s(99 * SECOND_NS), told) == ("resolved", "phoned", 4, ["B1-1"])
    with pytest.raises(BreakError, match="was resolved by ann"):
        queue.acknowledge(known.break_id, "bob", "too late", 6 * SECOND_NS)
    with pytest.raises(BreakError, match="'B9-9' received"):
        queue.get("B9-9")


def test_a_restart_finds_each_break_as_it_was(journal: Journal) -> None:
    queue = journal.queue()
    queue.note(FACTS, 1)
    other = queue.note(replace(FACTS, key="other", kind="unanswered"), 2)
    assert other is not None
    queue.acknowledge(other.break_id, "ann", "looking", 3)
    again = journal.queue(epoch=2)
    assert again.all() == queue.all()
    assert again.note(FACTS, 4) is None
    fresh = again.note(replace(FACTS, key="third"), 5)
    assert fresh is not None
    assert fresh.break_id == "B2-1"


def test_a_checkpoint_stands_for_what_was_before_it_and_old_ends_are_forgotten(journal: Journal) -> None:
    queue = journal.queue()
    queue.note(FACTS, 1)
    old = queue.note(replace(FACTS, key="old"), 2)
    assert old is not None
    queue.resolve(old.break_id, "jo", "done", 0, 3)
    journal.records.clear()
    queue.write_checkpoint(NS_PER_DAY)
    assert [known.break_id for known in journal.queue(2).all()] == ["B1-1", "B1-2"]
    journal.records.clear()
    queue.write_checkpoint((KEEP_RESOLVED_DAYS + 1) * NS_PER_DAY)
    assert [known.break_id for known in journal.queue(2).all()] == ["B1-1"]


def test_a_record_that_is_no_break_is_refused(journal: Journal) -> None:
    journal.record(kinds.BREAK, b'{"break_id": "B1"}', 1)
    with pytest.raises(ValueError, match="BREAK record received that is no break"):
        journal.queue()
