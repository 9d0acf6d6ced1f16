"""SoupBinTCP clients on asyncio alone that keep every rule, or break the one that they are told to break."""

import asyncio
import contextlib
import struct

PASSWORD = "Ten-Chars1"
BACK_S = 0.02
PAUSE_S = 0.15


def packet(kind: str, payload: bytes = b"") -> bytes:
    return struct.pack(">Hc", len(payload) + 1, kind.encode()) + payload


class StubInitiator:
    """One client that comes back for ever; ``broken`` names the rule that is broken, "" none."""

    def __init__(self, user: str, port: int, broken: str = "", silence_s: float = 1.0, beat_s: float = 0.25) -> None:
        self.user, self.port, self.broken = user, port, broken
        self.silence_s = silence_s * (0.3 if broken == "impatient" else 1.0)
        self.beat_s = beat_s
        self.session, self.number = "", 1
        self.asks_anew = False
        self.is_in = False
        self.buffer = b""
        self.counted = 1
        self.heard_s = 0.0
        self.pause_s = BACK_S
        self.has_given_up_name = False
        self.task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def _run(self) -> None:
        while True:
            self.pause_s = BACK_S
            with contextlib.suppress(OSError):
                reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                beat = asyncio.create_task(self._beat())
                try:
                    await self._converse(reader)
                finally:
                    beat.cancel()
                    self.writer.close()
            await asyncio.sleep(0 if self.broken == "hammers" else self.pause_s)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        self.heard_s = loop.time()
        while True:
            await asyncio.sleep(self.beat_s)
            if self.is_in and self.broken != "no heartbeats":
                self.writer.write(packet("R"))
            if loop.time() - self.heard_s > self.silence_s and self.broken != "never gives up":
                self.writer.transport.abort()

    def _login(self) -> bytes:
        session = "" if self.asks_anew or self.broken == "forgets the session" else self.session
        number = 1 if self.asks_anew or self.broken == "forgets the number" else self.number
        password = "WRONG" if self.broken == "another password" else PASSWORD
        name = f"{session:<10}" if self.broken == "pads on the wrong side" else f"{session:>10}"
        if self.broken == "asks one ahead":
            number += self.number > 1
        return packet("L", f"{self.user:<6}{password:<10}{name}{number:>20}".encode())

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        self.buffer, self.is_in = b"", False
        self.writer.write(self._login())
        while data := await reader.read(65536):
            if not (self.broken == "heartbeats do not count" and data == packet("H")):
                self.heard_s = asyncio.get_running_loop().time()
            if self.broken == "one packet a segment":
                data = data[: 2 + int.from_bytes(data[:2], "big")]
            if self.broken == "segments are packets":
                self._take(data[2:3], data[3:])
                continue
            self.buffer += data
            if not self._cut():
                return
        if self.broken == "counts half a packet" and len(self.buffer) > 2:
            self.number += 1

    def _cut(self) -> bool:
        """Take whole packets; return False where the connection is to end."""
        while len(self.buffer) >= 2:
            end = 2 + int.from_bytes(self.buffer[:2], "big")
            if end == 2:
                self.buffer = b""
                return self.broken == "length 0 goes on"
            if len(self.buffer) < end:
                return True
            whole, self.buffer = self.buffer[2:end], self.buffer[end:]
            if not self._take(whole[:1], whole[1:]):
                return False
        return True

    def _take(self, kind: bytes, payload: bytes) -> bool:
        counts = kind == b"S" or (self.broken == "any type counts" and kind not in b"HAJZ+")
        counts = counts or (self.broken == "debug counts" and kind == b"+")
        if not self.is_in and self.broken == "counts before the answer" and kind == b"S":
            self.number += 1
        if not self.is_in and kind not in b"AJ+":
            return False
        if counts and self.is_in:
            self._count()
        elif kind == b"A":
            return self._accepted(payload)
        elif kind == b"J":
            return self._rejected(payload)
        elif kind == b"Z":
            self.asks_anew = self.broken != "never lets go"
            return False
        return True

    def _count(self) -> None:
        if self.counted >= self.number or self.broken == "takes twice":
            self.number += 1
        self.counted += 1

    def _accepted(self, payload: bytes) -> bool:
        text = payload.decode("latin-1")
        session, number = text[:10].strip(), text[10:].strip()
        if self.is_in and self.broken != "believes a second answer":
            return True
        if self.broken == "believes any answer":
            number = number if number.isdigit() else "0"
        elif len(payload) != 30 or not number.isdigit() or number == "0":
            return False
        first = int(number)
        if session != self.session and self.broken != "keeps counting":
            self.number = first
        elif first > self.number or self.broken == "believes any answer":
            self.number = self.number if self.broken == "counts from its own number" else first
        self.session = self.session if self.broken == "sticks to its session" and self.session else session
        self.counted = self.number if self.broken == "counts from its own number" else first
        self.is_in, self.asks_anew = True, False
        return True

    def _rejected(self, payload: bytes) -> bool:
        self.pause_s = PAUSE_S
        if payload == b"S" and self.broken != "asks by name for ever":
            self.asks_anew = bool(self.session) and not self.asks_anew
        return False
