"""The ITCH feed of a venue that is traded over OUCH and FIX: what it says, and the book that follows from it."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from feed_book import DatagramSink, FeedBook, unpack
from fix_client import FixClient, order
from ouch_client import PASSWORD, TIMEOUT_S, USER, OuchClient, SoupClient

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.fix_face import FixFace, FixSettings
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.mold import MoldLine, MoldSettings
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings

PROFILE = VenueProfile(
    name="XNQ",
    symbols=frozenset({"AAPL", "MSFT"}),
    whole_quantities=True,
    price_places=4,
    largest_price=199_999 * UNITS,
)


LISTING_PRICES = (
    "minimum_allowable_price",
    "maximum_allowable_price",
    "near_execution_price",
    "lower_price_range_collar",
    "upper_price_range_collar",
)


class Floor:
    """A venue with every face, one OUCH user, and a reader of its feed."""

    def __init__(self, mold: MoldSettings | None = None, **settings: Any) -> None:
        self.venue = Venue(VenueSettings(profile=PROFILE, **settings))
        credentials = SoupSettings(credentials={USER: PASSWORD})
        self.fix = FixFace(self.venue, FixSettings())
        self.ouch = OuchFace(self.venue, OuchSettings(version="5.0", session="0000000007", soup=credentials))
        self.itch = ItchFace(self.venue, ItchSettings(session="0000000042", mold=mold or MoldSettings()))
        self.client = OuchClient("5.0")
        self.feed = SoupClient("ITCH")
        self.book = FeedBook()
        self.ports: dict[str, int] = {}

    async def start(self) -> None:
        for name, face in (("fix", self.fix), ("ouch", self.ouch), ("itch", self.itch)):
            self.ports[name] = await face.listen("127.0.0.1", 0)
        self.request_address = await self.itch.listen_for_requests()
        self.venue.begin()
        await self.client.log_in(self.ports["ouch"])
        await self.feed.log_in(self.ports["itch"])

    async def caught_up(self) -> FeedBook:
        """Wait until the reader has all that the feed has said, and return its book."""
        while self.feed.number <= len(self.itch.feed.stream.messages):
            self.book.apply(await self.feed.receive_bytes())
        return self.book

    async def told(self, count: int) -> list[Any]:
        return [await self.client.told() for _ in range(count)]

    async def agree(self) -> FeedBook:
        """Prove that the reader's book is the venue's, level by level."""
        book = await self.caught_up()
        for symbol, own in self.venue.book.items():
            for side in (True, False):
                assert book.levels(symbol, side) == own.shown_levels(side)
        assert {entry[0] for entry in book.orders.values()} <= set(self.venue.book)
        return book


@asynccontextmanager
async def floor(mold: MoldSettings | None = None, **settings: Any) -> AsyncIterator[Floor]:
    made = Floor(mold, **settings)
    await made.start()
    try:
        yield made
    finally:
        await made.client.close()
        await made.feed.close()
        await made.venue.stop()


async def test_the_day_starts_with_the_directory() -> None:
    async with floor() as f:
        book = await f.caught_up()
        assert book.codes == ["S", "R", "H", "Y", "R", "H", "Y", "S", "S"]
        assert book.stocks == {1: "AAPL", 2: "MSFT"}
        assert [m["event_code"] for m in book.messages if m["message_type"] == "S"] == ["O", "S", "Q"]


async def test_an_add_is_laid_out_as_the_document_says() -> None:
    async with floor() as f:
        await f.caught_up()
        f.client.enter(1, "S", 300, 410.25)
        await f.told(2)
        data = await f.feed.receive_bytes()
        reference = f.venue.orders[0].terms.reference
        assert data[:5] == b"A\x00\x02\x00\x00"
        assert data[11:] == reference.to_bytes(8, "big") + b"S\x00\x00\x01\x2cMSFT    \x00\x3e\x99\x64"


async def test_every_change_of_a_book_shows() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 300, 10)
        f.client.enter(2, "S", 200, 10, display="A", firm="NITE")
        f.client.enter(3, "B", 100, 10)
        f.client.cancel(1, 150)
        f.client.replace(2, 4, 250, 11, display="A")
        f.client.enter(5, "B", 500, 9)
        f.client.cancel(5)
        await f.told(10)
        book = await f.agree()
        assert book.codes[9:] == ["A", "L", "F", "E", "X", "U", "A", "D"]
        assert book.levels("MSFT", is_buy=False) == [(10 * UNITS, 50 * UNITS, 1), (11 * UNITS, 250 * UNITS, 1)]


async def test_match_numbers_and_references_are_those_of_order_entry() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 300, 10)
        f.client.enter(2, "B", 100, 10)
        await f.client.receive("S")
        accepted, _, fill, _ = [await f.client.receive() for _ in range(4)]
        added, executed = (await f.agree()).messages[-2:]
        assert added["order_reference_number"] == accepted["order_reference_number"]
        assert executed["order_reference_number"] == accepted["order_reference_number"]
        assert executed["match_number"] == fill["match_number"]


async def test_a_replace_that_trades_deletes_first() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 11)
        f.client.enter(2, "B", 50, 10)
        f.client.replace(1, 3, 100, 10)
        await f.told(6)
        book = await f.agree()
        assert book.codes[-4:] == ["A", "D", "E", "A"]
        assert book.levels("MSFT", is_buy=False) == [(10 * UNITS, 50 * UNITS, 1)]


async def test_a_replace_that_ends_the_order_deletes_it() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 11)
        f.client.enter(2, "B", 50, 10)
        f.client.replace(1, 3, 100, 10, time_in_force="3")
        f.client.enter(4, "S", 100, 12)
        await f.told(8)
        book = await f.agree()
        assert book.codes[-4:] == ["A", "D", "E", "A"]


async def test_hidden_orders_show_as_trades_only() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 10, display="N")
        f.client.enter(2, "B", 40, 10)
        await f.told(5)
        book = await f.agree()
        trade = book.messages[-1]
        assert [trade[name] for name in ("message_type", "side", "shares", "price")] == ["P", "B", 40, 10 * UNITS]
        assert trade["order_reference_number"] == 0
        assert trade["match_number"] == f.venue.executions[0].match_number


async def test_an_order_that_is_hidden_by_a_replace_goes_and_comes_back_new() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 10)
        f.client.replace(1, 2, 100, 10, display="N")
        f.client.replace(2, 3, 100, 10)
        await f.told(4)
        assert (await f.agree()).codes[-3:] == ["A", "D", "A"]


async def test_a_reserve_order_shows_each_part_anew() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 250, 10, max_floor=100)
        f.client.enter(2, "S", 100, 10)
        f.client.enter(3, "B", 150, 10)
        await f.told(9)
        book = await f.agree()
        assert book.codes[-5:] == ["A", "A", "E", "A", "E"]
        assert book.levels("MSFT", is_buy=False) == [(10 * UNITS, 150 * UNITS, 2)]


async def test_fix_and_ouch_orders_meet_on_one_book() -> None:
    async with floor() as f:
        trader = FixClient("4.4", "TRADER", "XNQ")
        await trader.log_on(f.ports["fix"])
        trader.send("D", order("A1", "2", 100, "10.01"))
        assert (await trader.receive("8"))[150] == "0"
        f.client.enter(1, "B", 60, 10.05)
        assert (await f.told(3))[1:] == [("A", 1, 60, "L"), ("E", 1, 60, "R")]
        fill = await trader.receive("8")
        assert (fill[150], fill[32], fill[31], fill[151]) == ("F", "60", "10.01", "40")
        f.client.enter(2, "B", 10, 10)
        assert await f.client.told() == ("A", 2, 10, "L")
        trader.send("D", order("A2", "2", 10, "9"))
        assert await f.client.told() == ("E", 2, 10, "A")
        trader.send("G", order("A3", "2", 100, "10.02", t41="A1"))
        assert [(await trader.receive("8"))[150] for _ in range(3)] == ["0", "F", "5"]
        assert (await f.agree()).codes[9:] == ["A", "E", "A", "E", "U"]
        await trader.close()


async def test_a_fix_price_that_the_feed_can_not_show_is_refused() -> None:
    async with floor() as f:
        trader = FixClient("4.4", "TRADER", "XNQ")
        await trader.log_on(f.ports["fix"])
        for number, price in enumerate(("10.00001", "200000")):
            trader.send("D", order(f"A{number}", "2", 100, price))
            assert (await trader.receive("8"))[39] == "8"
        await trader.close()


async def test_an_execution_at_another_price_says_so() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 10)
        await f.told(2)
        f.venue.execute(f.venue.orders[0], 30 * UNITS, 11 * UNITS)
        assert await f.client.told() == ("E", 1, 30, "A")
        book = await f.agree()
        assert (book.codes[-1], book.messages[-1]["execution_price"]) == ("C", 11 * UNITS)


async def test_a_broken_trade_is_said_once() -> None:
    async with floor() as f:
        f.client.enter(1, "S", 100, 10)
        f.client.enter(2, "B", 100, 10)
        await f.told(5)
        for execution in f.venue.executions:
            f.venue.bust(execution.exec_id)
        book = await f.agree()
        assert book.codes[-2:] == ["E", "B"]
        assert book.messages[-1]["match_number"] == f.venue.executions[0].match_number


async def test_halts_and_resumptions() -> None:
    async with floor() as f:
        f.venue.halt("MSFT", "P", "LUDP")
        assert (await f.caught_up()).states == {"AAPL": "T", "MSFT": "P"}
        f.venue.resume("MSFT")
        assert (await f.caught_up()).states["MSFT"] == "T"


@pytest.mark.parametrize(
    ("quantity", "codes"),
    [
        (900_051, "HH"),
        (900_052, "HJH"),
        (900_053, "HH"),
        (900_054, "Y"),
        (900_055, "hh"),
        (900_056, "IQ"),
        (900_057, "K"),
        (900_058, "VW"),
        (900_059, "ON"),
        (900_060, "IQ"),
        (900_061, "HIQH"),
    ],
)
async def test_triggers_of_the_market(quantity: int, codes: str) -> None:
    async with floor(trigger_delay_s=0.0) as f:
        await f.caught_up()
        f.client.enter(1, "B", quantity, 100)
        said = [await f.feed.receive(codes) for _ in codes]
        assert "".join(str(message["message_type"]) for message in said) == codes
        assert f.venue.desk.halted == set()


@pytest.mark.parametrize("code", "SRHYLVWKJhABCDEFINOPQUX".replace("A", "").replace("F", ""))
async def test_any_message_can_be_published(code: str) -> None:
    given: dict[str, dict[str, Any]] = {
        "S": {"event_code": "M"},
        "L": {"mpid": "NITE"},
        "V": {"level_1": 1, "level_2": 2, "level_3": 3},
        "W": {"breached_level": "1"},
        "K": {"ipo_price": UNITS},
        "J": {f"{side}auction_collar{name}": UNITS for side, name in (("", "_reference_price"),)}
        | {"upper_auction_collar_price": UNITS, "lower_auction_collar_price": UNITS},
        "Q": {"shares": 100, "cross_price": UNITS},
        "I": {"current_reference_price": UNITS},
        "O": dict.fromkeys(
            (
                "minimum_allowable_price",
                "maximum_allowable_price",
                "near_execution_price",
                "lower_price_range_collar",
                "upper_price_range_collar",
            ),
            UNITS,
        ),
        "P": {"shares": 1, "price": UNITS},
        **dict.fromkeys("CDEX", {"order_reference_number": 1, "executed_shares": 1, "cancelled_shares": 1}),
        "U": {"original_order_reference_number": 1, "new_order_reference_number": 2, "shares": 1, "price": UNITS},
    }
    given["C"] = given["C"] | {"execution_price": UNITS}
    async with floor() as f:
        await f.caught_up()
        f.itch.publish(code, "MSFT", **given.get(code, {}))
        message = await f.feed.receive(code)
        assert (message["stock_locate"], message.get("stock", "MSFT")) == (2, "MSFT")


async def test_random_trading_leaves_equal_books() -> None:
    rng = random.Random(7)
    quotes = (Quote.read("MSFT:10:0.04:500"), Quote.read("AAPL:20:0.04:300"))
    async with floor(quotes=quotes) as f:
        live: list[int] = []
        for token in range(1, 600):
            action = rng.random()
            if live and action < 0.2:
                f.client.cancel(rng.choice(live), rng.choice((0, 0, 50)))
            elif live and action < 0.45:
                existing = live.pop(rng.randrange(len(live)))
                price = round(rng.uniform(9.9, 10.1), 2)
                f.client.replace(existing, token, rng.randrange(1, 400), price, display=rng.choice("YYN"))
                live.append(token)
            else:
                symbol, mid = rng.choice((("MSFT", 10.0), ("AAPL", 20.0)))
                price = round(mid + rng.uniform(-0.1, 0.1), 2)
                more: dict[str, Any] = {}
                if rng.random() < 0.3:
                    more = {"max_floor": 20}
                display, time = rng.choice("YYYAN"), rng.choice("0003")
                side, quantity = rng.choice("BS"), rng.randrange(20, 400)
                more |= {"symbol": symbol, "display": display, "time_in_force": time, "firm": "NITE"}
                f.client.enter(token, side, quantity, price, **more)
                live.append(token)
        f.client.send("Q")
        while (await f.client.receive())["message_type"] != "Q":
            pass
        book = await f.agree()
        assert {"A", "F", "E", "P", "X", "D", "U"} <= set(book.codes)
        for symbol in ("MSFT", "AAPL"):
            bids, offers = book.levels(symbol, is_buy=True), book.levels(symbol, is_buy=False)
            assert bids[0][0] < offers[0][0]


# -- SoupBinTCP ------------------------------------------------------------------------------------------------------


async def test_a_late_reader_gets_everything() -> None:
    async with floor(quotes=(Quote.read("MSFT:10:0.04:500"),)) as f:
        f.client.enter(1, "B", 100, 10.02)
        await f.told(3)
        late, book = SoupClient("ITCH"), FeedBook()
        assert await late.log_in(f.ports["itch"], user="ANY", session="0000000042") == ("0000000042", 1)
        count = len(f.itch.feed.stream.messages)
        for _ in range(count):
            book.apply(await late.receive_bytes())
        assert book.messages == (await f.agree()).messages
        await late.close()


async def test_the_end_of_the_day_and_a_new_session() -> None:
    async with floor() as f:
        f.client.enter(1, "B", 100, 10)
        await f.told(2)
        f.itch.end_session()
        f.itch.new_session()
        said = await f.feed.closed()
        assert [kind for kind, _ in said[-4:]] == ["S", "S", "S", "Z"]
        assert await f.feed.log_in(f.ports["itch"]) == ("0000000043", 1)
        f.book = FeedBook()
        assert (await f.agree()).levels("MSFT", is_buy=True) == [(10 * UNITS, 100 * UNITS, 1)]


async def test_a_restarted_venue_goes_on_with_its_feed(tmp_path: Path) -> None:
    state, quotes = tmp_path / "venue.db", (Quote.read("MSFT:10:0.04:500"),)
    async with floor(state_path=state, quotes=quotes) as f:
        f.client.enter(1, "B", 100, 9.5)
        f.client.enter(2, "B", 100, 10.02)
        await f.told(4)
        first = (await f.agree()).messages
    async with floor(state_path=state, quotes=quotes) as f:
        book = await f.agree()
        assert book.messages[: len(first)] == first
        assert book.codes[len(first) :] == ["D", "D", "A", "A"]  # the house quotes anew
        assert [await f.client.told() for _ in range(4)][1:3] == [("A", 1, 100, "L"), ("A", 2, 100, "L")]
        f.client.enter(2, "B", 5, 9)
        f.client.cancel(1)
        assert await f.client.told() == ("C", 1, 100, "U")
        assert (await f.agree()).codes[-1] == "D"


async def test_a_venue_whose_amounts_the_feed_can_not_show_is_refused() -> None:
    for profile in (VenueProfile(), VenueProfile(whole_quantities=True, price_places=4, largest_price=10**18)):
        with pytest.raises(ValueError, match="largest price"):
            ItchFace(Venue(VenueSettings(profile=profile)), ItchSettings())


# -- MoldUDP64 -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def mold_floor(largest: int = 1_400, **faults: Any) -> AsyncIterator[tuple[Floor, list[DatagramSink], Any]]:
    """Run a floor whose lines A and B go to two sinks; `faults` are those of both lines."""
    loop, sinks, transports = asyncio.get_running_loop(), [DatagramSink(), DatagramSink()], []
    for sink in sinks:
        transport, _ = await loop.create_datagram_endpoint(lambda sink=sink: sink, ("127.0.0.1", 0))
        transports.append(transport)
    ports = [transport.get_extra_info("sockname")[1] for transport in transports]
    lines = tuple(MoldLine(name, "127.0.0.1", port, **faults) for name, port in zip("AB", ports, strict=True))
    mold = MoldSettings(lines=lines, request=("127.0.0.1", 0), heartbeat_s=0.05, largest_packet=largest)
    async with floor(mold) as f:
        yield f, sinks, transports[0]
    for transport in transports:
        transport.close()


async def arrived(sink: DatagramSink, number: int) -> None:
    """Wait for a packet that says that everything before a number has been sent."""
    async with asyncio.timeout(TIMEOUT_S):
        while not any(unpack(packet)[1] + len(unpack(packet)[3]) >= number for packet in sink.received):
            sink.came.clear()
            await sink.came.wait()


async def test_both_lines_carry_the_stream() -> None:
    async with mold_floor() as (f, sinks, _):
        f.client.enter(1, "B", 100, 10)
        await f.told(2)
        messages = f.itch.feed.stream.messages
        for sink in sinks:
            await arrived(sink, len(messages) + 1)
            carried: dict[int, bytes] = {}
            for packet in sink.received:
                session, number, count, blocks = unpack(packet)
                assert (session, count) == ("0000000042", len(blocks))
                carried |= dict(enumerate(blocks, number))
            assert [carried[number] for number in sorted(carried)] == messages


async def test_a_line_may_be_a_multicast_group() -> None:
    group, loop, sink = "239.255.77.1", asyncio.get_running_loop(), DatagramSink()
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("", 0))
    try:
        membership = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError as error:
        receiver.close()
        pytest.skip(f"no multicast on this machine's loopback interface: {error}")
    transport, _ = await loop.create_datagram_endpoint(lambda: sink, sock=receiver)
    line = MoldLine("A", group, receiver.getsockname()[1])
    async with floor(MoldSettings(lines=(line,))) as f:
        await arrived(sink, len(f.itch.feed.stream.messages) + 1)
        assert unpack(sink.received[0])[:2] == ("0000000042", 1)
    transport.close()


async def test_a_line_that_leads_nowhere_is_counted() -> None:
    nowhere = MoldSettings(lines=(MoldLine("A", "240.0.0.1", 9),))
    async with floor(mold=nowhere) as f:
        f.client.enter(1, "B", 100, 10)
        assert (await f.told(2))[1] == ("A", 1, 100, "L")
        (line,) = f.itch.mold.lines
        assert line.sent + line.unsent >= 2
        assert bool(line.last_fault) is bool(line.unsent)


async def test_the_house_does_not_quote_in_a_halt() -> None:
    async with floor(quotes=(Quote.read("MSFT:10:0.04:500"),)) as f:
        f.client.enter(1, "B", 100, 10.02)
        await f.told(3)
        f.venue.halt("MSFT")
        book = f.venue.book["MSFT"]
        book.cancel(book.resting(is_buy=False)[0])
        f.venue.end_turn()
        assert book.best_offer is None
        f.venue.resume("MSFT")
        assert book.best_offer is not None
        await f.agree()


async def test_heartbeats_name_the_next_number_and_the_end_is_repeated() -> None:
    async with mold_floor() as (f, (sink, _), _):
        following = len(f.itch.feed.stream.messages) + 1
        async with asyncio.timeout(TIMEOUT_S):
            while unpack(sink.received[-1] if sink.received else bytes(20))[1:] != (following, 0, []):
                sink.came.clear()
                await sink.came.wait()
            f.itch.end_session()
            end = b"0000000042" + struct.pack(">QH", following + 3, 0xFFFF)
            while sink.received.count(end) < 2:
                sink.came.clear()
                await sink.came.wait()


async def test_missing_messages_can_be_asked_for() -> None:
    async with mold_floor() as (f, (sink, _), transport):
        messages = f.itch.feed.stream.messages
        transport.sendto(b"0000000042" + struct.pack(">QH", 2, 3), f.request_address)
        async with asyncio.timeout(TIMEOUT_S):
            while (wanted := b"0000000042" + struct.pack(">QH", 2, 3)) not in [packet[:20] for packet in sink.received]:
                sink.came.clear()
                await sink.came.wait()
        answer = next(packet for packet in sink.received if packet[:20] == wanted)
        assert unpack(answer)[3] == messages[1:4]


async def test_an_answer_has_no_more_than_fits() -> None:
    async with mold_floor() as (f, (sink, _), transport):
        for token in range(1, 200):
            f.client.enter(token, "B", 100, 10)
        await f.told(200)
        sink.received.clear()
        transport.sendto(b"0000000042" + struct.pack(">QH", 1, 60_000), f.request_address)
        async with asyncio.timeout(TIMEOUT_S):
            while not any(unpack(packet)[1] == 1 for packet in sink.received):
                sink.came.clear()
                await sink.came.wait()
        answer = next(packet for packet in sink.received if unpack(packet)[1] == 1)
        assert 1_300 < len(answer) <= 1_400


@pytest.mark.parametrize(
    ("request_packet", "said"),
    [
        (b"", "request of 0 bytes"),
        (bytes(21), "request of 21 bytes"),
        (b"OTHER     " + struct.pack(">QH", 1, 1), "session 'OTHER' requested"),
        (b"0000000042" + struct.pack(">QH", 0, 1), "1 messages from 0"),
        (b"0000000042" + struct.pack(">QH", 2**63, 1), "expected 1 to 9"),
        (b"0000000042" + struct.pack(">QH", 1, 0), "0 messages from 1"),
    ],
)
async def test_wrong_requests_are_noted_and_not_answered(request_packet: bytes, said: str) -> None:
    async with mold_floor() as (f, _, transport):
        f.itch.mold.answer(request_packet, transport.get_extra_info("sockname"))
        assert said in f.itch.mold.faults[0]


@pytest.mark.parametrize("faults", [{"loss": 0.2}, {"duplicate": 0.3}, {"reorder": 0.3}, {"skew_ms": 5}])
async def test_faults_beneath_a_line(faults: dict[str, float]) -> None:
    async with mold_floor(largest=100, **faults) as (f, (sink, _), _):
        for token in range(1, 100):
            f.client.enter(token, "B", 100, 9 + token % 10 / 100)
        await f.told(100)
        messages = f.itch.feed.stream.messages
        await arrived(sink, len(messages) + 1)
        numbers = [unpack(packet)[1] for packet in sink.received if unpack(packet)[3]]
        carried = {
            number + index: block
            for packet in sink.received
            for number, blocks in [unpack(packet)[1::2]]
            for index, block in enumerate(blocks)
        }
        missing = [number for number in range(1, len(messages) + 1) if number not in carried]
        assert bool(missing) is ("loss" in faults)
        assert (len(numbers) > len(set(numbers))) is ("duplicate" in faults)
        assert (numbers != sorted(numbers)) is ("reorder" in faults)
        assert all(messages[number - 1] == block for number, block in carried.items())
