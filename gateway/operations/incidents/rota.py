"""Know who is on call when, from a file, and whose turn it is while nobody acknowledges an incident.

    escalate_after_min = 5
    [[shifts]]
    time_zone = "Europe/London"
    days = ["mon", "tue", "wed", "thu", "fri"]
    start = "07:00"
    end = "17:00"
    people = ["sue", "rob", "ada"]

The first shift that runs counts. Of its people the first is on call; after each ``escalate_after_min`` without an
acknowledgement it is the next one's turn, and the last one's from then on.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Final

from fairlead.adapters.schedule import WEEKDAYS, Schedule

_MINUTE_NS: Final = 60_000_000_000
_KEYS: Final = frozenset(("time_zone", "days", "start", "end", "people"))


class RotaError(Exception):
    """Report what is wrong with the file, and what was expected."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Some hours, and who is there, in the order in which they are called."""

    hours: Schedule
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """All shifts."""

    shifts: tuple[Shift, ...]
    escalate_after_ns: int

    def on_call(self, utc_ns: int) -> tuple[str, ...]:
        """Return the people of the shift that runs, () where none does."""
        return next((shift.people for shift in self.shifts if shift.hours.is_open(utc_ns)), ())

    def turn(self, waited_ns: int, utc_ns: int) -> tuple[int, str]:
        """Return how often it was escalated, and whose turn it is; (0, "") where nobody is on call."""
        people = self.on_call(utc_ns)
        if not people:
            return 0, ""
        step = min(max(0, waited_ns) // self.escalate_after_ns, len(people) - 1)
        return step, people[step]


def read_rota(path: Path) -> Rota:
    """Read the file. Raises RotaError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        minutes = raw.pop("escalate_after_min", 5)
        shifts = tuple(_shift(table) for table in raw.pop("shifts", ()))
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        raise RotaError(f"rota {path}: {error}; expected [[shifts]] with {', '.join(sorted(_KEYS))}") from None
    if raw or not isinstance(minutes, int) or not 1 <= minutes <= 1440:
        raise RotaError(f"rota {path}: expected escalate_after_min from 1 to 1440 and [[shifts]], nothing else")
    return Rota(shifts, minutes * _MINUTE_NS)


def _shift(table: Mapping[str, Any]) -> Shift:
    if table.keys() != _KEYS:
        raise ValueError(f"a shift has {', '.join(sorted(table))}")
    people = tuple(table["people"])
    if not people or not all(isinstance(name, str) and name for name in people):
        raise ValueError(f"people = {table['people']!r}")
    days = frozenset(WEEKDAYS.index(day) for day in table["days"])
    start, end = time.fromisoformat(table["start"]), time.fromisoformat(table["end"])
    return Shift(Schedule(table["time_zone"], start, end, days), people)
