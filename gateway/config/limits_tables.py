"""Describe the limits file: every key of every table, and the range of its values. docs/risk.md is for people."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from fairlead.gateway.config.values import Section
from fairlead.gateway.risk.limits_parameters import NOTIONAL_DECIMALS, QTY_DECIMALS, SWITCHABLE, to_units

_MAX_MS: Final = 86_400_000
_MAX_COUNT: Final = 1_000_000
_MAX_BPS: Final = 1_000_000


def _to_decimal(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('expected a number in quotes, such as "0.5": a binary float is not exact')
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError('expected a number in quotes, such as "1000"') from None
    return Decimal(value) if type(value) is int else value


def _check_qty(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(to_units(value, QTY_DECIMALS)) >= 2**63:
        raise ValueError("expected an amount below 92233720368")
    return value


def _check_notional(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("expected an amount of money")
    to_units(value, NOTIONAL_DECIMALS)
    return value


def _check_off(value: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [name for name in value if name not in SWITCHABLE]
    if wrong:
        raise ValueError(f"expected checks that can be switched off: {', '.join(SWITCHABLE)}")
    return value


def _check_words(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or len(set(value)) != len(value):
        raise ValueError("expected at least one, and none twice")
    return value


Qty = Annotated[Decimal, BeforeValidator(_to_decimal), AfterValidator(_check_qty), Field(ge=0)]
Money = Annotated[Decimal, BeforeValidator(_to_decimal), AfterValidator(_check_notional), Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=_MAX_COUNT)]
Bps = Annotated[int, Field(ge=0, le=_MAX_BPS)]
Milliseconds = Annotated[int, Field(gt=0, le=_MAX_MS)]
Text = Annotated[str, Field(min_length=1, max_length=64)]
References = Annotated[tuple[Literal["last", "touch", "previous_close"], ...], AfterValidator(_check_words)]
Phases = Annotated[
    tuple[Literal["trading", "quote_only", "auction", "paused", "closed"], ...], AfterValidator(_check_words)
]


class LimitsTable(BaseModel):
    """A table of the limits file; unknown keys are mistakes."""

    model_config = Section.model_config


class Limits(LimitsTable):
    """What ``[firm]`` and each row may set; what is left out sets nothing."""

    max_order_qty: Qty | None = None
    warn_order_qty: Qty | None = None
    max_order_notional: Money | None = None
    warn_order_notional: Money | None = None
    collar_bps: Bps | None = None
    warn_collar_bps: Bps | None = None
    collar_references: References | None = None
    max_reference_age_ms: Milliseconds | None = None
    drift_bps: Bps | None = None
    drift_window_ms: Milliseconds | None = None
    duplicate_window_ms: Milliseconds | None = None
    max_duplicates: Count | None = None
    max_repeats: Count | None = None
    repeat_window_ms: Milliseconds | None = None
    self_match: Literal["off", "stamp", "block_strategy", "block_account", "block"] | None = None
    short_sale: Literal["allow", "locate", "refuse"] | None = None
    phases: Phases | None = None
    needs_market_state: bool | None = None
    max_open_orders: Count | None = None
    max_long_qty: Qty | None = None
    max_short_qty: Qty | None = None
    max_gross_qty: Qty | None = None
    max_open_notional: Money | None = None
    max_credit: Money | None = None
    max_capital: Money | None = None
    warn_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    max_messages: Count | None = None
    interval_ms: Milliseconds | None = None
    cancel_reserve: Count | None = None
    off: Annotated[tuple[str, ...], AfterValidator(_check_off)] | None = None

    @model_validator(mode="after")
    def _reserve(self) -> "Limits":
        if self.cancel_reserve and self.max_messages is not None and self.cancel_reserve >= self.max_messages:
            raise ValueError(f"expected cancel_reserve below max_messages ({self.max_messages})")
        return self


class Firm(Limits):
    """``[firm]``: the ceiling."""


class LimitRow(Limits):
    """``[[limits]]``: a row, and which orders it is about."""

    name: Text | None = None
    strategy: Text | None = None
    account: Text | None = None
    venue: Text | None = None
    symbol: Text | None = None

    @model_validator(mode="after")
    def _selector(self) -> "LimitRow":
        if not (self.strategy or self.account or self.venue or self.symbol):
            raise ValueError("expected strategy, account, venue or symbol; what is about all orders stands in [firm]")
        return self


class CurrencyTable(LimitsTable):
    """``[currencies]``: what money is counted in."""

    base: Text
    rates: dict[str, Annotated[Qty, Field(gt=0)]] = {}

    @model_validator(mode="after")
    def _base_is_one(self) -> "CurrencyTable":
        if self.base in self.rates:
            raise ValueError(f"expected no rate for the base currency {self.base}: it is 1")
        return self


class RestrictedEntry(LimitsTable):
    """``[[restricted]]``: what may not be traded."""

    symbol: Text
    sides: tuple[Literal["buy", "sell", "sell_short", "sell_short_exempt"], ...] = (
        "buy",
        "sell",
        "sell_short",
        "sell_short_exempt",
    )
    strategy: Text | None = None
    account: Text | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None

    @model_validator(mode="after")
    def _some_days(self) -> "RestrictedEntry":
        if not self.sides:
            raise ValueError("expected at least one of sides, or none of the key: then all are restricted")
        if self.from_ is not None and self.until is not None and self.from_ > self.until:
            raise ValueError(f"expected until on {self.from_} or later")
        return self


class LocateEntry(LimitsTable):
    """``[[locates]]``: shares that a lender has promised for short sales of a day."""

    id: Text
    symbol: Text
    account: Text
    quantity: Annotated[Qty, Field(gt=0)]
    date: date


class LimitsFile(LimitsTable):
    """The whole file."""

    firm: Firm = Firm()
    limits: tuple[LimitRow, ...] = ()
    currencies: CurrencyTable | None = None
    restricted: tuple[RestrictedEntry, ...] = ()
    locates: tuple[LocateEntry, ...] = ()
