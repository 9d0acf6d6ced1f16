"""A simulated venue at the other end of a socket, written from the same documents by a stranger to our code."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from ouch_bench import FRAMES, Frames, Line
from ouch_frames import Jnx
from socket_bench import SocketBench, joined, ouch_venue, version_of

from fairlead.adapters.ouch.settings import OuchCredentials
from fairlead.certification.venues.ouch_face import OuchFace
from fairlead.certification.venues.venue import Venue
from fairlead.codecs.vocabulary.constants import SCALE, Side, TimeInForce

CUTS = (900_021, 900_022, 900_023)
UNANSWERED = (900_008, 900_039)
CANCELLED = (900_013, 900_024, 900_025, 900_028, 900_040, 900_041)
REPLACED = (900_014, 900_026, 900_027)


@pytest.fixture(params=FRAMES, ids=lambda frames: frames.profile)
def frames(request: pytest.FixtureRequest) -> Frames:
    found: Frames = request.param
    return found


async def heard(bench: SocketBench, face: OuchFace) -> None:
    """Send what is to be sent, and wait until the venue has acted on all of it and we have heard everything."""
    bench.go()
    await bench.until(lambda: bench.taken == bench.venue.session.next_out - 1, "the venue to take what was sent")
    for _ in range(20):  # what the venue does after no delay is done by then
        await asyncio.sleep(0)
    stream = face.account(bench.credentials.username).stream
    await bench.until(lambda: bench.store.next_in - 1 == len(stream.messages), "the venue's last message")


def compare(bench: SocketBench, venue: Venue, without: tuple[int, ...] = ()) -> None:
    """Expect that each order stands here as it stands there."""
    here = {
        order.venue_cl_ord_id: (order.cum_qty, order.leaves_qty, order.is_ended)
        for order in bench.ledger.orders()
        if order.order_qty // SCALE not in without
    }
    there = {
        order.cl_ord_id: (order.terms.cum, order.leaves, not order.is_open)
        for order in venue.orders
        if order.terms.quantity // SCALE not in without
    }
    assert here == there


async def test_an_orders_life(frames: Frames) -> None:
    async with joined(frames) as (bench, venue, face):
        bench.new("1", 300)
        bench.new("2", 100, side=Side.SELL)
        await heard(bench, face)
        assert [(line.kind, line.cl_ord_id, line.cum) for line in bench.lines()] == [
            ("ACCEPTED", "1", 0),
            ("ACCEPTED", "2", 0),
            ("FILLED", "1", 100),
            ("FILLED", "2", 100),
        ]
        bench.replace("3", "1", 250)
        await heard(bench, face)
        assert bench.lines() == [Line("REPLACED", "3", "PARTIALLY_FILLED", 250, 100, 150)]
        bench.replace("4", "3", 400, "11")
        await heard(bench, face)
        assert bench.lines() == [Line("REPLACED", "4", "PARTIALLY_FILLED", 400, 100, 300)]
        bench.cancel("5", "4")
        await heard(bench, face)
        assert bench.lines() == [Line("CANCELED", "5", "CANCELED", 400, 100, 0)]
        bench.new("6", 50, time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)
        await heard(bench, face)
        assert [line.kind for line in bench.lines()] == ["ACCEPTED", "CANCELED"]
        compare(bench, venue)
        assert bench.events == []
        assert face.ignored == []


async def test_a_venue_that_misbehaves(frames: Frames) -> None:
    """Every trigger of the simulator that leaves the connection up; the books follow through all of it."""
    async with joined(frames, trigger_delay_s=0.0) as (bench, venue, face):
        quantities = [quantity for quantity in range(900_001, 900_044) if quantity not in CUTS]
        for quantity in quantities:
            bench.new(str(quantity), quantity)
        await heard(bench, face)
        for quantity in CANCELLED:
            bench.cancel(f"C{quantity}", str(quantity))
        for quantity in REPLACED:
            bench.replace(f"R{quantity}", str(quantity), price="11")
        await heard(bench, face)
        compare(bench, venue, UNANSWERED)
        told = Counter(alert.get("what", alert["event"]) for alert in bench.alerts)
        assert told == {
            "repeated_exec_id": 1,  # 900018
            "unknown_order": 1,  # 900019
            "report_quarantined": 1,
            "overfill": 1,  # 900029
            "after_the_end": 2,  # and 900036
        }
        silent = [order.order_qty // SCALE for order in bench.ledger.orders() if order.requests]
        unanswered = [*UNANSWERED, 900_028]
        assert sorted(silent) == sorted([*unanswered, 900_013, 900_040] if isinstance(frames, Jnx) else unanswered)


async def test_what_the_venue_does_by_itself(frames: Frames) -> None:
    async with joined(frames) as (bench, venue, face):
        bench.new("1", 300)
        bench.new("2", 100, side=Side.SELL)
        await heard(bench, face)
        bench.lines()
        if not isinstance(frames, Jnx):
            venue.bust(venue.executions[0].exec_id)
            await heard(bench, face)
            assert [line.kind for line in bench.lines()] == ["TRADE_BUSTED", "RESTATED"]
        first = next(order for order in venue.orders if order.is_open)
        venue.unsolicited_cancel(first)
        await heard(bench, face)
        assert [line.kind for line in bench.lines()] == ["CANCELED"]
        compare(bench, venue)
        assert bench.events == []


async def test_a_wrong_password_is_told_and_counted(frames: Frames) -> None:
    class Stranger(SocketBench):
        credentials = OuchCredentials("USER01", "WRONG")

    async with ouch_venue(version_of(frames)) as (_, _, port):
        bench = Stranger(frames)
        events: list[Any] = []
        bench.venue.observer = events.append
        await bench.connect_to(port)
        await bench.ended()
        assert bench.venue.session.refused_logons == 1
        assert [event.kind.name for event in events][:1] == ["LOGON_REFUSED"]
        assert "WRONG" not in str(events)
        assert not bench.venue.is_up
