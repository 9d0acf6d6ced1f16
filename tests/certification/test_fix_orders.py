"""Order dialogues with a simulated venue, over sockets, with a client that shares no code with it."""

from __future__ import annotations

import time

import pytest
from fix_client import FixClient, Message, order, trading
from simplefix_frames import stamp

from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.profile import VenueProfile

FIX42 = VenueProfile(version="4.2")
FIX44 = VenueProfile(version="4.4")


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_an_order_is_acknowledged_and_filled_in_parts(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("D", order("A1", "2", 100, "10.5"))
        ack = await client.receive("8")
        assert (ack[11], ack[150], ack[39], ack[151], ack[14]) == ("A1", "0", "0", "100", "0")
        client.send("D", order("B1", "1", 150, "10.50"))
        assert (await client.receive("8"))[39] == "0"
        resting, incoming = await client.receive("8"), await client.receive("8")
        assert (resting[11], resting[39], resting[32], resting[31], resting[151]) == ("A1", "2", "100", "10.5", "0")
        assert (incoming[11], incoming[39], incoming[14], incoming[151]) == ("B1", "1", "100", "50")
        assert resting[6] == "10.5"
        expected = ("F", "F") if profile is FIX44 else ("2", "1")
        assert (resting[150], incoming[150]) == expected
        assert (20 in resting) == (profile is FIX42)


async def received(client: FixClient, count: int) -> list[Message]:
    return [await client.receive("8") for _ in range(count)]


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_each_fill_of_a_sweep_is_reported_as_of_that_fill(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        for number, price in enumerate(("10.01", "10.02"), 1):
            client.send("D", order(f"S{number}", "2", 100, price))
            await client.receive("8")
        client.send("D", order("B1", "1", 250, "10.02"))
        reports = await received(client, 5)
        mine = [report for report in reports if report[11] == "B1"]
        assert [(m[14], m[151], m[39]) for m in mine] == [("0", "250", "0"), ("100", "150", "1"), ("200", "50", "1")]
        assert [m[6] for m in mine] == ["0", "10.01", "10.015"]


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_cancel_and_replace_follow_the_ids(profile: VenueProfile) -> None:
    async with trading(profile) as (client, simulator, _):
        client.send("D", order("C1", "1", 100, "10"))
        await client.receive("8")
        client.send("G", order("C2", "1", 150, "10.1", t41="C1"))
        replaced = await client.receive("8")
        assert (replaced[150], replaced[11], replaced[41], replaced[38], replaced[44]) == (
            "5",
            "C2",
            "C1",
            "150",
            "10.1",
        )
        client.send("F", order("C3", "1", 150, t41="C2"))
        cancelled = await client.receive("8")
        assert (cancelled[150], cancelled[39], cancelled[11], cancelled[41]) == ("4", "4", "C3", "C2")
        assert (cancelled[151], cancelled[14]) == ("0", "0")
        assert [book.best_bid for book in simulator.book.values()] == [None]


@pytest.mark.parametrize(
    ("quantity", "expected"), [("60", ("60", "20", "1")), ("40", ("40", "0", "2")), ("30", ("40", "0", "2"))]
)
async def test_a_replace_below_at_and_above_what_has_executed(quantity: str, expected: tuple[str, ...]) -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("D", order("A1", "1", 100, "10"))
        client.send("D", order("A2", "2", 40, "10"))
        await received(client, 4)
        client.send("G", order("A3", "1", quantity, "10", t41="A1"))
        replaced = await client.receive("8")
        assert (replaced[38], replaced[151], replaced[39]) == expected


@pytest.mark.parametrize(
    ("fields", "reason_42", "reason_44"),
    [
        ({"t55": "NOPE"}, "1", "1"),
        ({"t38": "0"}, "0", "13"),
        ({"t38": "-5"}, "0", "13"),
        ({"t44": "-1"}, "0", "11"),
        ({"t40": "P"}, "0", "11"),
        ({"t59": "7"}, "0", "11"),
        ({"t59": "6", "t432": "20200101"}, "0", "11"),
    ],
)
async def test_orders_that_the_venue_does_not_take(fields: dict[str, str], reason_42: str, reason_44: str) -> None:
    for version, reason in (("4.2", reason_42), ("4.4", reason_44)):
        profile = VenueProfile(version=version, symbols=frozenset({"MSFT"}))
        async with trading(profile) as (client, _, _):
            client.send("D", order("R1", "1", 100, "10", **fields))
            reject = await client.receive("8")
            assert (reject[150], reject[39], reject[103], reject[151]) == ("8", "8", reason, "0")
            client.send("H", {11: "R1", 55: "MSFT", 54: "1"})
            assert (await client.receive("8"))[39] == "8"


@pytest.mark.parametrize(
    ("tag", "value", "msg_type", "reason"),
    [
        (11, None, "3", "1"),
        (38, None, "3", "1"),
        (54, None, "3", "1"),
        (60, None, "3", "1"),
        (38, "ten", "3", "6"),
        (38, "1.123456789", "3", "6"),
        (54, "9", "3", "5"),
        (60, "noon", "3", "6"),
        (44, None, "j", "5"),
    ],
)
async def test_messages_that_can_not_be_an_order(tag: int, value: str | None, msg_type: str, reason: str) -> None:
    async with trading(FIX44) as (client, simulator, _):
        fields = order("M1", "1", 100, "10")
        if value is None:
            del fields[tag]
        else:
            fields[tag] = value
        client.send("D", fields)
        reject = await client.receive(msg_type)
        assert reject[373 if msg_type == "3" else 380] == reason
        assert reject.get(371, str(tag)) == str(tag)
        assert simulator.orders == []


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_duplicate_ids_are_refused_and_a_possible_resend_reports_the_order(profile: VenueProfile) -> None:
    async with trading(profile) as (client, simulator, _):
        client.send("D", order("D1", "1", 100, "10"))
        await client.receive("8")
        client.send("D", order("D1", "1", 100, "10"))
        reject = await client.receive("8")
        assert (reject[39], reject[103]) == ("8", "6")
        client.send("F", order("D1", "1", 100, t41="D1"))
        assert (await client.receive("9"))[102] == ("2" if profile.is_fix42 else "6")
        client.send("D", order("D1", "1", 100, "10") | {97: "Y"})
        status = await client.receive("8")
        assert (status[39], status[20 if profile.is_fix42 else 150]) == ("0", "3" if profile.is_fix42 else "I")
        assert len(simulator.orders) == 1


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_what_is_unknown_is_answered(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("F", order("U2", "1", 100, t41="U1"))
        reject = await client.receive("9")
        assert (reject[37], reject[39], reject[102], reject[434]) == ("NONE", "8", "1", "1")
        client.send("G", order("U3", "1", 100, "10", t41="U1"))
        assert (await client.receive("9"))[434] == "2"
        client.send("H", {11: "U1", 55: "MSFT", 54: "1"})
        status = await client.receive("8")
        assert (status[37], status[17], status[39], status[103]) == ("NONE", "0", "8", "5")


async def test_a_cancel_of_a_filled_order_is_too_late() -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("D", order("A1", "1", 100, "10"))
        client.send("D", order("A2", "2", 100, "10"))
        await received(client, 4)
        client.send("F", order("A3", "1", 100, t41="A1"))
        reject = await client.receive("9")
        assert (reject[102], reject[39]) == ("0", "2")


async def test_stops_icebergs_and_times_in_force() -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("D", order("ST", "1", 10, t40="3", t99="10.5"))
        client.send("D", order("IC", "2", 30, "10.5", t111="10"))
        client.send("D", order("PO", "1", 10, "10.5", t18="6"))
        client.send("D", order("FK", "1", 50, "10.5", t59="4"))
        client.send("D", order("IO", "1", 5, "10.5", t59="3"))
        reports = await received(client, 12)
        said = [(report[11], report[150], report[39], report[14]) for report in reports]
        assert said == [
            ("ST", "0", "0", "0"),
            ("IC", "0", "0", "0"),
            ("PO", "8", "8", "0"),
            ("FK", "0", "0", "0"),
            ("FK", "4", "4", "0"),
            ("IO", "0", "0", "0"),
            ("IC", "F", "1", "5"),
            ("IO", "F", "2", "5"),
            ("ST", "D", "0", "0"),
            ("IC", "F", "1", "10"),  # the rest of what it showed
            ("ST", "F", "1", "5"),
            ("IC", "F", "1", "15"),
        ]
        last = await client.receive("8")
        assert (last[11], last[39], last[40]) == ("ST", "2", "3")


async def test_day_orders_end_with_the_day() -> None:
    async with trading(FIX44) as (client, simulator, _):
        client.send("D", order("DAY", "1", 10, "10"))
        client.send("D", order("GTC", "1", 10, "10", t59="1"))
        await received(client, 2)
        simulator.end_day()
        report = await client.receive("8")
        assert (report[11], report[150], report[39]) == ("DAY", "C", "C")
        await client.synchronise()


async def test_mass_status_and_mass_cancel() -> None:
    async with trading(FIX44) as (client, _, _):
        for number, symbol in enumerate(("MSFT", "IBM", "MSFT")):
            client.send("D", order(f"M{number}", "1", 10, "10", t55=symbol))
        await received(client, 3)
        client.send("AF", {584: "ALL", 585: "7"})
        statuses = await received(client, 3)
        assert [(s[150], s[584], s[911], s[912]) for s in statuses] == [
            ("I", "ALL", "3", "N"),
            ("I", "ALL", "3", "N"),
            ("I", "ALL", "3", "Y"),
        ]
        client.send("q", {11: "Q1", 530: "1", 55: "MSFT", 60: stamp()})
        assert [(report[11], report[39]) for report in await received(client, 2)] == [("M0", "4"), ("M2", "4")]
        answer = await client.receive("r")
        assert (answer[11], answer[530], answer[531], answer[533]) == ("Q1", "1", "1", "2")
        client.send("q", {11: "Q2", 530: "3", 60: stamp()})
        answer = await client.receive("r")
        assert (answer[531], answer[532]) == ("0", "99")
        client.send("AF", {584: "NONE", 585: "1", 55: "MSFT"})
        none = await client.receive("8")
        assert (none[39], none[911], none[912]) == ("8", "0", "Y")


async def test_mass_requests_do_not_exist_in_fix_42() -> None:
    async with trading(FIX42) as (client, _, _):
        for msg_type in ("q", "AF"):
            client.send(msg_type, {11: "Q"})
            assert (await client.receive("3"))[373] == "11"


async def test_a_busted_fill_brings_its_quantity_back() -> None:
    async with trading(FIX44) as (client, simulator, _):
        client.send("D", order("A1", "2", 100, "10"))
        client.send("D", order("A2", "1", 100, "10"))
        _, _, fill, _ = await received(client, 4)
        simulator.bust(fill[17])
        bust = await client.receive("8")
        assert (bust[150], bust[19], bust[39], bust[151], bust[14]) == ("H", fill[17], "0", "100", "0")
        client.send("D", order("A3", "1", 40, "10"))
        assert [(r[11], r[39], r[14]) for r in await received(client, 3)] == [
            ("A3", "0", "0"),
            ("A1", "1", "40"),
            ("A3", "2", "40"),
        ]


async def test_cancel_on_disconnect() -> None:
    async with trading(FIX44, cancel_on_disconnect=True) as (client, simulator, port):
        client.send("D", order("A1", "1", 100, "10"))
        await client.receive("8")
        simulator.disconnect("CLIENT", reset=True)
        assert simulator.orders[0].status == "4"
        answer = await client.log_on(port)
        assert answer[34] == "4"
        client.send("2", {7: "3", 16: "3"})
        report = await client.receive("8")
        assert (report[11], report[39], report[58]) == ("A1", "4", "cancelled on disconnect")


async def test_the_throttle_refuses_orders_but_no_cancels() -> None:
    clock = StillClock()
    async with trading(FIX44, clock=clock, throttle_per_s=1) as (client, simulator, _):
        client.send("D", order("A1", "1", 100, "10"))
        client.send("D", order("A2", "1", 100, "10"))
        client.send("F", order("A3", "1", 100, t41="A1"))
        assert (await client.receive("8"))[11] == "A1"
        assert (await client.receive("j"))[379] == "A2"
        assert (await client.receive("8"))[39] == "4"
        clock.now_s += 1
        client.send("D", order("A4", "1", 100, "10"))
        assert (await client.receive("8"))[11] == "A4"


class StillClock:
    """Stand still until told otherwise."""

    now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    def utc_ns(self) -> int:
        return time.time_ns()


async def test_the_market_maker_trades_and_quotes_again() -> None:
    quotes = (Quote.read("MSFT:100:0.02:50"),)
    async with trading(FIX44, quotes=quotes) as (client, simulator, _):
        client.send("D", order("A1", "1", 50))
        fill = (await received(client, 2))[1]
        assert (fill[39], fill[31]) == ("2", "100.01")
        book = simulator.book["MSFT"]
        assert book.best_bid is not None
        assert book.best_offer == book.best_bid + 2_000_000
        client.send("D", order("A2", "2", 50))
        assert (await received(client, 2))[1][39] == "2"


@pytest.mark.parametrize("text", ["MSFT", "MSFT:1:2", "MSFT:x:1:1", "MSFT:100:0:5", ":1:1:1", "MSFT:1:2:5"])
def test_quotes_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="received"):
        Quote.read(text)
