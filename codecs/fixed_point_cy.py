"""Convert between decimal text and int64 fixed point in units of 10^-8; exact or refused, never rounded."""

from decimal import Decimal


def fixed_from_str(text: str) -> int:
    """Return the decimal number in ``text`` in units of 10^-8; DecodeError if it is not exactly that."""
    raise NotImplementedError


def fixed_to_str(value: int) -> str:
    """Return the shortest exact decimal text of ``value`` units of 10^-8: "10", "10.5", "-0.00000001"."""
    raise NotImplementedError


def fixed_from_decimal(value: Decimal) -> int:
    """Return ``value`` in units of 10^-8; EncodeError where that is not exact or int64 does not hold it."""
    raise NotImplementedError


def fixed_to_decimal(value: int) -> Decimal:
    """Return ``value`` units of 10^-8 as an exact Decimal."""
    raise NotImplementedError
