"""Hold one row of an instrument reference file as far as it could be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: where it stands, what could be read of it, and all its cells as they came."""

    where: str
    values: dict[str, Any]
    given: Mapping[str, str]


def line(entry: Entry, column: str, expected: str, received: str | None = None) -> str:
    """Return a mistake's line: place, column, what was received (the cell by default), what was expected."""
    value = entry.given.get(column, "") if received is None else received
    return f"{entry.where}, {column}: {value!r}, {expected}"
