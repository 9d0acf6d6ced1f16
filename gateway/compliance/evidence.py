"""Gather from a journal what shows that controls work: one pass, each collector taking what it knows.

A collector gets every fact of the period: what a record of Fairlead's own says (decisions, operators' actions, limits,
kills, breaks, starts and stops), as a JSON object with the record's kind, sequence and time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from fairlead.adapters.venue_session import ROUTINE_EVENTS
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.reader import JournalReader

DAY_NS: Final = 24 * 3600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of Fairlead's own: ``event`` names what it says, ``values`` all of it."""

    sequence: int
    utc_ns: int
    kind: int
    event: str
    values: Mapping[str, Any]


_SPEAKERS: Final = {kinds.KILL: ("kill", "event"), kinds.LIMITS: ("limits", "event"), kinds.BREAK: ("break", "state")}
"""Records that are named by their kind and one of their values: ``kill_engaged``, ``break_resolved``."""


def _name(kind: int, values: Mapping[str, Any]) -> str:
    if kind in _SPEAKERS:
        speaker, key = _SPEAKERS[kind]
        return f"{speaker}_{values[key]}"
    if kind == kinds.OPERATOR and values.get("command"):
        return str(values["command"])
    return str(values.get("event", "")) or kinds.kind_name(kind).lower()


class Collector(Protocol):
    """Take facts one by one, in order."""

    def take(self, fact: Fact) -> None:
        """Take one fact of the period."""


def read_facts(folder: Path, from_utc_ns: int, to_utc_ns: int) -> Iterator[Fact]:
    """Yield the facts of a period. Raises JournalError, JournalDamage."""
    reader = JournalReader(folder, kinds=kinds.FACT_KINDS)
    while (record := reader.next_record()) is not None:
        # to the last record, since a clock may have been set back
        if not from_utc_ns <= record.utc_ns < to_utc_ns or record.kind not in kinds.FACT_KINDS:
            continue
        try:
            values = orjson.loads(record.payload)
        except orjson.JSONDecodeError as error:
            raise JournalError(f"record {record.sequence} of {folder} is no JSON object: {error}") from error
        yield Fact(record.sequence, record.utc_ns, record.kind, _name(record.kind, values), values)


def gather(facts: Iterable[Fact], collectors: Iterable[Collector]) -> int:
    """Give every fact to every collector; return how many facts there were."""
    every = tuple(collectors)
    count = 0
    for fact in facts:
        count += 1
        for collector in every:
            collector.take(fact)
    return count


class Refusals:
    """Count what the checks refused and warned of, by check and by strategy, and keep each one."""

    def __init__(self, event: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self.by_check: Counter[str] = Counter()
        self.by_strategy: Counter[str] = Counter()
        self._event = event

    def take(self, fact: Fact) -> None:
        """Keep a refusal or warning."""
        if fact.event == self._event:
            self.by_check[str(fact.values.get("check", ""))] += 1
            self.by_strategy[str(fact.values.get("strategy", ""))] += 1
            self.rows.append({"sequence": fact.sequence, "utc_ns": fact.utc_ns, **fact.values})


class Listed:
    """Keep the facts whose event is one of some names, or begins with one that ends in ``*``."""

    def __init__(self, *events: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self._exact = frozenset(event for event in events if not event.endswith("*"))
        self._begins = tuple(event[:-1] for event in events if event.endswith("*"))

    def take(self, fact: Fact) -> None:
        """Keep it where its event is one of them."""
        if fact.event in self._exact or (self._begins and fact.event.startswith(self._begins)):
            self.rows.append({"sequence": fact.sequence, "utc_ns": fact.utc_ns, **fact.values, "event": fact.event})


class Kept:
    """Keep the facts of some kinds of record."""

    def __init__(self, *kinds_: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self._kinds = frozenset(kinds_)

    def take(self, fact: Fact) -> None:
        """Keep it where its kind is one of them."""
        if fact.kind in self._kinds:
            self.rows.append({"sequence": fact.sequence, "utc_ns": fact.utc_ns, **fact.values, "event": fact.event})


@dataclass(slots=True)
class ClockDay:
    """What was read of the clock on one day, in UTC."""

    samples: int = 0
    unsynchronised: int = 0
    beyond_bound: int = 0
    max_offset_ns: int = 0
    max_error_ns: int = 0


class ClockLog:
    """Sum up the clock's readings by day, against a bound where there is one."""

    def __init__(self, max_offset_ns: int | None) -> None:
        self.days: dict[int, ClockDay] = defaultdict(ClockDay)
        self._max_offset_ns = max_offset_ns

    def take(self, fact: Fact) -> None:
        """Take one reading."""
        if fact.event != "clock":
            return
        day = self.days[fact.utc_ns // DAY_NS * DAY_NS]
        day.samples += 1
        offset_ns, error_ns = abs(int(fact.values["offset_ns"])), int(fact.values["max_error_ns"])
        is_synchronised = bool(fact.values["is_synchronised"])
        day.unsynchronised += not is_synchronised
        # an unsynchronised clock's own word on its error means nothing
        if self._max_offset_ns is not None:
            day.beyond_bound += not is_synchronised or max(offset_ns, error_ns) > self._max_offset_ns
        day.max_offset_ns = max(day.max_offset_ns, offset_ns)
        day.max_error_ns = max(day.max_error_ns, error_ns)


class Alerts:
    """Count alerts by event: decisions that somebody should look at."""

    def __init__(self) -> None:
        self.by_event: Counter[str] = Counter()

    def take(self, fact: Fact) -> None:
        """Count one."""
        if is_alert(fact):
            self.by_event[fact.event] += 1


NO_ALERTS: Final = ROUTINE_EVENTS | {"clock", "order_attributes", "risk_refused", "gate_closed", "gate_opened"}


def is_alert(fact: Fact) -> bool:
    """Tell whether a fact is an alert: a DECISION that is not one of every day's."""
    return fact.kind == kinds.DECISION and fact.event not in NO_ALERTS


@dataclass(slots=True)
class Exercise:
    """When a control was last seen at work, and what showed it."""

    utc_ns: int
    what: str
    sequence: int


@dataclass(slots=True)
class Exercised:
    """Note when each control was last exercised, by its checks and its events."""

    by_check: Mapping[str, str]
    """Check name to control id."""
    by_event: Mapping[str, str]
    """Event to control id; ``*alert`` stands for any alert, ``*operator`` for anything an operator did."""
    last: dict[str, Exercise] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Note what a fact exercises."""
        if fact.event in ("risk_refused", "risk_warning"):
            check = str(fact.values.get("check", ""))
            self._note(self.by_check.get(check), fact, f"{check} {fact.event.removeprefix('risk_')}")
        self._note(self.by_event.get(fact.event), fact, fact.event)
        self._note(self.by_event.get(str(fact.values.get("by", ""))), fact, str(fact.values.get("by", "")))
        if is_alert(fact):
            self._note(self.by_event.get("*alert"), fact, fact.event)
        if fact.kind == kinds.OPERATOR:
            self._note(self.by_event.get("*operator"), fact, fact.event)

    def _note(self, control_id: str | None, fact: Fact, what: str) -> None:
        if control_id is not None:
            self.last[control_id] = Exercise(fact.utc_ns, what, fact.sequence)
