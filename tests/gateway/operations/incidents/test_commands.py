"""``fairlead incidents`` on a database that an operations process has left."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairlead.gateway.commands.incidents import incidents
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.alerts.book import TABLES as ALERT_TABLES
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.uptime import TABLES, FiguresOfThePast
from fairlead.gateway.operations.wire.index import TABLES as WIRE_TABLES

from ..conftest import config_text

T = 1_767_355_200_000_000_000
NS = 1_000_000_000


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "fairlead.toml"
    path.write_text(config_text(), encoding="utf-8")
    Database(tmp_path / "state/operations.db", (*ALERT_TABLES, *WIRE_TABLES, *TABLES)).close()
    return path


def run(config: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(incidents, [*words, "--config", str(config)], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result


def test_open_note_own_restore_and_look(config: Path) -> None:
    assert "incident 1 is open" in run(config, "open", "odd <fills>", "--reason", "the desk called").output
    run(config, "note", "1", "called the venue | twice")
    run(config, "own", "1", "--reason", "mine")
    run(config, "severity", "1", "minor", "--reason", "one desk")
    assert "open" in run(config, "list").output
    run(config, "restore", "1", "--reason", "mended")
    shown = json.loads(run(config, "show", "1", "--json").output)
    assert [each["kind"] for each in shown["timeline"]] == [
        *("started", "detected", "note", "owner", "severity", "restored"),
    ]
    assert {each["by"] for each in shown["timeline"]} == {shown["owner"]}
    assert shown["owner"].startswith("os:")
    assert "mended" in run(config, "show", "1").output
    found = json.loads(run(config, "figures", "--json", "--by-day").output)
    assert found["incidents"]["all"]["mttr"]["n"] == 1


def test_what_is_not_there_is_one_line(config: Path) -> None:
    assert "no incident 7" in run(config, "show", "7", code=1).output
    (config.parent / "state/operations.db").unlink()
    assert "has not run yet" in run(config, "list", code=1).output


def test_a_post_mortem_as_markdown_and_html(config: Path, tmp_path: Path) -> None:
    run(
        config, "open", "odd <fills>", "--scope", "venue:XEXC", "--reason", "a | b", "--started", "2026-01-02T12:00:00Z"
    )
    database = Database(tmp_path / "state/operations.db")
    started = json.loads(run(config, "show", "1", "--json").output)["started_utc_ns"]
    for at in range(5):
        values = (at + 1, 1, 0, started + at * NS, "venue:XEXC", "FIX.4.4", kinds.FRAME_IN, "3" if at == 4 else "0", at)
        database.connection.execute("insert into wire values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        sample = (started + 10 * at * NS, "XEXC", 5, 1_000_000, 2_500_000)
        database.connection.execute("insert into answer_samples values (?, ?, ?, ?, ?)", sample)
    database.close()
    text = run(config, "postmortem", "1").output
    assert "| severity | major |" in text
    assert "a \\| b" in text
    assert "## What went well" in text
    assert text.count("venue:XEXC in") == 5
    page = run(config, "postmortem", "1", "--form", "html", "--to-file", str(tmp_path / "p.html"))
    assert "p.html" in page.output
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "odd &lt;fills&gt;" in html
    assert html.count("<svg") == 3
    assert "Answers of venues, p99 in ms; highest 2.5" in html
    assert "Refusals received" in html
    assert "http" not in html
    assert (
        "nothing is written over"
        in run(config, "postmortem", "1", "--to-file", str(tmp_path / "p.html"), code=1).output
    )


def test_figures_of_what_is_kept(tmp_path: Path, config: Path) -> None:
    run(config, "list")
    database = Database(tmp_path / "state/operations.db")
    # up at 0 s, down from 600 s to 660 s; the gateway gone from 1200 s to 1260 s; maintenance from 1800 s to 2400 s
    for sequence, (at_s, is_up) in enumerate(((0, 1), (600, 0), (660, 1), (2000, 0), (2100, 1))):
        row = ("venue:XEXC", T + at_s * NS, sequence, is_up)
        database.connection.execute("insert into session_changes values (?, ?, ?, ?)", row)
    database.connection.execute(
        "insert into alerts (fingerprint, alert, severity, labels, text, is_event, started_utc_ns, raised_utc_ns,"
        " cleared_utc_ns) values ('g', 'GatewayDown', 'critical', '{}', '', 0, ?, ?, ?)",
        (T + 1200 * NS, T + 1201 * NS, T + 1260 * NS),
    )
    database.connection.execute(
        "insert into silences (alert, labels, by, reason, from_utc_ns, until_utc_ns, made_utc_ns)"
        " values ('SessionDown', '{\"session\":\"venue:XEXC\"}', 'sue', 'planned', ?, ?, ?)",
        (T + 1800 * NS, T + 2400 * NS, T),
    )
    found = FiguresOfThePast(database, {"venue:XEXC": None}).figures((T - 100 * NS, T + 3600 * NS))
    session = found["sessions"]["venue:XEXC"]
    # observed for 3600 s, 600 s of them planned; 60 s + 60 s down
    assert (session["scheduled_s"], session["maintenance_s"], session["up_s"]) == (3000, 600, 2880)
    assert (session["outages"], session["mtbf_s"], session["availability"]) == (2, 1440, 0.96)
    database.close()
