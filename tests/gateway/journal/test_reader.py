"""Follow a journal while it is written, across rolls, restarts and processes."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from fairlead.gateway.journal.archive import compress_sealed
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.journal.layout import segment_path
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.writer_cy import JournalWriter

from .conftest import Journals

Put = Callable[[JournalWriter, bytes], int]


def read_on(reader: JournalReader) -> list[bytes]:
    found = []
    while (record := reader.next_record()) is not None:
        found.append(record.payload)
    return found


def test_only_what_is_committed_is_seen(journals: Journals, put: Put) -> None:
    writer = journals.open()
    reader = JournalReader(journals.folder)
    assert read_on(reader) == []
    put(writer, b"one")
    assert read_on(reader) == []
    writer.commit()
    assert read_on(reader) == [b"one"]
    put(writer, b"two")
    put(writer, b"three")
    writer.commit()
    assert read_on(reader) == [b"two", b"three"]
    assert read_on(reader) == []


def test_a_turn_over_two_segments_is_seen_whole_or_not(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"before")
    writer.commit()
    reader = JournalReader(journals.folder)
    assert read_on(reader) == [b"before"]
    turn = [b"%d" % number * 300 for number in range(10, 60)]
    for payload in turn:
        put(writer, payload)
        assert read_on(reader) == []
    assert writer.segment > 2
    writer.commit()
    assert read_on(reader) == turn


def test_goes_on_over_a_restart_that_drops_a_tail(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"before")
    writer.commit()
    reader = JournalReader(journals.folder)
    assert read_on(reader) == [b"before"]
    while writer.segment < 3:
        put(writer, b"never committed" * 20)
    assert read_on(reader) == []
    writer.close()
    again = journals.open()
    assert read_on(reader) == []
    put(again, b"after")
    again.commit()
    assert read_on(reader) == [b"after"]


def test_reads_compressed_segments_alike(journals: Journals, put: Put) -> None:
    writer = journals.open()
    written = [b"%d" % number * 200 for number in range(100, 160)]
    for payload in written:
        put(writer, payload)
        writer.commit()
    writer.close()
    done = compress_sealed(journals.folder)
    assert len(done) == writer.segment - 2
    assert all(after < before / 3 for _, before, after in done)
    assert not segment_path(journals.folder, 1).exists()
    assert read_on(JournalReader(journals.folder)) == written
    assert journals.payloads() == written


def test_starts_at_a_given_segment(journals: Journals, put: Put) -> None:
    for payload in (b"one", b"two", b"three"):
        writer = journals.open()
        put(writer, payload)
        writer.commit()
        writer.close()
    assert read_on(JournalReader(journals.folder, first_segment=2)) == [b"two", b"three"]


def test_damage_is_told_not_skipped(journals: Journals, put: Put) -> None:
    writer = journals.open()
    for payload in (b"one", b"two", b"three"):
        put(writer, payload)
    writer.commit()
    path = segment_path(journals.crash(), 1)
    data = bytearray(path.read_bytes())
    data[128 + 48 + 41] ^= 1
    path.write_bytes(data)
    reader = JournalReader(path.parent)
    first = reader.next_record()
    assert first is not None
    assert first.payload == b"one"
    with pytest.raises(JournalDamage, match=r"segment 1 .*offset 176: crc32c [0-9a-f]{8}, computed"):
        reader.next_record()


def test_a_folder_that_is_not_there_is_an_error(journals: Journals) -> None:
    with pytest.raises(JournalError, match="no journal folder"):
        JournalReader(journals.folder / "nowhere").next_record()


FOLLOWER = """
import sys, time
from pathlib import Path
from fairlead.gateway.journal.reader import JournalReader

reader = JournalReader(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    record = reader.next_record()
    if record is None:
        time.sleep(0.001)
    elif record.payload == b"end":
        break
    else:
        print(record.sequence, record.payload.decode(), flush=True)
"""


def test_another_process_follows_across_rolls(journals: Journals, put: Put) -> None:
    writer = journals.open()
    command = [sys.executable, "-c", FOLLOWER, str(journals.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        expected = []
        for number in range(300):
            payload = f"{number} " * (number % 90 + 1)
            expected.append(f"{put(writer, payload.encode())} {payload}\n")
            if number % 3 == 0 or number % 50 == 0:
                writer.commit()
                writer.prepare(4096, number)
            if number % 50 == 0:
                # it has followed up to here while the writer goes on
                while child.stdout.readline() != expected[number]:
                    pass
        put(writer, b"end")
        writer.commit()
        rest = child.stdout.readlines()
    assert child.returncode == 0
    assert rest == expected[251:]
    assert writer.segment > 5
