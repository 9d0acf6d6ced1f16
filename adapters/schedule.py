"""Say when a session is open, and since when its numbers count, in a venue's own time zone.

A session is a window of local time: daily (on certain weekdays, from ``start`` to ``end``, over midnight where
``end`` is not later) or weekly (from ``start_day`` ``start`` to ``end_day`` ``end``). Windows are laid out on the local
calendar and then turned to UTC, so that they follow daylight saving. A local time that a change of clocks skips is read
by the offset before the change; of one that comes twice, the first is meant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_S: Final = 1_000_000_000
_ONE_DAY: Final = timedelta(days=1)
_REACH_DAYS: Final = 15
"""How far windows are laid out to either side: two weeks, so that weekly ones are always in reach."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The windows of one session. Weekdays are 0 (Monday) to 6.

    Daily: ``days`` holds the weekdays on which a window begins. Weekly: ``start_day`` and ``end_day`` are given and
    ``days`` does not matter. Where start and end are the same, the window lasts a whole day, or week. ``reset_time`` is
    a local time of ``reset_days`` at which numbers begin at 1; without it they do at the start of each window, or never
    where ``resets`` is False.
    """

    time_zone: str
    start: time
    end: time
    days: frozenset[int] = frozenset(range(5))
    start_day: int | None = None
    end_day: int | None = None
    resets: bool = True
    reset_time: time | None = None
    reset_days: frozenset[int] = frozenset(range(7))

    def __post_init__(self) -> None:
        ZoneInfo(self.time_zone)
        if (self.start_day is None) != (self.end_day is None):
            raise ValueError("start_day and end_day: expected both (weekly) or neither (daily)")
        given = {day for day in (self.start_day, self.end_day) if day is not None} | self.days | self.reset_days
        if not given <= set(range(7)):
            raise ValueError(f"weekdays {sorted(given)}, expected 0 (Monday) to 6")
        if self.start_day is None and not self.days:
            raise ValueError("no days, expected at least one weekday")
        if self.reset_time is not None and not self.reset_days:
            raise ValueError("no reset_days, expected at least one weekday")

    def is_open(self, utc_ns: int) -> bool:
        """Tell whether the session is open; its first moment belongs to it, its last does not."""
        return any(opens <= utc_ns < closes for opens, closes in self._windows(utc_ns))

    def next_change_utc_ns(self, utc_ns: int) -> int:
        """Return the next moment after ``utc_ns`` at which the session opens, closes or begins anew."""
        return min(moment for window in self._windows(utc_ns) for moment in window if moment > utc_ns)

    def session_start_utc_ns(self, utc_ns: int) -> int:
        """Return when the session that is open, or else the last one, began."""
        return max(opens for opens, _ in self._windows(utc_ns) if opens <= utc_ns)

    def last_reset_utc_ns(self, utc_ns: int) -> int:
        """Return when numbers last had to begin at 1, at or before ``utc_ns``; 0 where they never do."""
        if not self.resets:
            return 0
        if self.reset_time is None:
            return self.session_start_utc_ns(utc_ns)
        return max(moment for moment in self._reset_moments(utc_ns, self.reset_time) if moment <= utc_ns)

    def next_reset_utc_ns(self, utc_ns: int) -> int | None:
        """Return when numbers begin at 1 next, after ``utc_ns``; None where they never do."""
        if not self.resets:
            return None
        if self.reset_time is None:
            return min(opens for opens, _ in self._windows(utc_ns) if opens > utc_ns)
        return min(moment for moment in self._reset_moments(utc_ns, self.reset_time) if moment > utc_ns)

    def is_reset_due(self, reset_utc_ns: int, utc_ns: int) -> bool:
        """Tell whether a reset was missed since the numbers were set to 1 at ``reset_utc_ns``."""
        return reset_utc_ns < self.last_reset_utc_ns(utc_ns)

    def _windows(self, utc_ns: int) -> list[tuple[int, int]]:
        """Return (opens, closes) of the windows around a moment, rising."""
        days = self.days if self.start_day is None else frozenset((self.start_day,))
        return [(self._utc_ns(day, self.start), self._closes(day)) for day in self._dates(utc_ns, days)]

    def _closes(self, day: date) -> int:
        """Return the end of the window that begins on a local date."""
        if self.start_day is not None and self.end_day is not None:
            length_days = (self.end_day - self.start_day) % 7
            if length_days == 0 and self.end <= self.start:
                length_days = 7
        else:
            length_days = 0 if self.end > self.start else 1
        return self._utc_ns(day + length_days * _ONE_DAY, self.end)

    def _reset_moments(self, utc_ns: int, reset_time: time) -> list[int]:
        return [self._utc_ns(day, reset_time) for day in self._dates(utc_ns, self.reset_days)]

    def _dates(self, utc_ns: int, weekdays: frozenset[int]) -> list[date]:
        """Return the local dates of some weekdays around a moment, rising."""
        moment = _EPOCH + timedelta(seconds=utc_ns // _NS_PER_S)
        first = moment.astimezone(ZoneInfo(self.time_zone)).date() - _REACH_DAYS * _ONE_DAY
        dates = [first + n * _ONE_DAY for n in range(2 * _REACH_DAYS + 1)]
        return [day for day in dates if day.weekday() in weekdays]

    def _utc_ns(self, day: date, local: time) -> int:
        moment = datetime.combine(day, local, tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)
        since = moment - _EPOCH
        return (since.days * 86_400 + since.seconds) * _NS_PER_S
