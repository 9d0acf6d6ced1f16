"""Note when sessions went up and down, and reckon figures of a period from what is kept."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

import orjson

from fairlead.adapters.schedule import Schedule
from fairlead.adapters.session_events import EventKind
from fairlead.gateway.config import Config
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents import reckoning
from fairlead.gateway.operations.incidents.reckoning import IncidentTimes, Span
from fairlead.gateway.schedules import build_schedule

TABLES: Final = (
    """create table if not exists session_changes (
        session text not null, utc_ns integer not null, sequence integer not null, is_up integer not null,
        primary key (session, sequence)
    ) without rowid""",
)
_IS_UP: Final = {
    EventKind.LOGGED_ON: True,
    EventKind.LOGGED_OUT: False,
    EventKind.DISCONNECTED: False,
    EventKind.LOGON_REFUSED: False,
    EventKind.LOGON_ABANDONED: False,
}
_OUTAGE_ALERTS: Final = ("", "SessionDown", "GatewayDown")
"""Silences of these are maintenance of a session."""


class UptimeFollower:
    """Write a row whenever a session of a venue goes up or down."""

    name = "session_changes"
    kinds = frozenset((kinds.SESSION_EVENT,))

    def __init__(self, database: Database) -> None:
        self._database = database

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Take an event of a session."""
        if not stream.name.startswith("venue:"):
            # a strategy comes and goes as it likes
            return
        name = record.payload[1 : 1 + record.payload[0]].decode("utf-8", "replace").upper()
        is_up = _IS_UP.get(EventKind[name]) if name in EventKind.__members__ else None
        if is_up is not None:
            self._database.connection.execute(
                "insert or replace into session_changes values (?, ?, ?, ?)",
                (stream.name, record.utc_ns, record.sequence, int(is_up)),
            )

    def keep(self) -> Any:
        """Keep nothing: it is in the table."""
        return None

    def restore(self, state: Any) -> None:
        """Take nothing back."""


class FiguresOfThePast:
    """Reckon figures of venues' sessions and of incidents."""

    def __init__(self, database: Database, schedules: dict[str, Schedule | None]) -> None:
        self._database = database
        self._schedules = schedules
        """By session, as ``venue:XEXC``."""

    def figures(self, period: Span, *, by_day: bool = False) -> dict[str, Any]:
        """Return the figures of a period, and of each of its UTC days."""
        shown = {"from_utc_ns": period[0], "to_utc_ns": period[1]} | self._of(period)
        if by_day:
            days = reckoning.days_of(period)
            shown["days"] = [{"from_utc_ns": day[0], "to_utc_ns": day[1]} | self._of(day) for day in days]
        return shown

    def _of(self, period: Span) -> dict[str, Any]:
        rows = self._database.rows(
            "select * from incidents where started_utc_ns >= ? and started_utc_ns < ? order by id", period
        )
        by_scope: dict[str, list[IncidentTimes]] = {session: [] for session in self._schedules}
        for row in rows:
            by_scope.setdefault(row["scope"], []).append(self._times(row, period[1]))
        every = [times for found in by_scope.values() for times in found]
        return {
            "sessions": {session: asdict(self._session(session, period)) for session in self._schedules},
            "incidents": {
                scope: asdict(reckoning.incident_figures(found, period))
                for scope, found in {"all": every, **by_scope}.items()
            },
        }

    def _times(self, row: Any, until: int) -> IncidentTimes:
        started = row["started_utc_ns"]
        is_planned = any(begin <= started < end for begin, end in self._maintenance(row["scope"], until))
        return IncidentTimes(
            started, row["detected_utc_ns"], row["acknowledged_utc_ns"], row["restored_utc_ns"], is_planned
        )

    def _session(self, session: str, period: Span) -> reckoning.SessionFigures:
        changes = self._changes(session, period[1])
        observed = [(changes[0][0], period[1])] if changes else []
        hours = reckoning.overlap(reckoning.open_hours(self._schedules[session], period), observed)
        # a gateway that is gone writes no word about its sessions
        down = [*reckoning.down_spans(changes, period[1]), *self._gateway_down(period[1])]
        return reckoning.session_figures(down, hours, self._maintenance(session, period[1]))

    def _changes(self, session: str, until: int) -> list[tuple[int, bool]]:
        query = "select utc_ns, is_up from session_changes where session = ? and utc_ns < ? order by sequence"
        return [(row["utc_ns"], bool(row["is_up"])) for row in self._database.rows(query, (session, until))]

    def _gateway_down(self, until: int) -> Iterable[Span]:
        query = "select started_utc_ns, cleared_utc_ns from alerts where alert = 'GatewayDown' and started_utc_ns < ?"
        for row in self._database.rows(query, (until,)):
            yield row["started_utc_ns"], row["cleared_utc_ns"] or until

    def _maintenance(self, scope: str, until: int) -> list[Span]:
        found = list[Span]()
        for row in self._database.rows("select * from silences where from_utc_ns < ?", (until,)):
            labels = orjson.loads(row["labels"])
            fits = labels in ({}, {"session": scope}, {"venue": scope.removeprefix("venue:")})
            if fits and row["alert"] in _OUTAGE_ALERTS:
                begin = max(row["from_utc_ns"], row["made_utc_ns"])
                found.append((begin, min(row["ended_utc_ns"] or row["until_utc_ns"], row["until_utc_ns"])))
        return reckoning.merged(found)


def schedules_of(config: Config) -> dict[str, Schedule | None]:
    """Return the hours of every venue's session."""
    return {f"venue:{venue.name}": build_schedule(venue.schedule) for venue in config.venues}
