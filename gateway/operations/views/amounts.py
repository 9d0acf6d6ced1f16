"""Write prices and quantities of the books as people read them."""

from typing import Final

_PLACES: Final = 8


def decimal_text(value: int | None) -> str | None:
    """Return an amount in units of 10^-8 as a decimal text without idle zeros; None for none."""
    if value is None:
        return None
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):0{_PLACES + 1}d}"
    whole, fraction = digits[:-_PLACES], digits[-_PLACES:].rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
