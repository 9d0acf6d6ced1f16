"""Tell nanoseconds past an exchange's midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fairlead.certification.venues.session_records import Clock

_NS = 1_000_000_000


class DayClock:
    """Count from the local midnight that began the day; raises ValueError for a time zone that is none."""

    def __init__(self, clock: Clock, time_zone: str) -> None:
        self._clock = clock
        try:
            self._zone = ZoneInfo(time_zone)
        except (KeyError, OSError) as error:
            raise ValueError(f"time zone {time_zone!r} received, expected one of IANA's") from error
        self._midnight_ns = 0
        self._next_midnight_ns = 0

    def since_midnight_ns(self) -> int:
        """Return nanoseconds past midnight."""
        utc_ns = self._clock.utc_ns()
        if not self._midnight_ns <= utc_ns < self._next_midnight_ns:
            day = datetime.fromtimestamp(utc_ns // _NS, UTC).astimezone(self._zone).date()
            self._midnight_ns = self._midnight_of(day.toordinal())
            self._next_midnight_ns = self._midnight_of(day.toordinal() + 1)
        return utc_ns - self._midnight_ns

    def _midnight_of(self, ordinal: int) -> int:
        day = datetime.fromordinal(ordinal).date()
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return (datetime.combine(day, time(), self._zone).astimezone(UTC) - epoch) // timedelta(microseconds=1) * 1000
