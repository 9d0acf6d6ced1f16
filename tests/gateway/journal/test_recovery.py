"""Kill, cut and damage journals: what was committed is there, or start-up says why not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.journal.kinds import CHECKPOINT
from fairlead.gateway.journal.layout import COMMITTED_AT, HEADER_BYTES, SEALED_AT, SYNCED_AT, segment_path
from fairlead.gateway.journal.writer_cy import JournalWriter

from .conftest import KIND, NEXT_BOOT, THIS_BOOT, Journals, write_snapshot

Put = Callable[[JournalWriter, bytes], int]


def patch(path: Path, at: int, value: int, size: int = 8) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + size] = value.to_bytes(size, "little")
    path.write_bytes(data)


def test_a_new_journal_starts_with_record_1_of_epoch_1(journals: Journals, put: Put) -> None:
    writer = journals.open()
    assert (writer.epoch, writer.sequence, put(writer, b"a"), put(writer, b"b")) == (1, 1, 1, 2)


def test_each_start_is_a_new_epoch_and_goes_on_with_the_sequence(journals: Journals, put: Put) -> None:
    for epoch in (1, 2, 3):
        writer = journals.open()
        assert writer.epoch == epoch
        assert put(writer, b"x%d" % epoch) == epoch
        writer.commit()
        writer.close()
    assert journals.payloads() == [b"x1", b"x2", b"x3"]


def test_an_uncommitted_tail_never_arrived(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"kept")
    writer.commit()
    put(writer, b"dropped")
    put(writer, b"dropped too")
    crashed = journals.crash()
    recovery = journals.recover(crashed)
    report = recovery.report
    assert (report.records, report.uncommitted_records, report.uncommitted_bytes) == (1, 2, 48 + 56)
    assert "dropped 2 records (104 bytes) that were never committed" in str(report)
    assert report.torn == ""
    again = recovery.open_writer(1, 1)
    assert again.sequence == 2
    again.close()
    assert journals.payloads(crashed) == [b"kept"]


def test_closing_drops_what_was_not_committed(journals: Journals, put: Put) -> None:
    writer = journals.open()
    put(writer, b"kept")
    writer.commit()
    put(writer, b"dropped")
    writer.close()
    assert journals.payloads() == [b"kept"]


def spill(journals: Journals, put: Put, segments: int) -> tuple[JournalWriter, list[bytes]]:
    """Commit one record, then append a turn that goes on over ``segments`` more segments; not committed."""
    writer = journals.open()
    put(writer, b"before")
    writer.commit()
    turn = []
    while writer.segment < 1 + segments:
        turn.append(b"turn %4d " % len(turn) * 20)
        put(writer, turn[-1])
    return writer, turn


@pytest.mark.parametrize("segments", [1, 2, 3])
def test_a_turn_over_several_segments_counts_whole_or_not_at_all(journals: Journals, put: Put, segments: int) -> None:
    writer, turn = spill(journals, put, segments)
    assert journals.payloads(journals.crash()) == [b"before"]
    before = {n: segment_path(journals.folder, n).read_bytes()[:HEADER_BYTES] for n in range(1, segments + 1)}
    writer.commit()
    assert journals.payloads(journals.crash()) == [b"before", *turn]
    # killed between the one store that commits and the stores that settle the earlier segments
    for settled in range(segments + 1):
        crashed = journals.crash()
        for number in range(settled + 1, segments + 1):
            path = segment_path(crashed, number)
            path.write_bytes(before[number] + path.read_bytes()[HEADER_BYTES:])
        assert journals.payloads(crashed) == [b"before", *turn]
        again = journals.open(crashed)
        put(again, b"after")
        again.commit()
        again.close()
        assert journals.payloads(crashed) == [b"before", *turn, b"after"]


def test_killed_while_rolling_the_turn_is_dropped(journals: Journals, put: Put) -> None:
    spill(journals, put, 1)
    # sealed, but the next segment not yet there
    crashed = journals.crash()
    segment_path(crashed, 2).unlink()
    assert journals.payloads(crashed) == [b"before"]
    # there under its name of preparation
    crashed = journals.crash()
    segment_path(crashed, 2).rename(crashed / "00000002.next")
    again = journals.open(crashed)
    again.close()
    assert not (crashed / "00000002.next").exists()
    assert journals.payloads(crashed) == [b"before"]


def test_recovery_can_be_killed_anywhere_and_run_again(journals: Journals, put: Put) -> None:
    writer, _ = spill(journals, put, 1)
    crashed = journals.crash()
    journals.open(crashed).close()
    # stopped after the unused segment went, and before the seal
    again = journals.crash()
    segment_path(again, 2).unlink()
    assert journals.payloads(again) == journals.payloads(crashed) == [b"before"]
    writer.close()


def three_records(journals: Journals, put: Put) -> Path:
    writer = journals.open()
    for payload in (b"first", b"second", b"third and last"):
        put(writer, payload)
        writer.commit()
    return segment_path(journals.crash(), 1)


def test_every_flipped_byte_of_a_committed_record_stops_the_start(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    good = path.read_bytes()
    end = int.from_bytes(good[COMMITTED_AT : COMMITTED_AT + 8], "little")
    padding = {HEADER_BYTES + 45, HEADER_BYTES + 46, HEADER_BYTES + 47, HEADER_BYTES + 94, HEADER_BYTES + 95}
    padding |= {HEADER_BYTES + 96 + 54, HEADER_BYTES + 96 + 55}
    for at in range(HEADER_BYTES, end):
        bad = bytearray(good)
        bad[at] ^= 0x10
        path.write_bytes(bad)
        if at in padding:
            assert journals.payloads(path.parent) == [b"first", b"second", b"third and last"]
            continue
        index = (at - HEADER_BYTES) // 48 if at < HEADER_BYTES + 96 else 2
        with pytest.raises(JournalDamage) as caught:
            journals.recover(path.parent)
        assert f"offset {HEADER_BYTES + 48 * index}" in str(caught.value)
        assert f"{index} good records come before it, {2 - index} after it" in str(caught.value)
        assert "fairlead journal repair --accept-loss" in str(caught.value)
        assert path.read_bytes() == bad


def test_after_a_power_cut_a_bad_end_is_torn_off_and_told(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    good = path.read_bytes()
    for at in range(HEADER_BYTES + 96, HEADER_BYTES + 96 + 54):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        recovery = journals.recover(path.parent, NEXT_BOOT)
        recovery.close()
        assert [record.payload for record in recovery.records()] == [b"first", b"second"]
        assert recovery.report.torn_bytes == 56
        assert "TORN TAIL after a power cut: 56 committed bytes are lost" in str(recovery.report)
        assert f"offset {HEADER_BYTES + 96}" in recovery.report.torn


def test_truncation_at_every_length(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    good = path.read_bytes()
    payloads = [b"first", b"second", b"third and last"]
    ends = [HEADER_BYTES + 40 + 5, HEADER_BYTES + 48 + 40 + 6, HEADER_BYTES + 96 + 40 + 14]
    for length in range(HEADER_BYTES + 1, ends[-1] + 3):
        path.write_bytes(good[:length])
        whole = sum(length >= end for end in ends)
        assert journals.payloads(path.parent, NEXT_BOOT) == payloads[:whole]
        if whole < 3:
            with pytest.raises(JournalDamage, match=f"offset {HEADER_BYTES + 48 * whole}"):
                journals.recover(path.parent, THIS_BOOT)
        assert path.read_bytes() == good[:length]


def test_after_a_power_cut_damage_in_the_middle_still_stops_the_start(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    patch(path, HEADER_BYTES + 50, 0xFFFF, 2)
    with pytest.raises(JournalDamage, match="1 good records come before it, 1 after it"):
        journals.recover(path.parent, NEXT_BOOT)


def test_what_had_reached_the_disk_is_never_torn(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    patch(path, SYNCED_AT, HEADER_BYTES + 96 + 56)
    patch(path, HEADER_BYTES + 96 + 45, 0xFF, 1)
    with pytest.raises(JournalDamage):
        journals.recover(path.parent, NEXT_BOOT)


def test_a_torn_tail_is_cut_once_and_stays_cut(journals: Journals, put: Put) -> None:
    path = three_records(journals, put)
    patch(path, HEADER_BYTES + 96, 0, 4)
    writer = journals.recover(path.parent, NEXT_BOOT).open_writer(1, 1)
    put(writer, b"new")
    writer.commit()
    writer.close()
    assert journals.payloads(path.parent) == [b"first", b"second", b"new"]


def two_segments(journals: Journals, put: Put) -> Path:
    for payload in (b"one", b"two", b"three"):
        writer = journals.open()
        put(writer, payload)
        writer.commit()
        writer.close()
    return journals.crash()


def test_a_missing_segment_is_damage(journals: Journals, put: Put) -> None:
    folder = two_segments(journals, put)
    segment_path(folder, 2).unlink()
    with pytest.raises(JournalDamage, match="segment 1 comes before it, segment 2 is missing") as caught:
        journals.recover(folder)
    assert "1 good records come before it, 1 after it" in str(caught.value)


def test_a_segment_of_another_journal_is_damage(journals: Journals, put: Put) -> None:
    folder = two_segments(journals, put)
    shutil.copy(segment_path(folder, 1), segment_path(folder, 2))
    with pytest.raises(JournalDamage, match="the header is that of segment 1"):
        journals.recover(folder)


def test_a_lost_seal_is_no_damage_where_the_next_segment_goes_on(journals: Journals, put: Put) -> None:
    folder = two_segments(journals, put)
    patch(segment_path(folder, 2), SEALED_AT, 0)
    assert journals.payloads(folder) == [b"one", b"two", b"three"]


def test_a_lost_record_before_a_lost_seal_is_damage(journals: Journals, put: Put) -> None:
    folder = two_segments(journals, put)
    path = segment_path(folder, 2)
    path.write_bytes(path.read_bytes()[:HEADER_BYTES])
    patch(path, SEALED_AT, 0)
    with pytest.raises(JournalDamage, match="starts with record 3, segment 2 ends before record 2"):
        journals.recover(folder)


def test_the_first_segments_may_be_gone_where_a_snapshot_stands_for_them(journals: Journals, put: Put) -> None:
    folder = two_segments(journals, put)
    segment_path(folder, 1).unlink()
    with pytest.raises(JournalDamage, match="begins here with record 2, records 1 to 1 are missing"):
        journals.recover(folder)
    writer = journals.open()
    write_snapshot(writer)
    writer.commit()
    writer.close()
    folder = journals.crash()
    segment_path(folder, 1).unlink()
    assert journals.payloads(folder) == [b"two", b"three"]


def test_only_one_process_may_write(journals: Journals) -> None:
    writer = journals.open()
    with pytest.raises(JournalError, match=r"is in use by process \d+"):
        journals.open()
    writer.close()
    journals.open().close()


def test_streams_are_known_after_a_restart_and_in_every_segment(journals: Journals, put: Put) -> None:
    writer = journals.open()
    assert writer.register_stream("venue:XBRK", "FIX.4.4", 1, 1) == 1
    assert writer.register_stream("strategy:alpha", "json", 1, 1) == 2
    assert writer.register_stream("venue:XBRK", "FIX.4.4", 1, 1) == 1
    writer.commit()
    while writer.segment < 3:
        put(writer, b"filling " * 30)
    for stream in writer.streams:
        writer.append(stream, CHECKPOINT, bytes(24), 1, 1)
    write_snapshot(writer)
    writer.commit()
    writer.close()
    segment_path(journals.folder, 1).unlink()
    segment_path(journals.folder, 2).unlink()
    writer = journals.open()
    assert {info.stream: info.name for info in writer.streams.values()} == {1: "venue:XBRK", 2: "strategy:alpha"}
    assert writer.register_stream("strategy:beta", "json", 1, 1) == 3
    writer.close()


def test_records_carry_what_was_given(journals: Journals) -> None:
    writer = journals.open()
    writer.append(65535, 65535, b"\0" * 9, 2**63 - 1, -(2**63))
    writer.append_prefixed(3, KIND, 2**64 - 1, b"xyz", 0, 0)
    writer.commit()
    writer.close()
    first, second = journals.recover().records()
    assert (first.stream, first.kind, first.payload, first.utc_ns) == (65535, 65535, b"\0" * 9, 2**63 - 1)
    assert first.now_ns == -(2**63)
    assert second.payload == b"\xff" * 8 + b"xyz"
