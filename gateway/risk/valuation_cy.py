"""Turn quantity times price into money of the base currency, exactly.

Quantities, prices, multipliers and rates are in units of 10^-8, notionals in units of 10^-16: ``qty x px`` is one in
the instrument's own currency and without its multiplier. What 10^-16 does not hold is rounded away from zero.
"""

from collections.abc import Callable, Mapping
from math import gcd

import cython

from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.risk.limit_set_cy import nearest

UNIT = SCALE * SCALE

# A Python int of any size; under its own name, C code takes it for what it is.
Exact = int


class Valuation:
    """Say what one unit of an instrument's own money is worth: ``numerator`` / ``denominator`` in lowest terms.

    ``why_not`` says why that is not known, ``""`` where it is.
    """

    def __init__(self, numerator: int, denominator: int, why_not: str = "") -> None:
        self.numerator = numerator
        self.denominator = denominator
        self.why_not = why_not
        self.is_plain = numerator == denominator == 1
        self.is_known = not why_not
        self.near_rate = nearest(numerator) / nearest(denominator)

    def near_notional(self, own: cython.double) -> cython.double:
        """Return an amount above zero as ``notional`` does, as a double: not below it by more than rounding."""
        return own if self.is_plain else own * self.near_rate + 1.0

    def notional(self, own: Exact) -> Exact:
        """Return an amount of the instrument's own money (10^-16) in the base currency."""
        if self.is_plain:
            return own
        exact = own * self.numerator
        # floor division of a negative number rounds away from zero
        return exact // self.denominator if exact < 0 else -(-exact // self.denominator)


class Valuations:
    """Find what instruments are worth, each worked out once until ``forget``.

    ``rate_of(currency)`` returns what a unit is worth in the base currency, None where that is not known.
    """

    def __init__(self, instruments: "Mapping[str, Instrument]", rate_of: "Callable[[str], int | None]") -> None:
        self._instruments = instruments
        self._rate_of = rate_of
        self._known: "dict[str, Valuation]" = {}

    def find(self, symbol: str) -> Valuation:
        """Return the valuation of an instrument; one that can't be valued says why."""
        found: Valuation | None = self._known.get(symbol)
        if found is None:
            found = self._work_out(symbol)
            self._known[symbol] = found
        return found

    def forget(self) -> None:
        """Work everything out anew: rates or instruments have changed."""
        self._known = {}

    def _work_out(self, symbol: str) -> Valuation:
        instrument = self._instruments.get(symbol)
        if instrument is None:
            return Valuation(0, 1, f"symbol {symbol!r} is no instrument of this gateway")
        rate = self._rate_of(instrument.currency)
        if rate is None:
            return Valuation(0, 1, f"currency {instrument.currency!r} has no rate, expected one in [currencies]")
        exact = instrument.multiplier * rate
        shared = gcd(exact, UNIT)
        return Valuation(exact // shared, UNIT // shared)
