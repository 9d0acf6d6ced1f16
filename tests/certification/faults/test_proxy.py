"""The proxy carries both directions, spoils what it is told to, and cuts as a broken line would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from fairlead.certification.faults.faults import Fault
from fairlead.certification.faults.line import FaultLine
from fairlead.certification.faults.proxy import FaultProxy

LIMIT_S = 20
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[..., Awaitable[Streams]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connect through a proxy, with these faults each way, to a server that echoes until the end."""
    proxies: list[FaultProxy] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1000):
                writer.write(data)
            writer.write(b"bye")
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def make(outward: tuple[Fault, ...] = (), inward: tuple[Fault, ...] = ()) -> Streams:
        proxy = FaultProxy("127.0.0.1", port, lambda _: FaultLine(outward), lambda _: FaultLine(inward))
        proxies.append(proxy)
        return await asyncio.open_connection("127.0.0.1", await proxy.start())

    yield make
    for proxy in proxies:
        await proxy.stop()
    server.close()


async def read(reader: asyncio.StreamReader, count: int = -1) -> bytes:
    async with asyncio.timeout(LIMIT_S):
        return await (reader.readexactly(count) if count >= 0 else reader.read())


async def test_both_directions_and_the_end_pass(connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(b"hello")
    assert await read(reader, 5) == b"hello"
    writer.write_eof()
    assert await read(reader) == b"bye"


async def test_slices_and_delays_change_nothing_in_the_end(connect: Connect) -> None:
    faults = (Fault("slice", size=3), Fault("delay", ms=1, jitter_ms=3))
    reader, writer = await connect(faults, faults)
    writer.write(bytes(range(256)))
    writer.write_eof()
    assert await read(reader) == bytes(range(256)) + b"bye"


async def test_cut_by_fin_within_a_message(connect: Connect) -> None:
    reader, writer = await connect((), (Fault("cut", size=2),))
    writer.write(b"hello")
    assert await read(reader) == b"he"


async def test_cut_by_rst(connect: Connect) -> None:
    reader, writer = await connect((Fault("cut", how="rst"),))
    writer.write(b"hello")
    with pytest.raises(ConnectionResetError):
        await read(reader)


async def test_black_hole_neither_answers_nor_ends(connect: Connect) -> None:
    reader, writer = await connect((Fault("blackhole"),))
    writer.write(b"hello")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)


async def test_target_that_is_not_there_resets() -> None:
    proxy = FaultProxy("127.0.0.1", 1)
    reader, _ = await asyncio.open_connection("127.0.0.1", await proxy.start())
    with pytest.raises(ConnectionResetError):
        await read(reader)
    await proxy.stop()
