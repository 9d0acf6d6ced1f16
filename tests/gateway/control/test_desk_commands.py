"""What the support desk does to a running gateway: venues, strategies, orders, and what is on record of it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from gateway_bench import PROGRAM, SECRET, Running, Tables, make_venue, until
from wire_peer import FixPeer

from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.control.client import ControlClient, Refused
from fairlead.gateway.control.server import socket_path


async def call(state: Path, name: str, arguments: dict[str, Any] | None = None, reason: str = "a test") -> Any:
    """Ask as the gateway's own user."""

    def ask() -> Any:
        with ControlClient(socket_path(state)) as client:
            return client.call(name, arguments, reason)

    return await asyncio.to_thread(ask)


async def shell(state: Path, *words: str) -> str:
    """Run a command of a shell and return what it says."""
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, *words, "--state", str(state)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200"},
    )
    output, _ = await process.communicate()
    return output.decode()


async def test_orders_are_listed_shown_and_cancelled(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="100")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        [listed] = (await call(running.state, "orders.list", {"strategy": "alpha", "side": "buy"}))["orders"]
        assert (listed["qty"], listed["price"], listed["status"], listed["symbol"]) == ("10", "100", "new", "MSFT")
        assert (await call(running.state, "orders.list", {"strategy": "beta"}))["orders"] == []
        shown = await call(running.state, "orders.show", {"strategy": "alpha", "cl_ord_id": order.cl_ord_id})
        assert [each["kind"] for each in shown["requests"]] == ["new_order"]
        answer = await call(running.state, "orders.cancel", {"order_id": listed["order_id"]}, "wrong price")
        assert (answer["cancel"], answer["after"]["in_flight"]) == ("sent", ["cancel_order"])
        await until(lambda: order.ord_status is OrdStatus.CANCELED, "the order's end")
        with pytest.raises(Refused, match="has ended: it is canceled"):
            await call(running.state, "orders.cancel", {"order_id": listed["order_id"]})
        for wrong in ({}, {"order_id": "O1", "strategy": "alpha", "cl_ord_id": "1"}, {"strategy": "alpha"}):
            with pytest.raises(Refused, match="expected order_id, or strategy and cl_ord_id"):
                await call(running.state, "orders.show", wrong)
        with pytest.raises(Refused, match="is not in the books"):
            await call(running.state, "orders.show", {"order_id": "O-none"})
        await client.close()
        audited = await shell(running.state, "audit", "list", "--command", "orders", "--outcome", "done", "--json")
        [entry] = [orjson.loads(line) for line in audited.splitlines()]
        assert (entry["command"], entry["reason"], entry["before"]["status"]) == ("orders.cancel", "wrong price", "new")
        assert "whole: records 1 to" in await shell(running.state, "audit", "verify")
    await venue.stop()


async def test_a_venue_is_logged_out_stays_away_and_comes_back(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        session = running.gateway.venues["XEXC"]
        [row] = (await call(running.state, "venues.list"))["venues"]
        assert (row["state"], row["held"]) == ("logged on", "")
        with pytest.raises(Refused, match="venue XEXC is logged on already"):
            await call(running.state, "venues.connect", {"venue": "XEXC"})
        await call(running.state, "venues.logout", {"venue": "XEXC"}, "venue asks for it")
        await until(lambda: not running.process.connectors[0].is_connected, "the logout")
        assert not venue.sessions["FAIRLEAD"].is_logged_on
        await asyncio.sleep(0.3)  # longer than its back-off and its look at the hours
        [row] = (await call(running.state, "venues.list"))["venues"]
        assert row["state"] == "logged out by an operator"
        assert "venue asks for it" in row["held"]
        assert "logged out by an operator, by operator os:" in await shell(running.state, "venues", "list")
        with pytest.raises(Refused, match="was logged out already"):
            await call(running.state, "venues.logout", {"venue": "XEXC"})
        with pytest.raises(Refused, match="there is no connection to close"):
            await call(running.state, "venues.disconnect", {"venue": "XEXC"})
        await call(running.state, "venues.connect", {"venue": "XEXC"})
        await running.up()
        assert session.is_up
    await venue.stop()


async def test_a_venue_that_is_disconnected_is_connected_anew(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        before = running.gateway.venues["XEXC"].session.next_out
        await call(running.state, "venues.disconnect", {"venue": "XEXC"}, "stuck")
        await until(lambda: running.gateway.venues["XEXC"].session.next_out > before, "a new logon")
        await running.up()
        with pytest.raises(Refused, match="venue 'XBRK' received, expected one of XEXC"):
            await call(running.state, "venues.disconnect", {"venue": "XBRK"})
    await venue.stop()


async def test_connecting_does_not_wait_for_the_back_off(tmp_path: Path) -> None:
    venue = make_venue()
    port = await venue.start()
    await venue.stop()
    tables = Tables(venue_address=f"127.0.0.1:{port}")
    text = tables.write(tmp_path).read_text()
    assert "reconnect_first_s = 0.05" in text
    async with Running(tmp_path, tables) as running:
        [row] = (await call(running.state, "venues.list"))["venues"]
        assert row["state"] == "connecting"
        # held before it ever was connected, and let go
        await call(running.state, "venues.logout", {"venue": "XEXC"})
        assert (await call(running.state, "venues.list"))["venues"][0]["state"] == "logged out by an operator"
        await call(running.state, "venues.connect", {"venue": "XEXC"})
        assert (await call(running.state, "venues.list"))["venues"][0]["state"] == "connecting"


async def test_strategies_are_listed_and_disconnected(tmp_path: Path) -> None:
    async with Running(tmp_path, Tables()) as running:
        client = await running.json_client()
        fix = await FixPeer.log_on(running.process.addresses["fix"], SECRET)
        listed = (await call(running.state, "strategies.list"))["strategies"]
        assert [(row["strategy"], row["port"], row["connected"]) for row in listed] == [
            ("alpha", "json", True),
            ("beta", "fix", True),
        ]
        assert {row["peer"] for row in listed} == {"127.0.0.1"}
        await call(running.state, "strategies.disconnect", {"strategy": "alpha"}, "runs wild")
        await until(lambda: not client.is_connected, "the end of alpha's connection")
        await call(running.state, "strategies.disconnect", {"strategy": "beta"}, "runs wild")
        logout = await fix.read("5")
        assert b"runs wild" in logout.get(58)
        fix.send("5")
        await fix.until_closed()
        with pytest.raises(Refused, match="strategy alpha is not connected"):
            await call(running.state, "strategies.disconnect", {"strategy": "alpha"})
        with pytest.raises(Refused, match="expected one of alpha, beta"):
            await call(running.state, "strategies.disconnect", {"strategy": "gamma"})
        assert "away" in await shell(running.state, "strategies", "list")
        await client.close()
