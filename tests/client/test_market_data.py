"""Books that the client keeps, over the real JSON port and against lines written by hand."""

import asyncio
import io
import json
import os
import signal
import sys
from decimal import Decimal
from typing import Any

import pytest
from gateways import LIMIT_S, Line, PortServer, ScriptedGateway
from market_fakes import FakeBook

from fairlead.adapters.market_data import ASK, BID, ReferencePrice, TradingState
from fairlead.client import (
    Book,
    Client,
    Reconnect,
    RequestRefusedError,
    Subscription,
    SubscriptionRefusedError,
    SyncClient,
)

AT_ONCE = Reconnect(first_s=0.0, max_s=0.0, attempts=5)


async def connect(port: int, **options: Any) -> Client:
    return await Client.connect("127.0.0.1", port, "alpha", "sesame", reconnect=AT_ONCE, **options)


async def ready(subscription: Subscription) -> Subscription:
    async def told() -> Subscription:
        return await subscription

    return await asyncio.wait_for(told(), LIMIT_S)


async def change(subscription: Subscription) -> Book:
    book = await asyncio.wait_for(subscription.next_change(), LIMIT_S)
    assert book is not None
    return book


def msft() -> FakeBook:
    book = FakeBook("MSFT")
    book.sides[BID] = {10: (5, 2), 9: (7, 1)}
    book.sides[ASK] = {12: (3, 1)}
    book.status.trading_state = TradingState.TRADING
    book.status.reference_prices["luld_upper"] = ReferencePrice(15 * 10**8, 0, 1_000_000_000)
    return book


async def test_subscription_holds_books_that_stay_current() -> None:
    async with PortServer(None, msft()) as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe("MSFT", depth=2))
        book = subscription["MSFT"]
        assert book.bids == [(Decimal(10), Decimal(5), 2), (Decimal(9), Decimal(7), 1)]
        assert (book.ask, book.last_px, book.trading_state) == ((12, 3, 1), None, TradingState.TRADING)
        collar = book.reference_prices["luld_upper"]
        assert (collar.price, collar.venue_time, str(collar.received_time)) == (15, None, "1970-01-01 00:00:01+00:00")
        assert book.is_current
        await change(subscription)
        (fake,) = server.market.all
        server.market.level(fake, BID, 11, 1)
        server.market.trade(fake, 11, 4, 1_000_000_000)
        server.tell()
        assert await change(subscription) is book
        assert [level.price for level in book.bids] == [11, 10]
        assert (book.last_px, book.last_qty, book.trade_count, book.conflated) == (11, 4, 1, 1)
        frozen = book.copied()
        fake.is_stale, fake.stale_reason = True, "silent for 2 s"
        server.market.tell(fake)
        server.tell()
        await change(subscription)
        assert (book.is_current, book.text) == (False, "silent for 2 s")
        assert frozen.is_current
        assert "MSFT XNAS 1@11 / 3@12" in repr(book)


async def test_slow_loop_sees_each_book_once_with_its_latest_state() -> None:
    other = FakeBook("IBM")
    async with PortServer(None, msft(), other) as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe(["MSFT", "IBM"]))
        fake = server.market.all[0]
        for price in (20, 21, 22):
            server.market.level(fake, BID, price, 1)
            server.tell()
        server.market.level(other, BID, 3, 1)
        server.tell()
        while (bid := subscription["IBM"].bid) is None or bid.price != 3:
            await asyncio.sleep(0)
        seen = [await change(subscription), await change(subscription)]
        assert {book.symbol: book.bid and book.bid.price for book in seen} == {"MSFT": 22, "IBM": 3}
        subscription.close()
        assert await asyncio.wait_for(subscription.next_change(), LIMIT_S) is None
        assert not subscription["MSFT"].is_current


async def test_unsubscribed_is_told_nothing_more() -> None:
    async with PortServer(None, msft()) as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe("MSFT"))
        subscription.close()
        second = await ready(client.subscribe("MSFT"))
        server.market.level(server.market.all[0], BID, 30, 1)
        server.tell()
        while (bid := second["MSFT"].bid) is None or bid.price != 30:
            await change(second)
        found = subscription["MSFT"].bid
        assert found is not None
        assert found.price == 10


async def test_books_of_several_venues_are_told_apart() -> None:
    async with PortServer(None, msft(), FakeBook("MSFT", "XBOS")) as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe("MSFT"))
        while len(subscription.books) < 2:
            await change(subscription)
        assert set(subscription.books) == {("MSFT", "XNAS"), ("MSFT", "XBOS")}
        with pytest.raises(KeyError, match="those of XNAS, XBOS"):
            subscription["MSFT"]
        one = await ready(client.subscribe("MSFT", venue="XBOS"))
        assert one["MSFT"].venue == "XBOS"


async def test_refused_subscription_raises() -> None:
    async with PortServer(None, msft()) as server, await connect(server.port) as client:
        subscription = client.subscribe(["MSFT", "NONE"])
        with pytest.raises(SubscriptionRefusedError, match="knows NONE") as refused:
            await ready(subscription)
        assert chr(refused.value.reason) == "0"
        assert subscription.is_over
        with pytest.raises(SubscriptionRefusedError):
            await subscription.next_change()


async def test_request_that_can_not_be_read_fails_its_subscription() -> None:
    async with PortServer(None, msft()) as server, await connect(server.port) as client:
        with pytest.raises(RequestRefusedError, match="symbols: character U\\+000A received at position 1"):
            await ready(client.subscribe("M\n"))


async def test_symbol_without_a_book_is_told_of_and_comes_later() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe("IBM"))
        assert subscription.books == {}
        server.market.all.append(FakeBook("IBM"))
        server.market.level(server.market.all[0], BID, 5, 1)
        server.tell()
        assert (await change(subscription)).symbol == "IBM"


async def test_client_subscribes_again_after_a_loss_and_trusts_no_old_book() -> None:
    async with PortServer(None, msft()) as server, await connect(server.port) as client:
        subscription = await ready(client.subscribe("MSFT"))
        book = subscription["MSFT"]
        await change(subscription)
        server.cut()
        assert not (await change(subscription)).is_connected
        server.market.level(server.market.all[0], BID, 40, 1)
        while not book.is_current:
            await change(subscription)
        assert book.bid == (40, 1, 1)


async def test_update_that_does_not_fit_begins_anew() -> None:
    sent: list[dict[str, Any]] = []

    async def serve(line: Line, change: list[Any]) -> None:
        assert (await line.read())["type"] == "login"
        line.welcome()
        sent.append(await line.read())
        about = {"md_req_id": sent[-1]["md_req_id"], "symbol": "MSFT", "venue": "XNAS", "change_number": 1}
        line.write("market_data_snapshot", **about, bids=[["10", "5", 1]], asks=[], trading_state="trading")
        line.write("market_data_update", **about, changes=[change])
        await line.read()

    async def wrong(line: Line) -> None:
        await serve(line, ["delete", "bid", "11"])

    async def right(line: Line) -> None:
        await serve(line, ["change", "bid", "10", "6", 1, 1])

    async with ScriptedGateway(wrong, right) as gateway:
        client = await connect(gateway.port)
        subscription = client.subscribe("MSFT")
        while (book := subscription.books.get(("MSFT", "XNAS"))) is None or book.bid != (10, 6, 1):
            await change(subscription)
        assert [request["symbols"] for request in sent] == [["MSFT"], ["MSFT"]]
        assert sent[0]["md_req_id"] != sent[1]["md_req_id"]
        await client.close()


async def test_request_is_as_documented() -> None:
    async def script(line: Line) -> None:
        await line.read()
        line.welcome()
        request = await line.read()
        del request["md_req_id"]
        assert request == {
            "type": "market_data_request",
            "subscription_request_type": "subscribe",
            "symbols": ["MSFT"],
            "venue": "XNAS",
            "market_depth": 3,
            "md_entry_types": ["bid", "offer"],
        }
        await line.read()

    async with ScriptedGateway(script) as gateway:
        client = await connect(gateway.port)
        client.subscribe("MSFT", 3, venue="XNAS", entries=("bid", "offer"))
        with pytest.raises(ValueError, match="'ask' received, expected some of bid, offer, trade"):
            client.subscribe("MSFT", entries=["ask"])
        await client.close()


async def test_sync_face_hands_out_copies() -> None:
    def trade(port: int, moved: asyncio.Event, loop: asyncio.AbstractEventLoop) -> list[Any]:
        with SyncClient("127.0.0.1", port, "alpha", "sesame") as client:
            subscription = client.subscribe("MSFT").ready(LIMIT_S)
            before = subscription["MSFT"]
            changes = subscription.changes(LIMIT_S)
            next(changes)
            loop.call_soon_threadsafe(moved.set)
            after = next(changes)
            subscription.close()
            assert list(subscription.books()) == [("MSFT", "XNAS")]
            return [before.bid, after.bid, before.is_current, list(changes)]

    async with PortServer(None, msft()) as server:
        moved = asyncio.Event()
        trading = asyncio.to_thread(trade, server.port, moved, asyncio.get_running_loop())
        task = asyncio.create_task(trading)
        await asyncio.wait_for(moved.wait(), LIMIT_S)
        server.market.level(server.market.all[0], BID, 11, 1)
        server.tell()
        seen = await asyncio.wait_for(task, LIMIT_S)
    assert seen == [(10, 5, 2), (11, 1, 1), True, []]


async def start_quotes(server: PortServer, *arguments: str) -> asyncio.subprocess.Process:
    where = ("--connect", f"127.0.0.1:{server.port}", "--strategy", "alpha", "--secret", "env:SECRET")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from fairlead.client.quotes import quotes; quotes()",
        *where,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SECRET": "sesame"},
    )


async def run_quotes(server: PortServer, *arguments: str) -> tuple[int | None, str, str]:
    process = await start_quotes(server, *arguments)
    output, errors = await asyncio.wait_for(process.communicate(), LIMIT_S * 3)
    return process.returncode, output.decode(), errors.decode()


async def test_quotes_prints_each_book_as_a_line() -> None:
    async with PortServer(None, msft()) as server:
        code, output, errors = await run_quotes(server, "--once", "MSFT")
    assert (code, errors) == (0, "")
    assert json.loads(output) == {
        "symbol": "MSFT",
        "venue": "XNAS",
        "bids": [["10", "5", 2]],
        "asks": [["12", "3", 1]],
        "trading_state": "trading",
        "is_current": True,
        "change_number": 0,
        "conflated": 0,
    }


async def test_quotes_follows_until_it_is_interrupted() -> None:
    async with PortServer(None, msft()) as server:
        process = await start_quotes(server, "MSFT")
        assert process.stdout is not None
        first = json.loads(await asyncio.wait_for(process.stdout.readline(), LIMIT_S))
        server.market.level(server.market.all[0], BID, 11, 1)
        server.tell()
        second = json.loads(await asyncio.wait_for(process.stdout.readline(), LIMIT_S))
        process.send_signal(signal.SIGINT)
        rest, errors = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert [line["bids"] for line in (first, second)] == [[["10", "5", 2]], [["11", "1", 1]]]
    assert (process.returncode, rest, errors) == (0, b"", b"")


async def test_quotes_says_why_it_was_refused() -> None:
    async with PortServer(None, msft()) as server:
        assert await run_quotes(server, "NONE") == (
            1,
            "",
            "fairlead quotes: no feed and no instrument list knows NONE\n",
        )


def test_quotes_table_shows_a_row_a_level() -> None:
    from rich.console import Console

    from fairlead.client.quotes import book_table
    from fairlead.codecs.vocabulary.market_data_cy import MarketDataSnapshot, SecurityStatus

    subscription = Subscription(("MSFT", "IBM"), 2, "", "012", lambda ended: None)
    about = {"md_req_id": "", "symbol": "MSFT", "venue": "XNAS"}
    levels = ((10 * 10**8, 5 * 10**8, 2), (9 * 10**8, 7 * 10**8, 1))
    subscription.take(MarketDataSnapshot(**about, bids=levels, last_px=10**9, last_qty=10**8, trading_state=1))
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(book_table(subscription))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert lines[1:] == [
        ["MSFT", "XNAS", "5", "10", "1", "@", "10", "trading"],
        ["7", "9"],
        ["IBM", "no", "feed", "has", "told", "of", "it"],
    ]
    subscription.take(SecurityStatus(**about, is_stale=True, text="gap open"))
    console.print(book_table(subscription))
    assert "stale gap open" in console.export_text()
