"""Read and write option symbols of the Options Symbology Initiative (OSI), as carried in Symbol(55).

Layout, 21 characters: root, left-justified and padded with spaces to 6; expiry as yymmdd; ``C`` or ``P``; strike in
thousandths, 8 digits. Exact or refused: nothing is rounded, trimmed or guessed.
"""

from dataclasses import dataclass
from typing import Final

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.vocabulary.constants import SCALE

LENGTH: Final = 21
_ROOT_LENGTH: Final = 6
_STRIKE_UNIT: Final = SCALE // 1000
_STRIKE_LIMIT: Final = 10**8
_DAYS_IN_MONTH: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ROOT_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

PUT: Final = 0
CALL: Final = 1


@dataclass(frozen=True, slots=True)
class OsiSymbol:
    """An option: ``put_or_call`` is PutOrCall(201)'s 0 or 1, ``strike_price`` is in 10^-8, ``year`` is 2000 to 2099."""

    root: str
    year: int
    month: int
    day: int
    put_or_call: int
    strike_price: int

    @property
    def maturity_month_year(self) -> str:
        """Return MaturityMonthYear(200), YYYYMM."""
        return f"{self.year:04d}{self.month:02d}"


def looks_like_osi(symbol: str) -> bool:
    """Tell whether a symbol has the length and the call/put letter of an OSI symbol; it may still be malformed."""
    return len(symbol) == LENGTH and symbol[12] in "CP"


def parse_osi(symbol: str) -> OsiSymbol:
    """Read an OSI symbol; raise ``DecodeError`` with the offset of what is wrong."""
    if len(symbol) != LENGTH:
        raise DecodeError(f"OSI symbol {symbol!r} has {len(symbol)} characters, expected {LENGTH}", 0)
    root = symbol[:_ROOT_LENGTH].rstrip(" ")
    if not root or not _ROOT_CHARACTERS.issuperset(root):
        raise DecodeError(f"OSI root {symbol[:_ROOT_LENGTH]!r} received, expected 1 to 6 letters or digits", 0)
    year, month, day = (_digits(symbol, start, start + 2) for start in (6, 8, 10))
    if not _is_date(2000 + year, month, day):
        raise DecodeError(f"OSI expiry {symbol[6:12]!r} received, expected a date as yymmdd", 6)
    if symbol[12] not in "CP":
        raise DecodeError(f"OSI type {symbol[12]!r} received, expected C or P", 12)
    strike = _digits(symbol, 13, LENGTH)
    put_or_call = CALL if symbol[12] == "C" else PUT
    return OsiSymbol(root, 2000 + year, month, day, put_or_call, strike * _STRIKE_UNIT)


def format_osi(option: OsiSymbol) -> str:
    """Write an OSI symbol; raise ``EncodeError`` for what its 21 characters can't hold."""
    root = option.root
    if not 1 <= len(root) <= _ROOT_LENGTH or not _ROOT_CHARACTERS.issuperset(root):
        raise EncodeError(f"OSI root {root!r} given, expected 1 to 6 capital letters or digits")
    if not 2000 <= option.year <= 2099 or not _is_date(option.year, option.month, option.day):
        raise EncodeError(
            f"OSI expiry {option.year}-{option.month}-{option.day} given, expected a date from 2000 to 2099"
        )
    if option.put_or_call not in (PUT, CALL):
        raise EncodeError(f"PutOrCall {option.put_or_call} given, expected 0 (put) or 1 (call)")
    thousandths, rest = divmod(option.strike_price, _STRIKE_UNIT)
    if rest or not 0 <= thousandths < _STRIKE_LIMIT:
        raise EncodeError(
            f"strike {option.strike_price} x 10^-8 given, expected whole thousandths below {_STRIKE_LIMIT // 1000}"
        )
    letter = "C" if option.put_or_call == CALL else "P"
    return f"{root:<6}{option.year % 100:02d}{option.month:02d}{option.day:02d}{letter}{thousandths:08d}"


def _digits(symbol: str, start: int, end: int) -> int:
    text = symbol[start:end]
    if not (text.isascii() and text.isdigit()):
        raise DecodeError(f"{text!r} received in OSI symbol {symbol!r}, expected digits", start)
    return int(text)


def _is_date(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= 12:
        return False
    leap_day = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS_IN_MONTH[month - 1] + leap_day
