"""The gateway as a process at two OUCH venues: trading, kills, cut connections; at the end every book agrees."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import configuration
import pytest
from floor import Floor
from ouch_venues import PASSWORD, RecordingOuchVenue
from processes import until
from traders import ClientTrader, FixTrader
from trading import start_trading

from fairlead.adapters.ouch import profiles
from fairlead.client.client import Client
from fairlead.client.order import Order
from fairlead.codecs.vocabulary.constants import OrdStatus

VENUES = ("XO42", "XO50")
SHIPPED = Path(profiles.__file__).with_name("nasdaq_ouch50.toml")

EVERYONE = ("venue.XO42", "venue.XO50", "strategy.alpha", "strategy.beta")
KILLS = 15
CUTS = 30


class OuchTrader(ClientTrader):
    """A trader that lowers quantities too, which goes as the cancel of a part."""

    venues = VENUES

    def _change(self, client: Client, order: Order) -> None:
        left = int((order.order_qty or 0) - order.cum_qty)
        if self._random.random() < 0.3 and left > 2:
            self.requests.append(client.replace(order, order_qty=order.cum_qty + left // 2))
        else:
            super()._change(client, order)


class OuchFixTrader(FixTrader):
    """A trader at the OUCH venues."""

    venues = VENUES


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    trading_floor = Floor(tmp_path, [RecordingOuchVenue(name) for name in VENUES])
    trading_floor.environ = {"OUCH_PASSWORD": PASSWORD}
    await trading_floor.open()
    try:
        yield trading_floor
    finally:
        await trading_floor.close()


async def test_trading_and_a_stop(floor: Floor) -> None:
    trading = await start_trading(floor, make_alpha=OuchTrader, make_beta=OuchFixTrader)
    await trading.until_fills(60)
    await trading.stop_and_compare()
    assert PASSWORD not in floor.gateway.log_text()
    for segment in (floor.state / "journal").iterdir():
        assert PASSWORD.encode() not in segment.read_bytes()


@pytest.mark.parametrize("is_ours", [True, False])
async def test_a_mass_cancel_is_one_message_where_it_is_ours(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ours: bool
) -> None:
    if is_ours:
        profile = tmp_path / "ours.toml"
        shipped = SHIPPED.read_text()
        profile.write_text(shipped.replace("mass_cancel_is_ours = false", "mass_cancel_is_ours = true"))
        monkeypatch.setitem(configuration.PROFILES, "XO50", str(profile))
    await floor.start()
    client = await floor.json_client()
    orders = [client.new_order("buy", 10, "MSFT", price="380", venue=venue) for venue in VENUES * 3]
    await until(lambda: all(order.ord_status is OrdStatus.NEW for order in orders), "the orders open")
    client.mass_cancel()
    await until(lambda: all(order.ord_status is OrdStatus.CANCELED for order in orders), "the orders' ends")
    old, new = (floor.venues[name].face.kinds for name in VENUES)
    assert (old["C"], old["X"]) == (0, 3)
    assert (new["C"], new["X"]) == ((1, 0) if is_ours else (0, 3))
    # the next number is beyond the mass cancel's, or the venue would ignore the order
    last = client.new_order("buy", 10, "MSFT", price="380", venue="XO50")
    await until(lambda: last.ord_status is OrdStatus.NEW, "the next order open")
    assert not [text for venue in floor.venues.values() for text in venue.face.ignored]
    await client.close()


async def test_a_kill_and_a_cut_lose_and_repeat_nothing(floor: Floor) -> None:
    trading = await start_trading(floor, make_alpha=OuchTrader, make_beta=OuchFixTrader)
    await trading.until_fills(20)
    await floor.gateway.kill()
    floor.spawn()
    await floor.gateway.until_up(*EVERYONE)
    await trading.until_fills(20)
    for venue in floor.venues.values():
        venue.disconnect("", reset=True)
    await until(lambda: len(floor.gateway.events("connection_ended")) >= len(VENUES), "both cuts seen")
    await floor.gateway.until_up(*EVERYONE)
    await trading.until_fills(20)
    await trading.stop_and_compare()


@pytest.mark.slow
async def test_kills_under_load_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20260513)
    trading = await start_trading(floor, make_alpha=OuchTrader, make_beta=OuchFixTrader)
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await floor.gateway.kill()
        floor.spawn()
        # four in five die while they trade, the others while they recover or log on
        if chance.random() < 0.8:
            await floor.gateway.until_up(*EVERYONE)
    await floor.gateway.until_up(*EVERYONE)
    await trading.stop_and_compare()
    assert len(floor.runs) == KILLS + 1
    assert len(trading.alpha.book.fills) > KILLS


@pytest.mark.slow
async def test_cut_connections_lose_and_repeat_nothing(floor: Floor) -> None:
    chance = random.Random(20260514)
    trading = await start_trading(floor, make_alpha=OuchTrader, make_beta=OuchFixTrader)
    cuts = 0
    for _ in range(CUTS):
        await asyncio.sleep(chance.uniform(0.0, 0.6))
        venue = floor.venues[chance.choice(VENUES)]
        if venue.is_logged_on:
            venue.disconnect("", reset=chance.random() < 0.5)
            cuts += 1
    await until(lambda: len(floor.gateway.events("connection_ended")) >= cuts, "all cuts seen")
    await floor.gateway.until_up(*EVERYONE)
    await trading.stop_and_compare()
