"""Hold the limits in force as one value: firm, rows, currencies, restricted list, locates. Nothing here changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

import orjson

from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.risk.limits_parameters import OFF, PARAMETERS, QTY_DECIMALS, Value, from_units

ANY: Final = ""
"""A selector that is left out: any, all counted together."""
EACH: Final = "*"
"""Any, and each one by itself: a count of its own."""
SELECTORS: Final = ("strategy", "account", "venue", "symbol")
_BY_WEIGHT: Final = ("symbol", "account", "strategy", "venue")
"""The most specific first."""

FIRM: Final = "firm"


@dataclass(frozen=True, slots=True)
class Selectors:
    """Which orders a row is about."""

    strategy: str = ANY
    account: str = ANY
    venue: str = ANY
    symbol: str = ANY

    def match(self, strategy: str, account: str, venue: str, symbol: str) -> bool:
        """Tell whether an order is meant."""
        return (
            self.strategy in (ANY, EACH, strategy)
            and self.account in (ANY, EACH, account)
            and self.venue in (ANY, EACH, venue)
            and self.symbol in (ANY, EACH, symbol)
        )

    @property
    def rank(self) -> tuple[bool, ...]:
        """Return how specific it is: what it names, by weight; then what it takes each by itself.

        Of two rows that fit one order and have the same rank, all selectors are the same.
        """
        values = [getattr(self, selector) for selector in _BY_WEIGHT]
        return (*(value not in (ANY, EACH) for value in values), *(value == EACH for value in values))

    def scope(self, strategy: str, account: str, venue: str, symbol: str) -> str:
        """Return the scope in which an order that fits is counted."""
        order = (strategy, account, venue, symbol)
        parts = []
        for selector, value in zip(SELECTORS, order, strict=True):
            own = getattr(self, selector)
            if own == EACH:
                parts.append(f"each {selector} {value or '(none)'}")
            elif own:
                parts.append(f"{selector} {own}")
        return ", ".join(parts) or FIRM

    def as_dict(self) -> dict[str, str]:
        """Return those that are given."""
        return {selector: getattr(self, selector) for selector in SELECTORS if getattr(self, selector)}

    def __str__(self) -> str:
        return ", ".join(f"{selector} {value}" for selector, value in self.as_dict().items()) or FIRM


@dataclass(frozen=True, slots=True)
class Row:
    """What one row sets, by the file's keys; ``off`` is None where the row says nothing about it."""

    name: str
    selectors: Selectors
    values: Mapping[str, Value] = field(default_factory=dict)
    off: frozenset[str] | None = None

    def sets_any_of(self, check: str) -> bool:
        """Tell whether it sets a parameter of a check."""
        return any(PARAMETERS[key].check == check for key in self.values)

    def as_dict(self) -> dict[str, Any]:
        """Return what it sets in the file's words."""
        written = {key: PARAMETERS[key].form.write(value) for key, value in self.values.items()}
        return written if self.off is None else written | {OFF: sorted(self.off)}


@dataclass(frozen=True, slots=True)
class Currencies:
    """What one unit of each currency is worth in the base currency, in units of 10^-8.

    ``base`` is ``""`` where the file has no ``[currencies]``: all amounts are then taken as of one currency.
    """

    base: str = ""
    rates: Mapping[str, int] = field(default_factory=dict)

    def rate_of(self, currency: str) -> int | None:
        """Return the rate of a currency, None where there is none; an instrument without one is in the base's."""
        if not self.base or currency in ("", self.base):
            return SCALE
        return self.rates.get(currency)

    def notional(self, qty: int, price: int, multiplier: int, currency: str) -> int | None:
        """Return qty x price x multiplier in the base currency (10^-16), None where the currency has no rate.

        What 10^-16 does not hold is rounded away from zero: no limit is passed by a rounding.
        """
        rate = self.rate_of(currency)
        if rate is None:
            return None
        exact = qty * price * multiplier * rate
        units = -(-abs(exact) // (SCALE * SCALE))
        return units if exact >= 0 else -units


@dataclass(frozen=True, slots=True)
class Restriction:
    """What may not be traded: a symbol, some sides of it (Side(54) codes), by whom, and when (both days included)."""

    symbol: str
    sides: frozenset[int]
    reason: str
    strategy: str = ANY
    account: str = ANY
    from_date: date = date.min
    until_date: date = date.max

    def covers(self, side: int, strategy: str, account: str, day: date) -> bool:
        """Tell whether an order on that day is restricted."""
        return (
            side in self.sides
            and self.strategy in (ANY, strategy)
            and self.account in (ANY, account)
            and self.from_date <= day <= self.until_date
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it in the file's words, sides as Side(54) characters."""
        return {
            "symbol": self.symbol,
            "sides": sorted(map(chr, self.sides)),
            "reason": self.reason,
            "strategy": self.strategy,
            "account": self.account,
            "from": self.from_date.isoformat(),
            "until": self.until_date.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Locate:
    """Shares that a lender has promised for short sales of one account on one day."""

    id: str
    symbol: str
    account: str
    qty: int
    day: date

    def as_dict(self) -> dict[str, Any]:
        """Return it in the file's words."""
        return {
            "id": self.id,
            "symbol": self.symbol,
            "account": self.account,
            "quantity": from_units(self.qty, QTY_DECIMALS),
            "date": self.day.isoformat(),
        }


@dataclass(frozen=True)
class LimitRules:
    """Everything that a limits file says. Rows differ in their selectors."""

    firm: Row = Row(FIRM, Selectors())
    rows: tuple[Row, ...] = ()
    currencies: Currencies = Currencies()
    restricted: tuple[Restriction, ...] = ()
    locates: tuple[Locate, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return all of it in the file's words, in an order that does not depend on the file's."""
        rows = sorted(self.rows, key=lambda row: tuple(getattr(row.selectors, name) for name in SELECTORS))
        return {
            "firm": self.firm.as_dict(),
            "limits": [{"name": row.name} | row.selectors.as_dict() | row.as_dict() for row in rows],
            "currencies": {
                "base": self.currencies.base,
                "rates": {name: from_units(rate, QTY_DECIMALS) for name, rate in self.currencies.rates.items()},
            },
            "restricted": sorted((entry.as_dict() for entry in self.restricted), key=orjson.dumps),
            "locates": sorted((locate.as_dict() for locate in self.locates), key=orjson.dumps),
        }

    @cached_property
    def content_hash(self) -> str:
        """Return what names this content: two sets that say the same have the same."""
        canonical = orjson.dumps(self.as_dict(), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()[:32]

    @cached_property
    def restricted_by_symbol(self) -> Mapping[str, tuple[Restriction, ...]]:
        """Return the restricted list by symbol."""
        found: dict[str, tuple[Restriction, ...]] = {}
        for entry in self.restricted:
            found[entry.symbol] = (*found.get(entry.symbol, ()), entry)
        return found
