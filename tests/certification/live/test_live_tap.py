"""The tap: what passes, what does not, and who reads it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from certificates import Authority, client_side, server_side

from fairlead.certification.gateway.fix_line import bind
from fairlead.certification.live.tap import Tap


class Ears:
    """Keep what was read."""

    def __init__(self) -> None:
        self.outward = self.inward = b""
        self.ups = self.downs = 0

    def link_up(self) -> None:
        self.ups += 1

    def link_down(self) -> None:
        self.downs += 1

    def from_gateway(self, data: bytes) -> None:
        self.outward += data

    def from_venue(self, data: bytes) -> None:
        self.inward += data


class Venue:
    """Say what it is told to."""

    def __init__(self) -> None:
        self.came = b""
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with contextlib.suppress(OSError):
            while data := await reader.read(1000):
                self.came += data
        writer.close()

    def say(self, data: bytes) -> None:
        self.writers[-1].write(data)


@contextlib.asynccontextmanager
async def _tapped(
    server: ssl.SSLContext | None = None, client: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Venue, Tap, Ears]]:
    venue, ears = Venue(), Ears()
    listening = await asyncio.start_server(venue.serve, "127.0.0.1", 0, ssl=server)
    tap = Tap(bind(("127.0.0.1", 0)), listening.sockets[0].getsockname()[:2], client)
    tap.ears = ears
    await tap.open()
    try:
        yield venue, tap, ears
    finally:
        await tap.close()
        listening.close()


async def _until(holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0)


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_both_directions_pass_and_are_read(tmp_path: Path, is_tls: bool) -> None:
    authority = Authority(tmp_path, "authority") if is_tls else None
    contexts = (server_side(authority.certificate("venue")), client_side(authority)) if authority else ()
    async with _tapped(*contexts) as (venue, tap, ears):
        reader, writer = await asyncio.open_connection(*tap.address)
        writer.write(b"order")
        await _until(lambda: venue.came == b"order")
        venue.say(b"report")
        assert await reader.readexactly(6) == b"report"
        assert (ears.outward, ears.inward, ears.ups, tap.is_connected) == (b"order", b"report", 1, True)
        writer.close()
        await _until(lambda: not tap.is_connected)
        assert ears.downs == 1


async def test_a_certificate_of_another_authority_is_a_failure(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    async with _tapped(server_side(theirs.certificate("venue")), client_side(ours)) as (_, tap, _):
        await asyncio.open_connection(*tap.address)
        await _until(lambda: "CERTIFICATE_VERIFY_FAILED" in tap.failure)


async def test_what_is_withheld_is_read_and_does_not_pass() -> None:
    async with _tapped() as (venue, tap, ears):
        reader, writer = await asyncio.open_connection(*tap.address)
        await _until(lambda: tap.is_connected and venue.writers)
        tap.is_withholding = True
        venue.say(b"ack")
        await _until(lambda: ears.inward == b"ack")
        await tap.cut(reset=False)
        assert await reader.read() == b""
        writer.close()


async def test_what_is_held_passes_when_it_is_released() -> None:
    async with _tapped() as (venue, tap, ears):
        reader, writer = await asyncio.open_connection(*tap.address)
        await _until(lambda: tap.is_connected and venue.writers)
        tap.is_holding = True
        venue.say(b"ack")
        await _until(lambda: ears.inward == b"ack")
        tap.write_to_gateway(b"x")
        assert await reader.readexactly(1) == b"x"
        tap.release()
        assert await reader.readexactly(3) == b"ack"
        writer.close()


async def test_silence_is_neither_passed_on_nor_read() -> None:
    async with _tapped() as (venue, tap, ears):
        _, writer = await asyncio.open_connection(*tap.address)
        await _until(lambda: tap.is_connected and venue.writers)
        tap.is_deaf, before_s = True, tap.last_s
        writer.write(b"order")
        await _until(lambda: tap.last_s > before_s)
        assert (ears.outward, venue.came) == (b"", b"")
        await tap.cut(reset=True)
        writer.close()


async def test_a_cut_is_one_on_both_sides_and_who_comes_is_refused_until_it_is_over() -> None:
    async with _tapped() as (venue, tap, _):
        reader, writer = await asyncio.open_connection(*tap.address)
        writer.write(b"order")
        await _until(lambda: venue.came == b"order")
        await tap.refuse()
        await tap.cut(reset=True)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*tap.address)
        await tap.open()
        _, again = await asyncio.open_connection(*tap.address)
        again.write(b"!")
        await _until(lambda: venue.came == b"order!")
        writer.close()
        again.close()


async def test_pieces_arrive_whole() -> None:
    async with _tapped() as (venue, tap, _):
        reader, writer = await asyncio.open_connection(*tap.address)
        await _until(lambda: tap.is_connected and venue.writers)
        tap.slice_bytes = 2
        venue.say(b"0123456789")
        assert await reader.readexactly(10) == b"0123456789"
        writer.close()
