"""Order entry over OUCH 4.2, 5.0 and JNX's: dialogues over a raw socket with a simulated venue."""

from __future__ import annotations

import pytest
from ouch_client import OuchClient, ouch_trading

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.market_maker import Quote

VERSIONS = ["4.2", "5.0", "JNX"]
NASDAQ = ["4.2", "5.0"]
SYMBOL = {"4.2": "MSFT", "5.0": "MSFT", "JNX": "7203"}


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def silence(client: OuchClient, token: int) -> None:
    """Prove that nothing more was said: the next answer is the one to a new order."""
    client.enter(token, "B", 1, 1)
    assert await client.told() == ("A", token, 1, "L")


async def test_an_order_is_accepted_and_trades(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 300, 10)
        client.enter(2, "B", 100, 10)
        assert await client.told() == ("A", 1, 300, "L")
        assert await client.told() == ("A", 2, 100, "L")
        assert await client.told() == ("E", 1, 100, "A")
        assert await client.told() == ("E", 2, 100, "R")
        assert [order.leaves // UNITS for order in venue.orders] == [200, 0]
        assert len({execution.match_number for execution in venue.executions}) == 1


async def test_accepted_repeats_the_order_4_2_to_the_byte() -> None:
    async with ouch_trading("4.2") as (client, venue, _, _):
        client.enter(1, "T", 300, 410.25, minimum_quantity=0, customer_type="R", capacity="?", display="A")
        data = await client.receive_bytes()
        reference = venue.orders[0].terms.reference
        assert data[9:] == (
            b"T1            T"
            + b"\x00\x00\x01\x2cMSFT    \x00\x3e\x99\x64\x00\x01\x86\x9fFIRMA"
            + reference.to_bytes(8, "big")
            + b"ON\x00\x00\x00\x00NL "
        )
        assert 0 <= int.from_bytes(data[1:9], "big") < 86_400_000_000_000


async def test_accepted_repeats_the_order_5_0_with_its_options() -> None:
    async with ouch_trading("5.0") as (client, venue, _, _):
        client.enter(1, "B", 300, 410.25, firm="ABCD", max_floor=100, user_ref_idx=0)
        data = await client.receive_bytes()
        reference = venue.orders[0].terms.reference
        assert data[9:] == (
            b"\x00\x00\x00\x01B\x00\x00\x01\x2cMSFT    "
            + (4_102_500).to_bytes(8, "big")
            + b"0Y"
            + reference.to_bytes(8, "big")
            + b"ANNLC1            "
            + b"\x00\x0f\x05\x02ABCD\x05\x05\x00\x00\x00\x64\x02\x1c\x00"
        )


async def test_immediate_orders_end_what_does_not_trade(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 300, 10, time_in_force="3" if version == "5.0" else 0)
        gists = [await client.told() for _ in range(5)]
        assert gists[2:] == [("E", 1, 100, "A"), ("E", 2, 100, "R"), ("C", 2, 200, "I")]


async def test_time_in_force_in_seconds() -> None:
    async with ouch_trading("4.2") as (client, venue, _, _):
        client.enter(1, "S", 100, 10, time_in_force=30)
        await client.told()
        now_ns = venue.clock.utc_ns()
        assert 29 < (venue.orders[0].terms.expires_utc_ns - now_ns) / 1e9 <= 30
        venue.book["MSFT"].expire(now_ns + 31_000_000_000)
        venue.end_turn()
        assert await client.told() == ("C", 1, 100, "T")


async def test_a_used_token_is_ignored(version: str) -> None:
    async with ouch_trading(version) as (client, venue, face, _):
        client.enter(1, "S", 100, 10)
        client.enter(1, "B", 200, 10)
        client.cancel(1)
        client.enter(1, "S", 100, 10)
        assert await client.told() == ("A", 1, 100, "L")
        assert await client.told() == ("C", 1, 100, "U")
        await silence(client, 2)
        assert len(face.ignored) == 2


@pytest.mark.parametrize("version", ["5.0", "JNX"])
async def test_numbers_must_rise(version: str) -> None:
    async with ouch_trading(version) as (client, _, face, _):
        client.enter(7, "S", 100, 10)
        client.enter(6, "S", 100, 10)
        assert await client.told() == ("A", 7, 100, "L")
        await silence(client, 8)
        assert "expected more than 7" in face.ignored[0]


async def test_channels_of_numbers_are_apart() -> None:
    async with ouch_trading("5.0") as (client, _, _, _):
        client.enter(7, "S", 100, 10)
        client.enter(1, "S", 100, 10, user_ref_idx=3)
        client.send("X", user_ref_num=1, quantity=0, user_ref_idx=3)
        client.send("Q", user_ref_idx=3)
        client.send("Q")
        await client.told()
        for code in "AC":
            message = await client.receive(code)
            assert (message["user_ref_num"], message["user_ref_idx"]) == (1, 3)
        answer = await client.receive("Q")
        assert (answer["next_user_ref_num"], answer["user_ref_idx"]) == (2, 3)
        answer = await client.receive("Q")
        assert answer["next_user_ref_num"] == 8
        assert "user_ref_idx" not in answer


async def test_a_partial_cancel_keeps_the_place(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 300, 10)
        client.enter(2, "S", 300, 10)
        client.cancel(1, 120)
        client.cancel(1, 500)  # superfluous: ignored
        client.enter(3, "B", 200, 10)
        gists = [await client.told() for _ in range(8)]
        assert gists[2] == ("C", 1, 180, "U")
        assert gists[4:] == [("E", 1, 120, "A"), ("E", 3, 120, "R"), ("E", 2, 80, "A"), ("E", 3, 80, "R")]


async def test_a_cancel_of_what_is_dead_or_unknown_is_ignored(version: str) -> None:
    async with ouch_trading(version) as (client, _, face, _):
        client.enter(1, "S", 100, 10)
        for token in (1, 1, 9):
            client.cancel(token)
        assert [(await client.told())[0] for _ in range(2)] == ["A", "C"]
        await silence(client, 2)
        assert len(face.ignored) == 2


async def test_a_replace_loses_its_place_and_counts_the_chain(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 300, 10)
        client.enter(2, "B", 100, 10)
        client.enter(3, "S", 50, 10)
        client.replace(1, 4, 250, 10)
        client.enter(5, "B", 60, 10)
        gists = [await client.told() for _ in range(11)]
        assert gists[5] == ("U", 4, 150, "L")  # 250 in all, 100 have executed
        assert gists[7:] == [("E", 3, 50, "A"), ("E", 5, 50, "R"), ("E", 4, 10, "A"), ("E", 5, 10, "R")]
        client.cancel(1)  # an old token
        client.cancel(4, 200)  # of the chain
        assert await client.told() == ("C", 4, 50, "U")
        assert venue.orders[0].leaves // UNITS == 90


async def test_replaced_names_both_tokens_and_a_new_reference(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 300, 10)
        before = await client.receive("A")
        client.replace(1, 2, 200, 11)
        message = await client.receive("U")
        previous = "orig_user_ref_num" if version == "5.0" else "previous_order_token"
        assert message[previous] == ("T1" if version == "4.2" else 1)
        reference = "order_number" if version == "JNX" else "order_reference_number"
        assert message[reference] == venue.orders[0].terms.reference != before[reference]
        assert (message["price"], venue.orders[0].terms.price) == (11 * UNITS, 11 * UNITS)


async def test_a_replace_of_what_is_dead_is_ignored(version: str) -> None:
    async with ouch_trading(version) as (client, _, face, _):
        client.enter(1, "S", 100, 10)
        client.cancel(1)
        client.replace(1, 2, 100, 11)
        client.replace(9, 3, 100, 11)
        assert [(await client.told())[0] for _ in range(2)] == ["A", "C"]
        await silence(client, 4)
        assert len(face.ignored) == 2


async def test_a_replace_with_a_used_token_is_ignored(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "S", 100, 10)
        client.replace(1, 2, 100, 11)
        assert [(await client.told())[0] for _ in range(2)] == ["A", "A"]
        await silence(client, 3)
        assert venue.orders[0].terms.price == 10 * UNITS


async def test_invalid_details_of_a_replace_cancel_the_order(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "S", 100, 10)
        client.replace(1, 3, 100, 0)
        client.replace(2, 3, 100, 11)  # so the token is free
        assert [await client.told() for _ in range(4)][2:] == [("C", 1, 100, "U"), ("U", 3, 100, "L")]


async def test_a_replace_to_what_has_executed_cancels_the_rest(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 40, 10)
        client.replace(1, 3, 40, 10)
        assert [await client.told() for _ in range(5)][4] == ("C", 1, 60, "U")


async def test_a_replace_that_can_not_be_is_rejected_and_uses_its_token(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 900_014, 10)
        client.replace(1, 2, 900_020, 11)
        client.enter(2, "S", 100, 10)
        assert await client.told() == ("A", 1, 900_014, "L")
        assert await client.told() == ("J", 2, None, 21 if version == "5.0" else "O")
        await silence(client, 3)
        assert venue.orders[0].is_open


REJECTS = {
    "quantity": ({"shares": 0}, "Z", {"quantity": 0}, 19),
    "a million": ({"shares": 1_000_000}, "Z", {"quantity": 1_000_000}, 19),
    "symbol": ({"stock": "NONE"}, "S", {"symbol": "NONE"}, 23),
    "price": ({"price": 0}, "X", {"price": 0}, 29),
    "price above the highest": ({"price": 200_000 * UNITS}, "X", {"price": 200_001 * UNITS}, 29),
    "display": ({"display": "?"}, "D", {"display": "?"}, 3),
    "cross": ({"cross_type": "S"}, "R", {"cross_type": "S"}, 20),
    "minimum": ({"minimum_quantity": 101}, "N", {"min_qty": 101}, 13),
    "side": ({"side": "?"}, "O", {"side": "?"}, 9),
    "shown part": ({"shares": 0}, "Z", {"max_floor": 101}, 4),
    "time in force": ({"shares": 0}, "Z", {"time_in_force": "6"}, 15),
}


@pytest.mark.parametrize("what", REJECTS)
@pytest.mark.parametrize("version", NASDAQ)
async def test_rejects_have_their_reason_and_use_the_token(what: str, version: str) -> None:
    from fairlead.certification.venues.profile import VenueProfile

    change_42, reason_42, change_50, reason_50 = REJECTS[what]
    profile = VenueProfile(symbols=frozenset({"MSFT"}), whole_quantities=True)
    async with ouch_trading(version, profile=profile) as (client, _, _, _):
        is_42 = version == "4.2"
        client.enter(1, "B", 100, 10, **(change_42 if is_42 else change_50))
        client.enter(1, "B", 100, 10)
        assert await client.told() == ("J", 1, None, reason_42 if is_42 else reason_50)
        await silence(client, 2)


async def test_a_market_order_takes_what_there_is(version: str) -> None:
    price = {"4.2": 0x7FFFFFFF * 10**4, "5.0": 2_000_000_000 * 10**4, "JNX": 0x7FFFFFFF * 10**7}[version]
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 150, 1, price=price)
        await client.told()
        accepted = await client.receive("A")
        assert accepted["price"] == price
        assert [(await client.told()) for _ in range(3)] == [("E", 1, 100, "A"), ("E", 2, 100, "R"), ("C", 2, 50, "I")]


@pytest.mark.parametrize("version", NASDAQ)
async def test_hidden_orders_trade_after_shown_ones(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 100, 10, display="N")
        client.enter(2, "S", 100, 10)
        client.enter(3, "B", 150, 10)
        gists = [await client.told() for _ in range(7)]
        assert gists[3:] == [("E", 2, 100, "A"), ("E", 3, 100, "R"), ("E", 1, 50, "J"), ("E", 3, 50, "R")]
        assert venue.book["MSFT"].shown_levels(is_buy=False) == []


async def test_a_post_only_order_that_would_trade_is_cancelled(version: str) -> None:
    extra = {"post_only": "P"} if version == "5.0" else {"display": "P"}
    async with ouch_trading(version) as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 100, 10, **extra)
        gists = [await client.told() for _ in range(3)]
        assert gists[1:] == [("A", 2, 100, "L"), ("C", 2, 100, "O" if version == "JNX" else "G")]


async def test_orders_of_one_user_that_meet(version: str) -> None:
    async with ouch_trading(version, self_match="cancel_newest") as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 150, 10)
        await client.told()
        await client.told()
        message = await client.receive("D")
        names = ("quantity_prevented_from_trading", "execution_price")
        assert [message[name] for name in names] == [100, 10 * UNITS]
        quantity = "decrement_quantity" if version == "JNX" else "decrement_shares"
        assert message[quantity] == 150
        await silence(client, 3)


async def test_a_reserve_order_is_restated_when_its_next_part_shows() -> None:
    async with ouch_trading("5.0") as (client, venue, _, _):
        client.enter(1, "S", 300, 10, max_floor=100)
        client.enter(2, "B", 100, 10)
        assert [(await client.told())[0] for _ in range(4)] == ["A", "A", "E", "E"]
        message = await client.receive("R")
        order = venue.orders[0]
        assert (message["reason"], message["user_ref_num"]) == ("R", 1)
        assert message["secondary_ord_ref_num"] == order.terms.reference
        assert (message["display_quantity"], message["display_price"]) == (100, 10 * UNITS)


@pytest.mark.parametrize("version", NASDAQ)
async def test_modify(version: str) -> None:
    name, token = ("order_token", "T1") if version == "4.2" else ("user_ref_num", 1)
    shares = "shares" if version == "4.2" else "quantity"
    async with ouch_trading(version) as (client, venue, face, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 30, 10)
        client.send("M", **{name: token, "side": "T", shares: 90})
        client.send("M", **{name: token, "side": "B", shares: 90})  # no such transition
        client.send("M", **{name: token, "side": "T", shares: 91})  # more than there is
        assert [await client.told() for _ in range(5)][4] == ("M", 1, 60, "T")
        await silence(client, 3)
        assert venue.orders[0].side == "5"
        assert len(face.ignored) == 2


async def test_trade_now_is_answered_while_the_order_lives() -> None:
    async with ouch_trading("4.2") as (client, _, _, _):
        client.enter(1, "S", 100, 10)
        client.send("N", order_token="T1")
        client.send("N", order_token="T9")
        assert [(await client.told())[:2] for _ in range(2)] == [("A", 1), ("N", 1)]
        await silence(client, 2)


async def test_mass_cancel_by_symbol_side_and_firm() -> None:
    async with ouch_trading("5.0") as (client, _, _, _):
        client.enter(1, "S", 10, 10, firm="AAAA")
        client.enter(2, "B", 10, 9, firm="AAAA")
        client.enter(3, "S", 10, 10, firm="BBBB")
        client.enter(4, "S", 10, 10, firm="AAAA", symbol="AAPL")
        client.send("C", user_ref_num=5, firm="AAAA", symbol="MSFT", side="S")
        gists = [await client.told() for _ in range(6)]
        assert gists[4:] == [("X", 5, None, None), ("C", 1, 10, "U")]
        client.send("C", user_ref_num=6, firm="", symbol="")
        gists = [await client.told() for _ in range(4)]
        assert [gist[:2] for gist in gists] == [("X", 6), ("C", 2), ("C", 3), ("C", 4)]


async def test_order_entry_is_disabled_and_enabled_by_firm() -> None:
    async with ouch_trading("5.0") as (client, _, _, _):
        client.send("D", user_ref_num=1, firm="AAAA")
        client.enter(2, "B", 10, 9, firm="AAAA")
        client.enter(3, "B", 10, 9, firm="BBBB")
        client.send("E", user_ref_num=4, firm="AAAA")
        client.enter(5, "B", 10, 9, firm="AAAA")
        gists = [await client.told() for _ in range(5)]
        assert [gist[:2] for gist in gists] == [("G", 1), ("J", 2), ("A", 3), ("K", 4), ("A", 5)]
        assert gists[1][3] == 12


async def test_a_halt_refuses_orders_and_lets_cancels_through(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 100, 10)
        await client.told()
        venue.halt(SYMBOL[version])
        client.enter(2, "B", 100, 10)
        client.replace(1, 3, 50, 10)
        client.cancel(1)
        halted = 7 if version == "5.0" else "H"
        gists = [await client.told() for _ in range(3)]
        assert gists == [("J", 2, None, halted), ("J", 3, None, halted), ("C", 1, 100, "U")]
        venue.resume(SYMBOL[version])
        await silence(client, 4)


@pytest.mark.parametrize("version", NASDAQ)
async def test_a_broken_trade_gives_nothing_back(version: str) -> None:
    async with ouch_trading(version) as (client, venue, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 40, 10)
        fills = [await client.receive() for _ in range(4)][2:]
        venue.bust(venue.executions[0].exec_id)
        message = await client.receive("B")
        assert (message["match_number"], message["reason"]) == (fills[0]["match_number"], "S")
        assert venue.orders[0].leaves // UNITS == 60


async def test_a_corrected_trade_4_2() -> None:
    async with ouch_trading("4.2") as (client, venue, _, _):
        client.enter(1, "S", 100, 10)
        client.enter(2, "B", 40, 10)
        fills = [await client.receive() for _ in range(4)][2:]
        venue.correct(venue.executions[1].exec_id, 40 * UNITS, 11 * UNITS)
        message = await client.receive("F")
        assert (message["match_number"], message["execution_price"]) == (fills[1]["match_number"], 11 * UNITS)


async def test_the_house_trades_with_users(version: str) -> None:
    quotes = (Quote.read(f"{SYMBOL[version]}:10:0.2:100"),)
    async with ouch_trading(version, quotes=quotes) as (client, _, _, _):
        client.enter(1, "B", 30, 10.1)
        assert await client.told() == ("A", 1, 30, "L")
        assert await client.told() == ("E", 1, 30, "R")


async def test_orders_of_two_users_trade_and_each_hears_of_its_own(version: str) -> None:
    async with ouch_trading(version) as (client, _, _, port):
        other = OuchClient(version)
        await other.log_in(port, user="user02", password="secret")
        assert (await other.told())[0] == "S"
        client.enter(1, "S", 100, 10)
        assert (await client.told())[0] == "A"
        other.enter(1, "B", 100, 10)
        assert [(await other.told())[:2] for _ in range(2)] == [("A", 1), ("E", 1)]
        assert await client.told() == ("E", 1, 100, "A")
        await other.close()


async def test_what_is_no_message_is_ignored(version: str) -> None:
    async with ouch_trading(version) as (client, _, face, _):
        for payload in (b"", b"?", b"O" + bytes(20), b"X" + bytes(2)):
            client.send_bytes((len(payload) + 1).to_bytes(2, "big") + b"U" + payload)
        await silence(client, 1)
        assert len(face.ignored) == 4
