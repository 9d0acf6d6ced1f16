"""Say what an incident and a line of its timeline are, and in which tables they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

TABLES: Final = (
    """create table if not exists incidents (
        id integer primary key, title text not null, scope text not null, severity text not null,
        opened_by text not null, owner text not null default '', started_utc_ns integer not null,
        detected_utc_ns integer not null, acknowledged_utc_ns integer not null default 0,
        restored_utc_ns integer not null default 0
    )""",
    "create index if not exists incidents_open on incidents (restored_utc_ns) where restored_utc_ns = 0",
    """create table if not exists incident_entries (
        id integer primary key, incident integer not null, utc_ns integer not null, written_utc_ns integer not null,
        kind text not null, by text not null, text text not null, alert integer not null default 0,
        sequence integer not null default 0
    )""",
    "create index if not exists incident_entries_by_incident on incident_entries (incident, utc_ns)",
    """create table if not exists incident_alerts (
        alert integer primary key, incident integer not null, cleared_utc_ns integer not null default 0
    )""",
)
GATEWAY: Final = "gateway"
"""The scope of what is wrong with the process itself, or the machine."""
_SCOPE_LABELS: Final = ("session", "venue", "strategy", "feed", "drop_copy", "account", "kill")


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands. Times are UTC ns, 0 for not yet; ``scope`` is whose trouble it is."""

    id: int
    title: str
    scope: str
    severity: str
    opened_by: str
    owner: str
    started_utc_ns: int
    detected_utc_ns: int
    acknowledged_utc_ns: int
    restored_utc_ns: int

    @property
    def is_open(self) -> bool:
        """Tell whether it is not restored."""
        return self.restored_utc_ns == 0

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"is_open": self.is_open}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: what happened when, written when, by whom. Lines are added, and never changed.

    ``kind`` is ``started``, ``detected``, ``joined``, ``cleared``, ``acknowledged``, ``action``, ``note``, ``owner``,
    ``severity``, ``runbook`` or ``restored``; ``alert`` and ``sequence`` (the journal's) are 0 for none.
    """

    id: int
    incident: int
    utc_ns: int
    written_utc_ns: int
    kind: str
    by: str
    text: str
    alert: int
    sequence: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def scope_of(labels: Mapping[str, str]) -> str:
    """Return whose trouble an alert is: ``venue:XEXC``, ``strategy:alpha``, ``feed:A``, or ``gateway``."""
    for label in _SCOPE_LABELS:
        if labels.get(label):
            return labels[label] if label == "session" else f"{label}:{labels[label]}"
    return GATEWAY
