"""Ticks, tasks, the rota with its escalation, and the handover of a shift."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.incidents import incidents
from fairlead.gateway.operations.alerts.book import TABLES as ALERT_TABLES
from fairlead.gateway.operations.alerts.silences import TABLES as SILENCE_TABLES
from fairlead.gateway.operations.alerts.silences import Silences
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.book import IncidentBook
from fairlead.gateway.operations.incidents.part import IncidentsPart
from fairlead.gateway.operations.incidents.rota import RotaError, read_rota
from fairlead.gateway.operations.incidents.shift import ShiftBook, TaskError
from fairlead.gateway.operations.incidents.shift_part import ShiftPart

from ..conftest import Running, config_text

NS = 1_000_000_000
MINUTE = 60 * NS
ROTA = """escalate_after_min = 5
[[shifts]]
time_zone = "UTC"
days = ["fri"]
start = "07:00"
end = "17:00"
people = ["sue", "rob", "ada"]
[[shifts]]
time_zone = "UTC"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "00:00"
end = "00:00"
people = ["night"]
"""


def at(hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 1, 2, hour, minute, tzinfo=UTC).timestamp()) * NS


@pytest.fixture
def rota_file(tmp_path: Path) -> Path:
    path = tmp_path / "rota.toml"
    path.write_text(ROTA, encoding="utf-8")
    return path


def test_whose_turn_it_is(rota_file: Path) -> None:
    rota = read_rota(rota_file)
    assert rota.on_call(at(8)) == ("sue", "rob", "ada")
    assert rota.on_call(at(18)) == ("night",)
    assert rota.turn(0, at(8)) == rota.turn(5 * MINUTE - 1, at(8)) == (0, "sue")
    assert rota.turn(5 * MINUTE, at(8)) == (1, "rob")
    assert rota.turn(60 * MINUTE, at(8)) == (2, "ada")


@pytest.mark.parametrize(
    "text",
    [
        *("escalate_after_min = 0", "more = 1", "[[shifts]]\npeople = []", "not toml", "escalate_after_min = 'x'"),
        *(ROTA.replace('["fri"]', '["fry"]'), ROTA.replace('"07:00"', '"7 am"'), ROTA.replace('"UTC"', '"Mars"', 1)),
        ROTA.replace('["night"]', "[]"),
    ],
)
def test_a_file_that_is_wrong_is_named(rota_file: Path, text: str) -> None:
    rota_file.write_text(text, encoding="utf-8")
    with pytest.raises(RotaError, match="rota.toml"):
        read_rota(rota_file)


def test_tasks_are_sorted_and_done_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "operations.db")
    book = ShiftBook(database)
    any_time = book.add_task("tidy up", "", "sue", 0, 1)
    soon = book.add_task("call the venue", "rob", "sue", 50, 2)
    book.add_task("certify", "", "sue", 90, 3)
    assert [task["title"] for task in book.open_tasks()] == ["call the venue", "certify", "tidy up"]
    book.finish(soon, "rob", "they call back", 60)
    assert [task["title"] for task in book.tasks()] == ["certify", "tidy up", "call the venue"]
    assert book.tasks()[-1]["done_by"] == "rob"
    with pytest.raises(TaskError, match="expected one that is open"):
        book.finish(soon, "ada", "", 70)
    assert any_time == 1
    database.close()


async def test_over_the_api(operations: Running) -> None:
    sue, vera = await operations.person("sue"), await operations.person("vera")
    number = (await sue.post("/api/incidents", {"title": "down", "reason": "seen"}))[1]["incident"]["id"]
    body = {"step": "Send a TestRequest", "incident": number, "note": "no answer"}
    assert (await vera.post("/api/runbooks/HeartbeatLate/tick", body))[0] == 403
    status, shown = await sue.post("/api/runbooks/HeartbeatLate/tick", body)
    assert (status, shown["ticks"][0]["by"], shown["ticks"][0]["step"]) == (200, "sue", "Send a TestRequest")
    assert (await sue.post("/api/runbooks/HeartbeatLate/tick", body | {"incident": 99}))[0] == 404
    assert len((await vera.get("/api/runbooks/HeartbeatLate/ticks"))[1]["ticks"]) == 1
    assert (await vera.get("/api/runbooks/Nothing/ticks"))[0] == 404
    timeline = (await vera.get(f"/api/incidents/{number}"))[1]["timeline"]
    assert timeline[-1]["kind"] == "runbook"
    assert timeline[-1]["text"] == "HeartbeatLate: Send a TestRequest (no answer)"
    task = (await sue.post("/api/tasks", {"title": "call them"}))[1]["id"]
    assert (await sue.post(f"/api/tasks/{task}/done", {}))[0] == 200
    assert (await sue.post(f"/api/tasks/{task}/done", {}))[0] == 404
    assert (await vera.get("/api/tasks"))[1]["tasks"][0]["done_by"] == "sue"
    assert (await vera.get("/api/rota"))[1] == {"on_call": [], "escalate_after_min": 0}


async def test_what_nobody_acknowledges_is_the_next_one_s(operations: Running, rota_file: Path) -> None:
    desk = operations.process.desk
    part, book = desk.part(ShiftPart), desk.part(IncidentsPart).book
    number = book.open_by_hand("down", "major", "gateway", "sue", "seen", at(8), at(8))
    part.rota = read_rota(rota_file)
    # the process's own looks have a clock of now, at which this shift may not run: only this test looks
    part.tick, look = (lambda now_ns, utc_ns: None), part.tick  # type: ignore[method-assign]
    known = sum(entry.kind == "escalated" for entry in book.entries(number))
    assert known == 0
    for minute in (1, 5, 6, 11, 30):
        look(0, at(8, minute))
    texts = [entry.text for entry in book.entries(number) if entry.kind == "escalated"]
    assert texts == ["step 1: rob is called", "step 2: ada is called"]


def test_a_handover_as_markdown_html_and_json(tmp_path: Path, rota_file: Path) -> None:
    config = tmp_path / "fairlead.toml"
    config.write_text(
        config_text().replace("evaluate_ms = 50", 'evaluate_ms = 50\nrota = "rota.toml"'), encoding="utf-8"
    )
    database = Database(tmp_path / "state/operations.db", (*ALERT_TABLES, *SILENCE_TABLES))
    book, now = IncidentBook(database), at(12)
    book.open_by_hand("fills | odd", "major", "venue:XEXC", "sue", "seen", now, now)
    Silences(database).add("SessionDown", {}, "rob", "upgrade", 0, 2**62, now)
    ShiftBook(database).add_task("call <them>", "", "sue", now, now)
    kill = {"kill": "K1", "scope": {"strategy": "alpha"}, "by": "sue", "reason": "runaway", "since_utc_ns": now}
    database.keep("facts", {"kills": [kill], "counts": {}, "clock": {}})
    database.close()

    def run(*words: str) -> str:
        result = CliRunner().invoke(incidents, ["handover", "--config", str(config), *words])
        assert result.exit_code == 0, result.output
        return result.output

    text = run()
    assert "incident 1 has no owner" in text
    assert "| 1 | major | venue:XEXC | nobody | 2026-01-02 12:00:00.000 | fills \\| odd |" in text
    assert "| K1 | strategy alpha | 2026-01-02 12:00:00.000 | sue | runaway |" in text
    assert "task 1 is overdue" in text
    assert "upgrade" in text
    assert "Breaks that wait: unknown" in text
    assert "call &lt;them&gt;" in run("--form", "html")
    report = json.loads(run("--json"))
    assert report["open"][0]["scope"] == "venue:XEXC"
    assert report["on_call"] in (["night"], ["sue", "rob", "ada"])
