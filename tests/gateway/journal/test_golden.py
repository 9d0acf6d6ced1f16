"""Read a segment that was put together by hand from the description in layout.py, and write the same bytes."""

import struct
from pathlib import Path

import pytest

from fairlead.gateway.journal.errors import JournalDamage
from fairlead.gateway.journal.layout import unpack_header
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings

BOOT = bytes(range(16))


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def record(sequence: int, utc_ns: int, now_ns: int, epoch: int, stream: int, kind: int, payload: bytes) -> bytes:
    length = struct.pack("<I", len(payload))
    rest = struct.pack("<QqqIHH", sequence, utc_ns, now_ns, epoch, stream, kind) + payload
    whole = length + struct.pack("<I", crc32c(length + rest)) + rest
    return whole + bytes(-len(whole) % 8)


def header(epoch: int, number: int, first: int, created: int, committed: int, sealed: int, synced: int) -> bytes:
    identity = struct.pack("<8sIIQQQ16s", b"FAIRLJNL", 1, epoch, number, first, created, BOOT)
    head = identity + struct.pack("<I", crc32c(identity)) + bytes(4)
    return head + struct.pack("<QQQ", committed, sealed, synced) + bytes(40)


STREAM_PAYLOAD = b"\x01\x00\x0avenue:XBRK\x07FIX.4.4"
FRAME = b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"
RECORDS = [
    record(41, 1_700_000_000_123_456_789, 55, 3, 1, 1, STREAM_PAYLOAD),
    record(42, 1_700_000_000_123_456_790, 56, 3, 1, 11, struct.pack("<Q", 7) + FRAME),
    record(43, -1, -2, 3, 0, 1001, b""),
]
BODY = b"".join(RECORDS)


def test_crc32c_is_the_castagnoli_one() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720 appendix B.4, and every catalogue of CRCs


def test_reads_a_hand_assembled_segment(tmp_path: Path) -> None:
    committed = 128 + len(BODY)
    (tmp_path / "00000009.seg").write_bytes(header(3, 9, 41, 99, committed, 0, 128) + BODY + bytes(64))
    reader = JournalReader(tmp_path)
    found = []
    while (item := reader.next_record()) is not None:
        found.append((item.sequence, item.utc_ns, item.now_ns, item.epoch, item.stream, item.kind, item.payload))
    assert found == [
        (41, 1_700_000_000_123_456_789, 55, 3, 1, 1, STREAM_PAYLOAD),
        (42, 1_700_000_000_123_456_790, 56, 3, 1, 11, struct.pack("<Q", 7) + FRAME),
        (43, -1, -2, 3, 0, 1001, b""),
    ]
    assert reader.streams[1].name == "venue:XBRK"
    assert reader.streams[1].protocol == "FIX.4.4"


def test_writes_the_bytes_that_the_layout_describes(tmp_path: Path) -> None:
    settings = JournalSettings(tmp_path, segment_bytes=8192)
    writer = recover(settings, BOOT).open_writer(utc_ns=99, now_ns=1)
    assert writer.register_stream("venue:XBRK", "FIX.4.4", 1_700_000_000_123_456_789, 55) == 1
    assert writer.append_prefixed(1, 11, 7, FRAME, 1_700_000_000_123_456_790, 56) == 2
    assert writer.append(0, 1001, b"", -1, -2) == 3
    writer.commit()
    expected = b"".join(
        [
            record(1, 1_700_000_000_123_456_789, 55, 1, 1, 1, STREAM_PAYLOAD),
            record(2, 1_700_000_000_123_456_790, 56, 1, 1, 11, struct.pack("<Q", 7) + FRAME),
            record(3, -1, -2, 1, 0, 1001, b""),
        ]
    )
    data = (tmp_path / "00000001.seg").read_bytes()
    assert data[:128] == header(1, 1, 1, 99, 128 + len(expected), 0, 128)
    assert data[128:] == expected.ljust(8192 - 128, b"\0")
    writer.close()
    end = 128 + len(expected)
    assert (tmp_path / "00000001.seg").read_bytes() == header(1, 1, 1, 99, end, end, 128) + expected


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (0, b"X", "magic b'XAIRLJNL', expected b'FAIRLJNL'"),
        (8, b"\x02", "version 2, expected 1"),
        (24, b"\x2a", "header crc32c"),
        (40, b"\xff", "header crc32c"),
    ],
)
def test_says_what_is_wrong_with_a_header(tmp_path: Path, at: int, value: bytes, what: str) -> None:
    data = bytearray(header(3, 9, 41, 99, 128 + len(BODY), 0, 128) + BODY)
    data[at : at + 1] = value
    with pytest.raises(ValueError, match="expected|computed") as caught:
        unpack_header(bytes(data))
    assert what in str(caught.value)
    (tmp_path / "00000009.seg").write_bytes(data)
    with pytest.raises(JournalDamage, match="segment 9"):
        recover(JournalSettings(tmp_path, 8192), BOOT)
    assert (tmp_path / "00000009.seg").read_bytes() == data
