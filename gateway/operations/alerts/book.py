"""Hold the alerts: raised once however often their cause is found, cleared when it is gone, kept for good.

An alert's life is pending (its cause must last), firing, cleared. The database has every one that fired; a restart goes
on with those that stood.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fairlead.gateway.operations.alerts.finding import Finding
from fairlead.gateway.operations.alerts.rules import BY_NAME, AlertRule
from fairlead.gateway.operations.database import Database

NS: Final = 1_000_000_000
TABLES: Final = (
    """create table if not exists alerts (
        id integer primary key, fingerprint text not null, alert text not null, severity text not null,
        labels blob not null, text text not null, is_event integer not null, started_utc_ns integer not null,
        raised_utc_ns integer not null, cleared_utc_ns integer not null default 0,
        acknowledged_utc_ns integer not null default 0, acknowledged_by text not null default '',
        note text not null default '', silenced_by text not null default ''
    )""",
    "create index if not exists alerts_open on alerts (cleared_utc_ns) where cleared_utc_ns = 0",
)
_INSERT: Final = (
    "insert into alerts"
    " (fingerprint, alert, severity, labels, text, is_event, started_utc_ns, raised_utc_ns, silenced_by)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(slots=True)
class Alert:
    """One that fired. Times are UTC ns, 0 for not yet."""

    id: int
    fingerprint: str
    alert: str
    severity: str
    labels: dict[str, str]
    text: str
    is_event: bool
    started_utc_ns: int
    raised_utc_ns: int
    cleared_utc_ns: int = 0
    acknowledged_utc_ns: int = 0
    acknowledged_by: str = ""
    note: str = ""
    silenced_by: str = ""

    @property
    def rule(self) -> AlertRule:
        """Return what its alert is."""
        return BY_NAME[self.alert]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, with its summary, first step and runbook."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        rule = self.rule
        return shown | {"summary": rule.summary, "first_step": rule.first_step, "runbook": rule.runbook}


@dataclass(slots=True)
class _Pending:
    finding: Finding
    since_ns: int
    gone_ns: int = 0
    alert: Alert | None = None


@dataclass(slots=True)
class Changes:
    """What one look changed."""

    raised: list[Alert] = field(default_factory=list)
    cleared: list[Alert] = field(default_factory=list)


Silencer = Callable[[Finding, int], str]
"""Return who has silenced a finding at a UTC ns, "" where nobody has."""


class AlertBook:
    """Take what detectors find at each look. Times: monotonic ns for holding, UTC ns for what is kept."""

    def __init__(self, database: Database, silenced_by: Silencer = lambda _finding, _utc_ns: "") -> None:
        self._database = database
        self._silenced_by = silenced_by
        self._known: dict[str, _Pending] = {}
        for alert in self._open():
            finding = Finding(
                alert.alert, tuple(alert.labels.items()), alert.text, alert.started_utc_ns, alert.is_event
            )
            self._known[alert.fingerprint] = _Pending(finding, 0, alert=alert)

    def _open(self) -> list[Alert]:
        rows = self._database.rows("select * from alerts where cleared_utc_ns = 0 order by id")
        # an alert of another version of this program, which no rule knows any more, can't be judged
        return [alert for alert in map(_alert, rows) if alert.alert in BY_NAME]

    @property
    def firing(self) -> list[Alert]:
        """Return the alerts that stand, worst and oldest first."""
        found = [known.alert for known in self._known.values() if known.alert is not None]
        order = {"critical": 0, "major": 1, "minor": 2}
        return sorted(found, key=lambda alert: (order[alert.severity], alert.raised_utc_ns))

    def take(self, findings: Iterable[Finding], now_ns: int, utc_ns: int) -> Changes:
        """Take everything that was found at one look; what is not among it is gone."""
        changes, seen = Changes(), set[str]()
        for finding in findings:
            seen.add(finding.fingerprint)
            self._found(finding, now_ns, utc_ns, changes)
        for fingerprint, known in list(self._known.items()):
            if fingerprint not in seen and not (known.finding.is_event and known.alert is not None):
                self._missed(fingerprint, known, now_ns, utc_ns, changes)
        return changes

    def _found(self, finding: Finding, now_ns: int, utc_ns: int, changes: Changes) -> None:
        known = self._known.get(finding.fingerprint)
        if known is None:
            known = self._known[finding.fingerprint] = _Pending(finding, now_ns)
        known.gone_ns = 0
        if known.alert is None:
            if now_ns - known.since_ns >= BY_NAME[finding.alert].hold_s * NS:
                known.alert = self._raise(known.finding, finding.text, utc_ns)
                changes.raised.append(known.alert)
        elif known.alert.text != finding.text:
            known.alert.text = finding.text
            self._database.connection.execute("update alerts set text = ? where id = ?", (finding.text, known.alert.id))

    def _raise(self, finding: Finding, text: str, utc_ns: int) -> Alert:
        silenced_by = self._silenced_by(finding, utc_ns)
        values = (
            finding.fingerprint,
            finding.alert,
            BY_NAME[finding.alert].severity,
            orjson.dumps(dict(finding.labels)),
            text,
            int(finding.is_event),
            min(finding.event_utc_ns or utc_ns, utc_ns),
            utc_ns,
            silenced_by,
        )
        with self._database.transaction() as connection:
            number = connection.execute(_INSERT, values).lastrowid
        return _alert(self._database.rows("select * from alerts where id = ?", (number,))[0])

    def _missed(self, fingerprint: str, known: _Pending, now_ns: int, utc_ns: int, changes: Changes) -> None:
        if known.alert is None:
            del self._known[fingerprint]
            return
        known.gone_ns = known.gone_ns or now_ns
        if now_ns - known.gone_ns >= BY_NAME[known.alert.alert].clear_s * NS:
            changes.cleared.append(self._clear(fingerprint, known.alert, utc_ns))

    def _clear(self, fingerprint: str, alert: Alert, utc_ns: int) -> Alert:
        del self._known[fingerprint]
        alert.cleared_utc_ns = utc_ns
        with self._database.transaction() as connection:
            connection.execute("update alerts set cleared_utc_ns = ? where id = ?", (utc_ns, alert.id))
        return alert

    def acknowledge(self, number: int, by: str, note: str, utc_ns: int) -> Alert:
        """Note that somebody acts on an alert; one of an event is cleared by it. Raises LookupError."""
        alert = next((alert for alert in self.firing if alert.id == number), None)
        if alert is None:
            raise LookupError(f"alert {number} does not stand")
        alert.acknowledged_by, alert.acknowledged_utc_ns, alert.note = by, utc_ns, note
        with self._database.transaction() as connection:
            connection.execute(
                "update alerts set acknowledged_by = ?, acknowledged_utc_ns = ?, note = ? where id = ?",
                (by, utc_ns, note, number),
            )
        if alert.is_event:
            self._clear(alert.fingerprint, alert, utc_ns)
        return alert

    def past(self, from_utc_ns: int, limit: int) -> list[Alert]:
        """Return alerts that were raised since, newest first, whether they stand or not."""
        rows = self._database.rows(
            "select * from alerts where raised_utc_ns >= ? order by id desc limit ?", (from_utc_ns, limit)
        )
        return [alert for alert in map(_alert, rows) if alert.alert in BY_NAME]


def _alert(row: Any) -> Alert:
    values = dict(row)
    return Alert(**values | {"labels": orjson.loads(values["labels"]), "is_event": bool(values["is_event"])})
