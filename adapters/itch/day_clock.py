"""Turn a venue's time of day into UTC: which day it is, and when that day began where the venue is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

NS_PER_S: Final = 1_000_000_000
LONGEST_DAY_NS: Final = 30 * 3600 * NS_PER_S
"""A session may run past midnight and count on; what is beyond this is no time of day."""
AHEAD_NS: Final = 3600 * NS_PER_S
"""How far a venue's clock may be ahead of the time of receipt."""
EPOCH_LIMIT_NS: Final = 1 << 62


class DayClock:
    """Find the base of a feed's stamps: nanoseconds since local midnight, or since 1970.

    The first stamp's day is that of its receipt in the venue's time zone, or the day before where it would lie in the
    future otherwise (a session joined after midnight); ``day`` names it instead, for old files. A stamp that steps
    back by half a day or more begins the next day, unless that would lie in the future. The day begins at local
    midnight, and its nanoseconds are elapsed time.
    """

    def __init__(
        self, time_zone: str, base: Literal["midnight", "epoch"] = "midnight", day: date | None = None
    ) -> None:
        self.limit_ns = LONGEST_DAY_NS if base == "midnight" else EPOCH_LIMIT_NS
        """Stamps are below this."""
        self.expected = "expected a time of day up to 30 h" if base == "midnight" else "expected ns since 1970"
        self._zone = ZoneInfo(time_zone)
        self._base = base
        self._given = day
        self._day: date | None = None

    @property
    def day(self) -> date | None:
        """Return the venue's day, None before the first stamp."""
        return self._day

    def reset(self) -> None:
        """Forget the day: a new session begins."""
        self._day = None

    def base_utc_ns(self, elapsed_ns: int, received_utc_ns: int) -> int | None:
        """Return what to add to this stamp and those after it, None for one that can't be."""
        if elapsed_ns >= self.limit_ns:
            return None
        if self._base == "epoch":
            return 0
        if self._day is None:
            self._day = self._given or self._first_day(elapsed_ns, received_utc_ns)
        else:
            following = self._day + timedelta(days=1)
            if self._midnight(following) + elapsed_ns <= received_utc_ns + AHEAD_NS:
                self._day = following
        return self._midnight(self._day)

    def _first_day(self, elapsed_ns: int, received_utc_ns: int) -> date:
        day = datetime.fromtimestamp(received_utc_ns // NS_PER_S, UTC).astimezone(self._zone).date()
        if self._midnight(day) + elapsed_ns > received_utc_ns + AHEAD_NS:
            return day - timedelta(days=1)
        return day

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time(), self._zone).timestamp()) * NS_PER_S
