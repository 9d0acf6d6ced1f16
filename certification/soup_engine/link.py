"""Hold one TCP connection with the engine: bytes out as the case wants them, packets in as they come."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from fairlead.certification.venues.soup import PacketSplitter, SoupFault

CLOSED = "closed"
FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Got:
    """One thing that came: a packet by its type, bytes that are none (``fault``), the end (``closed``)."""

    code: str
    payload: bytes
    at_s: float


class Link(asyncio.Protocol):
    """One connection. Everything is kept in ``inbox``; ``hear`` has somebody told of it too, the past first."""

    def __init__(self, made: Callable[[Link], object] | None = None) -> None:
        self.inbox: list[Got] = []
        self.news = asyncio.Event()
        self.is_closed = False
        self.written_s = self._now_s()
        self.first_bytes = b""
        self._made = made
        self._hear: Callable[[Got], object] | None = None
        self._splitter: PacketSplitter | None = PacketSplitter()
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()

    def hear(self, hearer: Callable[[Got], object]) -> None:
        """Tell somebody of everything, what came before too."""
        self._hear = hearer
        for got in self.inbox:
            hearer(got)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Cut bytes into packets; what follows bytes that are none is not looked at."""
        self.first_bytes += data[: 64 - len(self.first_bytes)] if len(self.first_bytes) < 64 else b""
        if self._splitter is None:
            return
        try:
            packets = self._splitter.feed(data)
        except SoupFault as fault:
            self._splitter = None
            self._note(FAULT, str(fault).encode())
            return
        for code, payload in packets:
            self._note(code, payload)
        if packets and self._made is not None:
            made, self._made = self._made, None
            made(self)

    def eof_received(self) -> bool:
        """Keep our side open: the case decides when it closes."""
        self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end()
        self._lost.set()

    def _end(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._note(CLOSED, b"")

    def _note(self, code: str, payload: bytes) -> None:
        got = Got(code, payload, self._now_s())
        self.inbox.append(got)
        if self._hear is not None:
            self._hear(got)
        self.news.set()

    def write(self, data: bytes) -> None:
        """Send bytes as they are; into a closed connection they go nowhere."""
        if self._transport is not None and not self._transport.is_closing():
            self.written_s = self._now_s()
            self._transport.write(data)

    async def close(self, how: str = "fin") -> None:
        """End our side by FIN and give the engine a moment to end its own, or end all at once by RST."""
        transport = self._transport
        if transport is None:
            return
        if how == "rst":
            with contextlib.suppress(OSError):
                raw: socket.socket = transport.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        elif not transport.is_closing():
            with contextlib.suppress(OSError):
                transport.write_eof()
            await self._wait_for_end()
            transport.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._lost.wait(), 1.0)

    async def _wait_for_end(self) -> None:
        deadline = self._now_s() + 1.0
        while not self.is_closed and self._now_s() < deadline:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), 0.1)
