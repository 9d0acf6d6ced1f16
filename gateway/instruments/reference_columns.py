"""Name the columns of an instrument reference file and read their cells; docs/instruments.md is the same for people.

A file holds four kinds of rows, told apart by the column ``record``. ``RECORDS`` says which columns each kind takes. A
cell that can't be read raises ``ValueError`` with what was expected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fixed_point_cy import fixed_from_str
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, Side
from fairlead.gateway.instruments.instrument import NO_LOWER_BOUND, NO_UPPER_BOUND
from fairlead.gateway.instruments.security_ids import check_cusip, check_figi, check_isin, check_sedol

INSTRUMENT: Final = "instrument"
LISTING: Final = "listing"
LEG: Final = "leg"
TICK: Final = "tick"

MAX_RATIO: Final = 1_000_000
_SIDES: Final = {"buy": int(Side.BUY), "sell": int(Side.SELL)}
_PUT_OR_CALL: Final = {"put": 0, "call": 1}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one kind of row: how its cells are read, and what an empty one means (nothing where required)."""

    read: Callable[[str], Any]
    absent: Any = None
    required: bool = False


def _fixed(text: str) -> int:
    try:
        return fixed_from_str(text)
    except DecodeError:
        raise ValueError("expected a number with 8 decimals at most") from None


def _above_zero(text: str) -> int:
    value = _fixed(text)
    if value <= 0:
        raise ValueError("expected a number above 0")
    return value


def _text(text: str) -> str:
    if len(text) > 64 or not text.isprintable() or text != text.strip():
        raise ValueError("expected at most 64 printable characters, no blank at either end")
    return text


def _security_type(text: str) -> str:
    if text not in load_dictionary("FIX.4.4").fields[167].values:
        raise ValueError("expected a SecurityType(167) of FIX 4.4, such as CS, FUT, OPT or MLEG")
    return text


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isupper():
        raise ValueError("expected a currency as three capital letters, such as USD")
    return text


def _date(text: str) -> date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("expected a date as YYYY-MM-DD")


def _month(text: str) -> str:
    if len(text) != 6 or not text.isascii() or not text.isdigit() or not 1 <= int(text[4:]) <= 12:
        raise ValueError("expected a month as YYYYMM")
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(" "))
    if "" in names or len(set(names)) < len(names):
        raise ValueError("expected venues, each once, with one blank between two")
    return names


def _ratio(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= MAX_RATIO or len(text) > 10:
        raise ValueError(f"expected a whole number from 1 to {MAX_RATIO}")
    return int(text)


def _one_of(table: Mapping[str, int]) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text not in table:
            raise ValueError(f"expected {' or '.join(table)}")
        return table[text]

    return read


RECORDS: Final[Mapping[str, Mapping[str, Column]]] = {
    INSTRUMENT: {
        "symbol": Column(_text, required=True),
        "security_type": Column(_security_type, ""),
        "currency": Column(_currency, ""),
        "tick": Column(_above_zero, 0),
        "tick_table": Column(_text, ""),
        "lot": Column(_above_zero, 0),
        "min_qty": Column(_above_zero, 0),
        "round_lot": Column(_above_zero, 0),
        "multiplier": Column(_above_zero, SCALE),
        "expiry": Column(_date),
        "maturity": Column(_month, ""),
        "put_or_call": Column(_one_of(_PUT_OR_CALL), -1),
        "strike_price": Column(_fixed, ABSENT),
        "underlying": Column(_text, ""),
        "previous_close": Column(_fixed, ABSENT),
        "previous_close_date": Column(_date),
        "security_exchange": Column(_text, ""),
        "venues": Column(_names, ()),
        "default_venue": Column(_text, ""),
        "isin": Column(check_isin, ""),
        "cusip": Column(check_cusip, ""),
        "sedol": Column(check_sedol, ""),
        "figi": Column(check_figi, ""),
    },
    LISTING: {
        "symbol": Column(_text, required=True),
        "venue": Column(_text, required=True),
        "venue_symbol": Column(_text, ""),
        "security_id": Column(_text, ""),
        "valid_from": Column(_date, date.min),
        "valid_to": Column(_date, date.max),
    },
    LEG: {
        "symbol": Column(_text, required=True),
        "leg_symbol": Column(_text, required=True),
        "ratio": Column(_ratio, 1),
        "side": Column(_one_of(_SIDES), required=True),
    },
    TICK: {
        "tick_table": Column(_text, required=True),
        "price_from": Column(_fixed, NO_LOWER_BOUND),
        "price_to": Column(_fixed, NO_UPPER_BOUND),
        "tick": Column(_above_zero, required=True),
    },
}
IDENTIFIERS: Final = ("isin", "cusip", "sedol", "figi")
COLUMNS: Final = ("record", *dict.fromkeys(name for columns in RECORDS.values() for name in columns))
