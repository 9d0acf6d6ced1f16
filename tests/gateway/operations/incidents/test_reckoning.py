"""A scripted day, its figures calculated by hand.

Friday 2 January 2026, UTC. Hours 08:00 to 16:00 (8 h = 28,800 s). Maintenance 12:00 to 13:00.
Down: 07:30 to 08:10 (10 min within the hours), 10:00 to 10:06 (6 min), 12:50 to 13:04 (4 min beyond maintenance),
and 15:50 to 17:00 (10 min within the hours).
"""

from datetime import UTC, datetime, time

from fairlead.adapters.schedule import Schedule
from fairlead.gateway.operations.incidents import reckoning
from fairlead.gateway.operations.incidents.reckoning import IncidentTimes, Mean

NS = 1_000_000_000


def at(text: str, day: int = 2) -> int:
    hour, minute = map(int, text.split(":"))
    return int(datetime(2026, 1, day, hour, minute, tzinfo=UTC).timestamp()) * NS


DAY = (at("00:00"), at("00:00", 3))
HOURS = reckoning.open_hours(Schedule("UTC", time(8), time(16)), DAY)
CHANGES = [
    *((at("07:00"), True), (at("07:30"), False), (at("08:10"), True), (at("10:00"), False), (at("10:02"), False)),
    *((at("10:06"), True), (at("12:50"), False), (at("13:04"), True), (at("15:50"), False), (at("17:00"), True)),
]
MAINTENANCE = [(at("12:00"), at("13:00"))]


def test_the_hours_of_a_day_and_of_a_weekend() -> None:
    assert [(at("08:00"), at("16:00"))] == HOURS
    weekend = (at("00:00", 3), at("00:00", 5))
    assert reckoning.open_hours(Schedule("UTC", time(8), time(16)), weekend) == []
    assert reckoning.open_hours(None, DAY) == [DAY]


def test_a_session_s_day() -> None:
    down = reckoning.down_spans(CHANGES, DAY[1])
    assert down == [
        (at("07:30"), at("08:10")),
        (at("10:00"), at("10:06")),
        (at("12:50"), at("13:04")),
        (at("15:50"), at("17:00")),
    ]
    found = reckoning.session_figures(down, HOURS, MAINTENANCE)
    # 8 h less one of maintenance: 7 h = 25,200 s; down 10 + 6 + 4 + 10 = 30 min = 1,800 s
    assert (found.scheduled_s, found.maintenance_s, found.up_s) == (25_200, 3_600, 23_400)
    assert found.availability == 23_400 / 25_200
    # four outages: 23,400 s / 4
    assert (found.outages, found.mtbf_s) == (4, 5_850)


def test_without_maintenance_the_same_outages_cost_more() -> None:
    found = reckoning.session_figures(reckoning.down_spans(CHANGES, DAY[1]), HOURS)
    # 10 + 6 + 14 + 10 = 40 min = 2,400 s of 28,800 s
    assert (found.up_s, found.outages, found.mtbf_s) == (26_400, 4, 6_600)


def test_what_is_down_still_is_down_until_now() -> None:
    assert reckoning.down_spans([(at("09:00"), False)], at("09:30")) == [(at("09:00"), at("09:30"))]
    assert reckoning.down_spans([(at("09:00"), True)], at("09:30")) == []


def test_nothing_scheduled_and_no_outage_have_no_ratio() -> None:
    nothing = reckoning.session_figures([(at("01:00"), at("02:00"))], [])
    assert (nothing.availability, nothing.mtbf_s, nothing.outages) == (None, None, 0)
    whole = reckoning.session_figures([(at("01:00"), at("02:00"))], HOURS)
    assert (whole.availability, whole.mtbf_s, whole.outages) == (1.0, None, 0)


def test_an_outage_that_maintenance_cuts_in_two_is_one() -> None:
    found = reckoning.session_figures([(at("11:50"), at("13:10"))], HOURS, MAINTENANCE)
    assert (found.outages, found.up_s) == (1, 25_200 - 1_200)


def test_incidents_of_the_day() -> None:
    incidents = [
        # detected after 60 s, acknowledged 120 s later, restored after 600 s
        IncidentTimes(at("08:00"), at("08:01"), at("08:03"), at("08:10")),
        # detected after 0 s, never acknowledged, restored after 360 s
        IncidentTimes(at("10:00"), at("10:00"), 0, at("10:06")),
        # planned work: left out
        IncidentTimes(at("12:50"), at("12:51"), at("12:52"), at("13:04"), is_planned=True),
        # open at midnight: 8 h 10 min = 29,400 s at least; detected after 120 s, acknowledged 60 s later
        IncidentTimes(at("15:50"), at("15:52"), at("15:53"), at("01:00", 3)),
        # the day after: another period's
        IncidentTimes(at("00:00", 3), at("00:01", 3)),
    ]
    found = reckoning.incident_figures(incidents, DAY)
    assert (found.n, found.n_open, found.n_maintenance) == (3, 1, 1)
    assert found.mttd == Mean(60.0, 3)
    assert found.mtta == Mean(90.0, 2)
    assert found.mttr == Mean(480.0, 2)
    assert found.open_at_least_s == 29_400


def test_a_day_without_incidents_has_no_means() -> None:
    found = reckoning.incident_figures([], DAY)
    assert (found.n, found.mttd, found.mttr) == (0, Mean(None, 0), Mean(None, 0))


def test_spans() -> None:
    assert reckoning.merged([(5, 7), (1, 3), (3, 4), (9, 9)]) == [(1, 4), (5, 7)]
    assert reckoning.without([(0, 10)], [(2, 3), (5, 20)]) == [(0, 2), (3, 5)]
    assert reckoning.overlap([(0, 10)], [(2, 3), (8, 20)]) == [(2, 3), (8, 10)]


def test_days_are_cut_to_the_period() -> None:
    period = (at("12:00"), at("06:00", 4))
    assert reckoning.days_of(period) == [
        (at("12:00"), at("00:00", 3)),
        (at("00:00", 3), at("00:00", 4)),
        (at("00:00", 4), at("06:00", 4)),
    ]
