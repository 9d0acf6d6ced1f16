"""Do in Python what ``integers.pxd`` does in C, for the uncompiled build: read big-endian integers.

The caller has checked that the bytes are there.
"""


def read_uint(data: bytes | bytearray, at: int, length: int) -> int:
    """Return the unsigned integer of ``length`` bytes at ``at``, 8 bytes at most; no bytes are 0."""
    return int.from_bytes(data[at : at + length], "big")


def read_int(data: bytes | bytearray, at: int, length: int) -> int:
    """Return the signed integer of ``length`` bytes at ``at``, 8 bytes at most; no bytes are 0."""
    return int.from_bytes(data[at : at + length], "big", signed=True)
