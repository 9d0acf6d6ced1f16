"""Incidents over the API of a running process, and what they do to the rest of it."""

from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.alerts.finding import Finding, Moment
from fairlead.gateway.operations.alerts.part import AlertsPart
from fairlead.gateway.operations.facts.part import Fact, FactsPart
from fairlead.gateway.operations.incidents.part import IncidentsPart

from ..conftest import Running, until


async def test_an_incident_from_opening_to_its_end(operations: Running) -> None:
    desk = operations.process.desk
    sue, vera = await operations.person("sue"), await operations.person("vera")
    body = {"title": "fills look odd", "scope": "venue:XEXC", "reason": "the desk called"}
    assert (await vera.post("/api/incidents", body))[0] == 403
    status, shown = await sue.post("/api/incidents", body)
    assert (status, shown["incident"]["opened_by"], shown["incident"]["severity"]) == (200, "sue", "major")
    path = f"/api/incidents/{shown['incident']['id']}"
    assert "AckLatencyShift" in desk.part(AlertsPart).frozen

    values = {"event": "command", "command": "venues.logout", "operator": "sue", "outcome": "done", "reason": "asked"}
    with desk.database.transaction():
        fact = Fact(7, desk.clock.utc_ns(), kinds.OPERATOR, "command", values)
        for take in desk.part(FactsPart).follower._subscribers:
            take(fact)
    assert (await sue.post(f"{path}/note", {"text": "called them"}))[0] == 200
    assert (await sue.post(f"{path}/own", {"reason": "mine"}))[1]["incident"]["owner"] == "sue"
    assert (await sue.post(f"{path}/severity", {"severity": "bad", "reason": "x"}))[0] == 400
    assert (await sue.post(f"{path}/severity", {"severity": "minor", "reason": "few"}))[0] == 200
    async with sue.http.get(operations.url + "/metrics") as answer:
        assert "gw_incidents_open 1.0" in await answer.text()
    assert (await sue.post(f"{path}/restore", {"reason": "mended"}))[0] == 200
    assert (await sue.post(f"{path}/restore", {"reason": "again"}))[0] == 409

    status, shown = await vera.get(path)
    told = [(entry["kind"], entry["by"], entry["text"]) for entry in shown["timeline"]]
    assert ("action", "sue", "venues.logout (done) asked") in told
    assert [kind for kind, _, _ in told] == [
        *("started", "detected", "action", "note", "owner", "severity", "restored"),
    ]
    assert desk.part(AlertsPart).frozen == frozenset()
    assert (await vera.get("/api/incidents"))[1]["incidents"][0]["is_open"] is False
    assert (await vera.get("/api/incidents/99"))[0] == 404
    status, figures = await vera.get("/api/figures?by_day=true")
    assert (status, figures["incidents"]["venue:XEXC"]["n"]) == (200, 1)
    assert figures["sessions"]["venue:XEXC"]["availability"] is None


async def test_alerts_of_a_running_process_open_and_restore_one(operations: Running) -> None:
    desk = operations.process.desk
    alerts, book = desk.part(AlertsPart), desk.part(IncidentsPart).book
    found = [Finding("FeedStale", (("feed", "A"),), "12 books are stale", 0)]

    class Scripted:
        def look(self, moment: Moment) -> list[Finding]:
            return found

    alerts.detectors = [Scripted()]
    await until(lambda: alerts.frozen, "an incident that freezes baselines")
    (incident,) = book.open
    assert (incident.scope, incident.severity, incident.opened_by) == ("feed:A", "major", "fairlead")
    found.clear()
    await until(lambda: not alerts.frozen, "its end")
    assert [entry.kind for entry in book.entries(incident.id)] == ["started", "detected", "cleared", "restored"]
