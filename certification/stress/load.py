"""Read a load: what strategies asked for in the busiest stretch of a journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORM = "fairlead-load-1"
_DOES = ("new", "cancel", "replace")


class LoadError(Exception):
    """Report a file that is no load."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when, counted from the beginning in milliseconds, whose, and the line of the JSON port."""

    at_ms: int
    strategy: str
    id: str
    line: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """A whole load. ``standing`` orders are entered before the clock starts."""

    window_ms: int
    messages: int
    standing: tuple[Asked, ...]
    requests: tuple[Asked, ...]

    @property
    def strategies(self) -> list[str]:
        """Return who asks, sorted."""
        return sorted({asked.strategy for asked in (*self.standing, *self.requests)})

    def values(self, key: str) -> list[str]:
        """Return every venue or symbol that is named, sorted."""
        return sorted({asked.line[key] for asked in (*self.standing, *self.requests) if key in asked.line})


def read_load(path: Path) -> Load:
    """Read a load as `fairlead compliance load` writes it. Raises LoadError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LoadError(f"{path} can't be read: {error}") from error
    if not isinstance(raw, dict) or raw.get("form") != FORM:
        raise LoadError(f"{path} is no load: expected an object whose form is {FORM!r}")
    try:
        standing = tuple(_asked({"at_ms": 0, **entry}) for entry in raw["standing"])
        requests = tuple(_asked(entry) for entry in raw["requests"])
        load = Load(int(raw["window_ms"]), int(raw["messages"]), standing, requests)
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(f"{path} is no whole load: {error!r}") from error
    if not load.requests or load.window_ms <= 0:
        raise LoadError(f"{path} holds {len(load.requests)} requests in {load.window_ms} ms, expected some")
    return load


def _asked(entry: dict[str, Any]) -> Asked:
    terms = dict(entry)
    at_ms, strategy, do = int(terms.pop("at_ms")), str(terms.pop("strategy")), terms.pop("do")
    if do not in _DOES:
        raise ValueError(f"do is {do!r}, expected one of {_DOES}")
    line: dict[str, Any] = {"type": f"{do}_order", "cl_ord_id": terms.pop("id")}
    if do != "new":
        line["orig_cl_ord_id"] = terms.pop("of")
        # a change goes to where its order is
        terms.pop("venue", None)
    return Asked(at_ms, strategy, line["cl_ord_id"], line | terms)
