"""Cuts, restarts and kills with orders live: no new order leaves for a venue that is not accounted for."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from floor import Floor
from ouch_venues import PASSWORD, USER, RecordingOuchVenue
from processes import PROGRAM, until
from venues import GATEWAY, RecordingVenue

from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.wire import WireMessage
from fairlead.client import Client, Order
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal

QUESTIONS = ("H", "AF")


class HeldVenue(RecordingVenue):
    """A venue that keeps status requests until a test lets it answer them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.is_held = False
        self.held: list[tuple[FixVenueSession, WireMessage]] = []
        self.asked: list[str] = []

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        if message.msg_type in QUESTIONS:
            self.asked.append(message.msg_type)
            if self.is_held:
                self.held.append((session, message))
                return
        super().on_application_message(session, message)

    def answer(self, count: int) -> None:
        """Answer the oldest questions."""
        for session, message in self.held[:count]:
            super().on_application_message(session, message)
        del self.held[:count]
        self.end_turn()

    @property
    def new_orders(self) -> int:
        """Return how many new orders have come."""
        return sum(1 for kind, _ in self.received if kind == "D")


async def _open(client: Client, venue: str, count: int) -> list[Order]:
    await until(lambda: client.is_connected, "the strategy's return")
    orders = [client.new_order("buy", 10, "MSFT", price="100", venue=venue) for _ in range(count)]
    await until(lambda: all(order.ord_status is OrdStatus.NEW for order in orders), "open orders")
    return orders


async def _refused(client: Client, venue: str) -> Order:
    await until(lambda: client.is_connected, "the strategy's return")
    order = client.new_order("buy", 10, "MSFT", price="100", venue=venue)
    await until(lambda: order.ended, "the refusal")
    return order


async def _cut(floor: Floor, venue: RecordingVenue) -> None:
    before = len(floor.gateway.events("venue_up"))
    venue.disconnect(GATEWAY, reset=True)
    await until(lambda: len(floor.gateway.events("venue_up")) > before, "the venue's return")


async def _kill(floor: Floor, venue: RecordingVenue) -> None:
    await floor.gateway.kill()
    await floor.start()


async def _stop(floor: Floor, venue: RecordingVenue) -> None:
    assert await floor.gateway.stop() == 0
    await floor.start()


def _fairlead(floor: Floor, *arguments: str) -> str:
    done = subprocess.run(
        [PROGRAM, *arguments, "--state", str(floor.state)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def _told(floor: Floor, *arguments: str) -> Any:
    """Ask the gateway from a shell, and leave the loop to the venues meanwhile."""
    return await asyncio.to_thread(_fairlead, floor, *arguments)


def _make(tmp_path: Path, name: str) -> tuple[Floor, HeldVenue]:
    venue = HeldVenue(name)
    return Floor(tmp_path, [venue]), venue


@pytest.mark.parametrize("name", ["XBRK", "XEXC"])
@pytest.mark.parametrize("how", [_cut, _kill, _stop])
async def test_new_orders_wait_until_each_open_order_is_accounted_for(
    tmp_path: Path, name: str, how: Callable[[Floor, RecordingVenue], Any]
) -> None:
    floor, venue = _make(tmp_path, name)
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client()
        first, _, _ = await _open(client, name, 3)
        venue.is_held = True
        await how(floor, venue)
        await until(lambda: client.is_connected, "the strategy's return")
        # one question for all where the venue has one, else one for each
        asked = ["AF"] if name == "XEXC" else ["H"] * 3
        await until(lambda: venue.asked == asked, "the questions")
        refused = await _refused(client, name)
        assert refused.refusal is Refusal.NOT_RECONCILED
        assert refused.text.endswith(f"3 of 3 open orders at {name} are not accounted for yet")
        client.cancel(first)
        await until(lambda: first.ord_status is OrdStatus.CANCELED, "the cancel, which goes through")
        assert venue.new_orders == 3
        if name == "XBRK":
            venue.answer(2)
            refused = await _refused(client, name)
            assert refused.text.endswith(f"1 of 3 open orders at {name} are not accounted for yet")
        venue.answer(3)
        await until(lambda: floor.gateway.events("gate_opened"), "the gate open")
        await _open(client, name, 1)
        assert venue.new_orders == 4
    finally:
        await floor.close()


async def test_fills_and_ends_while_away_are_told_and_account_for_their_orders(tmp_path: Path) -> None:
    floor, venue = _make(tmp_path, "XBRK")
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client()
        filled, ended, alive = await _open(client, "XBRK", 3)
        await floor.gateway.kill()
        there = {order.cl_ord_id: order for order in venue.orders}
        by_age = list(there.values())
        venue.execute(by_age[0], by_age[0].leaves, by_age[0].terms.price)
        venue.unsolicited_cancel(by_age[1])
        await floor.start()
        await until(lambda: filled.ord_status is OrdStatus.FILLED, "the fill")
        await until(lambda: ended.ord_status is OrdStatus.CANCELED, "the end")
        await until(lambda: floor.gateway.events("gate_opened"), "the gate open")
        await _open(client, "XBRK", 1)
        assert alive.ord_status is OrdStatus.NEW
        assert json.loads(await _told(floor, "breaks", "list", "--json"))["breaks"] == []
    finally:
        await floor.close()


async def test_an_order_that_the_venue_has_lost_keeps_the_gate_closed_until_a_person_decides(tmp_path: Path) -> None:
    floor, venue = _make(tmp_path, "XBRK")
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client()
        await _open(client, "XBRK", 2)
        await floor.gateway.kill()
        venue.desk.forget(venue.orders[0])
        await floor.start()
        await until(lambda: floor.gateway.events("venue_stays_closed"), "the alert")
        refused = await _refused(client, "XBRK")
        assert refused.text.endswith("1 of 2 open orders at XBRK are not accounted for: a person has to look at them")
        (known,) = json.loads(await _told(floor, "breaks", "list", "--json"))["breaks"]
        assert (known["kind"], known["state"]) == ("unknown_to_venue", "open")
        assert known["break_id"] in await _told(floor, "breaks", "list")
        assert "unknown_to_venue" in await _told(floor, "breaks", "list")
        assert "the venue does not know" in await _told(floor, "breaks", "show", known["break_id"])
        # a restart forgets no break
        await _kill(floor, venue)
        await until(lambda: floor.gateway.events("venue_stays_closed"), "the alert")
        (again,) = json.loads(await _told(floor, "breaks", "list", "--json"))["breaks"]
        assert again["break_id"] == known["break_id"]
        for words in (("acknowledge", "looking"), ("resolve", "phoned: it is gone")):
            await _told(floor, "breaks", words[0], known["break_id"], "--reason", words[1])
        await until(lambda: floor.gateway.events("gate_opened"), "the gate open")
        assert venue.new_orders == 2
        await _open(client, "XBRK", 1)
        (ended,) = json.loads(await _told(floor, "breaks", "list", "--all", "--json"))["breaks"]
        assert (ended["state"], ended["reason"]) == ("resolved", "phoned: it is gone")
    finally:
        await floor.close()


async def test_a_person_opens_the_gate_of_a_silent_venue(tmp_path: Path) -> None:
    floor, venue = _make(tmp_path, "XBRK")
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client()
        await _open(client, "XBRK", 1)
        venue.is_held = True
        await _cut(floor, venue)
        assert (await _refused(client, "XBRK")).refusal is Refusal.NOT_RECONCILED
        assert "closed" in await _told(floor, "breaks", "gates")
        said = await _told(floor, "breaks", "open-gate", "XBRK", "--reason", "phoned, all well")
        assert said.startswith("XBRK is open; 1 orders are not accounted for")
        await _open(client, "XBRK", 1)
    finally:
        await floor.close()


@pytest.mark.parametrize("name", ["XO42", "XO50"])
async def test_an_ouch_venue_is_traded_again_once_its_stream_was_repeated(tmp_path: Path, name: str) -> None:
    venue = RecordingOuchVenue(name)
    floor = Floor(tmp_path, [venue])
    floor.environ = {"OUCH_PASSWORD": PASSWORD}
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client()
        first, _ = await _open(client, name, 2)
        await floor.gateway.kill()
        venue.execute(venue.orders[0], venue.orders[0].leaves, venue.orders[0].terms.price)
        await floor.start()
        await until(lambda: first.ord_status is OrdStatus.FILLED, "the fill that was repeated")
        assert venue.face.kinds["O"] == 2
        await _open(client, name, 1)
        assert venue.face.kinds["O"] == 3
        assert venue.face.server.is_connected(USER)
    finally:
        await floor.close()
