"""Every check just below, at and just beyond its limit, from every port and towards every kind of venue.

A refused order costs its venue nothing: not a byte arrives on the venue's socket. An order of another strategy follows
it over the same connection and arrives as the only frame, so nothing was merely late.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from matrix_cases import CHECKS, PORTS, VENUES, Check, Send, Step
from matrix_floor import MARKED, MatrixFloor

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [
    pytest.param(check, step, port, venue, id=f"{check.name}-{step.value}-{port}-{venue}")
    for check in CHECKS
    for step in check.steps
    for port in PORTS
    for venue in VENUES
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def floor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MatrixFloor]:
    """Give one gateway for all cases."""
    matrix = MatrixFloor(tmp_path_factory.mktemp("matrix"))
    try:
        await matrix.open()
        yield matrix
    finally:
        await matrix.close()


@pytest.mark.parametrize(("check", "step", "port", "venue"), CASES)
async def test_each_check_on_each_wire(floor: MatrixFloor, check: Check, step: Step, port: str, venue: str) -> None:
    trader, tap = await floor.trader(port, venue, step.strategy), floor.taps[venue]
    symbol = check.symbol(step, port, venue)
    for order in step.before:
        before = await trader.order(order, symbol, venue)
        assert before.refusal == "", f"the order before was refused: {before}"
    bytes_before, frames_before = tap.bytes_received, len(tap.frames)
    answer = await trader.order(step.order, symbol, venue)
    if step.refused is None:
        assert answer.refusal == "", f"refused: {answer}"
        assert tap.bytes_received > bytes_before
        return
    assert (answer.refusal, answer.limit, answer.value) == (
        step.refused.refusal,
        step.refused.limit,
        step.refused.value,
    ), answer.text
    assert tap.bytes_received == bytes_before
    marker = await (await floor.marker()).order(Send(), MARKED, venue)
    assert marker.refusal == "", f"the marker was refused: {marker}"
    assert len(tap.frames) == frames_before + 1
