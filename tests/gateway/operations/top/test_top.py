"""The terminal view shows what the API says, and acts as who is logged in."""

from typing import Any

import pytest

from fairlead.gateway.operations.alerts.book import NS
from fairlead.gateway.operations.alerts.finding import Finding
from fairlead.gateway.operations.alerts.part import AlertsPart
from fairlead.gateway.operations.top.app import Table, TopApp
from fairlead.gateway.operations.top.client import ApiClient, ApiRefused
from fairlead.gateway.operations.top.rows import age_text, duration_text, session_rows

from ..conftest import SECRETS, Running, until

T = 1_767_355_200 * NS


async def test_the_screen_shows_sessions_and_alerts_and_acknowledges(operations: Running) -> None:
    part = operations.process.desk.part(AlertsPart)
    finding = Finding("RepeatTrip", (("trip", "runaway"),), "40 in a second", T, is_event=True)
    part.book.take([finding], 1, T)
    async with ApiClient(operations.url) as client:
        await client.log_in("sue", SECRETS["sue"])
        app = TopApp(client)
        async with app.run_test(size=(180, 50)) as pilot:
            await until(lambda: app.looks > 0, "the first answers")
            await pilot.pause()
            sessions = app.query_one("#sessions", Table)
            names = [str(sessions.get_row_at(at)[0]) for at in range(sessions.row_count)]
            assert names == ["venue:XEXC", "strategy:alpha"]
            assert "GATEWAY DOWN" in str(app.query_one("#head").render())
            assert app.query_one("#alerts", Table).row_count >= 1
            await pilot.press("2", "a")
            await pilot.press(*"looking", "enter")
            await until(lambda: part.book.past(0, 9)[0].acknowledged_by == "sue", "the acknowledgement")
            assert part.book.past(0, 9)[0].note == "looking"


async def test_a_filter_that_is_none_is_said(operations: Running) -> None:
    async with ApiClient(operations.url) as client:
        await client.log_in("vera", SECRETS["vera"])
        app = TopApp(client)
        async with app.run_test(size=(160, 40)) as pilot:
            await until(lambda: app.looks > 0, "the first answers")
            await pilot.press("slash", *"shape=round")
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("slash", *"venue=XEXC")
            await pilot.press("enter")
            before = app.looks
            await until(lambda: app.looks > before, "the next answers")
            title = app.query_one("#orders", Table).border_title
            assert title is not None
            assert "venue=XEXC" in title


async def test_no_answer_is_said(operations: Running) -> None:
    async with ApiClient("http://127.0.0.1:1") as client:
        with pytest.raises(ApiRefused, match="gives no answer"):
            await client.log_in("sue", "x")
    async with ApiClient(operations.url) as client:
        with pytest.raises(ApiRefused, match="not this operator's secret"):
            await client.log_in("sue", "wrong")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (61, "1m 1s"), (3_700, "1h 1m"), (90_000, "1d 1h")]
)
def test_ages(seconds: int, text: str) -> None:
    assert age_text(T, T + seconds * NS) == text
    assert age_text(0, T) == "-"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (900, "900 ns"), (12_340, "12.3 us"), (5_000_000, "5 ms"), (2 * NS, "2 s")]
)
def test_durations(value: int | None, text: str) -> None:
    assert duration_text(value) == text


def session(name: str, **changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(
        ("next_in", "next_out", "unsent_bytes", "orders", "fills", "refused", "state_utc_ns", "last_rx_utc_ns"), 0
    )
    ack = {"p50_ns": None, "p99_ns": None}
    return {"name": name, "state": "logged_on", "is_up": True, "is_scheduled": True, "ack": ack, **numbers, **changes}


def test_what_needs_somebody_comes_first() -> None:
    sessions = [
        session("strategy:away", is_up=False, state="disconnected"),
        session("venue:up"),
        session("venue:down", is_up=False, state="logged_out"),
        session("venue:closed", is_up=False, state="logged_out", is_scheduled=False),
        session("venue:gap", state="gap"),
    ]
    order = [name for name, _ in session_rows({"utc_ns": T, "sessions": sessions})]
    assert order == ["venue:gap", "venue:down", "venue:up", "strategy:away", "venue:closed"]
