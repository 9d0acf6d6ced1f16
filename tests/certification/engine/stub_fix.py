"""Be FIX engines with one flaw each: what an operator does to an engine is asked of them. FIX 4.4."""

from __future__ import annotations

import asyncio
import contextlib

from fairlead.certification.engine.frames import RIGHT, build
from fairlead.certification.engine.peer import utc_text
from fairlead.certification.venues.wire import FrameSplitter, WireMessage

PASSWORD = "Ten-Chars1"


class Talker:
    """One side of FIX sessions; ``flaw`` names what it does wrongly."""

    def __init__(self, flaw: str = "", own: str = "ENGINE", peer: str = "PEER0") -> None:
        self.flaw = flaw
        self.next_out = self.next_in = 1
        self.password, self.is_expired = PASSWORD, False
        self.sent = 0
        self._names = (own, peer)
        self._writer: asyncio.StreamWriter | None = None

    def send(self, msg_type: str, *pairs: tuple[str, str]) -> None:
        own, peer = self._names
        head = [("35", msg_type), ("34", str(self.next_out)), ("49", own), ("52", utc_text()), ("56", peer)]
        self.next_out += 1
        self.sent += 1
        if self.flaw == "skips numbers" and self.sent == 12:
            self.next_out += 1
        if self._writer is not None:
            self._writer.write(build("FIX.4.4", [*head, *pairs], RIGHT))

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        splitter = FrameSplitter()
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                for message in splitter.feed(data):
                    self.take(message)
        writer.close()

    def take(self, message: WireMessage) -> None:
        self.next_in = message.msg_seq_num + 1
        if message.msg_type == "1":
            self.send("0", ("112", message.get(112)))
        elif message.msg_type == "A":
            self.logon(message)
        elif message.msg_type == "5":
            self.logout(message)

    def logon(self, message: WireMessage) -> None:
        raise NotImplementedError

    def logout(self, message: WireMessage) -> None:
        self.close()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def roll_over(self) -> None:
        """End the day: log out, and begin at 1."""
        if self.flaw != "no logout":
            self.send("5", ("58", "end of day"))
        if self.flaw != "keeps its number":
            self.next_out = self.next_in = 1


class StubAcceptor(Talker):
    """An acceptor of one session."""

    async def start(self) -> int:
        self._server = await asyncio.start_server(self.talk, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self.close()
        self._server.close()

    def expire(self) -> None:
        self.is_expired = self.flaw != "never expires"

    def logon(self, message: WireMessage) -> None:
        if message.get(141) == "Y":
            self.next_out = 1
        given, new = message.get(554), message.get(925)
        is_right = not given or given == self.password or (self.flaw == "takes both" and given == PASSWORD)
        if not is_right or (self.is_expired and (not new or self.flaw == "can't change")):
            self.send("5", ("58", "password"))
            self.close()
            return
        if new:
            self.password, self.is_expired = new, False
        reset = [("141", "Y")] if message.get(141) == "Y" else []
        self.send("A", ("98", "0"), ("108", message.get(108)), *reset)


class StubInitiator(Talker):
    """An initiator that comes back, five times after refusals; ``connect`` makes it begin anew."""

    def __init__(self, port: int, flaw: str = "") -> None:
        super().__init__(flaw)
        self.new_password = ""
        self._port = port
        self._refused, self._is_up = 0, False
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running

    def connect(self) -> None:
        if self.flaw != "stays away":
            self._refused = 0
            self._wanted.set()

    def roll_over(self) -> None:
        super().roll_over()
        self._is_up = True

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                self._is_up, self._writer = False, writer
                more = [("925", self.new_password)] if self.new_password and self.flaw != "can't change" else []
                self.send("A", ("98", "0"), ("108", "1"), ("554", self.password), *more)
                await self.talk(reader, writer)
                self._refused = 0 if self._is_up else self._refused + 1
                if self._refused >= 5 and self.flaw != "never gives up":
                    self._wanted.clear()
            await asyncio.sleep(0.02)

    def logon(self, message: WireMessage) -> None:
        self._is_up = True
        if self.new_password:
            if self.flaw != "forgets the new one":
                self.password = self.new_password
            self.new_password = ""
