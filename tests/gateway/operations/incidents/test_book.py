"""Alerts open incidents, join them and end them; people add to them; nothing is lost or written over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.book import IncidentBook, IncidentError
from fairlead.gateway.operations.incidents.records import scope_of

T = 1_767_355_200_000_000_000
NS = 1_000_000_000


@pytest.fixture
def book(tmp_path: Path) -> Iterator[IncidentBook]:
    database = Database(tmp_path / "operations.db")
    yield IncidentBook(database)
    database.close()


def alert(number: int, name: str, severity: str = "critical", session: str = "venue:XEXC", **more: object) -> Alert:
    return Alert(
        number, f"{name}|{number}", name, severity, {"session": session}, "it happened", False, T, T + 3 * NS,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def kinds(book: IncidentBook, number: int) -> list[str]:
    return [entry.kind for entry in book.entries(number)]


def test_an_alert_opens_one_incident_however_often_it_is_told(book: IncidentBook) -> None:
    down = alert(1, "SessionDown")
    assert book.take_alert(down, T + 4 * NS) == book.take_alert(down, T + 5 * NS) == 1
    (incident,) = book.open
    assert (incident.scope, incident.severity, incident.started_utc_ns) == ("venue:XEXC", "critical", T)
    assert incident.detected_utc_ns == T + 3 * NS
    assert kinds(book, 1) == ["started", "detected"]


def test_a_related_alert_joins_and_another_session_s_does_not(book: IncidentBook) -> None:
    book.take_alert(alert(1, "GapUnresolved", "major"), T + 4 * NS)
    assert book.take_alert(alert(2, "SessionDown"), T + 5 * NS) == 1
    assert book.take_alert(alert(3, "SessionDown", session="venue:XBRK"), T + 5 * NS) == 2
    assert book.find(1).severity == "critical"
    assert kinds(book, 1) == ["started", "detected", "joined", "severity"]


def test_a_minor_alert_joins_and_opens_nothing(book: IncidentBook) -> None:
    assert book.take_alert(alert(1, "LimitNear", "minor"), T) == 0
    book.take_alert(alert(2, "SessionDown"), T)
    assert book.take_alert(alert(3, "LimitNear", "minor"), T) == 1


def test_planned_work_opens_nothing(book: IncidentBook) -> None:
    assert book.take_alert(alert(1, "SessionDown", silenced_by="sue: maintenance"), T) == 0
    assert book.open == []


def test_it_is_restored_when_its_last_alert_is_cleared(book: IncidentBook) -> None:
    first, second = alert(1, "SessionDown"), alert(2, "GapUnresolved", "major")
    book.take_alert(first, T)
    book.take_alert(second, T)
    first.acknowledged_utc_ns, first.acknowledged_by, first.note = T + 10 * NS, "sue", "calling them"
    book.take_alert(first, T + 10 * NS)
    first.cleared_utc_ns = T + 20 * NS
    book.take_alert(first, T + 20 * NS)
    assert book.find(1).is_open
    second.cleared_utc_ns = T + 30 * NS
    book.take_alert(second, T + 31 * NS)
    incident = book.find(1)
    assert (incident.acknowledged_utc_ns, incident.restored_utc_ns) == (T + 10 * NS, T + 30 * NS)
    assert kinds(book, 1)[-4:] == ["acknowledged", "cleared", "cleared", "restored"]
    # the same trouble again is another incident
    assert book.take_alert(alert(3, "SessionDown"), T + 40 * NS) == 2


def test_by_hand_with_notes_an_owner_and_an_end(book: IncidentBook) -> None:
    number = book.open_by_hand("prices look odd", "minor", "venue:XEXC", "sue", "trader called", T, T + NS)
    book.note(number, "sue", "called the venue", T + 2 * NS)
    book.own(number, "rob", "sue", "shift ends", T + 3 * NS)
    book.set_severity(number, "major", "rob", "two more desks", T + 4 * NS)
    book.restore(number, "rob", "the venue mended it", T + 5 * NS)
    incident = book.find(number)
    assert (incident.owner, incident.severity, incident.restored_utc_ns) == ("rob", "major", T + 5 * NS)
    assert incident.acknowledged_utc_ns == T + 3 * NS
    entries = book.entries(number)
    assert [(entry.kind, entry.by) for entry in entries] == [
        *(("started", "sue"), ("detected", "sue"), ("note", "sue"), ("owner", "sue"), ("severity", "rob")),
        ("restored", "rob"),
    ]
    assert entries[3].text == "nobody to rob: shift ends"
    with pytest.raises(IncidentError, match="restored, expected one that is open"):
        book.own(number, "ada", "ada", "late", T + 6 * NS)


def test_what_can_t_be_done_says_why(book: IncidentBook) -> None:
    book.take_alert(alert(1, "SessionDown"), T)
    with pytest.raises(IncidentError, match="1 alerts of incident 1 stand"):
        book.restore(1, "sue", "hopes so", T)
    with pytest.raises(IncidentError, match="no incident 9"):
        book.note(9, "sue", "?", T)
    with pytest.raises(IncidentError, match="'bad' received, expected one of critical, major, minor"):
        book.set_severity(1, "bad", "sue", "", T)
    with pytest.raises(IncidentError, match="a time that is over"):
        book.open_by_hand("t", "minor", "gateway", "sue", "", T + 1, T)


def test_an_action_of_the_journal_is_taken_once(book: IncidentBook) -> None:
    book.take_alert(alert(1, "SessionDown"), T)
    for _ in range(2):
        book.take_action(1, T + NS, T + 2 * NS, "sue", "venues.connect venue=XEXC (done)", 77)
    assert kinds(book, 1).count("action") == 1


def test_whose_trouble_it_is() -> None:
    assert scope_of({"session": "venue:XEXC"}) == scope_of({"venue": "XEXC"}) == "venue:XEXC"
    assert scope_of({"strategy": "alpha"}) == "strategy:alpha"
    assert scope_of({"event": "journal_slow"}) == "gateway"
