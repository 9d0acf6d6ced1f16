"""Read and write prices and quantities as exact integers in units of 10^-8."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

UNITS = 100_000_000
LARGEST = 2**63 - 1

_DECIMAL = re.compile(r"(-?)(\d{1,20})(?:\.(\d*))?|(-?)\.(\d+)")


class InexactAmount(ValueError):
    """Say that a text is no decimal number, or has more places than the venue holds."""


def read_amount(text: str) -> int:
    """Return the amount in units of 10^-8.

    Raises InexactAmount where that would not be exact, or would leave 63 bits.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None or not text.isascii():
        raise InexactAmount(f"{text[:40]!r} received, expected a decimal number")
    sign = match[1] or match[4]
    places = (match[3] if match[2] else match[5]) or ""
    places = places.rstrip("0")
    if len(places) > 8:
        raise InexactAmount(f"{text[:40]!r} received, expected at most 8 decimal places")
    units = int(match[2] or "0") * UNITS + int(places.ljust(8, "0"))
    if units > LARGEST:
        raise InexactAmount(f"{text[:40]!r} received, expected less than {LARGEST // UNITS}")
    return -units if sign else units


def write_amount(units: int) -> str:
    """Write an amount without trailing zeros: 1050000000 is 10.5."""
    whole, rest = divmod(abs(units), UNITS)
    text = f"{whole}.{rest:08d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if units < 0 else text


def average_price(notional: int, quantity: int) -> int:
    """Return notional / quantity in units of 10^-8, half to even: the only rounded number of the venue.

    `notional` is a sum of price times quantity, both in units of 10^-8.
    """
    if quantity == 0:
        return 0
    return int((Decimal(notional) / Decimal(quantity)).to_integral_value(ROUND_HALF_EVEN))
