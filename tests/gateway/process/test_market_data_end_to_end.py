"""From a simulated venue's books over ITCH to strategies on every port, through a whole gateway."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gateway_bench import LIMIT_S, SECRET, Running, Tables, until
from wire_peer import FixPeer

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.client import Book, Client, Subscription
from fairlead.codecs.vocabulary.market_data_codes import TradingState
from fairlead.gateway.ports.secret_hash import SecretHash

USER = "FIRM01"
PASSWORD = "OPENSESAME"
BINARY_SECRET = "Ten-Chars1"


@dataclass
class Pit:
    """A venue that is traded over OUCH and seen over ITCH, the gateway, and a strategy."""

    venue: Venue
    itch: ItchFace
    running: Running
    client: Client

    def trade(self, side: str, quantity: int, price: str) -> None:
        self.client.new_order(side, quantity, "AAPL", price=price, venue="XNQ")  # type: ignore[arg-type]

    async def shows(self, subscription: Subscription, bids: list[tuple[str, int]], asks: list[tuple[str, int]]) -> Book:
        """Wait until the strategy's book has these levels."""

        def found() -> bool:
            book = subscription.books.get(("AAPL", "XNQ"))
            return book is not None and [
                [(str(level.price), int(level.quantity)) for level in side] for side in (book.bids, book.asks)
            ] == [bids, asks]

        await until(found, f"the strategy to see {bids} and {asks}")
        return subscription["AAPL"]


@pytest.fixture
async def pit(tmp_path: Path) -> AsyncIterator[Pit]:
    profile = VenueProfile(
        name="XNQ",
        symbols=frozenset({"AAPL"}),
        whole_quantities=True,
        price_places=4,
        largest_price=199_999 * UNITS,
    )
    venue = Venue(VenueSettings(profile=profile))
    credentials = SoupSettings(credentials={USER: PASSWORD})
    ouch = OuchFace(venue, OuchSettings(version="5.0", soup=credentials))
    itch = ItchFace(venue, ItchSettings())
    ports = [await face.listen("127.0.0.1", 0) for face in (ouch, itch)]
    venue.begin()
    tables = Tables(
        more=[
            "[[venues]]",
            'name = "XNQ"',
            'adapter = "ouch"',
            'profile = "nasdaq_ouch50"',
            f'hosts = ["127.0.0.1:{ports[0]}"]',
            f'username = "{USER}"',
            'password = "env:VENUE_PASSWORD_2"',
            "reconnect_first_s = 0.05",
            "reconnect_max_s = 0.2",
            "[[feeds]]",
            'name = "xnq-itch"',
            'venue = "XNQ"',
            'mapping = "itch_5_0"',
            'transport = "soup"',
            f'hosts = ["127.0.0.1:{ports[1]}"]',
            'username = "FEED"',
            "stale_after_s = 2",
            "reconnect_first_s = 0.05",
            "reconnect_max_s = 0.2",
            "[ports.binary]",
            'listen = "127.0.0.1:0"',
            "[[strategies]]",
            'name = "gamma"',
            'port = "binary"',
            f'secret_hash = "{SecretHash.of(BINARY_SECRET, 4).stored()}"',
            "[[instruments]]",
            'symbol = "AAPL"',
            'venues = ["XNQ"]',
        ]
    )
    async with Running(tmp_path, tables, environ={"VENUE_PASSWORD_2": PASSWORD}) as running:
        await until(lambda: running.gateway.venues["XNQ"].is_up, "the venue up")
        async with await running.json_client() as client:
            yield Pit(venue, itch, running, client)
    await venue.stop()


async def ready(subscription: Subscription) -> Subscription:
    async def told() -> Subscription:
        return await subscription

    return await asyncio.wait_for(told(), LIMIT_S)


async def test_orders_show_in_the_books_of_every_port(pit: Pit) -> None:
    subscription = await ready(pit.client.subscribe("AAPL", 5))
    pit.trade("buy", 100, "187.20")
    pit.trade("buy", 50, "187.20")
    pit.trade("buy", 30, "187.10")
    pit.trade("sell", 40, "187.30")
    book = await pit.shows(subscription, [("187.2", 150), ("187.1", 30)], [("187.3", 40)])
    assert book.is_current
    assert book.bids[0].orders == 2
    assert book.trading_state is TradingState.TRADING
    beta = await FixPeer.log_on(pit.running.process.addresses["fix"], SECRET)
    beta.send("V", (262, "M"), (263, 1), (264, 1), (265, 1), (267, 2), (269, 0), (269, 2), (146, 1), (55, "AAPL"))
    status = await beta.read("f")
    assert (status.get(55), status.get(207), status.get(326)) == (b"AAPL", b"XNQ", b"17")
    snapshot = await beta.read("W")
    assert (snapshot.get(268), snapshot.get(270), snapshot.get(271), snapshot.get(346)) == (
        b"1",
        b"187.2",
        b"150",
        b"2",
    )
    # a trade takes from the best level
    pit.trade("sell", 120, "187.20")
    await pit.shows(subscription, [("187.2", 30), ("187.1", 30)], [("187.3", 40)])
    assert (str(book.last_px), book.trade_count) == ("187.2", 2)
    update = await beta.read("X")
    assert update.get(279) == b"1"
    assert update.get(271, 1) is not None
    beta.close()
    # what everybody was told is what the counters say
    await until(lambda: pit.running.counter("strategy.alpha.market_messages") > 2, "the counters")
    assert pit.running.counter("strategy.alpha.market_symbols") == 1


async def test_binary_port_tells_the_same(pit: Pit) -> None:
    host, port = pit.running.process.addresses["binary"]
    async with await Client.connect(host, port, "gamma", BINARY_SECRET, protocol="binary") as gamma:
        subscription = await ready(gamma.subscribe("AAPL", 0, venue="XNQ"))
        pit.trade("buy", 100, "187.20")
        pit.trade("sell", 40, "187.3")
        book = await pit.shows(subscription, [("187.2", 100)], [("187.3", 40)])
        pit.trade("buy", 40, "187.3")
        await pit.shows(subscription, [("187.2", 100)], [])
        assert (str(book.last_px), book.last_qty, str(book.total_volume)) == ("187.3", 40, "40")


async def test_halt_and_loss_of_the_feed_are_told(pit: Pit) -> None:
    subscription = await ready(pit.client.subscribe("AAPL"))
    pit.trade("buy", 100, "187.20")
    book = await pit.shows(subscription, [("187.2", 100)], [])
    pit.itch.publish("H", "AAPL", trading_state="H", reason="T1")
    await until(lambda: book.trading_state is TradingState.HALTED, "the halt")
    assert book.state_reason == "T1"
    # the feed is cut: its books are stale until it is back
    pit.itch.server.drop()
    await until(lambda: not book.is_current, "a stale book")
    assert book.is_stale
    await until(lambda: book.is_current, "a current book")
    assert book.bid is not None
    assert int(book.bid.quantity) == 100


async def test_symbol_that_nobody_knows_is_refused(pit: Pit) -> None:
    from fairlead.client import SubscriptionRefusedError

    with pytest.raises(SubscriptionRefusedError, match="knows NONE"):
        await ready(pit.client.subscribe("NONE"))
    # an instrument of another venue waits: no feed has told of it
    subscription = await ready(pit.client.subscribe("MSFT"))
    assert subscription.books == {}
