"""Carry bytes and messages between a client and the gateway; what another port replaces to slide under the client."""

import asyncio
import ssl
from collections.abc import Iterator
from typing import Protocol

from fairlead.client.errors import ConnectionFailedError
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.json_lines.decoding import decode_reply
from fairlead.codecs.json_lines.encoding import encode_message
from fairlead.codecs.json_lines.framing import MAX_REPLY_BYTES, LineReader
from fairlead.codecs.vocabulary.session_messages import Reply, Request

_READ_BYTES = 64 * 1024


class Transport(Protocol):
    """Carry bytes over one stream at a time; ``open`` may be called again after ``close``."""

    async def open(self) -> None:
        """Make the connection; raise ``ConnectionFailedError``."""

    def write(self, data: bytes) -> None:
        """Queue bytes for sending."""

    async def read(self) -> bytes:
        """Return bytes as they came, ``b""`` once the stream is gone."""

    async def close(self) -> None:
        """Close the stream, what was written is sent first; harmless where there is none."""


class Wire(Protocol):
    """Turn messages into bytes and back for one connection."""

    silent_intervals: int
    """Nothing received for so many heartbeat intervals means that the gateway is gone."""

    def encode(self, request: Request) -> bytes:
        """Return a request's bytes."""

    def receive(self, data: bytes) -> Iterator[Reply]:
        """Yield the messages that are whole now; raise ``DecodeError``."""


class TcpTransport:
    """Carry bytes over TCP, with TLS where a context is given (client certificates are the context's)."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        server_hostname: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._server_hostname = (server_hostname or host) if tls is not None else None
        self._timeout_s = timeout_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect within the timeout."""
        where = f"{self._host}:{self._port}"
        try:
            async with asyncio.timeout(self._timeout_s):
                self._reader, self._writer = await asyncio.open_connection(
                    self._host, self._port, ssl=self._tls, server_hostname=self._server_hostname
                )
        except TimeoutError:
            raise ConnectionFailedError(f"no connection to {where} within {self._timeout_s:g} s") from None
        except OSError as error:
            raise ConnectionFailedError(f"no connection to {where}: {error}") from error

    def write(self, data: bytes) -> None:
        """Queue bytes for sending."""
        if self._writer is not None:
            self._writer.write(data)

    async def read(self) -> bytes:
        """Return bytes as they came, ``b""`` once the stream is gone."""
        if self._reader is None:
            return b""
        try:
            return await self._reader.read(_READ_BYTES)
        except OSError:
            return b""

    async def close(self) -> None:
        """Close the stream."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is None:
            return
        writer.close()
        try:
            async with asyncio.timeout(self._timeout_s):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()


class JsonWire:
    """Speak the JSON port's lines."""

    silent_intervals = 2

    def __init__(self) -> None:
        self._reader = LineReader(MAX_REPLY_BYTES)

    def encode(self, request: Request) -> bytes:
        """Return a request's line."""
        return encode_message(request)

    def receive(self, data: bytes) -> Iterator[Reply]:
        """Yield the messages that are whole now."""
        self._reader.feed(data)
        while (line := self._reader.next_line()) is not None:
            yield decode_reply(line)
        if self._reader.oversized:
            raise DecodeError(f"a line of more than {MAX_REPLY_BYTES} bytes received")
