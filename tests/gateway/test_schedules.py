"""Sessions held to their hours by a clock that the test moves, across changes of daylight saving too."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.soup.client import SoupClientSession
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.gateway.config.models import Schedule
from fairlead.gateway.schedules import ScheduledSession, build_schedule

SECOND_NS = 1_000_000_000
NEW_YORK = ZoneInfo("America/New_York")


class Application:
    """Take what comes; implements ``SessionApplication``."""

    def __init__(self) -> None:
        self.events: list[SessionEvent] = []

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take a message."""

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Note the event."""
        self.events.append(event)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Allow it."""
        return True

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Allow it."""
        return None


def utc_ns(text: str, zone: Any = UTC) -> int:
    """Return a moment given in local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * SECOND_NS


class Desk:
    """Hold an initiator with a schedule, its numbers in use since ``reset_utc_ns``."""

    def __init__(self, schedule: Schedule | None, reset_utc_ns: int = 0) -> None:
        self.store = MemoryStore()
        self.store.next_in, self.store.next_out, self.store.reset_utc_ns = 5, 7, reset_utc_ns
        settings = SessionSettings(SessionId("FIX.4.4", "US", "THEM"), is_initiator=True)
        self.application = Application()
        self.session = FixSession(settings, self.store, self.application)
        self.hours = ScheduledSession("venue:THEM", self.session, self.store, build_schedule(schedule))

    def tick(self, at_utc_ns: int) -> None:
        """Look at the clock."""
        self.hours.tick(at_utc_ns, at_utc_ns)

    @property
    def resets(self) -> int:
        """Return how often the numbers were set to 1."""
        return self.store.events.count(("reset", "schedule"))


def day(**settings: Any) -> Schedule:
    """Return New York's trading day."""
    return Schedule(time_zone="America/New_York", start="09:30:00", end="16:00:00", **settings)


def test_without_a_schedule_it_is_always_open() -> None:
    desk = Desk(None)
    desk.tick(utc_ns("2026-03-07T03:00:00"))
    assert desk.hours.is_open
    assert desk.hours.refusal() is None
    assert desk.resets == 0


@pytest.mark.parametrize(
    ("date", "opens_utc", "closes_utc"),
    [
        ("2026-03-06", "2026-03-06T14:30:00", "2026-03-06T21:00:00"),
        ("2026-03-09", "2026-03-09T13:30:00", "2026-03-09T20:00:00"),  # clocks went forward on the 8th
        ("2026-10-30", "2026-10-30T13:30:00", "2026-10-30T20:00:00"),
        ("2026-11-02", "2026-11-02T14:30:00", "2026-11-02T21:00:00"),  # and back on the 1st
    ],
)
def test_it_opens_and_closes_at_local_times(date: str, opens_utc: str, closes_utc: str) -> None:
    desk = Desk(day(), utc_ns(f"{date}T00:00:00", NEW_YORK))
    opens_ns, closes_ns = utc_ns(opens_utc), utc_ns(closes_utc)
    desk.tick(utc_ns(f"{date}T05:00:00", NEW_YORK))
    seen = []
    for moment_ns in (opens_ns - 1, opens_ns, closes_ns - 1, closes_ns):
        desk.tick(moment_ns)
        seen.append(desk.hours.is_open)
    assert seen == [False, True, True, False]
    assert desk.resets == 1
    assert desk.store.reset_utc_ns == opens_ns
    assert desk.hours.began_utc_ns == opens_ns


def test_the_refusal_says_when_the_next_session_begins() -> None:
    desk = Desk(day())
    desk.tick(utc_ns("2026-03-07T12:00:00"))  # a Saturday
    assert desk.hours.refusal() == "outside trading hours, the next session begins at 2026-03-09T13:30:00Z"
    desk.tick(utc_ns("2026-03-09T13:30:00"))
    assert desk.hours.refusal() is None


def test_a_missed_reset_is_made_up_for_at_the_start_and_said() -> None:
    desk = Desk(day(), utc_ns("2026-03-05T14:30:00"))
    desk.tick(utc_ns("2026-03-06T18:00:00"))
    assert desk.resets == 1
    assert (desk.session.next_in, desk.session.next_out) == (1, 1)
    assert [event.text for event in desk.application.events] == ["both numbers set to 1: schedule"]


def test_a_reset_of_this_session_is_not_repeated_at_the_start() -> None:
    desk = Desk(day(), utc_ns("2026-03-06T14:30:00"))
    desk.tick(utc_ns("2026-03-06T18:00:00"))
    assert desk.resets == 0
    assert (desk.session.next_in, desk.session.next_out) == (5, 7)


def test_numbers_go_on_where_the_schedule_has_no_reset() -> None:
    desk = Desk(day(reset=False), utc_ns("2026-01-05T14:30:00"))
    for moment in ("2026-03-06T18:00:00", "2026-03-07T18:00:00", "2026-03-09T18:00:00"):
        desk.tick(utc_ns(moment))
    assert desk.resets == 0


def test_a_reset_time_of_its_own_is_kept_while_connected() -> None:
    week = Schedule(start="00:00:00", end="00:00:00", start_day="sun", end_day="sun", reset_time="17:00:00")
    desk = Desk(week, utc_ns("2026-03-09T17:00:00"))
    before_ns, reset_ns = utc_ns("2026-03-10T16:59:59"), utc_ns("2026-03-10T17:00:00")
    desk.tick(before_ns)
    desk.session.receive_connected(before_ns, before_ns)
    desk.tick(reset_ns)
    assert desk.session.wants_close
    assert desk.resets == 0
    desk.session.receive_eof(reset_ns, reset_ns)
    assert desk.resets == 1
    assert desk.session.next_out == 1
    desk.tick(reset_ns + SECOND_NS)
    assert desk.resets == 1


def test_a_logon_under_way_at_the_close_is_ended() -> None:
    desk = Desk(day(), utc_ns("2026-03-06T14:30:00"))
    closes_ns = utc_ns("2026-03-06T21:00:00")
    desk.tick(closes_ns - SECOND_NS)
    desk.tick(closes_ns)
    desk.session.receive_connected(closes_ns, closes_ns)
    assert desk.session.link_state is State.LOGON_SENT
    desk.tick(closes_ns + 1)
    assert desk.session.link_state is State.CLOSING


def test_a_clock_that_is_set_back_is_believed() -> None:
    desk = Desk(day(), utc_ns("2026-03-06T14:30:00"))
    desk.tick(utc_ns("2026-03-06T22:00:00"))
    assert not desk.hours.is_open
    desk.tick(utc_ns("2026-03-06T15:00:00"))
    assert desk.hours.is_open


def test_openings_and_closes_are_in_the_log() -> None:
    desk = Desk(day())
    with capture_logs() as logs:
        for moment in ("2026-03-06T14:00:00", "2026-03-06T14:30:00", "2026-03-06T14:31:00", "2026-03-06T21:00:00"):
            desk.tick(utc_ns(moment))
    assert [(line["event"], line["until"]) for line in logs] == [
        ("session_closes", "2026-03-06T14:30:00Z"),
        ("session_opens", "2026-03-06T21:00:00Z"),
        ("session_closes", "2026-03-09T13:30:00Z"),
    ]


def test_numbers_that_the_peer_begins_anew_are_not_reset_by_a_schedule() -> None:
    """A SoupBinTCP venue would repeat its whole session, and every fill in it."""

    class Deaf:
        def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None: ...

        def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None: ...

    store = MemoryStore()
    store.next_in = 5
    session = SoupClientSession(SoupClientSettings("FIRM01", ""), store, Deaf())
    hours = ScheduledSession("venue:X", session, store, build_schedule(Schedule(start="09:00:00", end="17:00:00")))
    hours.tick(SECOND_NS, utc_ns("2026-03-02 08:00:00"))
    assert not hours.is_open
    hours.tick(SECOND_NS, utc_ns("2026-03-02 09:00:00"))
    assert hours.is_open
    assert store.next_in == 5
