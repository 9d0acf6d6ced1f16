"""Turn what a strategy's code writes into what the vocabulary holds, exactly or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Final

from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fixed_point_cy import fixed_from_decimal, fixed_from_str
from fairlead.codecs.vocabulary.constants import ABSENT

Number = str | int | Decimal
"""A price or quantity. No float: 0.1 is not one tenth there."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def fixed(name: str, value: Number | None) -> int:
    """Return a price or quantity in units of 10^-8, ``ABSENT`` for None; raise TypeError or ValueError."""
    if value is None:
        return ABSENT
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(
            f"{name}: {type(value).__name__} {value!r} received, expected text such as '10.05', an int or a Decimal"
        )
    try:
        return fixed_from_decimal(value) if isinstance(value, Decimal) else fixed_from_str(str(value))
    except ProtocolError as error:
        raise ValueError(f"{name}: {error}") from None


def coded(name: str, value: str | int | None, names: type[IntEnum], absent: int = 0) -> int:
    """Return the code of a name such as ``"buy"``, or check a code; ``absent`` for None."""
    if value is None:
        return absent
    if isinstance(value, str):
        member = names.__members__.get(value.upper())
        if member is None or value != value.lower():
            expected = ", ".join(member.name.lower() for member in names)
            raise ValueError(f"{name}: {value!r} received, expected one of {expected}")
        return member.value
    return names(value).value


def utc_ns(name: str, value: datetime | None) -> int:
    """Return a time in ns since the UTC epoch, ``ABSENT`` for None; a time without its zone is refused."""
    if value is None:
        return ABSENT
    if value.tzinfo is None:
        raise ValueError(f"{name}: {value.isoformat()} received, expected a time with its zone")
    return (value - _EPOCH) // timedelta(microseconds=1) * 1000
