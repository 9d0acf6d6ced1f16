"""An alert is raised once, cleared once, and outlives a restart between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.gateway.operations.alerts.book import NS, TABLES, AlertBook
from fairlead.gateway.operations.alerts.finding import Finding
from fairlead.gateway.operations.alerts.rules import BY_NAME, RULES
from fairlead.gateway.operations.alerts.silences import TABLES as SILENCE_TABLES
from fairlead.gateway.operations.alerts.silences import Silences
from fairlead.gateway.operations.database import Database

UTC_NS = 1_767_355_200 * NS
GAP = Finding("GapUnresolved", (("session", "venue:XEXC"),), "missing for 10 s", UTC_NS - NS)
DOWN = Finding("SessionDown", (("session", "venue:XEXC"),), "logged_out: end of day", UTC_NS)
TRIP = Finding("RepeatTrip", (("trip", "runaway"),), "40 in a second", UTC_NS, is_event=True)


class Scene:
    """A book whose time is moved on."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, (*TABLES, *SILENCE_TABLES))
        self.silences = Silences(self.database)
        self.now_ns = 5 * NS
        self.restart()

    def restart(self) -> None:
        self.book = AlertBook(self.database, self.silences.silenced_by)

    @property
    def utc_ns(self) -> int:
        return UTC_NS + self.now_ns - 5 * NS

    def look(self, *findings: Finding, after_s: float = 0.25) -> tuple[list[str], list[str]]:
        self.now_ns += int(after_s * NS)
        changes = self.book.take(findings, self.now_ns, self.utc_ns)
        return [alert.alert for alert in changes.raised], [alert.alert for alert in changes.cleared]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path / "operations.db")
    yield found
    found.database.close()


def test_a_cause_that_is_found_again_and_again_is_one_alert(scene: Scene) -> None:
    assert scene.look(GAP) == (["GapUnresolved"], [])
    for _ in range(20):
        assert scene.look(GAP) == ([], [])
    (alert,) = scene.book.firing
    assert (alert.started_utc_ns, alert.raised_utc_ns) == (UTC_NS - NS, UTC_NS + NS // 4)
    assert alert.as_json()["first_step"] == BY_NAME["GapUnresolved"].first_step


def test_a_blip_raises_nothing(scene: Scene) -> None:
    hold_s = BY_NAME["SessionDown"].hold_s
    assert scene.look(DOWN) == ([], [])
    assert scene.look(DOWN, after_s=hold_s - 0.1) == ([], [])
    assert scene.look() == ([], [])
    assert scene.look(DOWN, after_s=hold_s) == ([], [])
    assert scene.look(DOWN, after_s=hold_s) == (["SessionDown"], [])


def test_an_alert_is_cleared_when_its_cause_stays_away(scene: Scene) -> None:
    scene.look(GAP)
    assert scene.look() == ([], [])
    assert scene.look(GAP) == ([], [])
    assert scene.look() == ([], [])
    assert scene.look(after_s=BY_NAME["GapUnresolved"].clear_s) == ([], ["GapUnresolved"])
    assert scene.book.firing == []
    (past,) = scene.book.past(0, 10)
    assert past.cleared_utc_ns == scene.utc_ns
    # when it comes again, it is another one
    scene.look(GAP)
    assert scene.book.firing[0].id != past.id


def test_a_restart_goes_on_with_what_stood(scene: Scene) -> None:
    scene.look(GAP)
    (before,) = scene.book.firing
    scene.restart()
    assert scene.book.firing == [before]
    assert scene.look(GAP) == ([], [])
    scene.look()
    assert scene.look(after_s=10) == ([], ["GapUnresolved"])


def test_an_event_stands_until_somebody_acts_on_it(scene: Scene) -> None:
    assert scene.look(TRIP) == (["RepeatTrip"], [])
    assert scene.look(after_s=1000) == ([], [])
    scene.restart()
    (alert,) = scene.book.firing
    scene.book.acknowledge(alert.id, "sue", "looking", scene.utc_ns)
    assert scene.book.firing == []
    (past,) = scene.book.past(0, 10)
    assert (past.acknowledged_by, past.note, past.cleared_utc_ns) == ("sue", "looking", scene.utc_ns)


def test_an_acknowledged_cause_still_stands(scene: Scene) -> None:
    scene.look(GAP)
    scene.book.acknowledge(scene.book.firing[0].id, "sue", "", scene.utc_ns)
    assert [alert.acknowledged_by for alert in scene.book.firing] == ["sue"]
    with pytest.raises(LookupError):
        scene.book.acknowledge(4711, "sue", "", scene.utc_ns)


def test_the_worst_stands_first(scene: Scene) -> None:
    scene.look(GAP, TRIP)
    assert [alert.severity for alert in scene.book.firing] == ["critical", "major"]


def test_maintenance_silences_what_it_names_and_nothing_else(scene: Scene) -> None:
    scene.silences.add("GapUnresolved", {"session": "venue:XEXC"}, "sue", "line test", 0, UTC_NS + 60 * NS, UTC_NS)
    other = Finding("GapUnresolved", (("session", "venue:XBRK"),), "missing", UTC_NS)
    scene.look(GAP, other)
    assert {alert.labels["session"]: alert.silenced_by for alert in scene.book.firing} == {
        "venue:XEXC": "sue: line test",
        "venue:XBRK": "",
    }
    (silence,) = scene.silences.lasting(UTC_NS)
    scene.silences.end(silence.id, "sue", UTC_NS)
    assert scene.silences.silenced_by(GAP, UTC_NS) == ""
    with pytest.raises(LookupError):
        scene.silences.end(silence.id, "sue", UTC_NS)
    with pytest.raises(ValueError, match="a time to come"):
        scene.silences.add("", {}, "sue", "late", 0, UTC_NS - 1, UTC_NS)


def test_every_alert_can_be_raised_in_time() -> None:
    """Five seconds are allowed from an event to its alert: the hold, two looks and the reading of the journal."""
    assert all(rule.hold_s <= 3.0 for rule in RULES)
    assert all(rule.summary and rule.first_step for rule in RULES)
