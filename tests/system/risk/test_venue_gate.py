"""A venue that has not accounted for its open orders after a break gets no new order, from any port."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from byte_tap import FIX, ByteTap
from matrix_cases import PORTS, VENUES, Answer, Send
from matrix_floor import MARKED, MatrixFloor
from processes import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MatrixFloor]:
    """Give one gateway for all cases."""
    matrix = MatrixFloor(tmp_path_factory.mktemp("gates"))
    try:
        await matrix.open()
        yield matrix
    finally:
        await matrix.close()


async def reconnected(floor: MatrixFloor, tap: ByteTap, venue: str) -> None:
    """Cut the gateway's connection and wait until the next one is up."""
    connections = tap.connections
    tap.cut()
    await until(lambda: tap.connections > connections and floor.counter(f"venue.{venue}.up"), f"{venue} up again")


def orders_at(tap: ByteTap) -> int:
    """Count new orders; all else is about orders that the venue has, or of the session."""
    if tap.framing is FIX:
        return sum(tap.framing.kind(frame) == b"D" for frame in tap.frames)
    return sum(frame[2:4] == b"UO" for frame in tap.frames)


@dataclass(frozen=True, slots=True)
class Closed:
    """A venue whose gate is closed, and how many orders it has had."""

    venue: str
    tap: ByteTap
    orders: int


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=VENUES)
async def closed(floor: MatrixFloor, request: pytest.FixtureRequest) -> AsyncIterator[Closed]:
    """Give a venue that is back after a break and keeps silent about an order; in the end it speaks and is open."""
    venue: str = request.param
    marker, tap = await floor.marker(), floor.taps[venue]
    tap.is_silent = True
    in_doubt = asyncio.create_task(marker.order(Send(), MARKED, venue))
    await until(lambda: orders_at(tap) == 1, "the order that will be in doubt")
    if tap.framing is FIX:
        assert await in_doubt == Answer()
    await reconnected(floor, tap, venue)
    yield Closed(venue, tap, orders_at(tap))
    tap.is_silent = False
    if tap.framing is not FIX:
        # what was kept back is repeated on the next connection
        await reconnected(floor, tap, venue)
        assert await in_doubt == Answer()
    async with asyncio.timeout(60):
        while (await marker.order(Send(), MARKED, venue)).refusal:
            await asyncio.sleep(0.05)
    assert orders_at(tap) == 2


@pytest.mark.parametrize("port", PORTS)
async def test_a_closed_gate_costs_the_venue_nothing(floor: MatrixFloor, closed: Closed, port: str) -> None:
    trader = await floor.trader(port, closed.venue)
    answer = await trader.order(Send(), MARKED, closed.venue)
    assert answer.refusal == "NOT_RECONCILED", answer
    assert answer.value == closed.venue
    assert f"1 of 1 open orders at {closed.venue} are not accounted for yet" in answer.text
    assert orders_at(closed.tap) == closed.orders
