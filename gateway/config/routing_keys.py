"""Describe ``[[routes]]`` and ``[[fees]]``, and find what is wrong between them and the rest of the file."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.values import Exact, Name, Section

_Table = Mapping[str, Any]
NotNegative = Annotated[Exact, Field(ge=0)]


class Route(Section):
    """A destination that orders may name in place of a venue: where they go is decided for each."""

    name: Name
    kind: Literal["best", "sweep", "post_and_rotate"]
    venues: tuple[Name, ...] = ()
    """Where it may send; none: wherever the instrument trades."""
    residual: Literal["cancel", "post"] = "cancel"
    """What a sweep does with what nobody displays within the limit."""
    max_levels: Annotated[int, Field(ge=1, le=100)] = 5
    """Levels of each book that are looked at."""
    max_decisions: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Decisions for one order, after which what remains is cancelled."""
    max_quote_age_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 60_000
    """A book that has not changed for longer takes no part; 0: however old."""
    collar_bps: Annotated[int, Field(ge=0, le=10_000)] = 0
    """How far from the best quote a market order may trade; 0: market orders are refused."""
    margin: NotNegative = Decimal(0)
    """Money per unit by which another venue must be better before an order that rests moves there."""
    min_rest_s: Annotated[int, Field(ge=0, le=86_400)] = 5
    """How long it rests at least before it moves."""
    iso: bool = False
    """Whether children that take are marked as intermarket sweep orders where the venue carries the mark."""


class FeeTier(Section):
    """What holds from a monthly volume on; a negative fee is a rebate."""

    from_volume: NotNegative = Decimal(0)
    maker: Exact = Decimal(0)
    taker: Exact = Decimal(0)


class Fees(Section):
    """One venue's fees for one class of symbols."""

    name: Name
    venue: Name
    symbols: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    """Names, and patterns with *."""
    security_types: tuple[str, ...] = ()
    """SecurityType(167) values; none: all."""
    basis: Literal["per_share", "basis_points"] = "per_share"
    minimum: NotNegative = Decimal(0)
    """What an order costs at least where its fee is a cost."""
    tiers: Annotated[tuple[FeeTier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rising(self) -> "Fees":
        starts = [tier.from_volume for tier in self.tiers]
        if starts[0] != 0 or any(low >= high for low, high in zip(starts, starts[1:], strict=False)):
            raise ValueError("expected tiers whose from_volume rises from 0")
        return self


def find_routing_mistakes(raw: _Table, venues: list[str]) -> Iterator[str]:
    """Yield one line for each mistake that the models can't see."""
    known = ", ".join(sorted(filter(None, venues))) or "it has none"
    for at, table in _tables(raw, "routes"):
        name = table.get("name")
        if isinstance(name, str) and name in venues:
            yield f"routes[{at}].name: {name!r}, expected a name that no venue has"
        named = table.get("venues", ())
        for venue in named if isinstance(named, list) else ():
            if isinstance(venue, str) and venue not in venues:
                yield f"routes[{at}].venues: {venue!r}, expected a venue of this file ({known})"
    for at, table in _tables(raw, "fees"):
        venue = table.get("venue")
        if isinstance(venue, str) and venue not in venues:
            yield f"fees[{at}].venue: {venue!r}, expected a venue of this file ({known})"


def route_names(raw: _Table) -> list[str]:
    """Return the names of the routes of a raw file."""
    names = [table.get("name") for _, table in _tables(raw, "routes")]
    return [name for name in names if isinstance(name, str)]


def _tables(raw: _Table, key: str) -> Iterator[tuple[int, _Table]]:
    value = raw.get(key)
    if isinstance(value, list):
        yield from ((at, table) for at, table in enumerate(value) if isinstance(table, Mapping))
