"""The two venues that come with the simulator, and the reading of profiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from fix_client import Message, order, stamp_in, trading

from fairlead.certification.venues.order_checks import is_osi_symbol
from fairlead.certification.venues.profile import ProfileError, load_profile, read_profile

OSI = "MSFT  261218C00450000"
PARTIES = [(453, "1"), (448, "ACC-ALPHA"), (447, "D"), (452, "24")]


def exchange_order(cl_ord_id: str, side: str, quantity: int, price: str, **extra: str) -> list[tuple[int, str]]:
    fields = order(cl_ord_id, side, quantity, price, t55="MSFT.X", t48="MSFT.X", t22="8", **extra)
    del fields[1]
    return [(11, fields.pop(11)), *PARTIES, *fields.items()]


async def test_the_broker_says_pending_first() -> None:
    async with trading("XBRK") as (client, _, _):
        client.send("D", order("A1", "1", 100, "10"))
        client.send("G", order("A2", "1", 200, "10", t41="A1"))
        client.send("F", order("A3", "1", 200, t41="A1"))
        said = []
        for _ in range(6):
            message = await client.receive()
            said.append((message[35], message.get(150, ""), message[39], message[11], message.get(41, "")))
        assert said == [
            ("8", "A", "A", "A1", ""),
            ("8", "0", "0", "A1", ""),
            ("8", "E", "E", "A2", "A1"),
            ("8", "6", "6", "A3", "A1"),
            ("8", "5", "6", "A2", "A1"),
            ("8", "4", "4", "A3", "A1"),
        ]


async def test_the_broker_takes_one_replace_at_a_time() -> None:
    async with trading("XBRK") as (client, _, _):
        client.send("D", order("A1", "1", 100, "10"))
        client.send_bytes(
            client.frame("G", order("A2", "1", 200, "10", t41="A1"))
            + client.frame("G", order("A3", "1", 300, "10", t41="A1"))
        )
        said = [await client.receive() for _ in range(5)]
        assert [message[35] for message in said] == ["8", "8", "8", "9", "8"]
        assert (said[3][11], said[3][102], said[3][434], said[3][39]) == ("A3", "3", "2", "E")
        assert (said[4][150], said[4][11]) == ("5", "A2")
        client.send("F", order("A4", "1", 200, t41="A1"))
        assert (await client.receive("9"))[102] == "1"


@pytest.mark.parametrize(
    ("fields", "msg_type", "expected"),
    [
        ({"t11": "A" * 21}, "8", {103: "0"}),
        ({"t38": "1.5"}, "8", {103: "0"}),
        ({"t40": "4", "t99": "9"}, "8", {103: "0"}),
        ({"t59": "4"}, "8", {103: "0"}),
        ({"t55": "NOPE"}, "8", {103: "1"}),
        ({"t167": "OPT"}, "j", {380: "5"}),
        ({"t55": OSI, "t167": "OPT", "t202": "451"}, "8", {103: "0"}),
        ({"t55": OSI, "t167": "OPT", "t201": "0"}, "8", {103: "0"}),
        ({"t55": OSI, "t167": "OPT", "t200": "202701"}, "8", {103: "0"}),
    ],
)
async def test_what_the_broker_does_not_take(fields: dict[str, str], msg_type: str, expected: Message) -> None:
    async with trading("XBRK") as (client, _, _):
        client.send("D", order("A1", "1", 100, "10") | {int(tag[1:]): value for tag, value in fields.items()})
        reject = await client.receive(msg_type)
        assert {tag: reject[tag] for tag in expected} == expected
        fields_without_account = order("A2", "1", 100, "10")
        del fields_without_account[1]
        client.send("D", fields_without_account)
        assert (await client.receive("3"))[371] == "1"


async def test_the_broker_trades_options_by_osi_symbol() -> None:
    async with trading("XBRK") as (client, _, _):
        option = {"t55": OSI, "t167": "OPT", "t200": "202612", "t205": "18", "t201": "1", "t202": "450"}
        client.send("D", order("A1", "1", 10, "2.35", **option))
        await client.receive("8")
        ack = await client.receive("8")
        assert [ack[tag] for tag in (55, 167, 200, 205, 201, 202)] == [OSI, "OPT", "202612", "18", "1", "450"]


async def test_futures_of_the_broker() -> None:
    async with trading("XBRK") as (client, _, _):
        client.send("D", order("F1", "1", 2, "6000.25", t55="ESZ6", t167="FUT", t200="202612"))
        await client.receive("8")
        assert (await client.receive("8"))[200] == "202612"


async def test_the_exchange_repeats_parties_and_security_id() -> None:
    async with trading("XEXC") as (client, simulator, _):
        client.send("D", exchange_order("A1", "1", 100, "10"))
        ack = await client.receive("8")
        assert [ack[tag] for tag in (453, 448, 447, 452, 55, 48, 22)] == [
            "1",
            "ACC-ALPHA",
            "D",
            "24",
            "MSFT.X",
            "MSFT.X",
            "8",
        ]
        assert 1 not in ack
        assert simulator.orders[0].account == "ACC-ALPHA"


async def test_the_exchange_takes_two_replaces_in_flight() -> None:
    async with trading("XEXC") as (client, _, _):
        client.send("D", exchange_order("A1", "1", 100, "10"))
        await client.receive("8")
        client.send("G", exchange_order("A2", "1", 200, "10", t41="A1"))
        client.send("G", exchange_order("A3", "1", 300, "10", t41="A1"))
        assert [(await client.receive("8"))[38] for _ in range(2)] == ["200", "300"]
        client.send("F", exchange_order("A4", "1", 300, "", t41="A2"))
        cancelled = await client.receive("8")
        assert (cancelled[39], cancelled[11], cancelled[41]) == ("4", "A4", "A2")


@pytest.mark.parametrize("missing", [48, 22, 453])
async def test_fields_that_the_exchange_requires(missing: int) -> None:
    async with trading("XEXC") as (client, _, _):
        fields = [field for field in exchange_order("A1", "1", 100, "10") if field[0] != missing]
        client.send("D", fields)
        assert (await client.receive("3"))[371] == str(missing)


@pytest.mark.parametrize("fields", [{"t11": "A" * 15}, {"t40": "3", "t99": "9"}, {"t59": "1"}])
async def test_what_the_exchange_does_not_take(fields: dict[str, str]) -> None:
    async with trading("XEXC") as (client, _, _):
        changed = {int(tag[1:]): value for tag, value in fields.items()}
        plain = exchange_order("A1", "1", 100, "10")
        kept = [field for field in plain if field[0] not in changed]
        client.send("D", [*changed.items(), *kept])
        assert (await client.receive("8"))[103] == "11"


async def test_the_exchange_keeps_a_dated_order_until_its_time() -> None:
    async with trading("XEXC") as (client, _, _):
        client.send("D", exchange_order("A1", "1", 100, "10", t59="6", t126=stamp_in(0.3)))
        assert (await client.receive("8"))[39] == "0"
        assert (await client.receive("8"))[39] == "C"


@pytest.mark.parametrize(
    ("symbol", "is_option"),
    [(OSI, True), ("MSFT261218C00450000", True), ("MSFT", False), ("MSFT  261218X00450000", False), ("²" * 16, False)],
)
def test_osi_symbols(symbol: str, is_option: bool) -> None:
    assert is_osi_symbol(symbol) is is_option


def test_a_profile_reports_all_its_mistakes(tmp_path: Path) -> None:
    data = {"version": "5.0", "colour": "red", "ord_types": ["9"], "max_cl_ord_id": "14", "pending_reports": 1}
    with pytest.raises(ProfileError) as caught:
        read_profile(data, "venue.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert all(line.startswith("venue.toml: ") and "expected" in line for line in lines)
    with pytest.raises(ProfileError, match="XBRK, XEXC"):
        load_profile("NONE")
    own = tmp_path / "own.toml"
    own.write_text('name = "OWN"\nversion = "4.2"\n')
    assert load_profile(str(own)).begin_string == "FIX.4.2"
