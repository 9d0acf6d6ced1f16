"""Do in Python what ``octets.pxd`` does in C, for the uncompiled build: scan and copy bytes.

Positions are within the data and ``out`` has room for what is written: the callers see to it.
"""

from array import array

Octets = bytes | bytearray


def soh_at(data: Octets, at: int, limit: int) -> int:
    """Return the position of the next SOH at or behind ``at``, ``limit`` if there is none before it."""
    found = data.find(1, at, limit)
    return limit if found < 0 else found


def sum_of(data: Octets, start: int, end: int) -> int:
    """Return the sum of ``data[start:end]`` modulo 256, as CheckSum(10) counts it."""
    return sum(data[start:end]) & 255


def head_at(data: Octets, at: int, width: int) -> int:
    """Return ``data[at:at + width]``, 1 to 8 bytes, as a little-endian number.

    In C 8 bytes are read in any case, so at most one of them may be behind the end of a bytes object.
    """
    return int.from_bytes(data[at : at + width], "little")


def ints_of(view: "array[int]") -> "array[int]":
    """Return the numbers, which in C is where they lie: the view must outlive it."""
    return view


def equal_at(data: Octets, start: int, end: int, expected: bytes) -> bool:
    """Tell whether ``data[start:end]`` is ``expected``."""
    return data[start:end] == expected


def bytes_of(data: Octets, start: int, end: int) -> bytes:
    """Return ``data[start:end]``."""
    return bytes(data[start:end])


def str_of(data: Octets, start: int, end: int) -> str:
    """Return ``data[start:end]`` as latin-1 text."""
    return data[start:end].decode("latin-1")


def put_bytes(out: bytearray, at: int, value: bytes) -> int:
    """Write ``value`` at ``out[at]``; return the position behind it."""
    end = at + len(value)
    out[at:end] = value
    return end


def copy(out: bytearray, at: int, start: int, size: int) -> None:
    """Write what is at ``out[start]`` once more at ``out[at]``."""
    out[at : at + size] = out[start : start + size]


def put_text(out: bytearray, at: int, value: str) -> int:
    """Write latin-1 text at ``out[at]``; return the position behind it, -1 if it is none or holds SOH."""
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError:
        return -1
    return -1 if b"\x01" in data else put_bytes(out, at, data)


def put_buffer(out: bytearray, at: int, room: int, data: bytes | bytearray | memoryview) -> int:
    """Write ``data`` at ``out[at]`` if it fits into ``room`` bytes; return its size either way."""
    with memoryview(data) as view:
        size = view.nbytes
        if size <= room:
            out[at : at + size] = view.cast("B") if view.format != "B" else view
    return size
