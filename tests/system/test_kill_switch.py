"""A kill outlives the gateway's own death: blocks, cancels and the list for people come back, and go on."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from configuration import StrategyTable
from floor import Floor
from processes import until
from venues import RecordingVenue

from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.wire import WireMessage
from fairlead.client.client import Client
from fairlead.client.order import Order
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal
from fairlead.gateway.control.client import ControlClient
from fairlead.gateway.control.server import socket_path

ORDERS = 30


class DeafVenue(RecordingVenue):
    """A venue that may stop hearing cancels."""

    is_deaf = False

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Lose cancels while deaf; all else is as ever."""
        if self.is_deaf and message.msg_type == "F":
            return
        super().on_application_message(session, message)


@pytest.fixture
async def floor(tmp_path: Path) -> Any:
    trading_floor = Floor(tmp_path, [DeafVenue("XBRK"), DeafVenue("XEXC")])
    trading_floor.tables.strategies = [StrategyTable("alpha"), StrategyTable("gamma")]
    await trading_floor.open()
    try:
        yield trading_floor
    finally:
        await trading_floor.close()


async def call(floor: Floor, name: str, **arguments: Any) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        with ControlClient(socket_path(floor.state)) as client:
            return client.call(name, arguments, "a drill")

    return await asyncio.to_thread(ask)


async def until_status(floor: Floor, kill_id: str, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(1200):
        found = await call(floor, "kill.status", kill=kill_id)
        if is_there(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found}, expected another state within 20 s")


def rest(client: Client, venue: str, count: int) -> list[Order]:
    return [client.new_order("buy", 10, "MSFT", price="400.00", venue=venue) for _ in range(count)]


def received(floor: Floor, msg_type: str) -> int:
    return sum(sum(n for (kind, _), n in venue.received.items() if kind == msg_type) for venue in floor.venues.values())


def open_at(floor: Floor, name: str) -> int:
    return sum(order.is_open for order in floor.venues[name].orders)


async def test_a_kill_goes_on_after_kill_9(floor: Floor) -> None:
    await floor.start()
    alpha, gamma = await floor.json_client("alpha"), await floor.json_client("gamma")
    orders = rest(alpha, "XBRK", ORDERS) + rest(alpha, "XEXC", ORDERS)
    others = rest(gamma, "XBRK", 1)
    await until(lambda: all(order.ord_status == OrdStatus.NEW for order in orders + others), "all accepted")
    deaf = floor.venues["XEXC"]
    assert isinstance(deaf, DeafVenue)
    deaf.is_deaf = True
    engaged = await call(floor, "kill.engage", strategy="alpha")
    kill_id = engaged["kill"]
    assert engaged["total"] == 2 * ORDERS
    sent = received(floor, "D")

    # refused without a byte to any venue, while the other strategy goes on
    refused = alpha.new_order("buy", 10, "MSFT", price="400.00", venue="XBRK")
    await until(lambda: refused.refusal == Refusal.KILL_SWITCH, "the refusal")
    others += rest(gamma, "XEXC", 1)
    await until(lambda: others[-1].ord_status == OrdStatus.NEW, "the other strategy's order")
    assert received(floor, "D") == sent + 1

    status = await until_status(floor, kill_id, lambda status: status["escalated"] == ORDERS)
    assert [(each["venue"], each["live"]) for each in status["venues"]] == [("XBRK", 0), ("XEXC", ORDERS)]
    ids = {order.cl_ord_id for order in deaf.orders if order.is_open}
    assert {line["venue_cl_ord_id"] for line in status["escalations"]} <= ids

    await floor.gateway.kill()
    floor.spawn()
    await floor.gateway.until_up("venue.XBRK", "venue.XEXC")
    status = await call(floor, "kill.status", kill=kill_id)
    assert (status["state"], status["is_blocking"], status["live"]) == ("escalated", True, ORDERS)
    assert status["venues"][0]["dead"] == {"canceled": ORDERS}

    deaf.is_deaf = False
    status = await until_status(floor, kill_id, lambda status: status["state"] == "done")
    assert status["all"]["dead"] == {"canceled": 2 * ORDERS}
    # what was not meant lives
    assert (open_at(floor, "XBRK"), open_at(floor, "XEXC")) == (1, 1)
    await until(lambda: alpha.is_connected, "the strategy's return")
    still_refused = alpha.new_order("buy", 10, "MSFT", price="400.00", venue="XEXC")
    await until(lambda: still_refused.refusal == Refusal.KILL_SWITCH, "the refusal after the start")
    assert await floor.gateway.stop() == 0


async def test_a_venue_that_breaks_in_the_middle_is_cancelled_at_its_return(floor: Floor) -> None:
    await floor.start()
    alpha = await floor.json_client("alpha")
    orders = rest(alpha, "XBRK", ORDERS) + rest(alpha, "XEXC", ORDERS)
    await until(lambda: all(order.ord_status == OrdStatus.NEW for order in orders), "all accepted")
    broken = floor.venues["XBRK"]
    assert isinstance(broken, DeafVenue)
    broken.is_deaf = True
    kill_id = (await call(floor, "kill.engage"))["kill"]
    await until_status(floor, kill_id, lambda status: status["venues"][1]["live"] == 0)
    broken.disconnect("FAIRLEAD", reset=True)
    broken.is_deaf = False
    status = await until_status(floor, kill_id, lambda status: status["state"] == "done")
    assert status["confirmed"] == 2 * ORDERS
    assert (open_at(floor, "XBRK"), open_at(floor, "XEXC")) == (0, 0)
