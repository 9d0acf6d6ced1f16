"""Trading weeks and days in their own time zones, across changes of clocks."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.schedule import Schedule

NEW_YORK = "America/New_York"
LONDON = "Europe/London"

DAILY = Schedule(NEW_YORK, time(8), time(17, 30))
NIGHT = Schedule(LONDON, time(22), time(6), days=frozenset((6, 0, 1, 2, 3)))
WEEKLY = Schedule(NEW_YORK, time(17), time(17), start_day=6, end_day=4, reset_time=time(17), reset_days=frozenset((6,)))


def at(zone: str, *fields: int) -> int:
    return int(datetime(*fields, tzinfo=ZoneInfo(zone)).timestamp()) * 10**9  # type: ignore[misc,arg-type]


def utc(*fields: int) -> int:
    return int(datetime(*fields, tzinfo=UTC).timestamp()) * 10**9  # type: ignore[misc,arg-type]


def test_daily_window_opens_and_closes_by_local_time() -> None:
    assert not DAILY.is_open(at(NEW_YORK, 2026, 3, 4, 7, 59, 59))
    assert DAILY.is_open(at(NEW_YORK, 2026, 3, 4, 8))
    assert DAILY.is_open(at(NEW_YORK, 2026, 3, 4, 17, 29, 59))
    assert not DAILY.is_open(at(NEW_YORK, 2026, 3, 4, 17, 30))
    assert not DAILY.is_open(at(NEW_YORK, 2026, 3, 7, 12)), "Saturday"


def test_daily_window_follows_daylight_saving_in_new_york() -> None:
    # Clocks went forward on Sunday 2026-03-08: 08:00 is 13:00 UTC on Friday and 12:00 UTC on Monday.
    friday_close = utc(2026, 3, 6, 22, 30)
    assert DAILY.next_change_utc_ns(utc(2026, 3, 6, 13)) == friday_close
    assert DAILY.next_change_utc_ns(friday_close) == utc(2026, 3, 9, 12)
    # and back on Sunday 2026-11-01
    assert DAILY.next_change_utc_ns(utc(2026, 10, 30, 21, 30)) == utc(2026, 11, 2, 13)


def test_night_window_is_an_hour_shorter_or_longer_when_clocks_change_in_london() -> None:
    # Forward on Sunday 2026-03-29 at 01:00, back on Sunday 2026-10-25 at 02:00.
    saturday = Schedule(LONDON, time(22), time(6), days=frozenset((5,)))
    for opens, closes, hours in (
        (utc(2026, 3, 28, 22), utc(2026, 3, 29, 5), 7),
        (utc(2026, 10, 24, 21), utc(2026, 10, 25, 6), 9),
        (utc(2026, 6, 6, 21), utc(2026, 6, 7, 5), 8),
    ):
        assert saturday.is_open(opens) and not saturday.is_open(closes) and not saturday.is_open(opens - 1)
        assert saturday.next_change_utc_ns(opens) == closes
        assert (closes - opens) // 3_600_000_000_000 == hours


def test_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    assert NIGHT.is_open(at(LONDON, 2026, 3, 6, 3)), "Friday night's morning belongs to Thursday"
    assert not NIGHT.is_open(at(LONDON, 2026, 3, 6, 23))
    assert NIGHT.session_start_utc_ns(at(LONDON, 2026, 3, 6, 3)) == at(LONDON, 2026, 3, 5, 22)


def test_weekly_window_and_its_reset() -> None:
    wednesday = at(NEW_YORK, 2026, 3, 11, 3)
    assert WEEKLY.is_open(wednesday)
    assert not WEEKLY.is_open(at(NEW_YORK, 2026, 3, 13, 17)), "Friday evening"
    assert not WEEKLY.is_open(at(NEW_YORK, 2026, 3, 15, 16, 59))
    sunday = at(NEW_YORK, 2026, 3, 8, 17)
    assert WEEKLY.session_start_utc_ns(wednesday) == sunday == utc(2026, 3, 8, 21)
    assert WEEKLY.last_reset_utc_ns(wednesday) == sunday
    assert WEEKLY.next_reset_utc_ns(wednesday) == at(NEW_YORK, 2026, 3, 15, 17)


def test_reset_missed_while_down_is_due() -> None:
    wednesday, tuesday_start = at(NEW_YORK, 2026, 3, 11, 9), at(NEW_YORK, 2026, 3, 10, 8)
    assert DAILY.is_reset_due(tuesday_start, wednesday)
    assert not DAILY.is_reset_due(at(NEW_YORK, 2026, 3, 11, 8), wednesday)
    assert not DAILY.is_reset_due(tuesday_start, at(NEW_YORK, 2026, 3, 11, 7, 59)), "the new session has not begun"
    assert DAILY.is_reset_due(0, wednesday)


def test_without_resets_none_is_due() -> None:
    schedule = Schedule(NEW_YORK, time(8), time(17), resets=False)
    assert not schedule.is_reset_due(0, utc(2026, 3, 11, 15))
    assert schedule.next_reset_utc_ns(utc(2026, 3, 11, 15)) is None


def test_whole_day_window_begins_anew_without_closing() -> None:
    schedule = Schedule("UTC", time(0), time(0), days=frozenset(range(7)))
    midnight = utc(2026, 3, 11)
    assert schedule.is_open(midnight - 1) and schedule.is_open(midnight)
    assert schedule.next_change_utc_ns(midnight - 1) == midnight
    assert schedule.session_start_utc_ns(midnight) == midnight


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_day": 0},
        {"days": frozenset()},
        {"days": frozenset((7,))},
        {"reset_time": time(1), "reset_days": frozenset()},
    ],
)
def test_contradictions_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Schedule("UTC", time(8), time(17), **wrong)  # type: ignore[arg-type]


@given(st.integers(0, 3 * 366 * 86_400), st.sampled_from([DAILY, NIGHT, WEEKLY]))
def test_being_open_changes_only_at_next_change(second: int, schedule: Schedule) -> None:
    """Between a moment and its next change, the schedule says the same; sessions start before they are open."""
    utc_ns = utc(2025, 1, 1) + second * 10**9
    change = schedule.next_change_utc_ns(utc_ns)
    assert change > utc_ns
    for moment in (utc_ns + (change - utc_ns) // 3, change - 1):
        assert schedule.is_open(moment) == schedule.is_open(utc_ns)
        assert schedule.session_start_utc_ns(moment) == schedule.session_start_utc_ns(utc_ns) <= utc_ns
