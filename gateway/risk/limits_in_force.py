"""Keep the limits in force: the file's, with admin changes on top; each change is on record and survives a restart.

All or nothing: other limits are first worked out and checked as a whole (``Proposal``), then recorded, then put in
force in one step. Each LIMITS record says all that a start needs: which file (by the hash of its content) and which
admin changes stand. At a start the file is read; admin changes made to the same content come again, where it changed
meanwhile the file wins.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from fairlead.gateway.config.limits_file import LimitsReading, read_limits_content
from fairlead.gateway.config.limits_references import KnownNames
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_changes import Change, selectors_of, settled, with_changes
from fairlead.gateway.risk.limits_difference import Difference, differences, loosened
from fairlead.gateway.risk.limits_rules import LimitRules

Write = Callable[[bytes, int], object]
"""``write(payload, utc_ns)``: record LIMITS."""
Recount = Callable[[LimitBook], object]
Alert = Callable[..., object]
"""``alert(event, utc_ns, **facts)``."""

_PLACE: Final = re.compile(r"limits\[(\d+)\]")
NEVER_UTC_NS: Final = 2**63 - 1


class LimitsRefused(Exception):
    """Say why other limits are not taken; nothing has changed."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(mistakes))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Limits that could be put in force, checked, and what they would change."""

    base: LimitsReading
    """What the file says."""
    changes: tuple[Change, ...]
    """Admin changes on top of it."""
    rules: LimitRules
    warnings: tuple[str, ...]
    differences: tuple[Difference, ...]
    loosened: tuple[str, ...]
    """What becomes looser, in words: a second person must agree."""
    dropped: tuple[Change, ...] = ()
    """Admin changes that stood and would no longer."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes limits, and why."""

    operator: str
    reason: str
    approver: str = ""


class LimitsInForce:
    """Hold them. ``read_file`` reads the configured file anew; ``known`` are the names that limits may use."""

    def __init__(
        self,
        base: LimitsReading,
        read_file: Callable[[], LimitsReading],
        known: KnownNames,
        *,
        require: bool,
        write: Write,
    ) -> None:
        self.base = base
        self.changes: tuple[Change, ...] = ()
        self.warnings = base.warnings
        self.known = known
        self.read_file = read_file
        self.require = require
        self._write = write
        self.recount: Recount | None = None
        """Counts what is open and held into the buckets of limits that are only tried."""
        self._proposed: Proposal | None = None
        self._proposed_for: tuple[Any, ...] = ()
        self._alert: Alert = lambda event, utc_ns, **facts: None
        self._next_end_utc_ns = NEVER_UTC_NS
        self._recorded: set[str] = set()
        self._last: Mapping[str, Any] | None = None
        self._last_content: dict[str, Any] = {}
        self.book = LimitBook(base.rules or LimitRules(), require=require)

    # From the journal

    def replay(self, record: Record) -> None:
        """Take a LIMITS record of before; each stands for all before it."""
        last = orjson.loads(record.payload)
        if "content" in last:
            self._last_content = {last["content_hash"]: last["content"]}
        self._last = last

    def start(self, now_ns: int, utc_ns: int, alert: Alert) -> None:
        """Put in force what the file says, with the admin changes that stand; what comes of it is recorded."""
        self._alert = alert
        last = self._last
        if last is None:
            self._take(self.propose(self.base, ()), self.book.version, now_ns, utc_ns)
            self._record("loaded", By("", "first start"), [], [], utc_ns)
            return
        stood = tuple(Change.from_dict(values) for values in last["admin_changes"])
        is_same_file = last["file_hash"] == self.base.file_hash
        standing = tuple(c for c in stood if is_same_file and not 0 < c.until_utc_ns <= utc_ns)
        why = "started" if is_same_file else "started with another limits file"
        try:
            proposal = self.propose(self.base, standing)
        except LimitsRefused as refused:
            # the configuration lost a name that they need
            proposal, why = self.propose(self.base, ()), f"admin changes no longer fit: {refused}"
        dropped = [c for c in stood if c not in proposal.changes and not 0 < c.until_utc_ns <= utc_ns]
        is_new = proposal.rules.content_hash != last["content_hash"]
        self._take(proposal, last["version"] + is_new, now_ns, utc_ns)
        for change in dropped:
            self._alert("limits_change_dropped", utc_ns, change=str(change), operator=change.operator, why=why)
        if is_new or dropped or stood != proposal.changes:
            before = self._last_content.get(last["content_hash"], {})
            self._record("loaded", By("", why), differences(before, proposal.rules.as_dict()), dropped, utc_ns)

    def write_checkpoint(self, utc_ns: int) -> None:
        """Record the limits in force as a whole, so that older records may go."""
        self._recorded.clear()
        self._record("standing", By("", "checkpoint"), [], [], utc_ns)

    # Other limits

    def propose(self, base: LimitsReading, changes: Sequence[Change]) -> Proposal:
        """Work out what a file and changes to it come to, now and when changes end. Raises LimitsRefused."""
        if base.rules is None:
            raise LimitsRefused(base.mistakes)
        # a command asks several times: whether it needs a second person, what to show, then for the change
        asked = (base.path, base.file_hash, tuple(changes), self.changes, self.book.rules.content_hash)
        if self._proposed is None or self._proposed_for != asked:
            self._proposed, self._proposed_for = self._work_out(base, settled(changes)), asked
        return self._proposed

    def _work_out(self, base: LimitsReading, kept: tuple[Change, ...]) -> Proposal:
        reading = self._read(base, kept)
        for end in sorted({change.until_utc_ns for change in kept} - {0}):
            left = [change for change in kept if not change.until_utc_ns or change.until_utc_ns > end]
            try:
                self._read(base, left)
            except LimitsRefused as refused:
                raise LimitsRefused([f"when a change ends: {text}" for text in refused.mistakes]) from None
        assert reading.rules is not None
        in_force = self.book.rules
        return Proposal(
            base,
            kept,
            reading.rules,
            reading.warnings,
            tuple(differences(in_force.as_dict(), reading.rules.as_dict())),
            tuple(loosened(in_force, reading.rules, require=self.require)),
            tuple(change for change in self.changes if change not in kept),
        )

    def _read(self, base: LimitsReading, changes: Sequence[Change]) -> LimitsReading:
        if not changes:
            return base
        content = with_changes(base.content, changes)
        reading = read_limits_content(content, self.known, require=self.require)
        if reading.rules is None:
            rows = [row.get("name") or str(selectors_of(row)) for row in content["limits"]]
            # the rows' places are the file's no longer
            raise LimitsRefused(
                [_PLACE.sub(lambda found: f"row {rows[int(found[1])]}", text) for text in reading.mistakes]
            )
        return reading

    def put_in_force(self, proposal: Proposal, event: str, by: By, now_ns: int, utc_ns: int) -> None:
        """Record a proposal made from the limits in force, and let it count."""
        version = self.book.version + (proposal.rules.content_hash != self.book.rules.content_hash)
        self._record(event, by, proposal.differences, proposal.dropped, utc_ns, proposal, version)
        self._take(proposal, version, now_ns, utc_ns)

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """End changes whose time is up."""
        if utc_ns < self._next_end_utc_ns:
            return
        left = [change for change in self.changes if not 0 < change.until_utc_ns <= utc_ns]
        ended = [str(change) for change in self.changes if change not in left]
        proposal = self.propose(self.base, left)
        self.put_in_force(proposal, "ended", By("", "the time of a change is up"), now_ns, utc_ns)
        self._alert("limits_change_ended", utc_ns, changes=ended)

    def _take(self, proposal: Proposal, version: int, now_ns: int, utc_ns: int) -> None:
        self.base, self.changes, self.warnings = proposal.base, proposal.changes, proposal.warnings
        ends = [change.until_utc_ns for change in proposal.changes if change.until_utc_ns]
        self._next_end_utc_ns = min(ends, default=NEVER_UTC_NS)
        if version != self.book.version or proposal.rules.content_hash != self.book.rules.content_hash:
            self.book.put_in_force(proposal.rules, version, now_ns, utc_ns)

    def _record(
        self,
        event: str,
        by: By,
        found: Sequence[Difference],
        dropped: Sequence[Change],
        utc_ns: int,
        proposal: Proposal | None = None,
        version: int = 0,
    ) -> None:
        base, changes, rules = (
            (self.base, self.changes, self.book.rules)
            if proposal is None
            else (proposal.base, proposal.changes, proposal.rules)
        )
        facts: dict[str, Any] = {
            "event": event,
            "version": version or self.book.version,
            "content_hash": rules.content_hash,
            "file": str(base.path) if base.path is not None else "",
            "file_hash": base.file_hash,
            "operator": by.operator,
            "approver": by.approver,
            "reason": by.reason,
            "difference": [difference.as_dict() for difference in found],
            "dropped": [change.as_dict() for change in dropped],
            "admin_changes": [change.as_dict() for change in changes],
        }
        if rules.content_hash not in self._recorded:
            facts["content"] = rules.as_dict()
            self._recorded.add(rules.content_hash)
        self._write(orjson.dumps(facts), utc_ns)
