"""Work out what an execution costs beyond its price, exactly, from venues' fee schedules.

Money per unit of quantity is a Python int in units of 10^-28 of the currency (``UNIT``): the only scale at which a
price (10^-8) times a multiplier (10^-8) times basis points (10^-8, and 10^-4 of the whole) has no remainder. A minimum
per order is spread over the order's quantity and rounded up, against us. A rebate is a negative fee.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.ports.identity import Patterns

UNIT: Final = 10**28
PER_SHARE: Final = "per_share"
BASIS_POINTS: Final = "basis_points"
BASES: Final = (PER_SHARE, BASIS_POINTS)

_FROM_PRICE: Final = UNIT // (SCALE * SCALE)
_FROM_FEE: Final = UNIT // SCALE


@dataclass(frozen=True, slots=True)
class FeeRate:
    """What a venue takes of one side of an execution: ``rate`` (10^-8 of money or of a basis point) by ``basis``.

    ``minimum`` is what an order costs at least where its fee is a cost, in 10^-8 of money; 0: no minimum.
    """

    basis: str = PER_SHARE
    rate: int = 0
    minimum: int = 0

    def per_unit(self, price: int, quantity: int, multiplier: int = SCALE) -> int:
        """Return the fee of one unit of ``quantity`` executed at ``price``, in 10^-28 of money."""
        # a basis point of a negative price is still a cost
        fee = abs(price) * multiplier * self.rate if self.basis == BASIS_POINTS else self.rate * _FROM_FEE
        if self.minimum and self.rate >= 0:
            return max(fee, -(-self.minimum * UNIT // quantity))
        return fee


NO_FEE: Final = FeeRate()


def money_per_unit(price: int, multiplier: int = SCALE) -> int:
    """Return what one unit costs at a price before fees, in 10^-28 of money."""
    return price * multiplier * _FROM_PRICE


@dataclass(frozen=True, slots=True)
class FeeTier:
    """What holds from a monthly volume on (10^-8 of a unit, own executions at the venue in this class)."""

    from_volume: int
    maker: FeeRate
    taker: FeeRate


NO_FEES: Final = FeeTier(0, NO_FEE, NO_FEE)


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """One venue's fees for one class of symbols; ``tiers`` rise, the first begins at 0."""

    name: str
    venue: str
    symbols: Patterns
    security_types: frozenset[str]
    tiers: tuple[FeeTier, ...]

    def covers(self, venue: str, symbol: str, security_type: str) -> bool:
        """Tell whether an instrument at a venue belongs to the class."""
        is_of_type = not self.security_types or security_type in self.security_types
        return venue == self.venue and is_of_type and self.symbols.match(symbol)

    def tier_at(self, volume: int) -> FeeTier:
        """Return the tier that a monthly volume has reached."""
        reached = self.tiers[0]
        for tier in self.tiers:
            if volume >= tier.from_volume:
                reached = tier
        return reached


class FeeBook:
    """Hold all schedules; the first one that covers an instrument counts, and where none does nothing is charged."""

    def __init__(self, schedules: Sequence[FeeSchedule] = ()) -> None:
        self.schedules = tuple(schedules)
        self._found: dict[tuple[str, str, str], FeeSchedule | None] = {}

    def schedule_of(self, venue: str, symbol: str, security_type: str) -> FeeSchedule | None:
        """Return the schedule of an instrument at a venue."""
        key = (venue, symbol, security_type)
        if key not in self._found:
            covering = (each for each in self.schedules if each.covers(venue, symbol, security_type))
            self._found[key] = next(covering, None)
        return self._found[key]
