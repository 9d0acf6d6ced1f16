"""Hold one TCP connection to the engine under test: bytes out as the case wants them, whole messages in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from fairlead.certification.model.results import WireRecord
from fairlead.certification.venues.wire import FrameSplitter, WireMessage


@dataclass(slots=True)
class Received:
    """One thing that came from the engine: a message, bytes that are none (``garbled``), or the end (``closed``)."""

    kind: str
    message: WireMessage | None = None
    text: str = ""
    at_s: float = 0.0
    record: WireRecord | None = field(default=None, repr=False)

    @property
    def msg_type(self) -> str:
        """Return the MsgType of a message, "" otherwise."""
        return self.message.msg_type if self.message is not None else ""


class Link(asyncio.Protocol):
    """One connection. What arrives is kept from the first byte on; ``hear`` hands it over, the past first."""

    def __init__(self, made: Callable[[Link], object] | None = None) -> None:
        self.past: list[Received] = []
        self.is_closed = False
        self._made = made
        self._hearer: Callable[[Received], object] | None = None
        self._splitter = FrameSplitter()
        self._transport: asyncio.Transport | None = None
        self._told_garbled = 0
        self.raw_in = bytearray()
        self.closed = asyncio.Event()

    def hear(self, hearer: Callable[[Received], object]) -> None:
        """Hand everything to somebody, what came before too."""
        self._hearer = hearer
        for received in self.past:
            hearer(received)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Cut bytes into messages."""
        if len(self.raw_in) < 4096:
            self.raw_in += data
        messages = self._splitter.feed(data)
        for reason in self._splitter.garbled[self._told_garbled :]:
            self._tell(Received("garbled", text=reason))
        self._told_garbled = len(self._splitter.garbled)
        for message in messages:
            self._tell(Received("message", message))
        if messages and self._made is not None:
            made, self._made = self._made, None
            made(self)

    def eof_received(self) -> bool:
        """Keep our side open: the case decides."""
        self._end("closed by the engine (FIN)")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end("cut by the engine (RST)" if exc is not None else "closed")
        self.closed.set()

    def _end(self, text: str) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._tell(Received("closed", text=text))

    def _tell(self, received: Received) -> None:
        received.at_s = asyncio.get_running_loop().time()
        self.past.append(received)
        if self._hearer is not None:
            self._hearer(received)

    def write(self, data: bytes) -> None:
        """Send bytes as they are; into a closed connection they go nowhere."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def end(self, how: str) -> None:
        """Close the connection now, by FIN or RST."""
        transport = self._transport
        if transport is None:
            return
        if how != "rst":
            transport.close()
            return
        sock: socket.socket = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def close(self, how: str = "fin") -> None:
        """End the connection by FIN, and see the engine's end, or at once by RST."""
        transport = self._transport
        if transport is None:
            return
        if how == "rst":
            self.end("rst")
        elif not transport.is_closing():
            if not self.is_closed and transport.can_write_eof():
                with contextlib.suppress(OSError):
                    transport.write_eof()
                await self._wait_end(1.0)
            transport.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closed.wait(), 1.0)

    async def _wait_end(self, limit_s: float) -> None:
        deadline = asyncio.get_running_loop().time() + limit_s
        while not self.is_closed and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.005)
