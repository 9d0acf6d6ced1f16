"""The end of the gateway process: in order, in a hurry, and after what must not happen."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from gateway_bench import SECRET, Running, Tables, make_venue, until
from structlog.testing import capture_logs
from wire_peer import FixPeer

from fairlead.client.connection import EventKind
from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.journal.errors import JournalError


async def test_a_stop_cancels_logs_everyone_out_and_writes_the_summary(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}")
    texts: list[str] = []
    async with Running(tmp_path, tables) as running:
        await running.up()
        client = await running.json_client(
            on_event=lambda event: texts.append(event.text) if event.kind is EventKind.DISCONNECTED else None
        )
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        fix = await FixPeer.log_on(running.process.addresses["fix"], SECRET)
        stopping = asyncio.create_task(running.stop())
        logout = await fix.read("5")
        assert logout.get(58) == b"the gateway is stopping"
        fix.send("5")
        assert await stopping == 0
        await fix.until_closed()
        await client.close()
    session = venue.sessions["FAIRLEAD"]
    assert not session.is_logged_on
    assert [order.status for order in venue.orders] == ["4"]
    assert any("the gateway is stopping" in text for text in texts)
    summary = json.loads((running.state / "summary.json").read_text())
    assert summary["venues"]["XEXC"] == {"orders": 1, "open": 0, "fills": 0, "positions": {}}
    assert running.counter("venue.XEXC.up") == 0
    assert running.counter("strategy.alpha.up") == 0
    await venue.stop()


async def test_a_stop_while_the_venue_is_down_waits_for_nobody(tmp_path: Path) -> None:
    async with Running(tmp_path, Tables(stop_timeout_s=300)) as running:
        assert await running.stop() == 0


async def test_an_answer_that_does_not_come_is_waited_for_and_told(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", stop_timeout_s=1)
    async with Running(tmp_path, tables) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        venue.hold_output(True)
        with capture_logs() as logs:
            assert await running.stop() == 0
        await client.close()
    told = [line for line in logs if line["event"] == "requests_unanswered"]
    assert [len(line["order_ids"]) for line in told] == [1]
    venue.hold_output(False)
    await venue.stop()


async def test_a_second_signal_ends_the_wait(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", stop_timeout_s=300)
    async with Running(tmp_path, tables) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        venue.hold_output(True)
        with capture_logs() as logs:
            running.process.stop()
            await until(lambda: any(line["event"] == "stopping" for line in logs), "stopping")
            running.process.stop()
            assert await running.stop() == 0
        await client.close()
    assert [line["log_level"] for line in logs if line["event"] == "stopping_at_once"] == ["warning"]
    venue.hold_output(False)
    await venue.stop()


async def test_a_crash_in_housekeeping_stops_the_process_in_order_and_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(now_ns: int, utc_ns: int) -> None:
        raise RuntimeError("broken")

    venue = make_venue()
    with capture_logs() as logs:
        async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
            await running.up()
            monkeypatch.setattr(running.gateway.keeper, "tick", break_down)
            assert running.task is not None
            assert await asyncio.wait_for(running.task, 60) == 70
    crashed = [line for line in logs if line["event"] == "crashed"]
    assert [(line["log_level"], str(line["exc_info"])) for line in crashed] == [("critical", "broken")]
    assert running.gateway.writer.failure.endswith("is closed")
    assert not venue.sessions["FAIRLEAD"].is_logged_on
    await venue.stop()


async def test_a_failed_journal_ends_everything_without_another_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue = make_venue()
    with capture_logs() as logs:
        async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
            await running.up()
            running.gateway.turn.fail(JournalError("no space left"))
            assert running.task is not None
            assert await asyncio.wait_for(running.task, 60) == 74
    assert [line["error"] for line in logs if line["event"] == "journal_failed"] == ["no space left"]
    assert not (running.state / "summary.json").exists()
    await venue.stop()


async def test_orders_of_strategies_that_a_crash_cut_off_are_cancelled_after_it(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}")
    async with Running(tmp_path, tables) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        running.gateway.turn.fail(JournalError("as if it were killed"))
        with contextlib.suppress(OSError):
            await client.close()
    assert [order.status for order in venue.orders] == ["0"]
    async with Running(tmp_path, tables) as running:
        await until(lambda: [order.status for order in venue.orders] == ["4"], "the order cancelled")
    await venue.stop()


def count_sockets() -> int:
    """Return how many sockets this process has; the journal's files come and go by themselves."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            count += str(descriptor.readlink()).startswith("socket:")
    return count


async def test_nothing_is_left_behind_by_two_hundred_connections(tmp_path: Path) -> None:
    async with Running(tmp_path, Tables()) as running:
        before = count_sockets()
        for _ in range(100):
            client = await running.json_client()
            await client.close()
            (await FixPeer.log_on(running.process.addresses["fix"], SECRET)).close()
            await until(lambda: not any(listener.links for listener in running.process.listeners), "the links gone")
        # a client's own side may still be closing when the gateway's is gone
        await until(lambda: count_sockets() <= before, "the sockets closed")
        assert len(running.gateway.turn.links) == 0
