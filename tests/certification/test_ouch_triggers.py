"""Quantity triggers over OUCH, one by one: the messages that each makes a venue send."""

from __future__ import annotations

from typing import Any

import pytest
from ouch_client import USER, OuchClient, ouch_trading

from fairlead.certification.venues.triggers import TRIGGERS

NASDAQ = ["4.2", "5.0"]
HALF = 450_000

# Type and what tells its kind, of each message that the order alone brings about; the token is 1, quantities are given
# where they are not the order's.
EXPECTED: dict[int, list[tuple[Any, ...]]] = {
    900_001: [("J",)],
    900_002: [("A", 900_002, "L")],
    900_003: [("A", 900_003, "L"), ("E", HALF + 1, "R")],
    900_004: [("A", 900_004, "L"), ("E", HALF + 2, "R"), ("E", HALF + 2, "R")],
    900_005: [("E", HALF + 2, "R"), ("A", 900_005, "L")],
    900_006: [("E", 900_006, "R"), ("A", 900_006, "L")],
    900_007: [("A", 900_007, "L")],
    900_008: [],
    900_009: [("A", 900_009, "L"), ("C", 900_009, "S")],
    900_010: [("A", 900_010, "L"), ("E", HALF + 5, "R"), ("C", HALF + 5, "S")],
    900_011: [("A", 900_011, "L"), ("E", 900_011, "R"), ("B", None, "S")],
    900_015: [("A", 900_015, "L"), ("C", HALF + 8, "S")],
    900_016: [("A", 900_016, "L"), ("E", HALF + 8, "R"), ("C", HALF + 8, "E")],
    900_017: [("A", 900_017, "L"), ("C", 900_017, "T")],
    900_018: [("A", 900_018, "L"), ("E", HALF + 9, "R"), ("E", HALF + 9, "R")],
    900_020: [("A", 900_020, "L")],
    900_029: [("A", 900_029, "L"), ("E", 900_029, "R"), ("E", 100, "R")],
    900_031: [("A", 900_031, "L"), ("E", HALF + 15, "R"), ("C", HALF + 16, "S"), ("B", None, "S")],
    900_032: [("E", HALF + 16, "R")],
    900_033: [("J",)],
    900_034: [("J",)],
    900_035: [("A", 900_035, "L"), ("E", 900_035, "R")],
    900_036: [("A", 900_036, "L"), ("C", 900_036, "S"), ("E", HALF + 18, "R")],
    900_037: [("A", 900_037, "D")],
    900_038: [("A", 900_038, "L"), ("A", 900_038, "L")],
    900_039: [],
    900_042: [("A", 900_042, "L"), ("T", None, None)],
    900_043: [("A", 900_043, "L"), ("R", None, "R")],
}
ONLY_5_0 = {900_043}


async def entered(client: OuchClient, quantity: int) -> None:
    client.enter(1, "B", quantity, 10)


@pytest.mark.parametrize("quantity", EXPECTED)
@pytest.mark.parametrize("version", NASDAQ)
async def test_messages_of_a_trigger(quantity: int, version: str) -> None:
    async with ouch_trading(version, trigger_delay_s=0.0) as (client, _, _, _):
        await entered(client, quantity)
        for expected in EXPECTED[quantity]:
            if version == "4.2" and quantity in ONLY_5_0 and expected[0] == "R":
                continue
            code, token, size, kind = await client.told()
            assert (code, token) == (expected[0], 1)
            assert (size, kind) == expected[1:] or code == "J"
        client.enter(2, "B", 1, 10)
        assert await client.told() == ("A", 2, 1, "L")


@pytest.mark.parametrize("version", [*NASDAQ, "JNX"])
@pytest.mark.parametrize("quantity", [quantity for quantity in TRIGGERS if quantity not in (900_021, 900_022, 900_023)])
async def test_no_trigger_upsets_a_venue(quantity: int, version: str) -> None:
    async with ouch_trading(version, trigger_delay_s=0.0) as (client, venue, _, _):
        await entered(client, quantity)
        client.replace(1, 2, 800_000, 11)
        client.cancel(1)
        client.cancel(2)
        venue.desk.halted.clear()
        client.enter(3, "S", 1, 10_000, **({"stock": "AAPL"} if version == "4.2" else {}))
        while (await client.told())[1] != 3:
            pass


@pytest.mark.parametrize("version", NASDAQ)
async def test_a_repeated_fill_has_one_match_number(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        await entered(client, 900_018)
        _, fill, again = [await client.receive() for _ in range(3)]
        assert fill["match_number"] == again["match_number"]


@pytest.mark.parametrize("version", NASDAQ)
async def test_a_fill_of_a_token_nobody_has_sent(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        await entered(client, 900_019)
        await client.told()
        code, token, size, _ = await client.told()
        assert (code, size) == ("E", 100)
        assert token not in (1, "T1")


async def test_a_corrected_trade_where_there_is_a_message_for_it() -> None:
    async with ouch_trading("4.2") as (client, _, _, _):
        await entered(client, 900_030)
        assert [(await client.told())[0] for _ in range(4)] == ["A", "E", "F", "B"]
    async with ouch_trading("5.0") as (client, _, _, _):
        await entered(client, 900_030)
        assert [(await client.told())[0] for _ in range(3)] == ["A", "E", "B"]


@pytest.mark.parametrize("version", NASDAQ)
@pytest.mark.parametrize(
    ("quantity", "answers"),
    [
        (900_013, [("I", 1)]),
        (900_024, [("E", 1)]),
        (900_025, [("E", 1), ("C", 1)]),
        (900_028, []),
        (900_040, [("P", 1), ("I", 1)]),
        (900_041, [("P", 1), ("C", 1)]),
    ],
)
async def test_answers_to_cancels(version: str, quantity: int, answers: list[tuple[str, int]]) -> None:
    async with ouch_trading(version, trigger_delay_s=0.0) as (client, _, _, _):
        await entered(client, quantity)
        await client.told()
        client.cancel(1)
        assert [(await client.told())[:2] for _ in answers] == answers
        client.enter(2, "B", 1, 10)
        assert (await client.told())[:2] == ("A", 2)


@pytest.mark.parametrize("version", NASDAQ)
@pytest.mark.parametrize(
    ("quantity", "answers"),
    [(900_014, [("J", 2)]), (900_026, [("E", 1), ("U", 2)]), (900_027, [("E", 1)]), (900_028, [])],
)
async def test_answers_to_replaces(version: str, quantity: int, answers: list[tuple[str, int]]) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        await entered(client, quantity)
        await client.told()
        client.replace(1, 2, 800_000, 11)
        assert [(await client.told())[:2] for _ in answers] == answers
        client.enter(3, "B", 1, 10)
        assert (await client.told())[:2] == ("A", 3)


@pytest.mark.parametrize("version", NASDAQ)
@pytest.mark.parametrize("quantity", [900_021, 900_022])
async def test_a_connection_cut_after_the_order_was_accepted(version: str, quantity: int) -> None:
    async with ouch_trading(version) as (client, _, _, port):
        await entered(client, quantity)
        with pytest.raises((ConnectionError, OSError)):
            await client.packet()
        await client.log_in(port, number=client.number)
        assert await client.told() == ("A", 1, quantity, "L")


@pytest.mark.parametrize("version", NASDAQ)
async def test_a_connection_cut_before_the_order_came_in(version: str) -> None:
    async with ouch_trading(version) as (client, venue, face, port):
        await entered(client, 900_023)
        with pytest.raises((ConnectionError, OSError)):
            await client.packet()
        assert venue.orders == []
        await client.log_in(port, number=client.number)
        await entered(client, 900_023)  # sent again: the token is still unused
        assert await client.told() == ("A", 1, 900_023, "L")
        assert face.account(USER).lost == set()


@pytest.mark.parametrize("version", NASDAQ)
async def test_an_order_lost_while_the_connection_lives(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        await entered(client, 900_039)
        client.cancel(1)
        await entered(client, 900_039)
        assert await client.told() == ("A", 1, 900_039, "L")
        assert len(venue.orders) == 1
