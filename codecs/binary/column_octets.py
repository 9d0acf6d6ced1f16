"""Do in Python what ``column_octets.pxd`` does in C: numbers as Arrow keeps them, and a hash of up to 8 bytes."""

from array import array

_UINT64 = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def store_column(out: bytearray, at: int, width: int, value: int) -> None:
    """Write the low 1, 2, 4 or 8 bytes of a number at ``out[at]``, little-endian."""
    out[at : at + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")


def store_wide(out: bytearray, at: int, value: int) -> None:
    """Write a signed number of 16 bytes at ``out[at]``, little-endian."""
    out[at : at + 16] = value.to_bytes(16, "little", signed=True)


def store_wide_uint(out: bytearray, at: int, value: int) -> None:
    """Write an unsigned number of 16 bytes at ``out[at]``, little-endian."""
    out[at : at + 16] = value.to_bytes(16, "little")


def copy_octets(out: bytearray, at: int, data: bytes | bytearray, start: int, size: int) -> None:
    """Copy ``size`` bytes from ``data[start]`` to ``out[at]``."""
    out[at : at + size] = data[start : start + size]


def slot_of(key: int, bits: int) -> int:
    """Return where a key of 64 bits goes in a table of ``2**bits`` slots."""
    return (key * _GOLDEN & _UINT64) >> (64 - bits)


def as_unsigned(value: int) -> int:
    """Return the same 64 bits without a sign."""
    return value & _UINT64


def take_steps(
    plan: "array[int]", first: int, count: int, data: bytes | bytearray, at: int, row: int, number: int
) -> int:
    """Return ``first``: no step is taken here, so that all of them are left to the caller.

    In C those that are plain are taken in one go, up to the first that is not or to a text that is new.
    """
    return first


def plan_of(plan: "array[int]") -> "array[int]":
    """Return the plan, which in C is where it lies."""
    return plan


def address(octets: bytes | bytearray) -> int:
    """Return 0: a place in memory is of use to C alone."""
    return 0


def keys_address(keys: "array[int]") -> int:
    """Return 0, as ``address`` does."""
    return 0


def indexes_address(indexes: "array[int]") -> int:
    """Return 0, as ``address`` does."""
    return 0
