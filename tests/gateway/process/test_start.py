"""The start of the gateway process, what keeps it from starting, and what its log holds."""

import asyncio
import json
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gateway_bench import SECRET, VENUE_PASSWORD, Child, Running, Tables, make_venue, until
from wire_peer import FixPeer

from fairlead.client import ClientError
from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.journal.lock import FolderLock
from fairlead.gateway.links.listener import ListenError


async def test_a_port_in_use_is_said_and_nothing_stays_locked(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        running = Running(tmp_path, Tables(fix_address=address))
        with pytest.raises(ListenError, match=address):
            await running.process.run()
        FolderLock(running.state / "journal").release()
        async with Child(tmp_path, Tables(fix_address=address)) as child:
            assert await child.ended() == 1
            assert child.text.splitlines()[-1] == f"Error: port fix: can't listen on {address}: Address already in use"
            assert "Traceback" not in child.text


async def test_a_journal_in_use_is_said_with_its_holder(tmp_path: Path) -> None:
    async with Child(tmp_path, Tables()) as first, Child(tmp_path, Tables()) as second:
        await until(lambda: first.process.poll() is not None or second.process.poll() is not None, "one of them ended")
        loser, winner = (first, second) if first.process.poll() is not None else (second, first)
        assert await loser.ended() == 1
        assert f"is in use by process {winner.process.pid}" in loser.text.splitlines()[-1]
        await winner.event("ready")
        assert await winner.stop() == 0


async def test_a_secret_that_is_missing_is_said(tmp_path: Path) -> None:
    async with Child(tmp_path, Tables(password="env:NOT_SET_ANYWHERE"), {}) as child:
        assert await child.ended() == 1
        assert child.text == ("Error: env:NOT_SET_ANYWHERE: the environment has no variable NOT_SET_ANYWHERE\n")
    assert not (tmp_path / "state").exists()


async def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file is in the way")
    async with Child(tmp_path, Tables()) as child:
        assert await child.ended() == 1
        assert child.text == f"Error: {tmp_path / 'state'}: File exists\n"


async def test_two_signals_end_a_process_that_waits(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", stop_timeout_s=300)
    async with Child(tmp_path, tables) as child:
        await child.event("venue_up")
        venue.hold_output(True)
        peer = await FixPeer.log_on(await child.address("fix"), SECRET)
        child.process.send_signal(signal.SIGTERM)
        await peer.read("5")
        child.process.send_signal(signal.SIGINT)
        assert await child.ended() == 0
        await child.event("stopping_at_once")
        peer.close()
    venue.hold_output(False)
    await venue.stop()


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_no_secret_is_in_the_log_whatever_goes_wrong(tmp_path: Path, log_format: str) -> None:
    venue = make_venue()
    wrong = "not-the-secret-either"
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", log_format=log_format)
    tables.json_address, tables.fix_address = free_address(), free_address()
    async with Child(tmp_path, tables) as child:
        await until(lambda: "venue_up" in child.text, "the venue up")
        host, _, port = tables.json_address.rpartition(":")
        for line in (
            {"type": "login", "strategy": "alpha", "secret": wrong},
            {"type": "login", "strategy": "alpha", "secret": SECRET, "unknown": SECRET},
            {"type": "new_order", "text": wrong},
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(json.dumps(line).encode() + b"\n")
            await reader.read()
            writer.close()
        fix_host, _, fix_port = tables.fix_address.rpartition(":")
        refused = await FixPeer.connect((fix_host, int(fix_port)))
        refused.send_logon(wrong)
        assert b"wrong secret" in (await refused.read("5")).get(58)
        refused.close()
        (await FixPeer.log_on((fix_host, int(fix_port)), SECRET)).close()
        await until(lambda: child.text.count("strategy_down"), "the strategy's end")
        assert await child.stop() == 0
    lines = child.text.splitlines()
    assert sum("connection_refused" in line for line in lines) >= 3
    assert "logon_refused" in child.text
    for secret in (SECRET, VENUE_PASSWORD, wrong):
        assert secret not in child.text
    if log_format == "json":
        for line in lines:
            assert {"event", "level", "timestamp"} <= json.loads(line).keys()
    await venue.stop()


def free_address() -> str:
    """Return an address that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{sock.getsockname()[1]}"


async def test_a_strategy_outside_the_hours_is_refused_with_a_text(tmp_path: Path) -> None:
    day = (datetime.now(UTC) + timedelta(days=2)).strftime("%a").lower()
    schedule = f'schedule = {{ start = "08:00:00", end = "08:00:01", days = ["{day}"] }}'
    async with Running(tmp_path, Tables(fix_options=schedule)) as running:
        peer = await FixPeer.connect(running.process.addresses["fix"])
        peer.send_logon(SECRET)
        logout = await peer.read("5")
        assert logout.get(58).startswith(b"outside trading hours, the next session begins at ")
        await peer.until_closed()
        peer.close()


async def test_orders_in_doubt_are_asked_for_after_the_loss_of_the_link(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        venue.disconnect("FAIRLEAD", reset=True)
        await until(lambda: not running.gateway.venues["XEXC"].is_up, "the loss noticed")
        assert len(running.gateway.ledger.orders_in_doubt("XEXC")) == 1
        await running.up()
        await until(lambda: not running.gateway.ledger.orders_in_doubt("XEXC"), "the order's status known")
        await client.close()
    await venue.stop()


async def test_gauges_show_numbers_states_and_alerts(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="431")
        await until(lambda: order.ord_status is OrdStatus.FILLED, "the fill")
        running.gateway.watch.alert("test_alert", running.gateway.clock.utc_ns())
        venue_store = running.gateway.session_stores["venue:XEXC"]
        await until(lambda: running.counter("venue.XEXC.next_out") == venue_store.next_out, "the gauges read")
        assert running.counter("venue.XEXC.next_in") == venue_store.next_in
        assert running.counter("venue.XEXC.up") == 1
        assert running.counter("strategy.alpha.up") == 1
        assert running.counter("strategy.alpha.fills") == 1
        assert running.counter("alerts") == 1
        assert running.counter("strategy.alpha.unsent_bytes") == 0
        await client.close()
        with pytest.raises(ClientError):
            client.new_order("buy", 10, "MSFT", price="431")
