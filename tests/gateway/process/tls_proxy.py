"""End TLS in front of a venue that speaks plain TCP, as many a real venue does."""

import asyncio
import contextlib
import ssl


class TlsProxy:
    """Pass bytes on between TLS clients and one plain address; count the handshakes that were completed."""

    def __init__(self, tls: ssl.SSLContext, port: int) -> None:
        self.accepted = 0
        self.client_names: list[str] = []
        self._tls = tls
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up and listen no more."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        shown = writer.get_extra_info("peercert") or {}
        self.client_names += [value for part in shown.get("subject", ()) for _, value in part]
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, inner_writer]
        await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()
