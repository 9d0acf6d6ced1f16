"""Do in Python what ``memory.pxd`` does in C: reads and writes in mapped memory, for the uncompiled build.

``base`` is the mapped file itself here and its address in C; offsets are bytes from the start of the file.
"""

import functools
import mmap
import struct
from typing import TypeVar

from crc32c import crc32c

_U32 = struct.Struct("<I")
_RECORD = struct.Struct("<QqqIHH")

Memory = mmap.mmap | memoryview | bytes
_Data = TypeVar("_Data", bound=Memory)


def base_of(data: _Data) -> _Data:
    """Return what the other functions take for ``data``, which must outlive it."""
    return data


def load_u16(base: Memory, at: int) -> int:
    """Return the u16 at an offset."""
    return int.from_bytes(base[at : at + 2], "little")


def load_u32(base: Memory, at: int) -> int:
    """Return the u32 at an offset."""
    return int(_U32.unpack_from(base, at)[0])


def load_u64(base: Memory, at: int) -> int:
    """Return the u64 at an offset, read in one load."""
    with memoryview(base) as view, view[at : at + 8] as field, field.cast("Q") as number:
        return int(number[0])


def load_i64(base: Memory, at: int) -> int:
    """Return the i64 at an offset."""
    return int.from_bytes(base[at : at + 8], "little", signed=True)


def store_u32(base: mmap.mmap, at: int, value: int) -> None:
    """Write a u32."""
    _U32.pack_into(base, at, value)


def store_u64(base: mmap.mmap, at: int, value: int) -> None:
    """Write a u64 in one store, after everything that was written before it."""
    # struct writes byte by byte; another process may read between two bytes
    with memoryview(base) as view, view[at : at + 8] as field, field.cast("Q") as number:
        number[0] = value


def store_record(
    base: mmap.mmap, at: int, length: int, sequence: int, utc_ns: int, now_ns: int, epoch: int, stream: int, kind: int
) -> None:
    """Write a record's header, all but its checksum."""
    _U32.pack_into(base, at, length)
    _RECORD.pack_into(base, at + 8, sequence, utc_ns, now_ns, epoch, stream, kind)


def copy_bytes(base: mmap.mmap, at: int, data: bytes, length: int) -> None:
    """Write ``length`` bytes of ``data``."""
    base[at : at + length] = data[:length]


def record_crc(base: Memory, at: int, length: int) -> int:
    """Return the crc32c of the record at an offset: its length field, then byte 8 to the payload's end."""
    return int(crc32c(base[at + 8 : at + 40 + length], crc32c(base[at : at + 4])))


def crc_of(data: bytes, length: int) -> int:
    """Return the crc32c of the first ``length`` bytes."""
    return int(crc32c(data[:length]))


def crc_by_table(data: bytes, length: int) -> int:
    """Return the same by a table of 256 entries."""
    crc = 0xFFFFFFFF
    for byte in data[:length]:
        crc = (crc >> 8) ^ _table()[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


@functools.cache
def _table() -> tuple[int, ...]:
    table = []
    for entry in range(256):
        for _ in range(8):
            entry = (entry >> 1) ^ (0x82F63B78 * (entry & 1))
        table.append(entry)
    return tuple(table)
