"""Hold one TCP connection with an engine: bytes out as a case wants them, the end of either side."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

_END_S = 1.0
"""How long an engine may take to end its side when we have ended ours."""


class RemoteLink(asyncio.Protocol):
    """One connection. What comes is the protocol's business: ``data_received`` and ``ended``."""

    def __init__(self) -> None:
        self.is_closed = False
        self.lost = asyncio.Event()
        self._ended = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def ended(self, text: str) -> None:
        """Take note that the engine has ended its side; ``text`` says how. Called once."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def eof_received(self) -> bool:
        """Keep our side open: the case decides when it closes."""
        self._end("closed by the engine (FIN)")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end("cut by the engine (RST)" if exc is not None else "closed")
        self.lost.set()

    def _end(self, text: str) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._ended.set()
            self.ended(text)

    @property
    def is_closing(self) -> bool:
        """Tell whether nothing can be sent: not begun, or ended by us."""
        return self._transport is None or self._transport.is_closing()

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
        with contextlib.suppress(OSError):
            raw: socket.socket = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def close(self, how: str = "fin") -> None:
        """End our side by FIN and give the engine a moment to end its own, or end all at once by RST."""
        transport = self._transport
        if transport is None:
            return
        if how == "rst":
            self.end("rst")
        elif not transport.is_closing():
            if not self.is_closed and transport.can_write_eof():
                with contextlib.suppress(OSError):
                    transport.write_eof()
                await _wait(self._ended)
            transport.close()
        await _wait(self.lost)


async def _wait(event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), _END_S)
