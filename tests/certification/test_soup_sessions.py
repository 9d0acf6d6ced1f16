"""SoupBinTCP's server side in a simulated venue: login, replay, heartbeats, end of session, restarts, and bad bytes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ouch_client import PASSWORD, TIMEOUT_S, USER, OuchClient, SoupClient, login, ouch_trading, ouch_venue

from fairlead.certification.venues.soup import PacketSplitter, SoupFault, SoupSettings, packet

ACCOUNT = {USER: PASSWORD}
ENV = {"SOUP_PASSWORD": PASSWORD}


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    def utc_ns(self) -> int:
        return 1_800_000_000_000_000_000 + int(self.now_s * 1e9)


async def told(port: int, data: bytes) -> list[tuple[str, bytes]]:
    """Return all that a venue says to these bytes until it closes."""
    client = SoupClient()
    await client.connect(port)
    client.send_bytes(data)
    said = await client.closed()
    await client.close()
    return said


async def until_gone(face: Any) -> None:
    """Wait until the venue has seen that nobody is connected."""
    async with asyncio.timeout(TIMEOUT_S):
        while face.server.connections:
            await asyncio.sleep(0)


async def test_login_is_answered_as_the_document_says() -> None:
    async with ouch_venue("5.0") as (_, _, port):
        client = SoupClient()
        await client.connect(port)
        client.send_bytes(login())
        assert await client.packet() == ("A", b"0000000007" + b" " * 19 + b"1")
        assert (await client.packet())[0] == "S"
        await client.close()


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"password": "WRONG"}, b"A"),
        ({"password": ""}, b"A"),
        ({"user": "NOBODY"}, b"A"),
        ({"user": ""}, b"A"),
        ({"session": "OTHER"}, b"S"),
        ({"number": "12x"}, b"S"),
        ({"number": -1}, b"S"),
    ],
)
async def test_logins_that_are_refused(parts: dict[str, Any], reason: bytes) -> None:
    async with ouch_venue("5.0") as (_, _, port):
        assert await told(port, login(**parts)) == [("J", reason)]


@pytest.mark.parametrize("parts", [{"user": "user01", "password": "secret"}, {"session": "0000000007"}, {"number": ""}])
async def test_logins_without_regard_to_case_or_with_a_session(parts: dict[str, Any]) -> None:
    async with ouch_venue("5.0") as (_, _, port):
        client = SoupClient()
        assert (await client.log_in(port, **parts))[0] == "0000000007"
        await client.close()


async def test_a_user_who_is_connected_can_not_log_in_again() -> None:
    async with ouch_trading("5.0") as (_, _, face, port):
        assert await told(port, login()) == [("J", b"S")]
        assert "is connected already" in face.server.faults[0]


@pytest.mark.parametrize(("number", "first"), [(1, 1), (2, 2), (4, 4), (0, 4), (99, 4)])
async def test_replay_starts_where_it_is_asked_for(number: int, first: int) -> None:
    async with ouch_trading("5.0") as (client, _, face, port):
        client.enter(1, "B", 100, 10)
        client.cancel(1)
        await client.told()
        await client.told()
        stream = face.account(USER).stream.messages
        await client.close()
        await until_gone(face)
        assert await client.log_in(port, number=number) == ("0000000007", first)
        assert [await client.receive_bytes() for _ in range(4 - first)] == stream[first - 1 :]
        client.enter(2, "B", 1, 10)
        assert await client.told() == ("A", 2, 1, "L")


async def test_a_number_beyond_the_end_may_be_refused() -> None:
    settings = SoupSettings(credentials=ACCOUNT, beyond_end="reject")
    async with ouch_venue("5.0", soup=settings) as (_, _, port):
        assert await told(port, login(number=3)) == [("J", b"S")]
        client = SoupClient()
        assert (await client.log_in(port, number=2))[1] == 2
        await client.close()


async def test_reports_wait_for_a_user_who_is_away() -> None:
    async with ouch_trading("5.0") as (client, venue, face, port):
        client.enter(1, "B", 100, 10)
        await client.told()
        face.disconnect(USER)
        with pytest.raises((ConnectionError, OSError)):
            await client.packet()
        venue.unsolicited_cancel(venue.orders[0])
        await client.log_in(port, number=client.number)
        assert await client.told() == ("C", 1, 100, "S")


async def test_heartbeats_when_nothing_was_said_for_a_second() -> None:
    clock = HandClock()
    async with ouch_trading("5.0", clock=clock) as (client, _, face, _):
        for _ in range(3):
            clock.now_s += 0.99
            face.tick()
            clock.now_s += 0.01
            face.tick()
            assert await client.packet(with_heartbeats=True) == ("H", b"")


async def test_a_silent_client_is_cut_after_15_seconds_and_heartbeats_keep_it() -> None:
    clock = HandClock()
    async with ouch_trading("5.0", clock=clock) as (client, venue, face, _):
        for token in (1, 2):
            clock.now_s += 14.9
            face.tick()
            client.send_bytes(b"\x00\x01R")
            client.enter(token, "B", 1, 10)
            assert (await client.told())[0] == "A"
        clock.now_s += 15
        face.tick()
        venue.end_turn()
        assert await client.closed() == []
        assert "nothing received for 15 s" in face.server.faults[0]


async def test_a_connection_without_login_is_cut_after_30_seconds() -> None:
    clock = HandClock()
    async with ouch_venue("5.0", clock=clock) as (venue, face, port):
        client = SoupClient()
        await client.connect(port)
        client.send_bytes(b"\x00\x06+debug")
        async with asyncio.timeout(TIMEOUT_S):
            while not face.server.connections:
                await asyncio.sleep(0)
        face.tick()
        clock.now_s += 30
        face.tick()
        venue.end_turn()
        assert await client.closed() == []
        await client.close()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x00", "packet length 0 received"),
        (b"\x00\x01?", "'?' received before login"),
        (b"\x00\x01R", "'R' received before login"),
        (b"\x00\x02Ux", "'U' received before login"),
        (b"\x00\x03Lxx", "LoginRequest of 2 bytes"),
        (login() + b"\x00\x00", "packet length 0 received"),
        (login() + login(), "'L' received after login"),
        (login() + b"\x00\x02Sx", "'S' received after login"),
    ],
)
async def test_bytes_that_are_no_conversation_end_it(data: bytes, said: str) -> None:
    async with ouch_venue("5.0") as (_, face, port):
        await told(port, data)
        assert said in face.server.faults[0]
        client = OuchClient("5.0")  # others are not touched
        await until_gone(face)
        await client.log_in(port)
        assert (await client.told())[0] == "S"
        await client.close()


async def test_a_longest_packet_is_waited_for() -> None:
    async with ouch_trading("5.0") as (client, _, face, _):
        client.send_bytes(b"\xff\xffU" + bytes(65_534))
        client.enter(1, "B", 1, 10)
        assert (await client.told())[0] == "A"
        assert len(face.ignored) == 1


async def test_logout_closes_at_once() -> None:
    async with ouch_trading("5.0") as (client, _, _, _):
        client.send_bytes(b"\x00\x01O")
        assert await client.closed() == []


async def test_debug_packets_pass_both_ways() -> None:
    async with ouch_trading("5.0") as (client, venue, face, _):
        client.send_bytes(b"\x00\x06+hello")
        client.enter(1, "B", 1, 10)
        assert (await client.told())[0] == "A"
        face.server.send_debug("good morning")
        assert await client.packet() == ("+", b"good morning")


async def test_the_end_of_a_session_and_the_next() -> None:
    async with ouch_trading("5.0") as (client, _, face, port):
        client.enter(1, "B", 100, 10)
        await client.told()
        face.system_event("E")
        face.end_session()
        assert [(await client.told())[::3] for _ in range(2)] == [("S", "E"), ("C", "E")]
        assert await client.closed() == [("Z", b"")]
        await until_gone(face)
        assert await told(port, login(session="0000000007")) == [("J", b"S")]
        assert await client.log_in(port) == ("0000000008", 1)
        assert (await client.told())[::3] == ("S", "S")
        client.enter(1, "B", 100, 10)  # a new day's tokens
        assert await client.told() == ("A", 1, 100, "L")


async def test_cancel_on_disconnect() -> None:
    async with ouch_trading("5.0", cancel_on_disconnect=True) as (client, venue, face, port):
        client.enter(1, "B", 100, 10)
        await client.told()
        face.disconnect(USER, reset=True)
        assert not venue.orders[0].is_open
        await until_gone(face)
        await client.log_in(port, number=3)
        assert await client.told() == ("C", 1, 100, "Z")


async def test_a_restarted_venue_replays_the_same_stream(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    async with ouch_trading("5.0", state_path=state) as (client, _, face, _):
        client.enter(5, "B", 100, 10)
        client.enter(6, "S", 40, 10)
        client.send("D", user_ref_num=7, firm="OUTS")
        for _ in range(5):
            await client.told()
        before = list(face.account(USER).stream.messages)
    async with ouch_trading("5.0", state_path=state, session="") as (client, venue, face, _):
        assert client.session == "0000000007"
        assert [await client.receive_bytes() for _ in before[1:]] == before[1:]
        client.enter(7, "B", 100, 10)  # used, if not by an order
        client.enter(8, "B", 100, 10, firm="OUTS")
        client.cancel(5)
        assert await client.told() == ("J", 8, None, 12)
        assert await client.told() == ("C", 5, 60, "U")
        assert len(face.ignored) == 1
        assert venue.book["MSFT"].best_bid is None


async def test_a_killed_venue_knows_all_that_it_has_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUP_PASSWORD", PASSWORD)

    async def start() -> tuple[asyncio.subprocess.Process, int]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fairlead.certification.venues.commands", "ouch", "--version", "4.2"),
            *("--state", str(tmp_path / "venue.db"), "--credential", f"{USER}=env:SOUP_PASSWORD"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        return process, int((await process.stdout.readline()).decode().rpartition(":")[2])

    async with asyncio.timeout(6 * TIMEOUT_S):
        process, port = await start()
        client = OuchClient("4.2")
        await client.log_in(port)
        for token in range(1, 201):
            client.enter(token, "BS"[token % 2], 100, 10)
        said = [await client.receive_bytes() for _ in range(150)]
        process.kill()
        await process.wait()
        said += [payload for kind, payload in await client.closed() if kind == "S"]
        await client.close()
        process, port = await start()
        assert (await client.log_in(port))[1] == 1
        assert [await client.receive_bytes() for _ in said] == said
        await client.close()
        process.terminate()
        assert await process.wait() == 0


@given(st.lists(st.tuples(st.sampled_from("LUROSH+"), st.binary(max_size=40)), max_size=8), st.data())
def test_packets_are_the_same_however_they_are_cut(packets: list[tuple[str, bytes]], data: st.DataObject) -> None:
    stream = b"".join(packet(kind, payload) for kind, payload in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    splitter, found = PacketSplitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    assert found == packets


def test_a_packet_has_at_most_65534_bytes_of_payload() -> None:
    assert packet("S", bytes(65_534))[:3] == b"\xff\xffS"
    with pytest.raises(SoupFault, match="65535 bytes"):
        packet("S", bytes(65_535))
