"""The same books over each port that the client speaks, through real sockets and the real driver."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from market_fakes import FakeBook
from market_floor import MarketFloor, accepted

from fairlead.adapters.market_data import ASK, BID, ReferencePrice, Restriction, TradingState
from fairlead.client import Book, Client, Reconnect, Subscription, SubscriptionRefusedError
from fairlead.client.client import Protocol
from fairlead.codecs.vocabulary.messages_cy import Report

LIMIT_S = 20.0
AT_ONCE = Reconnect(first_s=0.0, max_s=0.0, attempts=5)


@dataclass
class Desk:
    """Hold a floor, a client on one of its ports, and the reports that the client was handed."""

    floor: MarketFloor
    books: list[FakeBook]
    client: Client
    reports: list[str]

    def report(self, number: int) -> None:
        on_json = bool(self.floor.json.links)
        session = self.floor.json_session if on_json else self.floor.binary_session
        self.floor.do(lambda now_ns, utc_ns: session.send_report(accepted(f"A-{number}"), now_ns, utc_ns))


@pytest.fixture(params=["json", "binary"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    protocol: Protocol = request.param
    books = [FakeBook("MSFT"), FakeBook("AAPL")]
    reports: list[str] = []

    def note(seq: int, report: Report, order: object) -> None:
        reports.append(report.cl_ord_id)

    async with MarketFloor(*books) as floor:
        host, port = floor.json_address if protocol == "json" else floor.binary_address
        strategy = "alpha" if protocol == "json" else "gamma"
        client = await Client.connect(
            host, port, strategy, "sesame", protocol=protocol, reconnect=AT_ONCE, on_report=note
        )
        async with client:
            yield Desk(floor, books, client, reports)


async def until_equal(subscription: Subscription, fake: FakeBook, depth: int) -> Book:
    """Wait until the client's book is the venue's."""

    def is_equal(book: Book) -> bool:
        sides = ((BID, book.bids), (ASK, book.asks))
        trade = (book.last_px, book.trade_count) if fake.trade_count else (None, 0)
        expected = (fake.last_px // 10**8, fake.trade_count) if fake.trade_count else (None, 0)
        return trade == expected and all(
            [(px // 10**8, qty // 10**8, orders) for px, qty, orders in fake.levels(side, depth)] == levels
            for side, levels in sides
        )

    async with asyncio.timeout(LIMIT_S):
        while not is_equal(subscription[fake.symbol]):
            await subscription.next_change()
    return subscription[fake.symbol]


@pytest.mark.parametrize("depth", [0, 1, 3])
async def test_books_follow_whatever_happens(desk: Desk, depth: int) -> None:
    subscription = desk.client.subscribe(["MSFT", "AAPL"], depth)
    async with asyncio.timeout(LIMIT_S):
        await subscription
    chance = random.Random(depth)
    for number in range(300):
        fake = chance.choice(desk.books)
        price, quantity, side = chance.randrange(1, 9), chance.randrange(4), chance.choice((BID, ASK))
        if number % 10 == 0:
            desk.floor.do(lambda now_ns, utc_ns, f=fake, p=price: desk.floor.market.trade(f, p, 1, utc_ns))  # type: ignore[misc]
            desk.report(number)
        else:
            desk.floor.level(fake, side, price, quantity, chance.randrange(1, 5))
        if number % 7 == 0:
            await asyncio.sleep(0)
    for fake in desk.books:
        book = await until_equal(subscription, fake, depth)
        assert book.is_current
    async with asyncio.timeout(LIMIT_S):
        while len(desk.reports) < 30:
            await asyncio.sleep(0.001)
    assert desk.reports == [f"A-{number}" for number in range(0, 300, 10)]


async def test_state_comes_with_its_reasons_and_prices(desk: Desk) -> None:
    fake = desk.books[0]
    fake.status.trading_state, fake.status.state_code, fake.status.state_reason = TradingState.PAUSED, "P", "LUDP"
    fake.status.state_venue_utc_ns = 1_767_364_200_000_001_000
    fake.status.short_restriction = Restriction.REMAINS
    fake.status.operational_halts = frozenset(("Q", "B"))
    fake.status.reference_prices["luld_upper"] = ReferencePrice(15 * 10**8, 0, 1_767_364_200_000_002_000)
    fake.is_suspect, fake.suspect_reason = True, "an execution beyond the order's size"
    subscription = desk.client.subscribe("MSFT", entries=())
    async with asyncio.timeout(LIMIT_S):
        await subscription
    book = subscription["MSFT"]
    assert (book.trading_state, book.state_code, book.state_reason) == (TradingState.PAUSED, "P", "LUDP")
    assert (book.short_restriction, book.operational_halts) == (Restriction.REMAINS, ("B", "Q"))
    assert (book.is_suspect, book.text) == (True, "an execution beyond the order's size")
    collar = book.reference_prices["luld_upper"]
    assert (collar.price, collar.venue_time) == (15, None)
    assert collar.received_time is not None
    assert collar.received_time.isoformat() == "2026-01-02T14:30:00.000002+00:00"


async def test_refusals_reach_the_subscription(desk: Desk) -> None:
    with pytest.raises(SubscriptionRefusedError, match="knows NONE"):
        await asyncio.wait_for(desk.client.subscribe("NONE").next_change(), LIMIT_S)


async def test_client_is_back_after_a_loss(desk: Desk) -> None:
    subscription = desk.client.subscribe("MSFT", 0)
    async with asyncio.timeout(LIMIT_S):
        await subscription
    for link in desk.floor.links():
        link.close("cut by the test", False)
    desk.floor.level(desk.books[0], BID, 7, 7)
    book = await until_equal(subscription, desk.books[0], 0)
    assert book.is_current
