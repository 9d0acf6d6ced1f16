"""Describe ``[[risk.trips]]``: when the kill switch is engaged without a person."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.values import Name, Section

COUNTED = ("venue_rejects", "risk_refusals")


class Trip(Section):
    """One rule."""

    name: Name
    """The kill is engaged by ``auto:NAME``."""
    on: Literal["venue_rejects", "risk_refusals", "link_lost", "position", "credit"]
    strategies: tuple[str, ...] = ()
    """Whom it watches, each by itself; empty: every strategy."""
    count: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """So many of what is counted, within ``window_s``, trip it."""
    window_s: Annotated[float | None, Field(gt=0, le=86_400)] = None
    at_venue: bool = False
    """Whether the strategy is blocked at the venue that rejects it alone."""
    cancel: bool = True
    """Whether its orders are ended, or only new ones are blocked."""
    release: Literal["person", "return"] = "person"
    """Who lets it go on: a person, or its link by coming back."""

    @model_validator(mode="after")
    def _keys_fit(self) -> "Trip":
        is_counted = self.on in COUNTED
        for key in ("count", "window_s"):
            if (getattr(self, key) is not None) != is_counted:
                raise ValueError(f"expected {key} where on is one of {', '.join(COUNTED)}, and nowhere else")
        if self.at_venue and self.on != "venue_rejects":
            raise ValueError("expected at_venue only where on is venue_rejects")
        if self.release == "return" and self.on != "link_lost":
            raise ValueError("expected release = return only where on is link_lost")
        return self


def find_trip_mistakes(raw: Mapping[str, Any], strategies: Collection[str]) -> Iterator[str]:
    """Yield one line for each name that is taken twice or names no strategy."""
    risk = raw.get("risk")
    tables = risk.get("trips") if isinstance(risk, Mapping) else None
    first: dict[str, int] = {}
    for at, table in enumerate(tables if isinstance(tables, list) else ()):
        if not isinstance(table, Mapping):
            continue
        where, name, named = f"risk.trips[{at}]", table.get("name"), table.get("strategies")
        if isinstance(name, str) and name in first:
            yield f"{where}.name: {name!r}, expected one that risk.trips[{first[name]}] has not taken"
        elif isinstance(name, str):
            first[name] = at
        for strategy in named if isinstance(named, list) else ():
            if isinstance(strategy, str) and strategy not in strategies:
                yield f"{where}.strategies: {strategy!r}, expected a strategy of this file"
