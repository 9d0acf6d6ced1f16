"""Stand between the gateway and a venue, pass everything on, and count what the gateway sends beside heartbeats."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

_FIX_FRAME = re.compile(rb"8=FIX.*?\x0110=\d{3}\x01", re.DOTALL)
_FIX_TYPE = re.compile(rb"\x0135=([^\x01]+)\x01")


def _cut_fix(data: bytearray) -> list[bytes]:
    found = [match[0] for match in _FIX_FRAME.finditer(data)]
    del data[: sum(map(len, found))]
    return found


def _fix_type(frame: bytes) -> bytes:
    said = _FIX_TYPE.search(frame)
    return said[1] if said is not None else b""


def _cut_soup(data: bytearray) -> list[bytes]:
    found = []
    while len(data) >= 2 and len(data) >= (size := 2 + int.from_bytes(data[:2], "big")):
        found.append(bytes(data[:size]))
        del data[:size]
    return found


@dataclass(frozen=True, slots=True)
class Framing:
    """How a venue's stream is cut, and which kinds of frames are what.

    ``own`` are the session's: heartbeats and logons; ``orders`` ask for a change, ``questions`` (of the gateway) and
    ``reports`` (of the venue) account for orders after a break.
    """

    cut: Callable[[bytearray], list[bytes]]
    kind: Callable[[bytes], bytes]
    own: frozenset[bytes]
    questions: frozenset[bytes] = frozenset()
    reports: frozenset[bytes] = frozenset()


FIX = Framing(_cut_fix, _fix_type, frozenset((b"0", b"1", b"A")), questions=frozenset((b"H", b"AF")))
SOUP = Framing(_cut_soup, lambda frame: frame[2:3], frozenset((b"L", b"R")), reports=frozenset((b"S",)))


class ByteTap:
    """Listen for the gateway, connect on to the venue; ``frames`` is what it sent, without heartbeats and logons.

    While ``is_silent``, nothing passes that would account for orders: questions to a FIX venue, reports of an OUCH one.
    """

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.frames: list[bytes] = []
        self.port = 0
        self.is_silent = False
        self.connections = 0
        self._pending = bytearray()
        self._venue_port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def bytes_received(self) -> int:
        """Return how many bytes of requests came, those of a frame that is not whole yet included."""
        return sum(map(len, self.frames)) + len(self._pending)

    async def start(self, venue_port: int) -> None:
        """Listen on a port of the system's choice, before the venue that stands behind ``venue_port``."""
        self._venue_port = venue_port
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End the gateway's connection."""
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._pending.clear()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._venue_port)
            try:
                await asyncio.gather(
                    _pass_on(reader, there_writer, self._from_gateway),
                    _pass_on(there_reader, writer, partial(self._from_venue, bytearray())),
                )
            finally:
                writer.close()
                there_writer.close()
        self._tasks.discard(task)

    def _from_gateway(self, data: bytes) -> bytes:
        self._pending += data
        frames = self.framing.cut(self._pending)
        self.frames += [frame for frame in frames if self.framing.kind(frame) not in self.framing.own]
        return self._passed(frames, self.framing.questions)

    def _from_venue(self, pending: bytearray, data: bytes) -> bytes:
        pending += data
        return self._passed(self.framing.cut(pending), self.framing.reports)

    def _passed(self, frames: list[bytes], kinds: frozenset[bytes]) -> bytes:
        return b"".join(frame for frame in frames if not self.is_silent or self.framing.kind(frame) not in kinds)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Callable[[bytes], bytes]) -> None:
    while data := await reader.read(65536):
        writer.write(look(data))
        await writer.drain()
    writer.close()
