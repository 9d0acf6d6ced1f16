"""Session dialogues with a simulated venue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fix_client import TIMEOUT_S, FixClient, order, stamp_in, trading, venue
from simplefix_frames import stamp

from fairlead.certification.venues.profile import VenueProfile

FIX42 = VenueProfile(version="4.2")
FIX44 = VenueProfile(version="4.4")


@pytest.fixture(params=[FIX42, FIX44], ids=["4.2", "4.4"])
def profile(request: pytest.FixtureRequest) -> VenueProfile:
    chosen: VenueProfile = request.param
    return chosen


async def test_logon_is_answered_with_its_heartbeat_interval(profile: VenueProfile) -> None:
    async with venue(profile) as (_, port):
        client = FixClient(profile.version, "ANYONE", "VENUE")
        answer = await client.log_on(port)
        assert (answer[8], answer[34], answer[49], answer[56], answer[108]) == (
            profile.begin_string,
            "1",
            "VENUE",
            "ANYONE",
            "30",
        )
        await client.close()


@pytest.mark.parametrize(
    "header", [{"begin": "FIX.4.3"}, {"target": "OTHER"}, {"sender": "STRANGER"}], ids=lambda header: next(iter(header))
)
async def test_a_logon_for_nobody_here_is_closed_without_a_word(header: dict[str, str]) -> None:
    async with venue(FIX44, counterparties=frozenset({"CLIENT"})) as (_, port):
        client = FixClient("4.4", "CLIENT", "VENUE")
        await client.connect(port)
        client.send("A", {98: "0", 108: "30"}, **header)
        assert await client.closed() == []


async def test_a_first_message_that_is_no_logon_is_closed_without_a_word() -> None:
    async with venue(FIX44) as (_, port):
        client = FixClient("4.4", "CLIENT", "VENUE")
        await client.connect(port)
        client.send("0", {})
        assert await client.closed() == []


async def test_a_second_connection_is_refused_and_the_first_lives() -> None:
    async with trading(FIX44) as (client, _, port):
        second = FixClient("4.4", "CLIENT", "VENUE")
        await second.connect(port)
        second.send("A", {98: "0", 108: "30"})
        assert await second.closed() == []
        await client.synchronise()


@pytest.mark.parametrize(("password", "accepted"), [("right", True), ("wrong", False), ("", False)])
async def test_credentials(password: str, accepted: bool) -> None:
    async with venue(FIX44, credentials={"joe": "right"}) as (_, port):
        client = FixClient("4.4", "CLIENT", "VENUE")
        await client.connect(port)
        client.send("A", {98: "0", 108: "30", 553: "joe"} | ({554: password} if password else {}))
        answer = await client.receive()
        assert answer[35] == ("A" if accepted else "5")
        if not accepted:
            assert "right" not in answer[58]
            assert await client.closed() == []
        await client.close()


async def test_logons_can_be_refused() -> None:
    async with venue(FIX44) as (simulator, port):
        simulator.refuse_logons("closed for the holidays")
        client = FixClient("4.4", "CLIENT", "VENUE")
        await client.connect(port)
        client.send("A", {98: "0", 108: "30"})
        assert (await client.receive("5"))[58] == "closed for the holidays"
        assert await client.closed() == []


async def test_a_test_request_is_echoed_and_a_logout_answered(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("1", {112: "PING"})
        assert (await client.receive("0"))[112] == "PING"
        client.send("5", {})
        await client.receive("5")
        assert await client.closed() == []


async def test_heartbeats_then_a_test_request_then_the_end() -> None:
    async with venue(FIX44) as (_, port):
        client = FixClient("4.4", "CLIENT", "VENUE")
        await client.connect(port)
        client.send("A", {98: "0", 108: "1"})
        await client.receive("A")
        said = [message[35] for message in await client.closed()]
        assert said[:2] == ["0", "1"]
        assert set(said) == {"0", "1"}


async def test_messages_behind_a_gap_wait_and_are_asked_for_once(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        for number in (3, 4, 5):
            client.send("D", order(f"G{number}", "1", 100, "10"), seq=number)
        request = await client.receive("2")
        assert (request[7], request[16]) == ("2", "0")
        client.send("4", {43: "Y", 122: stamp(), 123: "Y", 36: "3"}, seq=2)
        for number in (3, 4, 5):
            assert (await client.receive("8"))[11] == f"G{number}"
        client.next_out = 6
        await client.synchronise()


async def test_a_logon_with_a_high_number_is_answered_then_asked_for() -> None:
    async with venue(FIX44) as (_, port):
        client = FixClient("4.4", "CLIENT", "VENUE")
        client.next_out = 5
        await client.log_on(port)
        assert (await client.receive("2"))[7] == "1"
        client.send("4", {43: "Y", 122: stamp(), 123: "Y", 36: "6"}, seq=1)
        await client.synchronise()
        await client.close()


async def test_a_low_number_ends_the_session() -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("0", {}, seq=1)
        assert (await client.receive("5"))[58] == "MsgSeqNum too low, expecting 2 but received 1"
        assert await client.closed() == []


async def test_a_resend_marks_duplicates_and_fills_gaps_over_admin_messages(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("D", order("R1", "1", 100, "10"))
        first = await client.receive("8")
        await client.synchronise()
        client.send("D", order("R2", "1", 100, "10"))
        await client.receive("8")
        client.send("2", {7: "1", 16: "0"})
        gap, again, gap2, again2 = [await client.receive() for _ in range(4)]
        assert [(m[35], m[34], m[43]) for m in (gap, again, gap2, again2)] == [
            ("4", "1", "Y"),
            ("8", "2", "Y"),
            ("4", "3", "Y"),
            ("8", "4", "Y"),
        ]
        assert (gap[123], gap[36], gap2[36]) == ("Y", "2", "4")
        assert again[122] == first[52]
        same = {tag for tag in first if tag not in (9, 10, 52)}
        assert {tag: first[tag] for tag in same} == {tag: again[tag] for tag in same}
        await client.synchronise()


async def test_a_possible_duplicate_already_seen_is_ignored() -> None:
    async with trading(FIX44) as (client, simulator, _):
        client.send("D", order("P1", "1", 100, "10"))
        await client.receive("8")
        client.send("D", order("P1", "1", 100, "10") | {43: "Y", 122: stamp()}, seq=2)
        await client.synchronise()
        assert len(simulator.orders) == 1


@pytest.mark.parametrize(
    ("extra", "reason", "tag"),
    [({43: "Y"}, "1", "122"), ({43: "Y", 122: stamp_in(3600)}, "10", "122")],
    ids=["no 122", "122 later"],
)
async def test_possible_duplicates_that_are_wrong(extra: dict[int, str], reason: str, tag: str) -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("D", order("P1", "1", 100, "10") | extra)
        reject = await client.receive("3")
        assert (reject[371], reject[373], reject[372]) == (tag, reason, "D")
        await client.synchronise()


@pytest.mark.parametrize(
    ("header", "reason"), [({"sender": "WRONG"}, "9"), ({"target": "WRONG"}, "9"), ({"sent": stamp_in(-300)}, "10")]
)
async def test_a_wrong_header_is_rejected_and_ends_the_session(header: dict[str, str], reason: str) -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("0", {}, **header)
        assert (await client.receive("3"))[373] == reason
        await client.receive("5")
        assert await client.closed() == []


async def test_sequence_resets() -> None:
    async with trading(FIX44) as (client, _, _):
        client.send("4", {123: "N", 36: "10"}, seq=77)
        client.next_out = 10
        await client.synchronise()
        client.send("4", {123: "N", 36: "5"}, seq=1)
        reject = await client.receive("3")
        assert (reject[371], reject[373]) == ("36", "5")
        client.send("4", {123: "Y", 36: "3"})
        assert (await client.receive("3"))[371] == "36"
        await client.synchronise()


async def test_garbled_frames_are_dropped_without_counting() -> None:
    async with trading(FIX44) as (client, simulator, _):
        frame = client.frame("0", {}, seq=2)
        client.send_bytes(frame[:-4] + b"000\x01" if frame[-4:-1] != b"000" else frame[:-4] + b"001\x01")
        client.send_bytes(b"junk")
        client.send_bytes(client.frame("D", order("B1", "1", 100, "10"))[:-5])
        client.next_out = 2
        await client.synchronise()
        assert any("CheckSum" in reason for reason in simulator.garbled)


async def test_unknown_and_unsupported_message_types(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("ZZ", {58: "?"})
        assert (await client.receive("3"))[373] == "11"
        client.send("B", {148: "news"})
        reject = await client.receive("j")
        assert (reject[45], reject[372], reject[380]) == ("3", "B", "3")


async def test_a_reset_logon_starts_both_directions_at_one() -> None:
    async with trading(FIX44) as (client, _, port):
        client.send("D", order("R1", "1", 100, "10"))
        await client.receive("8")
        await client.close()
        again = FixClient("4.4", "CLIENT", "VENUE")
        answer = await again.log_on(port, t141="Y")
        assert (answer[34], answer[141]) == ("1", "Y")
        await again.synchronise()
        await again.close()


async def test_next_expected_number_brings_what_was_missed() -> None:
    async with trading(FIX44) as (client, simulator, port):
        client.send("D", order("N1", "1", 100, "10"))
        await client.receive("8")
        simulator.disconnect("CLIENT")
        simulator.unsolicited_cancel(simulator.orders[0])
        answer = await client.log_on(port, t789="3")
        assert (answer[34], answer[789]) == ("4", "4")
        missed = await client.receive("8")
        assert (missed[34], missed[39], missed[43]) == ("3", "4", "Y")
        await client.synchronise()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition holds."""
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0)


async def test_held_output_comes_later_and_numbers_stay_right() -> None:
    async with trading(FIX44) as (client, simulator, _):
        simulator.hold_output(True)
        client.send("D", order("H1", "1", 100, "10"))
        client.send("D", order("H2", "1", 100, "10"))
        await until(lambda: len(simulator.orders) == 2)
        assert len(simulator.sessions["CLIENT"].outbox) == 2
        simulator.hold_output(False)
        assert [(await client.receive("8"))[34] for _ in range(2)] == ["2", "3"]


async def test_reading_can_be_paused() -> None:
    async with trading(FIX44) as (client, simulator, port):
        simulator.pause_reading(True)
        client.send("1", {112: "LATER"})
        turns = iter(range(100))
        await until(lambda: next(turns) == 99)
        assert simulator.sessions["CLIENT"].record.next_in == 2
        simulator.pause_reading(False)
        assert (await client.receive("0"))[112] == "LATER"


async def test_sessions_of_several_counterparties_are_apart() -> None:
    async with trading(FIX44) as (client, simulator, port):
        other = FixClient("4.4", "OTHER", "VENUE")
        await other.log_on(port)
        client.send("D", order("X1", "1", 100, "10"))
        other.send("D", order("X1", "2", 100, "10"))
        for each in (client, other):
            assert (await each.receive("8"))[11] == "X1"
            assert (await each.receive("8"))[39] == "2"
        await other.close()
        assert sorted(simulator.sessions) == ["CLIENT", "OTHER"]
