"""Make one entry of what several audit records tell about one thing: who did what, why, who agreed, what came of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import orjson

from fairlead.gateway.control.audit import BEGINS, CHECKPOINT, read_link
from fairlead.gateway.control.overrides import USED_EVENT
from fairlead.gateway.control.trail import APPROVAL, ATTEMPT, COMMAND
from fairlead.gateway.journal.scan_cy import Record

NO_OUTCOME: Final = "no outcome on record"
OWN_RECORDS: Final = frozenset((BEGINS, CHECKPOINT))
"""What the chain says about itself."""


@dataclass(slots=True)
class AuditEntry:
    """One thing that was done, tried or asked for. ``number`` is 0 for records that are not of the chain."""

    sequence: int
    number: int
    utc_ns: int
    operator: str
    command: str
    reason: str = ""
    approver: str = ""
    request: str = ""
    outcome: str = ""
    text: str = ""
    arguments: Any = None
    before: Any = None
    after: Any = None
    pid: int = 0
    uid: int = -1
    more: dict[str, Any] = field(default_factory=dict)
    """What a record of another form holds."""

    def as_json(self) -> bytes:
        """Return it as a line of JSON."""
        return orjson.dumps(asdict(self))


class AuditEntries:
    """Collect entries from OPERATOR records, in order."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self._begun: dict[int, AuditEntry] = {}
        self._asked: dict[str, AuditEntry] = {}

    def take(self, record: Record) -> None:
        """Take the next record."""
        facts = read_link(record.payload)
        if facts is None:
            self._add(_foreign(record))
            return
        handler = _HANDLERS.get((str(facts.get("event")), facts.get("phase")))
        if handler is None:
            self._add(_plain(record, facts))
        else:
            handler(self, record, facts)

    def _add(self, entry: AuditEntry) -> AuditEntry:
        self.entries.append(entry)
        return entry

    def _begins(self, record: Record, facts: Mapping[str, Any]) -> None:
        entry = self._add(_entry(record, facts, NO_OUTCOME))
        self._begun[entry.number] = entry
        asked = self._asked.get(entry.request)
        if asked is not None:
            asked.outcome, asked.approver = "approved", entry.approver

    def _ends(self, record: Record, facts: Mapping[str, Any]) -> None:
        # the beginning may lie in a segment that is gone
        entry = self._begun.pop(facts.get("begins", 0), None) or self._add(_entry(record, facts, ""))
        entry.outcome = str(facts.get("outcome", ""))
        entry.text = str(facts.get("text", ""))
        entry.before, entry.after = facts.get("before"), facts.get("after")

    def _requested(self, record: Record, facts: Mapping[str, Any]) -> None:
        entry = self._add(_entry(record, facts, "waits"))
        entry.request = f"R{entry.number}"
        self._asked[entry.request] = entry

    def _answered(self, record: Record, facts: Mapping[str, Any]) -> None:
        asked = self._asked.get(str(facts.get("request"))) or self._add(_entry(record, facts, ""))
        asked.outcome, asked.text = str(facts["phase"]), str(facts.get("text", ""))
        asked.approver = str(facts.get("operator", ""))

    def _attempt(self, record: Record, facts: Mapping[str, Any]) -> None:
        entry = self._add(_entry(record, facts, f"refused ({facts.get('code')})"))
        entry.text = str(facts.get("text", ""))
        if facts.get("left_out_before"):
            entry.more = {"left_out_before": facts["left_out_before"]}


_HANDLERS: Final = {
    (COMMAND, "begins"): AuditEntries._begins,
    (COMMAND, "ends"): AuditEntries._ends,
    (APPROVAL, "requested"): AuditEntries._requested,
    (APPROVAL, "declined"): AuditEntries._answered,
    (APPROVAL, "expired"): AuditEntries._answered,
    (ATTEMPT, None): AuditEntries._attempt,
}


def _entry(record: Record, facts: Mapping[str, Any], outcome: str) -> AuditEntry:
    return AuditEntry(
        record.sequence,
        facts["number"],
        record.utc_ns,
        str(facts.get("operator", "")),
        str(facts.get("command", "")),
        str(facts.get("reason", "")),
        str(facts.get("approver", "")),
        str(facts.get("request", "")),
        outcome,
        arguments=facts.get("arguments"),
        pid=int(facts.get("pid", 0)),
        uid=int(facts.get("uid", -1)),
    )


def _plain(record: Record, facts: Mapping[str, Any]) -> AuditEntry:
    more = {name: value for name, value in facts.items() if name not in ("event", "utc_ns", "number", "previous")}
    by = "the gateway" if facts.get("event") in (*OWN_RECORDS, USED_EVENT) else ""
    return AuditEntry(record.sequence, facts["number"], record.utc_ns, by, str(facts.get("event", "")), more=more)


def _foreign(record: Record) -> AuditEntry:
    """Return what a command wrote that worked on a stopped gateway's journal."""
    try:
        facts = orjson.loads(record.payload)
    except orjson.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        facts = {"text": record.payload.decode("utf-8", "replace")}
    entry = AuditEntry(record.sequence, 0, record.utc_ns, "", str(facts.pop("event", "")), outcome="done")
    entry.operator, entry.reason = str(facts.pop("name", "")), str(facts.pop("reason", ""))
    entry.before, entry.after = facts.pop("before", None), facts.pop("after", None)
    entry.more = facts
    return entry


def audit_entries(records: Iterable[Record]) -> Iterator[AuditEntry]:
    """Yield the entries of OPERATOR records, in the order in which they began."""
    found = AuditEntries()
    for record in records:
        found.take(record)
    yield from found.entries
