"""Open incidents, add to them, and close them: every change is a line of the timeline with who, when and why.

Nothing is held in memory: what a shell writes into the database is seen by the process at its next look.
"""

from typing import Any, Final

from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.rules import SEVERITIES
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.records import TABLES, Entry, Incident, scope_of

OPENS: Final = frozenset(("critical", "major"))
"""Severities of alerts that open an incident; others join one."""
NOT_YET: Final = 0
_ADD_ENTRY: Final = (
    "insert into incident_entries (incident, utc_ns, written_utc_ns, kind, by, text, alert, sequence)"
    " values (?, ?, ?, ?, ?, ?, ?, ?)"
)


class IncidentError(Exception):
    """Report what can't be done to an incident, and what was expected."""


class IncidentBook:
    """Keep incidents in the database. Times are UTC ns; ``by`` is an operator, ``os:USER`` or ``fairlead``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        for statement in TABLES:
            database.connection.execute(statement)

    # Looking

    @property
    def open(self) -> list[Incident]:
        """Return those that are not restored, oldest first."""
        return self._incidents("where restored_utc_ns = 0 order by id")

    def listed(self, from_utc_ns: int = 0, limit: int = 200) -> list[Incident]:
        """Return those that were open at some time since, newest first."""
        return self._incidents(
            "where restored_utc_ns = 0 or restored_utc_ns >= ? order by id desc limit ?", from_utc_ns, limit
        )

    def find(self, number: int) -> Incident:
        """Return one. Raises IncidentError where there is none."""
        found = self._incidents("where id = ?", number)
        if not found:
            raise IncidentError(f"no incident {number}, expected one of `fairlead incidents list`")
        return found[0]

    def entries(self, number: int) -> list[Entry]:
        """Return the timeline of one, by when things happened."""
        rows = self._database.rows(
            "select * from incident_entries where incident = ? order by utc_ns, id limit 5000", (number,)
        )
        return [Entry(**dict(row)) for row in rows]

    def alerts(self, number: int) -> list[int]:
        """Return the ids of its alerts."""
        rows = self._database.rows("select alert from incident_alerts where incident = ? order by alert", (number,))
        return [row["alert"] for row in rows]

    def standing(self, number: int) -> int:
        """Return how many of its alerts are not cleared."""
        query = "select count(*) as n from incident_alerts where incident = ? and cleared_utc_ns = 0"
        count: int = self._database.rows(query, (number,))[0]["n"]
        return count

    def uncleared(self) -> list[int]:
        """Return the ids of alerts that no incident has seen cleared."""
        return [
            row["alert"] for row in self._database.rows("select alert from incident_alerts where cleared_utc_ns = 0")
        ]

    def _incidents(self, condition: str, *values: Any) -> list[Incident]:
        return [Incident(**dict(row)) for row in self._database.rows(f"select * from incidents {condition}", values)]

    # Alerts

    def take_alert(self, alert: Alert, utc_ns: int) -> int:
        """Take an alert as it stands now, as often as it comes; return its incident, 0 for none.

        One that is silenced belongs to planned work and opens nothing.
        """
        with self._database.transaction():
            number = self._incident_of(alert) or self._place(alert, utc_ns)
            if number:
                self._acknowledged(number, alert, utc_ns)
                self._cleared(number, alert, utc_ns)
        return number

    def _incident_of(self, alert: Alert) -> int:
        rows = self._database.rows("select incident from incident_alerts where alert = ?", (alert.id,))
        return rows[0]["incident"] if rows else 0

    def _place(self, alert: Alert, utc_ns: int) -> int:
        if alert.silenced_by or alert.cleared_utc_ns:
            return 0
        scope = scope_of(alert.labels)
        number = next((incident.id for incident in self.open if incident.scope == scope), 0)
        if number:
            self._add(number, alert.raised_utc_ns, utc_ns, "joined", "fairlead", _told(alert), alert.id)
            self._worsen(number, alert, utc_ns)
        elif alert.severity in OPENS:
            title = f"{alert.rule.summary} ({scope})"
            number = self._insert(
                title,
                scope,
                alert.severity,
                "fairlead",
                alert.started_utc_ns,
                alert.raised_utc_ns,
                utc_ns,
                _told(alert),
            )
        else:
            return 0
        values = (alert.id, number)
        self._database.connection.execute("insert into incident_alerts (alert, incident) values (?, ?)", values)
        return number

    def _worsen(self, number: int, alert: Alert, utc_ns: int) -> None:
        before = self.find(number).severity
        if SEVERITIES.index(alert.severity) < SEVERITIES.index(before):
            self._set(number, "severity", alert.severity)
            self._add(number, utc_ns, utc_ns, "severity", "fairlead", f"{before} to {alert.severity}: {alert.alert}")

    def _acknowledged(self, number: int, alert: Alert, utc_ns: int) -> None:
        if not alert.acknowledged_utc_ns or self._has(number, "acknowledged", alert.id):
            return
        text = f"{alert.alert}: {alert.note}" if alert.note else alert.alert
        at_utc_ns, by = alert.acknowledged_utc_ns, alert.acknowledged_by
        self._add(number, at_utc_ns, utc_ns, "acknowledged", by, text, alert.id)
        self._acknowledge(number, at_utc_ns)

    def _acknowledge(self, number: int, utc_ns: int) -> None:
        self._database.connection.execute(
            "update incidents set acknowledged_utc_ns = ? where id = ? and acknowledged_utc_ns = 0", (utc_ns, number)
        )

    def _cleared(self, number: int, alert: Alert, utc_ns: int) -> None:
        if not alert.cleared_utc_ns or self._has(number, "cleared", alert.id):
            return
        self._database.connection.execute(
            "update incident_alerts set cleared_utc_ns = ? where alert = ?", (alert.cleared_utc_ns, alert.id)
        )
        self._add(number, alert.cleared_utc_ns, utc_ns, "cleared", "fairlead", alert.alert, alert.id)
        if not self.standing(number) and self.find(number).is_open:
            self._restored(number, alert.cleared_utc_ns, utc_ns, "fairlead", "all its alerts are cleared")

    def _has(self, number: int, kind: str, alert: int) -> bool:
        query = "select 1 from incident_entries where incident = ? and kind = ? and alert = ?"
        return bool(self._database.rows(query, (number, kind, alert)))

    # People

    def open_by_hand(
        self, title: str, severity: str, scope: str, by: str, text: str, started_utc_ns: int, utc_ns: int
    ) -> int:
        """Open one and return its number; ``started_utc_ns`` is when the trouble began. Raises IncidentError."""
        if not NOT_YET < started_utc_ns <= utc_ns:
            raise IncidentError("started_utc_ns: expected a time that is over")
        _check_severity(severity)
        with self._database.transaction():
            return self._insert(title, scope, severity, by, started_utc_ns, utc_ns, utc_ns, text)

    def note(self, number: int, by: str, text: str, utc_ns: int, kind: str = "note") -> None:
        """Add what somebody noticed or did. Raises IncidentError."""
        with self._database.transaction():
            self.find(number)
            self._add(number, utc_ns, utc_ns, kind, by, text)

    def own(self, number: int, owner: str, by: str, reason: str, utc_ns: int) -> None:
        """Give it to somebody; the first owner acknowledges it by that. Raises IncidentError."""
        with self._database.transaction():
            before = self._open_one(number).owner
            self._set(number, "owner", owner)
            self._add(number, utc_ns, utc_ns, "owner", by, f"{before or 'nobody'} to {owner}: {reason}")
            self._acknowledge(number, utc_ns)

    def set_severity(self, number: int, severity: str, by: str, reason: str, utc_ns: int) -> None:
        """Say how bad it is. Raises IncidentError."""
        _check_severity(severity)
        with self._database.transaction():
            before = self.find(number).severity
            self._set(number, "severity", severity)
            self._add(number, utc_ns, utc_ns, "severity", by, f"{before} to {severity}: {reason}")

    def restore(self, number: int, by: str, reason: str, utc_ns: int) -> None:
        """Say that it is over, where no alert of it stands. Raises IncidentError."""
        with self._database.transaction():
            self._open_one(number)
            if standing := self.standing(number):
                raise IncidentError(f"{standing} alerts of incident {number} stand, expected them cleared first")
            self._restored(number, utc_ns, utc_ns, by, reason)

    def take_action(self, number: int, utc_ns: int, written_utc_ns: int, by: str, text: str, sequence: int) -> None:
        """Add what the journal says was done, once a record."""
        query = "select 1 from incident_entries where incident = ? and sequence = ?"
        if not self._database.rows(query, (number, sequence)):
            self._add(number, utc_ns, written_utc_ns, "action", by, text, 0, sequence)

    # Writing

    def _open_one(self, number: int) -> Incident:
        incident = self.find(number)
        if not incident.is_open:
            raise IncidentError(f"incident {number} is restored, expected one that is open")
        return incident

    def _insert(
        self, title: str, scope: str, severity: str, by: str, started: int, detected: int, utc_ns: int, text: str
    ) -> int:
        columns = "(title, scope, severity, opened_by, started_utc_ns, detected_utc_ns)"
        number = self._database.connection.execute(
            f"insert into incidents {columns} values (?, ?, ?, ?, ?, ?)",
            (title, scope, severity, by, started, detected),
        ).lastrowid
        assert number is not None
        self._add(number, started, utc_ns, "started", by, title)
        self._add(number, detected, utc_ns, "detected", by, text)
        return number

    def _set(self, number: int, column: str, value: str) -> None:
        self._database.connection.execute(f"update incidents set {column} = ? where id = ?", (value, number))

    def _restored(self, number: int, utc_ns: int, written_utc_ns: int, by: str, text: str) -> None:
        self._database.connection.execute("update incidents set restored_utc_ns = ? where id = ?", (utc_ns, number))
        self._add(number, utc_ns, written_utc_ns, "restored", by, text)

    def _add(
        self, number: int, utc_ns: int, written: int, kind: str, by: str, text: str, alert: int = 0, sequence: int = 0
    ) -> None:
        values = (number, utc_ns, written, kind, by, text, alert, sequence)
        self._database.connection.execute(_ADD_ENTRY, values)


def _told(alert: Alert) -> str:
    return f"{alert.alert}: {alert.text}"


def _check_severity(severity: str) -> None:
    if severity not in SEVERITIES:
        raise IncidentError(f"severity {severity!r} received, expected one of {', '.join(SEVERITIES)}")
