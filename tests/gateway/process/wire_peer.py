"""Be a FIX 4.4 strategy by hand, on simplefix."""

import asyncio
import ssl

import simplefix
from simplefix_frames import frame

LIMIT_S = 20.0


class FixPeer:
    """Speak over one connection; numbers begin at 1, and the Logon resets them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = simplefix.FixParser()
        self._next_out = 1

    @classmethod
    async def connect(
        cls, address: tuple[str, int], tls: ssl.SSLContext | None = None, server_name: str | None = None
    ) -> "FixPeer":
        """Open the connection."""
        return cls(*await asyncio.open_connection(*address, ssl=tls, server_hostname=server_name))

    @classmethod
    async def log_on(cls, address: tuple[str, int], secret: str, tls: ssl.SSLContext | None = None) -> "FixPeer":
        """Open the connection and log on."""
        peer = await cls.connect(address, tls)
        peer.send_logon(secret)
        await peer.read("A")
        return peer

    def send_logon(self, secret: str) -> None:
        """Send a Logon that resets the numbers."""
        self.send("A", (98, 0), (108, 30), (141, "Y"), (554, secret))

    def send(self, msg_type: str, *fields: tuple[int, object]) -> None:
        """Write a message."""
        self._writer.write(frame("FIX.4.4", msg_type, self._next_out, "BETA", "FAIRLEAD", fields))
        self._next_out += 1

    async def read(self, msg_type: str = "") -> simplefix.FixMessage:
        """Return the next message, of one type if one is named; the end of the stream is a failure."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                message = self._parser.get_message()
                if message is None:
                    data = await self._reader.read(65536)
                    assert data, f"the stream ended before a message {msg_type}"
                    self._parser.append_buffer(data)
                elif not msg_type or message.get(35) == msg_type.encode():
                    return message

    async def until_closed(self) -> None:
        """Read until the gateway hangs up."""
        async with asyncio.timeout(LIMIT_S):
            while await self._reader.read(65536):
                pass

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
