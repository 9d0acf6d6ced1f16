"""Kill the gateway, its connections and its strategies at random moments under load; at the end every book agrees."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from floor import Floor
from trading import start_trading
from venues import GATEWAY

KILLS = 50
BINARY_KILLS = 15
CUTS = 60
EVERYONE = ("venue.XBRK", "venue.XEXC", "strategy.alpha", "strategy.beta")


async def disturb(times: int, chance: random.Random, action: Callable[[], Awaitable[None]], longest_s: float) -> None:
    """Do something again and again, each time after a random while."""
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.0, longest_s))
        await action()


@pytest.mark.slow
async def test_fifty_kills_under_load_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20260511)
    trading = await start_trading(floor)

    async def kill() -> None:
        await floor.gateway.kill()
        floor.spawn()
        # four in five die while they trade, the others while they recover or log on
        if chance.random() < 0.8:
            await floor.gateway.until_up(*EVERYONE)

    await disturb(KILLS, chance, kill, 0.5)
    await floor.gateway.until_up(*EVERYONE)
    await trading.stop_and_compare()
    assert len(floor.runs) == KILLS + 1
    assert len(trading.alpha.book.fills) > KILLS
    assert len(trading.beta.book.fills) > KILLS


@pytest.mark.slow
async def test_kills_under_load_of_a_binary_strategy_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20261128)
    trading = await start_trading(floor, is_binary=True)

    async def kill() -> None:
        await floor.gateway.kill()
        floor.spawn()
        if chance.random() < 0.8:
            await floor.gateway.until_up(*EVERYONE)

    await disturb(BINARY_KILLS, chance, kill, 0.5)
    for _ in range(BINARY_KILLS):
        floor.transports["alpha"].reset()
        await asyncio.sleep(chance.uniform(0.0, 0.2))
    await floor.gateway.until_up(*EVERYONE)
    await trading.stop_and_compare()
    assert len(trading.alpha.book.fills) > BINARY_KILLS


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
    await floor.gateway.until_up(*EVERYONE)
    await trading.stop_and_compare()
