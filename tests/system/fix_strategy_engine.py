"""Be a FIX 4.4 strategy with an engine of its own on simplefix: numbers that last, resends both ways, reconnects.

It shares nothing with the gateway's engine, so that what one gets wrong the other sees. What the gateway may not do is
collected in ``faults``.
"""

import asyncio
import contextlib
import socket
import struct

import simplefix
from simplefix_frames import frame, stamp

Fields = tuple[tuple[int, object], ...]
_ADMIN = frozenset("012345A")
_RETRY_S = 0.03


def text_of(message: simplefix.FixMessage, tag: int) -> str:
    """Return a field's text, "" where it is absent."""
    value = message.get(tag)
    return value.decode("latin-1") if value is not None else ""


class FixClient:
    """Keep one strategy's session over all its connections."""

    begin_string = "FIX.4.4"

    def __init__(self, host: str, port: int, comp_id: str, password: str, target: str = "FAIRLEAD") -> None:
        self.address = (host, port)
        self.comp_id, self.target, self.password = comp_id, target, password
        self.next_in = self.next_out = 1
        self.is_logged_on = False
        self.faults: list[str] = []
        self.received: list[simplefix.FixMessage] = []
        """Application messages, each MsgSeqNum once."""
        self.logouts: list[str] = []
        self.resends_asked = 0
        self._sent: dict[int, tuple[str, Fields, str]] = {}
        self._asked_up_to = 0
        self._unwritten = bytearray()
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False

    def start(self) -> None:
        """Connect, and come back after each loss, until ``close``."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Log out and stay away."""
        self._is_closing = True
        if self.is_logged_on:
            self.send("5")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._task or asyncio.sleep(0)), 3)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def reset_connection(self) -> None:
        """Cut the connection by a TCP reset, as a strategy that is killed would."""
        if self._writer is not None and not self._writer.is_closing():
            raw = self._writer.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()

    async def _run(self) -> None:
        while not self._is_closing:
            try:
                reader, self._writer = await asyncio.open_connection(*self.address)
            except OSError:
                await asyncio.sleep(_RETRY_S)
                continue
            with contextlib.suppress(OSError):
                await self._converse(reader)
            self.is_logged_on = False
            self._asked_up_to = 0
            self._writer.close()
            await asyncio.sleep(_RETRY_S)

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        parser = simplefix.FixParser()
        secret = ((553, self.comp_id), (554, self.password))
        if self.begin_string == "FIX.4.2":  # which has no Password(554)
            secret = ((95, len(self.password)), (96, self.password))
        self.send("A", (98, 0), (108, 5), *secret)
        while data := await reader.read(65536):
            parser.append_buffer(data)
            while (message := parser.get_message()) is not None:
                self._take(message)

    # What is sent

    def send(self, msg_type: str, *fields: tuple[int, object]) -> int:
        """Number, keep and write a message; return its MsgSeqNum."""
        msg_seq_num, sent_at = self.next_out, stamp()
        self.next_out += 1
        self._sent[msg_seq_num] = (msg_type, fields, sent_at)
        self.write(msg_type, msg_seq_num, fields, sent_at)
        return msg_seq_num

    def write(self, msg_type: str, msg_seq_num: int, fields: Fields, sent_at: str, first_sent_at: str = "") -> None:
        """Write a message as it is."""
        repeated = ((43, "Y"), (122, first_sent_at)) if first_sent_at else ()
        self.write_raw(
            frame(self.begin_string, msg_type, msg_seq_num, self.comp_id, self.target, (*repeated, *fields), sent_at)
        )

    def write_raw(self, data: bytes) -> None:
        """Write bytes as they are; without a connection they are kept for ``take_written``."""
        if self._writer is not None:
            self._writer.write(data)
        else:
            self._unwritten += data

    def take_written(self) -> bytes:
        """Return what was written before the first connection."""
        data = bytes(self._unwritten)
        self._unwritten.clear()
        return data

    def _resend(self, begin: int, end: int) -> None:
        self.resends_asked += 1
        fill_from = begin
        for msg_seq_num in range(begin, (end or self.next_out - 1) + 1):
            msg_type, fields, sent_at = self._sent[msg_seq_num]
            if msg_type in _ADMIN:
                continue
            self._fill(fill_from, msg_seq_num)
            self.write(msg_type, msg_seq_num, fields, stamp(), sent_at)
            fill_from = msg_seq_num + 1
        self._fill(fill_from, (end or self.next_out - 1) + 1)

    def _fill(self, begin: int, new_seq_no: int) -> None:
        if begin < new_seq_no:
            now = stamp()  # read once: OrigSendingTime is never the later one
            self.write("4", begin, ((123, "Y"), (36, new_seq_no)), now, now)

    # What is received

    def _take(self, message: simplefix.FixMessage) -> None:
        msg_type, msg_seq_num = text_of(message, 35), int(text_of(message, 34))
        is_poss_dup = text_of(message, 43) == "Y"
        if msg_type == "5":
            self.logouts.append(text_of(message, 58))
        if msg_type == "2" and msg_seq_num > self.next_in:
            self._resend(int(text_of(message, 7)), int(text_of(message, 16)))
        if msg_type == "A":
            self.is_logged_on = True
        if msg_seq_num > self.next_in:
            if not self._asked_up_to:
                self._asked_up_to = msg_seq_num
                self.send("2", (7, self.next_in), (16, 0))
            return
        if msg_seq_num < self.next_in:
            if not is_poss_dup:
                self.faults.append(f"MsgSeqNum {msg_seq_num} of {msg_type} received, expected {self.next_in}")
            return
        self.next_in += 1
        if self._asked_up_to and self.next_in > self._asked_up_to:
            self._asked_up_to = 0
        self._act(msg_type, message)

    def _act(self, msg_type: str, message: simplefix.FixMessage) -> None:
        match msg_type:
            case "1":
                self.send("0", (112, text_of(message, 112)))
            case "2":
                self._resend(int(text_of(message, 7)), int(text_of(message, 16)))
            case "4":
                self.next_in = int(text_of(message, 36))
            case "3":
                self.faults.append(f"Reject: {message}")
            case "5":
                if not self._is_closing:
                    self.send("5")
            case "0" | "A":
                pass
            case _:
                self.received.append(message)
                self.on_report(msg_type, message)

    def on_report(self, msg_type: str, message: simplefix.FixMessage) -> None:
        """Take an application message."""
