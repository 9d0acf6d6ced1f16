"""Hold sessions to their trading hours: log out at the close, begin at 1 where the schedule says so."""

from datetime import time
from typing import Final

import structlog

from fairlead.adapters.fix.schedule import WEEKDAYS, Schedule
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.store import SessionStore
from fairlead.gateway.config import models as cm

log = structlog.get_logger()

SESSION_OVER: Final = "end of trading session"


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
    """Watch one session's schedule; without one it is always open."""

    def __init__(self, name: str, session: FixSession, store: SessionStore, schedule: Schedule | None) -> None:
        self.name = name
        self.is_open = schedule is None
        self._session = session
        self._store = store
        self._schedule = schedule
        self._look_again_utc_ns = 0

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Act on an opening, a close or a reset whose time has come; a missed one is made up for at once."""
        schedule = self._schedule
        if schedule is None or utc_ns < self._look_again_utc_ns:
            return
        was_open, self.is_open = self.is_open, schedule.is_open(utc_ns)
        if was_open != self.is_open:
            log.info("session_opens" if self.is_open else "session_closes", session=self.name)
        if schedule.is_reset_due(self._store.reset_utc_ns, utc_ns):
            self._session.reset_sequence_numbers("schedule", now_ns, utc_ns)
        elif not self.is_open and self._session.is_logged_on:
            self._session.logout(SESSION_OVER, now_ns, utc_ns)
        moments = [schedule.next_change_utc_ns(utc_ns)]
        next_reset_utc_ns = schedule.next_reset_utc_ns(utc_ns)
        if next_reset_utc_ns is not None:
            moments.append(next_reset_utc_ns)
        self._look_again_utc_ns = min(moments)
