"""Describe ``[risk]`` and read the limits file that it names."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from fairlead.gateway.config.limits_file import NO_LIMITS, LimitsReading, read_limits_file
from fairlead.gateway.config.limits_references import KnownNames
from fairlead.gateway.config.trip_keys import Trip
from fairlead.gateway.config.values import Section
from fairlead.gateway.risk.limits_rules import LimitRules

if TYPE_CHECKING:
    from fairlead.gateway.config.models import Config


class Risk(Section):
    """Which limits orders meet."""

    limits: Path | None = None
    """The limits file; without one, orders meet no limit."""
    require: bool = False
    """Whether an order that no row of the limits file fits is refused."""
    trips: tuple[Trip, ...] = ()
    """When the kill switch is engaged without a person."""
    market_order_margin_bps: Annotated[int, Field(ge=0, le=100_000)] = 500
    """What is added to the reference price by which an order without a price is valued."""
    previous_close_days: Annotated[int, Field(ge=0, le=366)] = 5
    """How many days old a previous close may be, to serve as a reference."""


def read_limits(raw: Mapping[str, Any], folder: Path, config: "Config | None") -> LimitsReading:
    """Read the limits file that a configuration names, if it names one; names are checked where ``config`` is sound."""
    risk = raw.get("risk")
    table = risk if isinstance(risk, Mapping) else {}
    path, require = table.get("limits"), table.get("require") is True
    if not isinstance(path, str) or not path:
        warnings = [NO_LIMITS] + (["[risk] require = true without limits: every order is refused"] if require else [])
        return LimitsReading(rules=LimitRules(), warnings=tuple(warnings))
    known = KnownNames.of(config) if config is not None else None
    return read_limits_file(folder / path, known, require=require)
