"""Turn instruments into what a venue calls them: symbol suffixes and maps, OSI symbols, derivative fields.

An option may come as its OSI symbol, with or without the fields that say the same, or as its root's symbol with
PutOrCall, MaturityMonthYear, MaturityDay and StrikePrice. Contradictions are refused, and so is what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fairlead.adapters.fix.profiles.profile import CFI_CODE_TAG, MATURITY_DATE_TAG, MATURITY_DAY_TAG, Symbology
from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.osi import CALL, OsiSymbol, format_osi, looks_like_osi, parse_osi
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.messages_cy import NewOrder

_KNOWN_LIMIT: Final = 100_000
"""Derivatives remembered; beyond, all are worked out afresh."""


@dataclass(frozen=True, slots=True)
class VenueInstrument:
    """A derivative in a venue's terms; ``""``, -1 and ``ABSENT`` stand for fields that are not sent.

    ``maturity_day`` is the text of MaturityDay(205) or MaturityDate(541), whichever the venue has.
    """

    symbol: str
    security_type: str
    maturity_month_year: str = ""
    maturity_day: str = ""
    put_or_call: int = -1
    cfi_code: str = ""
    strike_price: int = ABSENT


class SymbolBook:
    """Know one venue's names for instruments."""

    def __init__(self, symbology: Symbology) -> None:
        self._symbology = symbology
        self._to_venue = dict(symbology.to_venue)
        self._from_venue = {theirs: ours for ours, theirs in symbology.to_venue.items()}
        self._derivatives: dict[tuple[object, ...], VenueInstrument] = {}

    def rename(self, names: Mapping[str, str]) -> None:
        """Use these names, beside the symbology's own, in place of earlier ones; those are still read."""
        self._to_venue = {**self._symbology.to_venue, **names}
        self._from_venue |= {theirs: ours for ours, theirs in self._to_venue.items()}
        self._derivatives.clear()

    def to_venue(self, symbol: str) -> str:
        """Return the venue's symbol."""
        known = self._to_venue.get(symbol)
        return symbol + self._symbology.suffix if known is None else known

    def from_venue(self, symbol: str) -> str:
        """Return Fairlead's symbol; one that does not follow the venue's rule stays as it came."""
        known = self._from_venue.get(symbol)
        return symbol.removesuffix(self._symbology.suffix) if known is None else known

    def is_plain(self, order: NewOrder) -> bool:
        """Tell whether the symbol alone names the instrument: no derivative's fields, no OSI symbol."""
        return (
            order.security_type in ("", "CS")
            and not order.maturity_month_year
            and order.put_or_call < 0
            and order.strike_price == ABSENT
            and order.maturity_day == 0
            and not looks_like_osi(order.symbol)
        )

    def derivative(self, order: NewOrder, cfi_code: str = "") -> VenueInstrument:
        """Return a future's or option's fields; ``cfi_code`` is the strategy's own, to be sent where it fits.

        Raises EncodeError for fields that contradict each other or that the venue's form lacks.
        """
        key = (
            order.symbol,
            order.security_type,
            order.maturity_month_year,
            order.maturity_day,
            order.put_or_call,
            order.strike_price,
            cfi_code,
        )
        known = self._derivatives.get(key)
        if known is None:
            known = self._work_out(order, cfi_code)
            if len(self._derivatives) >= _KNOWN_LIMIT:
                self._derivatives.clear()
            self._derivatives[key] = known
        return known

    def _work_out(self, order: NewOrder, cfi_code: str) -> VenueInstrument:
        if order.security_type == "OPT" or looks_like_osi(order.symbol):
            return self._option(order, cfi_code)
        if order.put_or_call >= 0 or order.strike_price != ABSENT:
            raise EncodeError(f"PutOrCall or StrikePrice given with SecurityType {order.security_type!r}, expected OPT")
        month_year, day = self._maturity(order.maturity_month_year, order.maturity_day)
        kind = "F" if order.security_type == "FUT" else "E" if order.security_type == "CS" else ""
        return VenueInstrument(
            symbol=self.to_venue(order.symbol),
            security_type=order.security_type,
            maturity_month_year=month_year,
            maturity_day=day,
            cfi_code=self._cfi_code(kind, cfi_code) if kind == "F" or cfi_code else "",
        )

    def _option(self, order: NewOrder, cfi_code: str) -> VenueInstrument:
        if order.security_type not in ("", "OPT"):
            raise EncodeError(f"SecurityType {order.security_type!r} given with an OSI symbol, expected OPT")
        option = _option_from_symbol(order) if looks_like_osi(order.symbol) else _option_from_fields(order)
        by_rule = self.to_venue(option.root)
        if self._symbology.option_symbol == "osi":
            by_rule = format_osi(option) + self._symbology.suffix
        by_cfi_code = self._symbology.put_or_call_tag == CFI_CODE_TAG
        month_year, day = self._maturity(option.maturity_month_year, option.day)
        return VenueInstrument(
            symbol=self._to_venue.get(order.symbol, by_rule) if looks_like_osi(order.symbol) else by_rule,
            security_type="OPT",
            maturity_month_year=month_year,
            maturity_day=day,
            put_or_call=-1 if by_cfi_code else option.put_or_call,
            cfi_code=self._cfi_code("OC" if option.put_or_call == CALL else "OP", cfi_code),
            strike_price=option.strike_price,
        )

    def _maturity(self, month_year: str, day: int) -> tuple[str, str]:
        """Return MaturityMonthYear and the day in the venue's form."""
        if len(month_year) == 8 and month_year.isdigit():
            if day not in (0, int(month_year[6:])):
                raise EncodeError(f"MaturityMonthYear {month_year} and MaturityDay {day} given, expected the same day")
            month_year, day = month_year[:6], int(month_year[6:])
        if day == 0:
            return month_year, ""
        if len(month_year) != 6 or not month_year.isdigit() or not 1 <= day <= 31:
            raise EncodeError(
                f"MaturityMonthYear {month_year!r} and MaturityDay {day} given, expected YYYYMM and 1 to 31"
            )
        if self._symbology.maturity_day_tag == MATURITY_DATE_TAG:
            return month_year, f"{month_year}{day:02d}"
        if self._symbology.maturity_day_tag == MATURITY_DAY_TAG:
            return month_year, str(day)
        return month_year, ""

    def _cfi_code(self, kind: str, given: str) -> str:
        if self._symbology.put_or_call_tag != CFI_CODE_TAG:
            return ""
        if given and not given.startswith(kind):
            raise EncodeError(f"CFICode {given!r} given, expected one that begins with {kind}")
        return given or kind.ljust(6, "X")


def _option_from_symbol(order: NewOrder) -> OsiSymbol:
    try:
        option = parse_osi(order.symbol)
    except DecodeError as error:
        raise EncodeError(error.reason) from None
    given = (order.maturity_month_year, order.maturity_day, order.put_or_call, order.strike_price)
    month_year = option.maturity_month_year
    dates = ("", month_year, f"{month_year}{option.day:02d}")
    if (
        order.maturity_month_year not in dates
        or order.maturity_day not in (0, option.day)
        or order.put_or_call not in (-1, option.put_or_call)
        or order.strike_price not in (ABSENT, option.strike_price)
    ):
        raise EncodeError(
            f"maturity, day, PutOrCall, strike {given} given with OSI symbol {order.symbol!r}, which differs"
        )
    return option


def _option_from_fields(order: NewOrder) -> OsiSymbol:
    month_year, day = order.maturity_month_year, order.maturity_day
    if len(month_year) == 8 and month_year.isdigit() and day in (0, int(month_year[6:])):
        month_year, day = month_year[:6], int(month_year[6:])
    if len(month_year) != 6 or not month_year.isdigit() or not 1 <= day <= 31:
        raise EncodeError(f"MaturityMonthYear {month_year!r} and MaturityDay {day} given, an option needs both")
    if order.put_or_call not in (0, 1) or order.strike_price == ABSENT:
        raise EncodeError("PutOrCall or StrikePrice missing, an option needs both")
    return OsiSymbol(
        root=order.symbol,
        year=int(month_year[:4]),
        month=int(month_year[4:]),
        day=day,
        put_or_call=order.put_or_call,
        strike_price=order.strike_price,
    )
