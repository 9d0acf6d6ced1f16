"""Say where every byte of a segment is. All integers are little-endian.

Segment header, 128 bytes::

    0    8s   magic "FAIRLJNL"
    8    u32  version, 1
    12   u32  epoch: counts the writers that opened this journal; every record of the segment carries it too
    16   u64  segment number
    24   u64  journal sequence of the first record
    32   u64  created, UTC ns
    40   16s  boot id of the machine that wrote it (zeros: unknown)
    56   u32  crc32c of bytes 0 to 55
    64   u64  committed: what counts ends here; an offset from the start of the file
    72   u64  sealed: where the records end, 0 while the segment is being written
    80   u64  synced: known to have reached the disk up to here

Record, 40 bytes and the payload, padded with zeros to a multiple of 8::

    0    u32  payload length
    4    u32  crc32c of bytes 0 to 3 and 8 to the payload's end
    8    u64  journal sequence, rising by 1
    16   i64  wall clock, UTC ns
    24   i64  monotonic clock, ns
    32   u32  epoch
    36   u16  stream
    38   u16  kind

What counts: let L be the last segment whose ``committed`` is beyond its header. Every earlier segment counts up to
``sealed``, L up to ``committed``, later ones not at all. So one 8-byte store commits a turn, also one that began in
an earlier segment.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crc32c import crc32c

MAGIC: Final = b"FAIRLJNL"
VERSION: Final = 1
HEADER_BYTES: Final = 128
RECORD_BYTES: Final = 40
COMMITTED_AT: Final = 64
SEALED_AT: Final = 72
SYNCED_AT: Final = 80

SUFFIX: Final = ".seg"
COMPRESSED_SUFFIX: Final = ".seg.gz"
NEXT_SUFFIX: Final = ".next"

MAX_SEGMENT_BYTES: Final = 1 << 31
MIN_SEGMENT_BYTES: Final = 4096

_IDENTITY: Final = struct.Struct("<8sIIQQQ16s")
_OFFSETS: Final = struct.Struct("<QQQ")
_CRC: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What a segment says of itself. Offsets are bytes from the start of the file."""

    epoch: int
    number: int
    first_sequence: int
    created_utc_ns: int
    boot_id: bytes = bytes(16)
    committed: int = HEADER_BYTES
    sealed: int = 0
    synced: int = HEADER_BYTES

    def pack(self) -> bytes:
        """Return the 128 bytes."""
        identity = _IDENTITY.pack(
            MAGIC, VERSION, self.epoch, self.number, self.first_sequence, self.created_utc_ns, self.boot_id
        )
        offsets = _OFFSETS.pack(self.committed, self.sealed, self.synced)
        head = (identity + _CRC.pack(crc32c(identity))).ljust(COMMITTED_AT, b"\0")
        return (head + offsets).ljust(HEADER_BYTES, b"\0")


def unpack_header(data: bytes | memoryview) -> SegmentHeader:
    """Return the header at the start of ``data``. Raises ValueError that says what is wrong with it."""
    if len(data) < HEADER_BYTES:
        raise ValueError(f"{len(data)} bytes, expected a header of {HEADER_BYTES}")
    magic, version, epoch, number, first_sequence, created_utc_ns, boot_id = _IDENTITY.unpack_from(data, 0)
    if magic != MAGIC:
        raise ValueError(f"magic {magic!r}, expected {MAGIC!r}")
    if version != VERSION:
        raise ValueError(f"version {version}, expected {VERSION}")
    (crc,) = _CRC.unpack_from(data, _IDENTITY.size)
    computed = crc32c(bytes(data[: _IDENTITY.size]))
    if crc != computed:
        raise ValueError(f"header crc32c {crc:08x}, computed {computed:08x}")
    committed, sealed, synced = _OFFSETS.unpack_from(data, COMMITTED_AT)
    return SegmentHeader(epoch, number, first_sequence, created_utc_ns, boot_id, committed, sealed, synced)


def segment_path(folder: Path, number: int) -> Path:
    """Return where segment ``number`` is written."""
    return folder / f"{number:08d}{SUFFIX}"


def segment_paths(folder: Path) -> dict[int, Path]:
    """Return every segment's file by rising number; the plain file where a compressed one lies beside it."""
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        stem, _, suffix = path.name.partition(".")
        is_plain, is_packed = f".{suffix}" == SUFFIX, f".{suffix}" == COMPRESSED_SUFFIX
        if stem.isdigit() and (is_plain or (is_packed and int(stem) not in found)):
            found[int(stem)] = path
    return dict(sorted(found.items()))
