"""Kill the gateway, its connections and its strategies at random moments under load; at the end every book agrees."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from agreement import all_faults
from floor import Floor
from processes import until
from traders import FixTrader, JsonTrader
from venues import GATEWAY

KILLS = 50
CUTS = 60
STEP_S = 0.004
_ALARMS = frozenset(
    ("report_quarantined", "reject_unmatched", "report_unreadable", "message_unexpected", "answer_missing", "discrepancy")
)


class Trading:
    """Two strategies that trade as long as it lasts."""

    def __init__(self, floor: Floor, alpha: JsonTrader, beta: FixTrader) -> None:
        self.floor = floor
        self.alpha, self.beta = alpha, beta
        self._task = asyncio.create_task(self._trade())

    async def _trade(self) -> None:
        while True:
            self.alpha.step()
            self.beta.step()
            await asyncio.sleep(STEP_S)

    async def settle(self) -> None:
        """Stop trading, cancel what is open, and wait until everything is answered."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await until(lambda: self.alpha.client and self.alpha.client.is_connected, "alpha's return")
        await until(lambda: self.beta.is_logged_on, "beta's return")
        await until(lambda: not self.beta.unanswered, "an answer to each of beta's requests")
        for _ in range(3):
            self.alpha.cancel_open()
            self.beta.cancel_open()
            with suppress(AssertionError):
                await until(lambda: not self.unsettled(), "the end of all orders", 4)
                return
        raise AssertionError(f"unsettled: {self.unsettled()}")

    def unsettled(self) -> list[str]:
        """Name what waits for an answer or its end."""
        return self.alpha.unsettled() + self.beta.unsettled()


async def start_trading(floor: Floor) -> Trading:
    """Start the gateway and both strategies."""
    await floor.start()
    alpha = JsonTrader("alpha", 1)
    alpha.client = await floor.json_client("alpha", alpha.on_report, alpha.on_event)
    beta = await floor.fix_client("BETA", FixTrader)
    assert isinstance(beta, FixTrader)
    return Trading(floor, alpha, beta)


async def disturb(times: int, chance: random.Random, action: Callable[[], Awaitable[None]], longest_s: float) -> None:
    """Do something again and again, each time after a random while."""
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.0, longest_s))
        await action()


async def stop_and_compare(floor: Floor, trading: Trading) -> None:
    """Settle, stop in order, and expect that all books agree and no alarm was raised."""
    await trading.settle()
    assert await floor.gateway.stop() == 0
    faults = all_faults(floor.state / "journal", floor.venues.values(), (trading.alpha.book, trading.beta.book))
    faults += trading.beta.faults
    for run in floor.runs:
        text = run.log_text()
        if "Traceback" in text:
            faults.append(text)
        faults += [str(event) for event in run.events() if event.get("event") in _ALARMS]
    assert not faults, "\n".join(faults)


@pytest.mark.slow
async def test_fifty_kills_under_load_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20260511)
    trading = await start_trading(floor)

    async def kill() -> None:
        await floor.gateway.kill()
        floor.spawn()
        # four in five die while they trade, the others while they recover or log on
        if chance.random() < 0.8:
            await floor.gateway.until_up("venue.XBRK", "venue.XEXC", "strategy.alpha", "strategy.beta")

    await disturb(KILLS, chance, kill, 0.5)
    await floor.gateway.until_up("venue.XBRK", "venue.XEXC", "strategy.alpha", "strategy.beta")
    await stop_and_compare(floor, trading)
    assert len(floor.runs) == KILLS + 1
    assert len(trading.alpha.book.fills) > KILLS
    assert len(trading.beta.book.fills) > KILLS


@pytest.mark.slow
async def test_connections_cut_on_both_sides_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20260512)
    trading = await start_trading(floor)

    async def cut() -> None:
        victim = chance.choice(("XBRK", "XEXC", "alpha", "beta"))
        if victim in floor.venues:
            venue = floor.venues[victim]
            if venue.is_logged_on:
                venue.disconnect(GATEWAY, reset=chance.random() < 0.5)
        elif victim == "beta":
            trading.beta.reset_connection()
        else:
            floor.transports["alpha"].reset()

    await disturb(CUTS, chance, cut, 0.2)
    await floor.gateway.until_up("venue.XBRK", "venue.XEXC", "strategy.alpha", "strategy.beta")
    await stop_and_compare(floor, trading)
