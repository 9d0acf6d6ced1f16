"""Carry TCP connections to a venue's faces."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Protocol

_MAX_UNREAD_BYTES = 64 * 1024 * 1024


class StreamFace(Protocol):
    """Take what comes over connections; `is_reading_paused` says whether a new one starts without being read."""

    is_reading_paused: bool
    connections: set[Connection]

    def receive(self, connection: Connection, data: bytes) -> None:
        """Take bytes of a connection."""

    def lost(self, connection: Connection) -> None:
        """Note that a connection is gone."""

    def end_turn(self) -> None:
        """Store what has changed, then write what there is to say."""


class Connection(asyncio.Protocol):
    """Be one TCP connection of a face; `owner` is whatever the face ties to it."""

    def __init__(self, face: StreamFace) -> None:
        self._face = face
        self.owner: object = None
        self.transport: asyncio.Transport | None = None
        self.is_closing = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._face.connections.add(self)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._face.is_reading_paused:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._face.receive(self, data)
        self._face.end_turn()

    def resume_writing(self) -> None:
        self._face.end_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closing = True
        self._face.connections.discard(self)
        self._face.lost(self)
        self._face.end_turn()
        self.ended.set_result(None)

    @property
    def unread_bytes(self) -> int:
        """Return how much has been written that the peer has not taken."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0

    def close(self) -> None:
        """Close after the turn's output has been written."""
        self.is_closing = True

    def write(self, data: bytes) -> None:
        """Write, unless the peer has left too much unread: then drop it."""
        if self.transport is None:
            return
        if self.unread_bytes > _MAX_UNREAD_BYTES:
            self.drop(reset=True)
            return
        self.transport.write(data)

    def pause_reading(self, paused: bool) -> None:
        """Stop reading, or go on."""
        if self.transport is not None and not self.transport.is_closing():
            if paused:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    def drop(self, *, reset: bool) -> None:
        """Close at once; with `reset`, by a TCP reset."""
        self.is_closing = True
        if self.transport is None:
            return
        if reset:
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()


class Listener:
    """Listen for a face's connections, and close them at the end."""

    def __init__(self, face: StreamFace) -> None:
        self._face = face
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._face), host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def close_ended(self) -> None:
        """Close connections whose last words have been written."""
        for connection in list(self._face.connections):
            if connection.is_closing and connection.transport is not None:
                connection.transport.close()

    def stop_listening(self) -> None:
        """Take no further connection."""
        if self._server is not None:
            self._server.close()

    async def close(self, wait_s: float) -> None:
        """Close all connections, those that do not end in time by a reset."""
        connections = self._face.connections
        for connection in list(connections):
            connection.drop(reset=False)
        ends = [connection.ended for connection in connections]
        if ends:
            await asyncio.wait(ends, timeout=wait_s)
        for connection in list(connections):
            connection.drop(reset=True)
        if self._server is not None:
            await self._server.wait_closed()
