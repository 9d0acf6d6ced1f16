"""Pass every record on once, whatever dies between."""

from pathlib import Path
from typing import Any

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.operations.database import Database, DatabaseError
from fairlead.gateway.operations.following import JournalFollower


class Counting:
    """Keep what was seen in a table, and a sum of it outside of any."""

    name = "counting"
    kinds = frozenset((kinds.DECISION,))

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0
        self.streams: list[str] = []
        database.connection.execute("create table if not exists seen (sequence integer primary key, payload blob)")

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        self.database.connection.execute("insert into seen values (?, ?)", (record.sequence, record.payload))
        self.streams.append(stream.name)
        self.count += 1

    def keep(self) -> Any:
        return {"count": self.count}

    def restore(self, state: Any) -> None:
        self.count = state["count"]

    def payloads(self) -> list[bytes]:
        return [row["payload"] for row in self.database.rows("select payload from seen order by sequence")]


class Scene:
    """A journal, a database, and a follower that may be started again."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal"
        self.database_path = folder / "state" / "operations.db"
        self.databases: list[Database] = []

    def writer(self) -> JournalWriter:
        return recover(JournalSettings(self.journal, 8192, "async", fault_ahead_bytes=4096)).open_writer(1_000, 1)

    def follower(self) -> tuple[JournalFollower, Counting]:
        database = Database(self.database_path)
        self.databases.append(database)
        listener = Counting(database)
        return JournalFollower(self.journal, database, [listener]), listener


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    found = Scene(tmp_path)
    yield found
    for database in found.databases:
        database.close()


def put(writer: JournalWriter, *payloads: bytes) -> None:
    stream = writer.register_stream("orders", "", 1_000, 1)
    for payload in payloads:
        writer.append(stream, kinds.DECISION, payload, 5_000, 7)
        writer.append(stream, kinds.START, b"not wanted", 5_000, 7)
    writer.commit()


def test_a_journal_that_is_not_there_yet_is_waited_for(scene: Scene) -> None:
    follower, listener = scene.follower()
    assert follower.poll() == 0
    assert follower.is_caught_up
    assert follower.problem == ""
    put(scene.writer(), b"one", b"two")
    assert follower.poll() >= 2
    assert listener.payloads() == [b"one", b"two"]
    assert set(listener.streams) == {"orders"}
    assert follower.last_utc_ns == 5_000


def test_a_restart_goes_on_behind_the_last_record(scene: Scene) -> None:
    writer = scene.writer()
    put(writer, b"one", b"two")
    follower, _ = scene.follower()
    follower.poll()
    put(writer, *(b"%d" % number * 600 for number in range(30)))
    assert writer.segment > 2
    second, listener = scene.follower()
    assert listener.count == 2
    second.poll()
    assert listener.count == 32
    assert listener.payloads()[:2] == [b"one", b"two"]
    assert len(listener.payloads()) == 32


def test_batches_are_bounded(scene: Scene) -> None:
    put(scene.writer(), *(b"%d" % number for number in range(10)))
    follower, listener = scene.follower()
    seen = []
    while not follower.is_caught_up:
        follower.poll(limit=3)
        seen.append(len(listener.payloads()))
    assert seen[-1] == 10
    assert all(after - before <= 3 for before, after in zip([0, *seen], seen, strict=False))


def test_a_death_within_a_batch_leaves_nothing_out_and_repeats_nothing(scene: Scene) -> None:
    put(scene.writer(), b"one", b"two", b"three")
    follower, listener = scene.follower()
    take = listener.on_record

    def die_at_two(record: Record, stream: StreamInfo) -> None:
        take(record, stream)
        if record.payload == b"two":
            raise KeyboardInterrupt

    listener.on_record = die_at_two  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        follower.poll()
    second, fresh = scene.follower()
    second.poll()
    assert fresh.payloads() == [b"one", b"two", b"three"]
    assert fresh.count == 3


def test_damage_is_told_and_what_came_before_it_is_kept(scene: Scene) -> None:
    writer = scene.writer()
    put(writer, b"good")
    put(writer, b"to be damaged")
    path = next(scene.journal.glob("*.seg"))
    whole = path.read_bytes()
    at = whole.index(b"to be damaged")
    path.write_bytes(whole[:at] + b"TO" + whole[at + 2 :])
    follower, listener = scene.follower()
    follower.poll()
    assert "crc32c" in follower.problem
    assert listener.payloads() == [b"good"]
    path.write_bytes(whole)
    follower.poll()
    assert follower.problem == ""
    assert listener.payloads() == [b"good", b"to be damaged"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "operations.db"
    path.write_bytes(b"something else altogether, long enough to be read as a header of SQLite's" * 4)
    with pytest.raises(DatabaseError, match="expected an SQLite database"):
        Database(path)


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "operations.db", ["create table if not exists notes (text text)"])
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute("insert into notes values ('lost')")
        with database.transaction() as inner:
            inner.execute("insert into notes values ('lost as well')")
        raise ZeroDivisionError
    with database.transaction() as connection:
        connection.execute("insert into notes values ('kept')")
    assert [row["text"] for row in database.rows("select text from notes")] == ["kept"]
    database.close()
