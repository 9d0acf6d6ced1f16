"""Do in Python what ``octets.pxd`` does in C, for the uncompiled build: text and whole numbers in bytes.

Positions are within the data and values within the size: the callers see to it.
"""

Octets = bytes | bytearray


def be16(data: Octets, at: int) -> int:
    """Return the big-endian unsigned integer of 2 bytes at ``data[at]``."""
    return data[at] << 8 | data[at + 1]


def be32(data: Octets, at: int) -> int:
    """Return the big-endian unsigned integer of 4 bytes at ``data[at]``."""
    return int.from_bytes(data[at : at + 4], "big")


def be48(data: Octets, at: int) -> int:
    """Return the big-endian unsigned integer of 6 bytes at ``data[at]``."""
    return int.from_bytes(data[at : at + 6], "big")


def be64(data: Octets, at: int) -> int:
    """Return the big-endian unsigned integer of 8 bytes at ``data[at]``."""
    return int.from_bytes(data[at : at + 8], "big")


def load_uint(data: Octets, at: int, size: int, little: bool) -> int:
    """Return the unsigned integer of ``size`` bytes, 1 to 8, at ``data[at]``."""
    return int.from_bytes(data[at : at + size], "little" if little else "big")


def load_int(data: Octets, at: int, size: int, little: bool) -> int:
    """Return the signed integer of ``size`` bytes, 1 to 8, at ``data[at]``."""
    return int.from_bytes(data[at : at + size], "little" if little else "big", signed=True)


def store_uint(out: bytearray, at: int, size: int, little: bool, value: int) -> None:
    """Write an unsigned integer of ``size`` bytes at ``out[at]``."""
    out[at : at + size] = value.to_bytes(size, "little" if little else "big")


def store_int(out: bytearray, at: int, size: int, little: bool, value: int) -> None:
    """Write a signed integer of ``size`` bytes at ``out[at]``."""
    out[at : at + size] = value.to_bytes(size, "little" if little else "big", signed=True)


def octets_of(data: Octets) -> bytearray:
    """Return ``data`` itself; in C, where its bytes are."""
    return data  # type: ignore[return-value]  # C does not tell them apart


def copy_over(out: bytearray, data: bytes) -> None:
    """Write ``data`` at the start of ``out``."""
    out[: len(data)] = data


def fill_zeros(out: bytearray, at: int, end: int) -> None:
    """Write zeros into ``out[at:end]``."""
    out[at:end] = bytes(end - at)


def put_padded(out: bytearray, at: int, room: int, text: str, pad: int, left: bool) -> int:
    """Write latin-1 text into ``room`` bytes at ``out[at]``, the rest being ``pad`` (-1: there may be none).

    0 means done, 1 that the text does not fit, 2 that it is not latin-1.
    """
    if len(text) > room or (len(text) < room and pad < 0):
        return 1
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return 2
    if len(data) < room:
        data = data.rjust(room, bytes((pad,))) if left else data.ljust(room, bytes((pad,)))
    out[at : at + room] = data
    return 0
