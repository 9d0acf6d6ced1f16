"""Be a strategy run by QuickFIX that subscribes to market data: it checks each W, X, f and Y against its dictionary."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from engine import Engine, Fields
from market_fakes import FakeBook
from market_floor import MarketFloor, accepted

from fairlead.adapters.market_data import ASK, BID, ReferencePrice, TradingState

ALL = ((267, "3"), (269, "0"), (269, "1"), (269, "2"))
MSFT = ((146, "1"), (55, "MSFT"))


@dataclass
class Pit:
    """QuickFIX logged on at our FIX port, and the book that it watches."""

    engine: Engine
    floor: MarketFloor
    book: FakeBook

    def ask(self, md_req_id: str, kind: str, *more: tuple[int, str]) -> None:
        update_type = ((265, "1"),) if kind == "1" and 265 not in dict(more) else ()
        self.engine.send("V", (262, md_req_id), (263, kind), (264, "0"), *update_type, *more, *ALL, *MSFT)

    async def saw(self, msg_type: str, **fields: str) -> Fields:
        wanted = {35: msg_type} | {int(tag[1:]): value for tag, value in fields.items()}
        return await self.engine.saw("in", wanted)


@pytest.fixture
async def pit(make_engine: Callable[..., Engine], version: str) -> AsyncIterator[Pit]:
    book = FakeBook("MSFT")
    book.sides[BID] = {10: (5, 2)}
    book.status.trading_state = TradingState.TRADING
    book.status.state_code = "T"
    async with MarketFloor(book, version=version) as floor:
        engine = make_engine("initiator", version, floor.fix_address[1], use_data_dictionary=True)
        await engine.start()
        await engine.saw("logon")
        yield Pit(engine, floor, book)
        assert [str(fields) for fields in engine.all("admin-out", {35: "3"})] == []
        assert [str(fields) for fields in engine.all("out", {35: "j"})] == []


async def test_subscription_is_taken_without_a_reject(pit: Pit) -> None:
    floor, book = pit.floor, pit.book
    pit.ask("M", "1")
    status = await pit.saw("f")
    assert (status[55], status[207], status[325], status[326]) == ("MSFT", "XNAS", "Y", "17")
    snapshot = await pit.saw("W", _262="M")
    assert (snapshot[268], snapshot.all(270), snapshot.all(271), snapshot.all(346)) == ("1", ["10"], ["5"], ["2"])
    floor.level(book, ASK, 12, 3)
    first = await pit.saw("X", _262="M")
    assert (first.all(279), first.all(269), first.all(270), first.all(55)) == (["0"], ["1"], ["12"], ["MSFT"])
    floor.do(lambda now_ns, utc_ns: floor.market.trade(book, 12, 1, utc_ns))
    trade = await pit.saw("X", _269="2")
    assert (trade[270], trade[271], len(trade[272]), trade[273][2]) == ("12", "1", 8, ":")
    floor.level(book, ASK, 12, 0)
    gone = await pit.saw("X", _279="2")
    assert (gone[269], gone[270]) == ("1", "12")
    book.status.trading_state, book.status.state_reason = TradingState.HALTED, "T1"
    book.status.reference_prices["luld_upper"] = ReferencePrice(15 * 10**8, 0, 1)
    floor.do(lambda now_ns, utc_ns: floor.market.tell(book))
    assert (await pit.saw("f", _326="2"))[332] == "15"
    pit.ask("M", "2")
    pit.ask("S", "0")
    await pit.saw("W", _262="S")


async def test_empty_book_full_refreshes_and_refusals_are_taken(pit: Pit) -> None:
    floor, book = pit.floor, pit.book
    pit.ask("R", "1", (265, "0"))
    await pit.saw("W", _262="R")
    floor.level(book, BID, 10, 0)
    empty = await pit.saw("W", _268="0")
    assert 269 not in empty
    pit.ask("R", "1")
    reject = await pit.saw("Y", _262="R")
    assert (reject[281], reject[58]) == ("1", "md_req_id 'R' is in use, expected a new one, or its end first")
    pit.engine.send("V", (262, "N"), (263, "0"), (264, "1"), *ALL, (146, "1"), (55, "NONE"))
    assert (await pit.saw("Y", _262="N"))[281] == "0"
    pit.engine.send("e", (324, "S"), (55, "MSFT"), (263, "1"))
    assert (await pit.saw("f", _324="S"))[55] == "MSFT"


async def test_resend_after_a_loss_brings_reports_and_fills_the_rest(pit: Pit) -> None:
    floor, book = pit.floor, pit.book
    pit.ask("M", "1")
    await pit.saw("W", _262="M")
    for link in floor.links():
        link.close("cut by the test", False)
    await pit.engine.saw("logout")
    # what happens while it is away: reports are kept, market data is not made
    floor.do(lambda now_ns, utc_ns: floor.fix_session.send_report(accepted("A-1"), now_ns, utc_ns))
    floor.level(book, BID, 11, 1)
    await pit.engine.saw("logon")
    report = await pit.saw("8", _11="A-1")
    assert report[43] == "Y"
    pit.ask("M", "1")
    assert (await pit.saw("W", _262="M")).all(270) == ["11", "10"]


async def test_numbers_of_lost_market_data_are_gap_filled(pit: Pit) -> None:
    floor, book = pit.floor, pit.book
    pit.ask("M", "1")
    await pit.saw("W", _262="M")
    floor.do(lambda now_ns, utc_ns: floor.fix_session.send_report(accepted("A-1"), now_ns, utc_ns))
    await pit.saw("8", _11="A-1")
    for price in (11, 12, 13):
        floor.level(book, BID, price, 1)
        last = await pit.saw("X", _270=str(price))
    # as if it had lost everything since its logon
    await pit.engine.obeyed(f"next-in 2 {int(last[34]) + 1}")
    floor.level(book, BID, 14, 1)
    report = await pit.engine.saw("in", {35: "8", 43: "Y"})
    assert report[11] == "A-1"
    fills = [fields for fields in pit.engine.all("admin-in", {35: "4"}) if fields[43] == "Y"]
    assert [(fill[34], fill[123]) for fill in fills][0] == ("2", "Y")
    floor.level(book, BID, 15, 1)
    await pit.saw("X", _270="15")
