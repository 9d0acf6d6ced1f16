"""Keep the breaks: where our books and what others say differ, until the facts agree or a person has decided.

A break is never closed by a booking of our own. It ends when the other side's word comes and agrees, which is recorded,
or when a person resolves it and says why. Each change is a BREAK record with the whole break, so that the last record
of each stands for it: at a checkpoint all that are kept are recorded again, and older segments may go.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import orjson
import structlog

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.orders.ids import OwnIds

log = structlog.get_logger()

OPEN: Final = "open"
ACKNOWLEDGED: Final = "acknowledged"
RESOLVED: Final = "resolved"

AUTOMATIC: Final = "auto"
"""Who resolved a break whose facts came to agree."""

NS_PER_DAY: Final = 86_400_000_000_000
KEEP_RESOLVED_DAYS: Final = 30
"""A resolved break is forgotten after so long; the journal has it as long as its segments."""

KINDS: Final = {
    "unknown_order": "the venue spoke of an order that is not ours",
    "unknown_to_venue": "the venue does not know an order that it had accepted",
    "unanswered": "the venue has not said how an order stands",
    "executions_missing": "the venue's CumQty is above ours: fills have not reached us",
    "executions_surplus": "the venue's CumQty is below ours: a bust has not reached us",
    "overfilled": "more was executed than ordered",
    "status_differs": "the venue has an order as ended that lives in our books",
    "quantity_differs": "the venue has another OrderQty",
    "report_unusable": "a report could not be booked",
    "exec_id_conflict": "an ExecID came twice with different contents",
    "unknown_execution": "a bust or correction of an execution that we do not have",
    "missing_at_ours": "a copied execution that we do not have",
    "missing_at_theirs": "an execution of ours of which no copy came",
    "execution_differs": "a copied execution that we have otherwise",
    "position_differs": "our position and what the copies add up to differ",
}
"""What can differ."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Say what differs: ``key`` is the same for what is the same break, ``ours`` and ``theirs`` name values.

    ``source`` is who contradicts us: ``venue:XBRK`` or ``drop_copy:NAME``.
    """

    key: str
    kind: str
    venue: str
    source: str
    text: str
    order_ids: tuple[str, ...] = ()
    exec_ids: tuple[str, ...] = ()
    account: str = ""
    symbol: str = ""
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def says_the_same(self, other: "Facts") -> bool:
        """Tell whether the same values differ in the same way."""
        return (self.kind, self.ours, self.theirs) == (other.kind, other.ours, other.theirs)


@dataclass(frozen=True, slots=True)
class Break:
    """One difference. ``by`` and ``reason`` are those of the last change of state, ``changed_utc_ns`` its time."""

    break_id: str
    facts: Facts
    since_utc_ns: int
    state: str = OPEN
    by: str = ""
    reason: str = ""
    changed_utc_ns: int = 0

    @property
    def is_resolved(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.state == RESOLVED

    def age_s(self, utc_ns: int) -> int:
        """Return for how many seconds it was open, up to its end or until now."""
        until = self.changed_utc_ns if self.is_resolved else utc_ns
        return max(0, until - self.since_utc_ns) // 1_000_000_000


class BreakError(ValueError):
    """Report a break that is not there, or that can't be changed so."""


Recorder = Callable[[int, bytes, int], object]


class BreakQueue:
    """Hold the breaks by id. ``record(kind, payload, utc_ns)`` writes to the journal; ``epoch`` is the journal's.

    ``listeners`` are told of each break that ends, by whomever.
    """

    def __init__(self, record: Recorder, epoch: int) -> None:
        self.breaks: dict[str, Break] = {}
        self.listeners: list[Callable[[Break, int, int], object]] = []
        self._record = record
        self._ids = OwnIds("B", epoch)
        self._by_key: dict[str, str] = {}

    # What parts of the gateway find

    def find(self, key: str) -> Break | None:
        """Return the break with this key that is not resolved."""
        found = self.breaks.get(self._by_key.get(key, ""))
        return None if found is None or found.is_resolved else found

    def note(self, facts: Facts, utc_ns: int, *, is_final: bool = True) -> Break | None:
        """Raise a break and return it; None where it is there already, or a person has resolved just this one.

        A break that is there takes over values that have changed. Where ``is_final`` is not set, what a person has
        resolved is raised again: it happened again.
        """
        known = self.breaks.get(self._by_key.get(facts.key, ""))
        if known is not None and not known.is_resolved:
            if not known.facts.says_the_same(facts):
                self._keep(replace(known, facts=facts), utc_ns)
            return None
        if known is not None and is_final and known.by != AUTOMATIC and known.facts.says_the_same(facts):
            return None
        found = Break(self._ids.next(), facts, utc_ns, changed_utc_ns=utc_ns)
        self._keep(found, utc_ns)
        log.warning("break", break_id=found.break_id, kind=facts.kind, source=facts.source, text=facts.text)
        return found

    def agree(self, key: str, how: str, now_ns: int, utc_ns: int) -> None:
        """Close a break whose facts have come to agree; ``how`` is what came. Nothing where there is none."""
        known = self.find(key)
        if known is None:
            return
        self._end(known, AUTOMATIC, how, now_ns, utc_ns)

    # What people decide

    def get(self, break_id: str) -> Break:
        """Return a break. Raises BreakError."""
        found = self.breaks.get(break_id)
        if found is None:
            raise BreakError(f"break {break_id!r} received, expected one that `fairlead breaks list --all` shows")
        return found

    def acknowledge(self, break_id: str, by: str, reason: str, utc_ns: int) -> Break:
        """Note that a person looks into a break. Raises BreakError."""
        known = self._unresolved(break_id)
        changed = replace(known, state=ACKNOWLEDGED, by=by, reason=reason, changed_utc_ns=utc_ns)
        self._keep(changed, utc_ns)
        return changed

    def resolve(self, break_id: str, by: str, reason: str, now_ns: int, utc_ns: int) -> Break:
        """Close a break by a person's decision. Raises BreakError."""
        if not reason.strip():
            raise BreakError(f"no reason received for resolving break {break_id}, expected one")
        return self._end(self._unresolved(break_id), by, reason, now_ns, utc_ns)

    def _unresolved(self, break_id: str) -> Break:
        known = self.get(break_id)
        if known.is_resolved:
            raise BreakError(f"break {break_id} was resolved by {known.by}, expected one that is open")
        return known

    def _end(self, known: Break, by: str, reason: str, now_ns: int, utc_ns: int) -> Break:
        ended = replace(known, state=RESOLVED, by=by, reason=reason, changed_utc_ns=utc_ns)
        self._keep(ended, utc_ns)
        log.info("break_resolved", break_id=ended.break_id, kind=ended.facts.kind, by=by, reason=reason)
        for tell in self.listeners:
            tell(ended, now_ns, utc_ns)
        return ended

    # Looking

    def unresolved(self) -> list[Break]:
        """Return the breaks that somebody has to look at, oldest first."""
        return sorted((each for each in self.breaks.values() if not each.is_resolved), key=_since)

    @property
    def unresolved_count(self) -> int:
        """Return how many breaks somebody has to look at."""
        return sum(1 for each in self.breaks.values() if not each.is_resolved)

    def all(self) -> list[Break]:
        """Return all breaks that are kept, oldest first."""
        return sorted(self.breaks.values(), key=_since)

    # Memory and recovery

    def _keep(self, changed: Break, utc_ns: int) -> None:
        self._record(kinds.BREAK, pack_break(changed), utc_ns)
        self._hold(changed)

    def _hold(self, changed: Break) -> None:
        self.breaks[changed.break_id] = changed
        self._by_key[changed.facts.key] = changed.break_id

    def replay(self, record: Record) -> None:
        """Take a BREAK record; the last one of a break counts. Raises ValueError for what is none."""
        self._hold(unpack_break(record.payload))

    def write_checkpoint(self, utc_ns: int) -> None:
        """Forget what was resolved long ago, and record the rest, so that older records may go."""
        oldest_utc_ns = utc_ns - KEEP_RESOLVED_DAYS * NS_PER_DAY
        for known in self.all():
            if known.is_resolved and known.changed_utc_ns < oldest_utc_ns:
                del self.breaks[known.break_id]
                if self._by_key.get(known.facts.key) == known.break_id:
                    del self._by_key[known.facts.key]
            else:
                self._record(kinds.BREAK, pack_break(known), utc_ns)


def _since(known: Break) -> tuple[int, str]:
    return known.since_utc_ns, known.break_id


def pack_break(known: Break) -> bytes:
    """Return a BREAK record's payload."""
    return orjson.dumps(describe_break(known))


def describe_break(known: Break) -> dict[str, Any]:
    """Return a break as JSON values: its facts and its state on one level."""
    facts = asdict(known.facts)
    return {
        "break_id": known.break_id,
        "since_utc_ns": known.since_utc_ns,
        "state": known.state,
        "by": known.by,
        "reason": known.reason,
        "changed_utc_ns": known.changed_utc_ns,
        **facts,
    }


_STATE_KEYS: Final = ("break_id", "since_utc_ns", "state", "by", "reason", "changed_utc_ns")


def unpack_break(payload: bytes) -> Break:
    """Return the break of a BREAK record. Raises ValueError."""
    try:
        values = orjson.loads(payload)
        state = {key: values.pop(key) for key in _STATE_KEYS}
        values["order_ids"], values["exec_ids"] = tuple(values["order_ids"]), tuple(values["exec_ids"])
        return Break(facts=Facts(**values), **state)
    except (KeyError, TypeError) as error:
        raise ValueError(f"BREAK record received that is no break: {error}") from error
