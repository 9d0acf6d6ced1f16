"""Hold sessions to their trading hours: log out at the close, begin at 1 where the schedule says so."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

import structlog

from fairlead.adapters.link_state import State
from fairlead.adapters.schedule import WEEKDAYS, Schedule
from fairlead.adapters.session_control import SessionControl
from fairlead.adapters.session_store import SessionStore
from fairlead.gateway.config import models as cm

log = structlog.get_logger()

SESSION_OVER: Final = "end of trading session"
_TO_BE_ENDED: Final = frozenset((State.LOGON_SENT, State.LOGGED_ON))


def build_schedule(table: cm.Schedule | None) -> Schedule | None:
    """Return a schedule from its table in the configuration."""
    if table is None:
        return None
    return Schedule(
        time_zone=table.time_zone,
        start=time.fromisoformat(table.start),
        end=time.fromisoformat(table.end),
        days=frozenset(WEEKDAYS.index(day) for day in table.days),
        start_day=WEEKDAYS.index(table.start_day) if table.start_day is not None else None,
        end_day=WEEKDAYS.index(table.end_day) if table.end_day is not None else None,
        resets=table.reset,
        reset_time=time.fromisoformat(table.reset_time) if table.reset_time is not None else None,
    )


class ScheduledSession:
    """Watch one session's schedule; without one it is always open.

    Nothing is known before the first ``tick``: until then a session with a schedule counts as closed. Where the peer
    names its sessions (``peer_names_sessions``), the schedule resets no numbers.
    """

    def __init__(self, name: str, session: SessionControl, store: SessionStore, schedule: Schedule | None) -> None:
        self.name = name
        self.is_open = schedule is None
        self.began_utc_ns = 0
        """When the hours that run now, or else the last ones, began; 0 without a schedule."""
        self._session = session
        self._store = store
        if schedule is not None and getattr(session, "peer_names_sessions", False):
            schedule = replace(schedule, resets=False, reset_time=None)
        self._schedule = schedule
        self._looked_utc_ns = 0
        self._look_again_utc_ns = 0
        self._next_change_utc_ns = 0

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Act on an opening, a close or a reset whose time has come; a missed one is made up for at once."""
        # a clock that was set back makes what was read off it before void
        if self._schedule is not None and not self._looked_utc_ns <= utc_ns < self._look_again_utc_ns:
            self._look(self._schedule, now_ns, utc_ns)
        # a logon that was under way when the hours ended is ended too
        if not self.is_open and self._session.link_state in _TO_BE_ENDED:
            self._session.logout(SESSION_OVER, now_ns, utc_ns)

    def refusal(self) -> str | None:
        """Return why nobody may log on now, None during the hours."""
        if self.is_open:
            return None
        begins = _describe(self._next_change_utc_ns) if self._next_change_utc_ns else "a time not known yet"
        return f"outside trading hours, the next session begins at {begins}"

    def _look(self, schedule: Schedule, now_ns: int, utc_ns: int) -> None:
        is_first = self._looked_utc_ns == 0
        was_open, self.is_open = self.is_open, schedule.is_open(utc_ns)
        self.began_utc_ns = schedule.session_start_utc_ns(utc_ns)
        self._next_change_utc_ns = schedule.next_change_utc_ns(utc_ns)
        next_reset_utc_ns = schedule.next_reset_utc_ns(utc_ns)
        self._looked_utc_ns = utc_ns
        self._look_again_utc_ns = min(self._next_change_utc_ns, next_reset_utc_ns or self._next_change_utc_ns)
        if is_first or was_open != self.is_open:
            event = "session_opens" if self.is_open else "session_closes"
            log.info(event, session=self.name, until=_describe(self._next_change_utc_ns))
        if schedule.is_reset_due(self._store.reset_utc_ns, utc_ns):
            self._session.reset_sequence_numbers("schedule", now_ns, utc_ns)


def _describe(utc_ns: int) -> str:
    return datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
