"""Tell which trading date a venue has, without asking its schedule for each order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fairlead.adapters.schedule import Schedule
from fairlead.gateway.trading_days import next_start_utc_ns, trading_date


@dataclass(slots=True)
class _Day:
    date: date
    began_utc_ns: int
    ends_utc_ns: int


class VenueDates:
    """Remember each venue's day until the next one begins. ``schedules`` say when days begin, by venue."""

    def __init__(self, schedules: Mapping[str, Schedule]) -> None:
        self._schedules: Final = dict(schedules)
        self._days: Final[dict[str, _Day]] = {}

    def date_of(self, venue: str, utc_ns: int) -> date:
        """Return the trading date at a venue."""
        return self._day(venue, utc_ns).date

    def began_utc_ns(self, venue: str, utc_ns: int) -> int:
        """Return when the trading day at a venue began."""
        return self._day(venue, utc_ns).began_utc_ns

    def _day(self, venue: str, utc_ns: int) -> _Day:
        day = self._days.get(venue)
        if day is None or not day.began_utc_ns <= utc_ns < day.ends_utc_ns:
            schedule = self._schedules[venue]
            began_utc_ns = schedule.session_start_utc_ns(utc_ns)
            day = _Day(trading_date(schedule, utc_ns), began_utc_ns, next_start_utc_ns(schedule, utc_ns))
            self._days[venue] = day
        return day
