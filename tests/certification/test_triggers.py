"""Quantity triggers, one by one: the reports that each makes a venue send."""

from __future__ import annotations

from pathlib import Path

import pytest
from fix_client import FixClient, order, trading

from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.triggers import FIRST_QUANTITY, LAST_QUANTITY, TRIGGERS

PROFILES = {"4.2": VenueProfile(version="4.2"), "4.4": VenueProfile(version="4.4")}
FILL_42 = {"F": ("1", "2"), "H": ("0", "1", "4"), "G": ("1", "2")}

# ExecType (FIX 4.4), OrdStatus and CumQty as a part of the order, of each report that the order alone brings about.
HALF, ALL = "half", "all"
EXPECTED: dict[int, list[tuple[str, str, str]]] = {
    900_001: [("8", "8", "0")],
    900_002: [("0", "0", "0")],
    900_003: [("0", "0", "0"), ("F", "1", HALF)],
    900_004: [("0", "0", "0"), ("F", "1", HALF), ("F", "2", ALL)],
    900_005: [("F", "1", HALF), ("0", "1", HALF)],
    900_006: [("F", "2", ALL), ("0", "2", ALL)],
    900_007: [("0", "0", "0")],
    900_008: [],
    900_009: [("0", "0", "0"), ("4", "4", "0")],
    900_010: [("0", "0", "0"), ("F", "1", HALF), ("4", "4", HALF)],
    900_011: [("0", "0", "0"), ("F", "2", ALL), ("H", "4", "0")],
    900_012: [("0", "0", "0"), ("F", "2", ALL), ("G", "2", ALL)],
    900_015: [("0", "0", "0"), ("D", "0", "0")],
    900_016: [("0", "0", "0"), ("F", "1", HALF), ("3", "3", HALF)],
    900_017: [("0", "0", "0"), ("C", "C", "0")],
    900_018: [("0", "0", "0"), ("F", "1", HALF), ("F", "1", HALF)],
    900_020: [("A", "A", "0"), ("0", "0", "0")],
    900_029: [("0", "0", "0"), ("F", "2", ALL), ("F", "2", "900129")],
    900_030: [("0", "0", "0"), ("F", "2", ALL), ("G", "2", ALL), ("H", "4", "0")],
    900_031: [("0", "0", "0"), ("F", "1", HALF), ("4", "4", HALF), ("H", "4", "0")],
    900_035: [("0", "0", "0"), ("F", "2", ALL)],
    900_036: [("0", "0", "0"), ("4", "4", "0"), ("F", "4", HALF)],
}


@pytest.fixture(params=["4.2", "4.4"])
def profile(request: pytest.FixtureRequest) -> VenueProfile:
    return PROFILES[request.param]


async def sent(client: FixClient, quantity: int, cl_ord_id: str = "T1") -> None:
    client.send("D", order(cl_ord_id, "1", quantity, "10"))


def test_all_triggers_are_in_the_reserved_range() -> None:
    assert all(FIRST_QUANTITY <= quantity <= LAST_QUANTITY for quantity in TRIGGERS)


@pytest.mark.parametrize("quantity", EXPECTED)
async def test_reports_of_a_trigger(quantity: int, profile: VenueProfile) -> None:
    async with trading(profile, trigger_delay_s=0.0) as (client, simulator, _):
        await sent(client, quantity)
        for exec_type, status, part in EXPECTED[quantity]:
            report = await client.receive("8")
            cum = {HALF: quantity // 2, ALL: quantity}.get(part, int(part) if part.isdigit() else 0)
            assert (report[11], report[39], report[14]) == ("T1", status, str(cum))
            if profile.is_fix42:
                assert report[150] in FILL_42.get(exec_type, (exec_type,))
                assert report[20] == {"H": "1", "G": "2"}.get(exec_type, "0")
            else:
                assert (report[150], 20 in report) == (exec_type, False)
            leaves = int(report[38]) - cum if status in "01A" else 0
            assert report[151] == str(max(leaves, 0))
        await client.synchronise()


async def test_a_corrected_and_busted_fill_names_its_execution(profile: VenueProfile) -> None:
    async with trading(profile) as (client, simulator, _):
        await sent(client, 900_030)
        _, fill, corrected, busted = [await client.receive("8") for _ in range(4)]
        assert corrected[19] == busted[19] == fill[17]
        assert len({fill[17], corrected[17], busted[17]}) == 3
        assert (fill[31], corrected[31], corrected[6], busted[6]) == ("10", "10.01", "10.01", "0")
        assert simulator.executions[0].is_busted


async def test_a_repeated_fill_has_the_same_exec_id(profile: VenueProfile) -> None:
    async with trading(profile) as (client, simulator, _):
        await sent(client, 900_018)
        _, fill, again = [await client.receive("8") for _ in range(3)]
        assert fill[17] == again[17]
        assert fill[34] != again[34]
        assert len(simulator.executions) == 1


async def test_a_fill_of_an_order_nobody_sent(profile: VenueProfile) -> None:
    async with trading(profile) as (client, simulator, _):
        await sent(client, 900_019)
        ack, stranger = await client.receive("8"), await client.receive("8")
        assert (ack[11], stranger[39], stranger[32]) == ("T1", "2", "100")
        assert stranger[11] not in ("T1", "")
        assert len(simulator.orders) == 1


@pytest.mark.parametrize(
    ("quantity", "request_type", "reports", "reject_reason"),
    [
        (900_013, "F", [], "2"),
        (900_014, "G", [], "2"),
        (900_024, "F", [("F", ALL)], "0"),
        (900_025, "F", [("F", HALF), ("4", HALF)], ""),
        (900_026, "G", [("F", HALF), ("5", HALF)], ""),
        (900_027, "G", [("F", ALL)], "0"),
        (900_028, "F", [], ""),
        (900_028, "G", [], ""),
    ],
)
async def test_answers_to_requests(
    quantity: int, request_type: str, reports: list[tuple[str, str]], reject_reason: str
) -> None:
    async with trading(PROFILES["4.4"]) as (client, _, _):
        await sent(client, quantity)
        await client.receive("8")
        client.send(request_type, order("T2", "1", quantity + 10, "10", t41="T1"))
        for exec_type, part in reports:
            report = await client.receive("8")
            assert (report[150], report[14]) == (exec_type, str(quantity // 2 if part is HALF else quantity))
        if reject_reason:
            reject = await client.receive("9")
            assert (reject[11], reject[41], reject[102]) == ("T2", "T1", reject_reason)
            assert reject[434] == ("1" if request_type == "F" else "2")
        await client.synchronise()


@pytest.mark.parametrize("quantity", [900_021, 900_022])
async def test_a_connection_cut_after_the_order_was_accepted(quantity: int) -> None:
    async with trading(PROFILES["4.4"]) as (client, _, port):
        await sent(client, quantity)
        with pytest.raises(ConnectionError):
            await client.receive("8")
        await client.log_on(port)
        client.send("2", {7: "1", 16: "0"})
        assert (await client.receive("4"))[36] == "2"
        report = await client.receive("8")
        assert (report[11], report[39], report[43], report[34]) == ("T1", "0", "Y", "2")


async def test_a_connection_reset_before_the_order_came_in() -> None:
    async with trading(PROFILES["4.4"]) as (client, simulator, port):
        await sent(client, 900_023)
        with pytest.raises(ConnectionError):
            await client.receive("8")
        assert simulator.orders == []
        await client.log_on(port)
        assert (await client.receive("2"))[7] == "2"
        resent = order("T1", "1", 900_023, "10") | {43: "Y", 122: order("", "1", 1)[60]}
        client.send("D", resent, seq=2)
        assert (await client.receive("8"))[39] == "0"


async def test_a_lost_acknowledgement_can_be_asked_for() -> None:
    async with trading(PROFILES["4.4"]) as (client, _, _):
        await sent(client, 900_032)
        fill = await client.receive("8")
        assert (fill[150], fill[34]) == ("F", "3")
        client.send("2", {7: "2", 16: "2"})
        ack = await client.receive("8")
        assert (ack[150], ack[34], ack[43]) == ("0", "2", "Y")


@pytest.mark.parametrize(("quantity", "msg_type"), [(900_033, "j"), (900_034, "3")])
async def test_an_order_refused_as_a_message(quantity: int, msg_type: str) -> None:
    async with trading(PROFILES["4.4"]) as (client, simulator, _):
        await sent(client, quantity)
        reject = await client.receive(msg_type)
        assert (reject[45], reject[372]) == ("2", "D")
        assert simulator.orders == []


def test_the_documented_table_is_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    for quantity, trigger in TRIGGERS.items():
        assert f"| {quantity} | {trigger.description} |" in text
