"""Follow DECISION, OPERATOR, LIMITS, KILL and BREAK records: count them, keep the last, and the kills.

``subscribe`` is for parts that act on each as it comes: they hear of a fact once, whatever dies between.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.api.endpoints import Asked, Endpoint
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.facts.kills import Kills
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.parts import Desk, Part

LAST: Final = 1000
_READ: Final = frozenset((kinds.DECISION, kinds.OPERATOR, kinds.LIMITS, kinds.KILL, kinds.BREAK))


@dataclass(frozen=True, slots=True)
class Fact:
    """One record. ``event`` names a DECISION, KILL or BREAK; others have their kind's name or the command."""

    sequence: int
    utc_ns: int
    kind: int
    event: str
    values: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "sequence": self.sequence,
            "utc_ns": self.utc_ns,
            "kind": kinds.kind_name(self.kind).lower(),
            "event": self.event,
            "values": self.values,
        }


class FactsFollower:
    """Take the records, and hand each to those who subscribed."""

    name = "facts"
    kinds = _READ

    def __init__(self) -> None:
        self.kills = Kills()
        self.counts: dict[str, int] = {}
        """By ``kind event``, and by ``kind event check`` where a fact names a check."""
        self.clock: dict[str, Any] = {}
        """The last clock reading: offset_ns, max_error_ns, is_synchronised."""
        self.last: deque[Fact] = deque(maxlen=LAST)
        self.taken = 0
        self._subscribers: list[Callable[[Fact], object]] = []

    def subscribe(self, take: Callable[[Fact], object]) -> None:
        """Call ``take(fact)`` for each from now on."""
        self._subscribers.append(take)

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Take one; what is no JSON object is counted as ``unreadable``."""
        try:
            values = orjson.loads(record.payload)
        except orjson.JSONDecodeError:
            values = None
        if not isinstance(values, dict):
            self._count("unreadable", kinds.kind_name(record.kind).lower())
            return
        event = str(values.get("event") or values.get("command") or kinds.kind_name(record.kind).lower())
        fact = Fact(record.sequence, record.utc_ns, record.kind, event, values)
        self._note(fact)
        for take in self._subscribers:
            take(fact)

    def _note(self, fact: Fact) -> None:
        self.taken += 1
        kind = kinds.kind_name(fact.kind).lower()
        self._count(kind, fact.event)
        if "check" in fact.values:
            self._count(kind, fact.event, str(fact.values["check"]))
        if fact.kind == kinds.KILL:
            self.kills.take(fact.values, fact.utc_ns)
        elif fact.event == "clock":
            self.clock = fact.values
            return
        self.last.append(fact)

    def _count(self, *words: str) -> None:
        name = " ".join(words)
        self.counts[name] = self.counts.get(name, 0) + 1

    def keep(self) -> Any:
        """Return kills, counts and the clock; the last facts are read again from the journal by who wants them."""
        return {"kills": self.kills.keep(), "counts": self.counts, "clock": self.clock}

    def restore(self, state: Any) -> None:
        """Take them back."""
        self.kills.restore(state["kills"])
        self.counts, self.clock = state["counts"], state["clock"]


class FactsPart(Part):
    """Serve ``/api/facts`` and ``/api/kills``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.follower = FactsFollower()
        self._told = 0

    def listeners(self) -> Sequence[Listener]:
        """Return the follower."""
        return (self.follower,)

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what can be asked."""
        facts = "Show what the gateway and its operators last wrote down about themselves, newest first."
        return (
            Endpoint("GET", "/api/facts", facts, self._facts),
            Endpoint("GET", "/api/kills", "Show every kill, those in force first.", self._kills),
        )

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Tell of news."""
        if self.follower.taken != self._told:
            self._told = self.follower.taken
            self.desk.part(ApiPart).streams.tell("facts")

    async def _facts(self, _: Asked) -> Any:
        return {"facts": [fact.as_json() for fact in reversed(self.follower.last)]}

    async def _kills(self, _: Asked) -> Any:
        kills = sorted(self.follower.kills.by_id.values(), key=lambda kill: (not kill.is_active, -kill.since_utc_ns))
        shown = self.follower.kills.keep()
        by_id = {found["kill"]: found for found in shown}
        return {"kills": [by_id[kill.kill] | {"is_active": kill.is_active} for kill in kills]}
