"""Describe one instrument as the order path sees it today. Prices and quantities are in units of 10^-8."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE

NO_LOWER_BOUND: Final = -(2**63)
NO_UPPER_BOUND: Final = 2**63


@dataclass(frozen=True, slots=True)
class TickTable:
    """Price steps by price band: ``ticks[n]`` counts from ``starts[n]`` (included) to the next start (excluded).

    Starts rise; the first may be ``NO_LOWER_BOUND``, ``end`` may be ``NO_UPPER_BOUND``.
    """

    name: str
    starts: tuple[int, ...]
    ticks: tuple[int, ...]
    end: int

    def tick_at(self, price: int) -> int:
        """Return the step of a price; 0 where the table has none for it, which no price fits."""
        band = bisect_right(self.starts, price) - 1
        return self.ticks[band] if band >= 0 and price < self.end else 0


@dataclass(frozen=True, slots=True)
class Listing:
    """What one venue calls an instrument from ``valid_from`` to ``valid_to``, both included, in the venue's dates.

    ``symbol`` is ``""`` where the rule of the venue's profile gives the name.
    """

    venue: str
    symbol: str = ""
    security_id: str = ""
    valid_from: date = date.min
    valid_to: date = date.max

    def holds_on(self, day: date) -> bool:
        """Tell whether it counts on a date."""
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a spread: what a unit of it holds. ``side`` is Side(54) for the buyer of the spread."""

    symbol: str
    ratio: int
    side: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument. ``tick`` and ``lot`` are 0 where any step is taken; ``tick_table`` counts in place of ``tick``.

    ``venues`` are where it trades today; ``venue_symbols`` and ``security_ids`` (SecurityID(48)) are what it is called
    there, as far as that is known; ``listings`` is the same for every date. ``multiplier`` turns price times
    quantity into money. ``round_lot`` is what the market calls one, and refuses nothing; ``lot`` and ``min_qty`` do.
    """

    symbol: str
    security_type: str
    tick: int
    lot: int
    currency: str
    maturity_month_year: str
    maturity_day: int
    put_or_call: int
    strike_price: int
    security_exchange: str
    venues: frozenset[str]
    security_ids: dict[str, str]
    default_venue: str
    venue_symbols: dict[str, str] = field(default_factory=dict)
    tick_table: TickTable | None = None
    min_qty: int = 0
    round_lot: int = 0
    multiplier: int = SCALE
    expiry: date | None = None
    underlying: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    """By name: isin, cusip, sedol, figi."""
    legs: tuple[Leg, ...] = ()
    listings: tuple[Listing, ...] = ()
    previous_close: int = ABSENT
    previous_close_date: date | None = None
    """The trading date that the close is of."""
