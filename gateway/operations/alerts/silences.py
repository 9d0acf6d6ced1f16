"""Keep planned maintenance: what is known to be noisy for a time wakes nobody, and is still written down."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from fairlead.gateway.operations.alerts.finding import Finding
from fairlead.gateway.operations.database import Database

TABLES: Final = (
    """create table if not exists silences (
        id integer primary key, alert text not null, labels blob not null, by text not null, reason text not null,
        from_utc_ns integer not null, until_utc_ns integer not null, made_utc_ns integer not null,
        ended_by text not null default '', ended_utc_ns integer not null default 0
    )""",
)


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts of a name ("" for any) with these labels, for a time. Times are UTC ns."""

    id: int
    alert: str
    labels: dict[str, str]
    by: str
    reason: str
    from_utc_ns: int
    until_utc_ns: int
    made_utc_ns: int
    ended_by: str
    ended_utc_ns: int

    def covers(self, finding: Finding, utc_ns: int) -> bool:
        """Tell whether a finding is silenced by it at that time."""
        if self.ended_utc_ns or not self.from_utc_ns <= utc_ns < self.until_utc_ns:
            return False
        labels = dict(finding.labels)
        return self.alert in ("", finding.alert) and all(labels.get(name) == text for name, text in self.labels.items())


class Silences:
    """Hold them, in the database and in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._all = self._read()

    def _read(self) -> list[Silence]:
        rows = (dict(row) for row in self._database.rows("select * from silences order by id desc limit 500"))
        return [Silence(**row | {"labels": orjson.loads(row["labels"])}) for row in rows]

    def silenced_by(self, finding: Finding, utc_ns: int) -> str:
        """Return who silenced it, and why; "" for nobody."""
        for silence in self._all:
            if silence.covers(finding, utc_ns):
                return f"{silence.by}: {silence.reason}"
        return ""

    def add(
        self, alert: str, labels: dict[str, str], by: str, reason: str, from_utc_ns: int, until_utc_ns: int, utc_ns: int
    ) -> Silence:
        """Silence from now, or from a time to come. Raises ValueError where the time is over, or is none."""
        if until_utc_ns <= max(from_utc_ns, utc_ns):
            raise ValueError("until_utc_ns: expected a time to come, after from_utc_ns")
        with self._database.transaction() as connection:
            connection.execute(
                "insert into silences (alert, labels, by, reason, from_utc_ns, until_utc_ns, made_utc_ns)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (alert, orjson.dumps(labels), by, reason, from_utc_ns, until_utc_ns, utc_ns),
            )
        self._all = self._read()
        return self._all[0]

    def end(self, number: int, by: str, utc_ns: int) -> None:
        """End one before its time. Raises LookupError where none of that number lasts."""
        if not any(one.id == number and not one.ended_utc_ns and one.until_utc_ns > utc_ns for one in self._all):
            raise LookupError(f"silence {number} does not last any more, or never did")
        with self._database.transaction() as connection:
            connection.execute("update silences set ended_by = ?, ended_utc_ns = ? where id = ?", (by, utc_ns, number))
        self._all = self._read()

    def lasting(self, utc_ns: int) -> list[Silence]:
        """Return those that last or are to come."""
        return [one for one in self._all if not one.ended_utc_ns and one.until_utc_ns > utc_ns]

    def as_json(self, utc_ns: int) -> list[dict[str, Any]]:
        """Return those that last or are to come, as JSON values."""
        return [{name: getattr(one, name) for name in Silence.__slots__} for one in self.lasting(utc_ns)]
