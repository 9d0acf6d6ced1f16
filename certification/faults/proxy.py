"""Stand between two programs on TCP and spoil what they say, each direction in its own way."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from functools import partial

from fairlead.certification.faults.line import FaultLine
from fairlead.certification.faults.pump import FaultPump

MakeLine = Callable[[int], FaultLine]
"""Makes the line of a connection, by the connection's number."""


def clear_line(number: int) -> FaultLine:
    """Return a line without faults."""
    return FaultLine()


class FaultProxy:
    """Accept connections and pass each on to a target; ``outward`` is towards the target, ``inward`` back.

    A fault that cuts ends both sides of a connection; an end that a program makes itself passes on in its direction.
    """

    def __init__(self, host: str, port: int, outward: MakeLine = clear_line, inward: MakeLine = clear_line) -> None:
        self._target = (host, port)
        self._make_lines = (outward, inward)
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self.count = 0
        self.port = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen and return the port."""
        self._server = await asyncio.start_server(self._accept, host, port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        """End all connections and stop listening."""
        if self._server is not None:
            self._server.close()
        for pair in list(self._pairs):
            pair.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.count = self.count, self.count + 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _abort(writer)
            return
        outward, inward = (make(number) for make in self._make_lines)
        pair = _Pair((writer, far_writer))
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                pair.carry(reader, FaultPump(outward, far_writer.write, partial(pair.end, far_writer))),
                pair.carry(far_reader, FaultPump(inward, writer.write, partial(pair.end, writer))),
            )
        finally:
            self._pairs.discard(pair)
            pair.close()


class _Pair:
    """The two connections of one that passes through."""

    def __init__(self, writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        self._writers = writers
        self._pumps: list[FaultPump] = []

    async def carry(self, reader: asyncio.StreamReader, pump: FaultPump) -> None:
        """Take one direction's bytes until they end, and see the end come out."""
        self._pumps.append(pump)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                pump.put(data)
        pump.put_end("eof")
        await pump.over.wait()

    def end(self, writer: asyncio.StreamWriter, how: str) -> None:
        """End one direction where its sender closed it, and everything where a fault cuts it."""
        if how == "eof":
            with contextlib.suppress(OSError, RuntimeError):
                writer.write_eof()
        elif how == "rst":
            self.abort()
        else:
            self.close()

    def close(self) -> None:
        """End both connections by FIN."""
        for pump in self._pumps:
            pump.stop()
        for writer in self._writers:
            writer.close()

    def abort(self) -> None:
        """End both connections by RST."""
        for pump in self._pumps:
            pump.stop()
        for writer in self._writers:
            _abort(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    """Cut a connection by RST."""
    sock: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
