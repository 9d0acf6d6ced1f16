"""Roll, prepare, sync, run out of space: a writer says so, and stays failed."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.layout import segment_path, unpack_header
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.writer_cy import JournalWriter

from .conftest import Journals

Put = Callable[[JournalWriter, bytes], int]


def prepare_all(writer: JournalWriter) -> int:
    slices = 0
    while writer.prepare(4096, slices):
        slices += 1
    return slices


def test_the_next_segment_is_prepared_in_slices(journals: Journals, put: Put) -> None:
    writer = journals.open(segment_bytes=5 * 8192)
    assert not writer.is_next_ready
    assert prepare_all(writer) >= 10
    assert writer.is_next_ready
    assert (journals.folder / "00000002.next").stat().st_size == 5 * 8192
    while writer.segment == 1:
        put(writer, b"0123456789" * 50)
    writer.commit()
    assert writer.unprepared_rolls == 0
    assert not (journals.folder / "00000002.next").exists()
    prepare_all(writer)
    sealed = unpack_header(segment_path(journals.folder, 1).read_bytes())
    assert sealed.committed == sealed.sealed == segment_path(journals.folder, 1).stat().st_size


def test_a_roll_without_preparation_is_counted(journals: Journals, put: Put) -> None:
    writer = journals.open()
    while writer.segment == 1:
        put(writer, b"0123456789" * 50)
    writer.commit()
    assert writer.unprepared_rolls == 1
    assert len(journals.payloads(journals.crash())) == 15


def test_a_record_that_no_segment_holds_is_refused_and_nothing_else_happens(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"before")
    with pytest.raises(ValueError, match="a record of 9040 bytes, expected one that a segment of 8192 can hold"):
        put(writer, bytes(9000))
    put(writer, b"after")
    writer.commit()
    writer.close()
    assert journals.payloads() == [b"before", b"after"]


def test_the_largest_record_fills_a_segment_to_the_byte(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"before")
    largest = bytes(range(256)) * 31 + bytes(8192 - 128 - 40 - 256 * 31)
    put(writer, largest)
    assert (writer.segment, writer.bytes_left) == (2, 0)
    put(writer, b"after")
    writer.commit()
    writer.close()
    assert journals.payloads() == [b"before", largest, b"after"]


@pytest.mark.parametrize(("stream", "kind"), [(-1, 1), (65536, 1), (1, -1), (1, 65536)])
def test_stream_and_kind_are_u16(journals: Journals, stream: int, kind: int) -> None:
    writer = journals.open()
    with pytest.raises(ValueError, match="expected 0 to 65535"):
        writer.append(stream, kind, b"x", 0, 0)
    writer.commit()
    writer.close()
    assert journals.recover().report.records == 0


@pytest.mark.parametrize("settings", [{"segment_bytes": 100}, {"segment_bytes": 4097}, {"sync": "sometimes"}])
def test_settings_are_checked(tmp_path: Path, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        JournalSettings(tmp_path, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(("sync", "turn", "commit"), [("async", 0, 0), ("group", 0, 1), ("always", 3, 1)])
def test_when_the_disk_is_waited_for(
    journals: Journals, put: Put, monkeypatch: pytest.MonkeyPatch, sync: str, turn: int, commit: int
) -> None:
    writer = journals.open(sync=sync)  # type: ignore[arg-type]
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    for _ in range(3):
        put(writer, b"x")
    assert len(synced) == turn
    writer.commit()
    assert len(synced) == turn + commit
    writer.commit()
    assert len(synced) == turn + commit


def test_a_turn_over_two_segments_syncs_the_earlier_one_before_it_commits(
    journals: Journals, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = journals.open(sync="group")
    while writer.segment == 1:
        put(writer, b"0123456789" * 50)
    seen: list[tuple[str, int]] = []

    def fdatasync(fd: int) -> None:
        name = Path(f"/proc/self/fd/{fd}").readlink().name
        seen.append((name, unpack_header(segment_path(journals.folder, 2).read_bytes()).committed))

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    writer.commit()
    assert seen == [("00000001.seg", 128), ("00000002.seg", writer.position)]


def test_a_failed_sync_fails_the_writer_for_good(journals: Journals, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = journals.open(sync="group")
    put(writer, b"x")

    def fail(_fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(JournalError, match=r"can't sync journal segment .*00000001.seg: Input/output error"):
        writer.commit()
    monkeypatch.undo()
    for action in (writer.commit, lambda: put(writer, b"y")):
        with pytest.raises(JournalError, match="Input/output error"):
            action()
    assert not writer.prepare(4096, 10)
    assert "Input/output error" in writer.failure
    writer.close()


def test_a_closed_writer_says_so(journals: Journals, put: Put) -> None:
    writer = journals.open()
    writer.close()
    writer.close()
    with pytest.raises(JournalError, match="is closed"):
        put(writer, b"x")


FULL_DISK = """
import resource, sys
from pathlib import Path
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
writer = recover(JournalSettings(folder, 65536, fault_ahead_bytes=8192)).open_writer(1, 1)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
committed = 0
try:
    for number in range(100000):
        while writer.prepare(16384, number):
            pass
        if writer.last_problem:
            print("warned", committed < number or committed == number, writer.bytes_left > 0, writer.last_problem)
        writer.append(0, 1000, b"%08d" % number * 50, 1, 1)
        writer.commit()
        committed = number + 1
except JournalError as error:
    print("failed", committed, error)
    for action in (writer.commit, lambda: writer.append(0, 1000, b"", 1, 1)):
        try:
            action()
        except JournalError:
            print("still failed")
"""


def fill(folder: Path, limit: int) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder), str(limit)], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, f"{result.returncode}: {result.stderr}"
    return result.stdout.splitlines()


def check_filled(lines: list[str], folder: Path, reason: str) -> None:
    warnings = [line for line in lines if line.startswith("warned")]
    assert warnings
    assert all(line.startswith("warned True True can't prepare the next journal segment in") for line in warnings)
    failed = next(line for line in lines if line.startswith("failed"))
    assert f"can't start a journal segment in {folder}" in failed
    assert "bytes wanted" in failed
    assert reason in failed
    assert lines[-2:] == ["still failed", "still failed"]
    committed = int(failed.split()[1])
    assert committed > 0


def test_a_file_size_limit_is_told_before_and_when_it_bites(tmp_path: Path) -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert soft == resource.RLIM_INFINITY or soft > 65536
    lines = fill(tmp_path / "journal", 40_000)
    check_filled(lines, tmp_path / "journal", "File too large")


def test_a_full_disk_is_told_before_and_when_it_bites(tmp_path: Path, journals: Journals) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], capture_output=True, text=True)
    if mount.returncode != 0:
        pytest.skip(f"mounting a tmpfs is not allowed here: {mount.stderr.strip()}")
    try:
        lines = fill(disk / "journal", 0)
        check_filled(lines, disk / "journal", "No space left on device")
        committed = int(next(line for line in lines if line.startswith("failed")).split()[1])
        assert journals.payloads(disk / "journal") == [b"%08d" % number * 50 for number in range(committed)]
    finally:
        subprocess.run(["umount", disk], check=True)
