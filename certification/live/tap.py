"""Stand between a gateway and a venue's test environment: read what passes, and be the link's troubles."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from typing import Protocol

from fairlead.certification.gateway.fix_line import bind

CONNECT_S = 10.0
PIECE_PAUSE_S = 0.0005


class Ears(Protocol):
    """Who reads what passes."""

    def link_up(self) -> None:
        """Begin anew: another connection."""

    def link_down(self) -> None:
        """Note the end of a connection."""

    def from_gateway(self, data: bytes) -> None:
        """Read what the gateway sent."""

    def from_venue(self, data: bytes) -> None:
        """Read what the venue sent."""


class Tap:
    """One listening address, and one connection to the target for each that is accepted there.

    ``is_deaf``: nothing passes either way, nor is it read. ``is_withholding``: what the venue says is read and does not
    pass. ``is_holding``: it waits. ``failure`` says why the target could not be reached.
    """

    def __init__(self, bound: socket.socket, target: tuple[str, int], tls: ssl.SSLContext | None = None) -> None:
        self.address: tuple[str, int] = bound.getsockname()[:2]
        self.is_deaf = self.is_withholding = self.is_holding = False
        self.slice_bytes = 0
        self.failure = ""
        self.last_s = time.monotonic()
        self.ears: Ears | None = None
        self._target = target
        self._tls = tls
        self._bound: socket.socket | None = bound
        self._server: asyncio.Server | None = None
        self._writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter] | None = None
        self._inward = bytearray()
        self._writing: asyncio.Task[None] | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def is_connected(self) -> bool:
        """Tell whether a gateway is connected through to the venue."""
        return self._writers is not None

    async def open(self) -> None:
        """Listen."""
        if self._server is None:
            bound, self._bound = self._bound or bind(self.address), None
            self._server = await asyncio.start_server(self._serve, sock=bound)

    async def refuse(self) -> None:
        """Listen no more: whoever connects is refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._bound = bind(self.address)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            async with asyncio.timeout(CONNECT_S):
                name = self._target[0] if self._tls else None
                far = await asyncio.open_connection(*self._target, ssl=self._tls, server_hostname=name)
        except (OSError, TimeoutError) as error:
            self.failure = str(error) or f"no answer within {CONNECT_S:g} s"
            self._wake()
            writer.transport.abort()
            self._serving.discard(task)
            return
        try:
            await self._carry(reader, writer, *far)
        except asyncio.CancelledError:
            pass
        finally:
            self._serving.discard(task)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        self._drop()
        pair = self._writers = (writer, far_writer)
        self._inward.clear()
        self.failure = ""
        if self.ears is not None:
            self.ears.link_up()
        ways = [asyncio.create_task(self._outward(reader, far_writer)), asyncio.create_task(self._inwards(far_reader))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for each in (writer, far_writer):
                each.close()
            if self._writers is pair:
                self._forget()

    async def _outward(self, reader: asyncio.StreamReader, far_writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                self.last_s = time.monotonic()
                if not self.is_deaf:
                    # read first: what it makes of the link's troubles must hold before the venue can answer
                    if self.ears is not None:
                        self.ears.from_gateway(data)
                    far_writer.write(data)

    async def _inwards(self, far_reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await far_reader.read(65_536):
                self.last_s = time.monotonic()
                if self.is_deaf:
                    continue
                if self.ears is not None:
                    self.ears.from_venue(data)
                if not self.is_withholding:
                    self._inward += data
                    self._pass_on()

    def _pass_on(self) -> None:
        if self._writers is None or self.is_holding or not self._inward:
            return
        if self.slice_bytes:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._write_pieces(self._writers[0]))
            return
        self._writers[0].write(bytes(self._inward))
        self._inward.clear()

    async def _write_pieces(self, writer: asyncio.StreamWriter) -> None:
        while self._inward and not writer.is_closing():
            size = self.slice_bytes or len(self._inward)
            writer.write(bytes(self._inward[:size]))
            del self._inward[:size]
            self.last_s = time.monotonic()
            await asyncio.sleep(PIECE_PAUSE_S)

    def release(self) -> None:
        """Pass on what was held."""
        self.is_holding = False
        self._pass_on()

    def write_to_gateway(self, data: bytes) -> None:
        """Say something to the gateway that the venue has not said."""
        if self._writers is not None:
            self._writers[0].write(data)

    async def cut(self, *, reset: bool) -> None:
        """End the connection on both sides, by RST or by FIN."""
        if self._writers is None:
            return
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writers[0].drain(), 1.0)
        if reset:
            self._drop()
        else:
            for writer in self._writers:
                writer.close()
            self._forget()

    def _drop(self) -> None:
        """End both connections by RST, where there are some."""
        for writer in self._writers or ():
            with contextlib.suppress(OSError):
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        if self._writers is not None:
            self._forget()

    def _forget(self) -> None:
        self._writers = None
        self.is_withholding = self.is_holding = False
        self._wake()

    def _wake(self) -> None:
        if self.ears is not None:
            self.ears.link_down()

    async def close(self) -> None:
        """Let go of everything."""
        if self._server is not None:
            self._server.close()
        if self._bound is not None:
            self._bound.close()
        self._drop()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
