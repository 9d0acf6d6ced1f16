"""A venue that is restarted, and the command that runs one."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from fix_client import TIMEOUT_S, FixClient, order, trading, venue

from fairlead.certification.venues.commands import simulate
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.summary import summarise

FIX44 = VenueProfile(version="4.4")


async def test_sessions_orders_and_books_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    async with trading(FIX44, state_path=state) as (client, _, _):
        client.send("D", order("A1", "2", 100, "10", t111="30"))
        client.send("D", order("A2", "2", 100, "10"))
        client.send("D", order("A3", "1", 40, "10"))
        client.send("D", order("A4", "1", 10, t40="3", t99="11"))
        for _ in range(8):
            last = await client.receive("8")
    async with venue(FIX44, state_path=state) as (simulator, port):
        summary = summarise(simulator.desk)
        assert {key: value["cum_qty"] for key, value in summary["orders"]["CLIENT"].items()} == {
            "A1": "30",
            "A2": "10",
            "A3": "40",
            "A4": "0",
        }
        answer = await client.log_on(port)
        assert int(answer[34]) == int(last[34]) + 2  # the Logout of the stop lies between
        client.send("2", {7: "2", 16: "3"})
        again = [await client.receive("8") for _ in range(2)]
        assert [(report[11], report[43], report[39]) for report in again] == [("A1", "Y", "0"), ("A2", "Y", "0")]
        client.send("D", order("A1", "1", 5, "10"))
        assert (await client.receive("8"))[103] == "6"
        client.send("D", order("A5", "1", 100, "10"))
        reports = [await client.receive("8") for _ in range(5)]
        assert [(r[11], r[14]) for r in reports[1::2]] == [("A2", "100"), ("A1", "40")]
        assert len({report[17] for report in (*reports, last)}) == 6
        await client.close()


async def test_a_request_left_pending_is_answered_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    profile = VenueProfile(version="4.2", pending_reports=True)
    async with trading(profile, state_path=state) as (client, simulator, _):
        client.send("D", order("A1", "1", 100, "10"))
        for status in ("A", "0"):
            assert (await client.receive("8"))[39] == status
        simulator.desk.schedule = lambda delay_s, callback: None  # the venue dies before the answer
        client.send("F", order("A2", "1", 100, t41="A1"))
        assert (await client.receive("8"))[39] == "6"
    async with venue(profile, state_path=state) as (simulator, port):
        await client.log_on(port)
        client.send("H", {11: "A1", 55: "MSFT", 54: "1"})
        assert (await client.receive("8"))[39] == "4"
        assert simulator.orders[0].cl_ord_ids == ["A1"]
        await client.close()


async def test_summary_agrees_with_what_was_reported() -> None:
    async with trading(FIX44) as (client, simulator, _):
        client.send("D", order("A1", "2", 100, "10.5"))
        client.send("D", order("A2", "1", 40, "10.5"))
        client.send("G", order("A3", "2", 90, "10.5", t41="A1"))
        for _ in range(5):
            await client.receive("8")
        summary = summarise(simulator.desk)
    mine = summary["orders"]["CLIENT"]
    assert set(mine) == {"A1", "A2", "A3"}
    assert mine["A1"] == mine["A3"]
    assert mine["A1"]["current_id"] == "A3"
    assert [mine["A3"][key] for key in ("status", "order_qty", "cum_qty", "leaves_qty", "avg_px")] == [
        "1",
        "90",
        "40",
        "50",
        "10.5",
    ]
    assert [execution["last_qty"] for execution in summary["executions"]] == ["40", "40"]
    assert summary["positions"] == [
        {"session": "CLIENT", "account": "ACC", "symbol": "MSFT", "bought": "40", "sold": "40", "net": "0"}
    ]


async def test_the_command_listens_trades_and_writes_its_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fairlead.certification.venues.commands", "fix"),
        *("--version", "4.4", "--sender", "XV", "--market-maker", "MSFT:100:0.02:50", "--summary", str(summary)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(3 * TIMEOUT_S):
        line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on 127.0.0.1:")
        client = FixClient("4.4", "CLIENT", "XV")
        await client.log_on(int(line.rpartition(":")[2]))
        client.send("D", order("A1", "1", 50))
        await client.receive("8")
        assert (await client.receive("8"))[39] == "2"
        process.send_signal(signal.SIGTERM)
        assert (await client.receive("5"))[58] == "the venue stops"
        assert await process.wait() == 0
        await client.close()
    assert json.loads(summary.read_text())["orders"]["CLIENT"]["A1"]["cum_qty"] == "50"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--listen", "nowhere"], "expected HOST:PORT"),
        (["--profile", "NONE"], "expected one of XBRK, XEXC"),
        (["--profile", "XBRK", "--version", "4.4"], "the profile's is 4.2"),
        (["--market-maker", "MSFT"], "expected SYMBOL:MID:SPREAD:SIZE"),
        (["--credential", "joe=secret"], "expected USER=env:NAME"),
    ],
)
def test_mistakes_on_the_command_line(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(simulate, ["fix", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


async def started(state: Path) -> tuple[asyncio.subprocess.Process, int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fairlead.certification.venues.commands", "fix", "--state", str(state)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, int((await process.stdout.readline()).decode().rpartition(":")[2])


async def test_a_killed_venue_knows_all_that_it_has_said(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    client = FixClient("4.4", "CLIENT", "VENUE")
    acknowledged, highest = set(), 0
    async with asyncio.timeout(6 * TIMEOUT_S):
        process, port = await started(state)
        await client.log_on(port)
        for number in range(200):
            client.send("D", order(f"K{number}", "12"[number % 2], 100, "10"))
        for _ in range(150):
            report = await client.receive("8")
            acknowledged.add((report[11], report[17], report[14]))
            highest = int(report[34])
        process.kill()
        await process.wait()
        for report in await client.closed():
            acknowledged.add((report[11], report[17], report[14]))
            highest = int(report[34])
        process, port = await started(state)
        answer = await client.log_on(port)
        assert int(answer[34]) > highest
        client.send("2", {7: "2", 16: str(highest)})
        again = set()
        while len(again) < len(acknowledged):
            report = await client.receive()  # a ResendRequest of the venue's may come first
            if report[35] == "8":
                again.add((report[11], report[17], report[14]))
        assert again == acknowledged
        process.terminate()
        assert await process.wait() == 0
        await client.close()


def test_a_state_file_that_is_none_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    state.write_text("this is no database, and long enough not to be taken for an empty one " * 20)
    result = CliRunner().invoke(simulate, ["fix", "--state", str(state)])
    assert result.exit_code == 1
    assert "can't be used" in result.output
