"""Hold a venue's listening socket and the one SoupBinTCP session behind it, for one case."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from fairlead.certification.gateway.fix_line import AheadClock, Note
from fairlead.certification.model.results import FieldRecord, WireRecord
from fairlead.certification.soup_engine.packets import (
    NAMES,
    describe_fields,
    login_accepted,
    mask,
    read_login,
)
from fairlead.certification.venues.binary_wire import Message, Shape, Table, WireFault
from fairlead.certification.venues.soup import PacketSplitter, SoupFault, packet

HEARTBEAT_S = 1.0

Take = Callable[[Shape, Message], None]


class OuchLine:
    """Listen at a socket that is bound already. ``take`` gets the gateway's messages in their order.

    ``messages`` is the session's stream. What is withheld is in it too, and comes after the next login.
    """

    def __init__(self, bound: socket.socket, table: Table, session: str, clock: AheadClock, note: Note, take: Take):
        self.table = table
        self.session = session
        self.address = bound.getsockname()
        self.changed = asyncio.Event()
        self.messages: list[bytes] = []
        self.sent = 0
        self.logins = 0
        self.faults: list[str] = []
        self.is_deaf = False
        self.is_shorter = False
        """Messages are forgotten that were sent: what a login asks for is not judged."""
        self.is_withholding = False
        self.is_logged_on = False
        self.on_login: Callable[[], None] = lambda: None
        self._bound: socket.socket | None = bound
        self._left: list[socket.socket | None] = []
        self._clock = clock
        self._note = note
        self._take = take
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._written_s = 0.0
        self.slice_bytes = 0
        self._waiting = bytearray()
        self._slicing: asyncio.Task[None] | None = None
        self._serving: set[asyncio.Task[None]] = set()

    # the socket

    async def open(self) -> None:
        """Listen."""
        bound, self._bound = self._bound or _bind(self.address), None
        self._server = await asyncio.start_server(self._serve, sock=bound)

    def move(self, bound: socket.socket) -> None:
        """Listen at another address from the next opening on; the one before refuses until the end."""
        self._left.append(self._bound)
        self._bound, self.address = bound, bound.getsockname()

    def lose_tail(self, count: int) -> None:
        """Forget the last messages of the stream; the next login may ask for what follows them."""
        del self.messages[len(self.messages) - count :]
        self.is_shorter = True

    @property
    def is_listening(self) -> bool:
        """Tell whether who connects is served."""
        return self._server is not None

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection."""
        return self._writer is not None

    async def refuse(self) -> None:
        """Listen no more: whoever connects is refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._bound = _bind(self.address)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        if self._writer is not None:
            self._writer.transport.abort()
        self._writer, self.is_logged_on = writer, False
        splitter = PacketSplitter()
        try:
            while data := await reader.read(65_536):
                if self.is_deaf:
                    continue
                for code, payload in splitter.feed(data):
                    self._receive(code, payload)
                self.changed.set()
        except SoupFault as fault:
            self.faults.append(str(fault))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(task)
            if self._writer is writer:
                self._forget()
            writer.close()

    def _forget(self) -> None:
        self._writer, self.is_logged_on = None, False
        self.changed.set()

    async def cut(self, *, reset: bool) -> None:
        """End the connection, by RST or by FIN."""
        writer = self._writer
        if writer is None:
            return
        self._note(WireRecord(0, "out", "venue", "RST" if reset else "FIN"))
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.drain(), 1.0)
        if reset:
            with contextlib.suppress(OSError):
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.close()
        self._forget()

    async def close(self) -> None:
        """Let go of everything."""
        if self._server is not None:
            self._server.close()
        for bound in (self._bound, *self._left):
            if bound is not None:
                bound.close()
        if self._writer is not None:
            self._writer.transport.abort()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    # what comes

    def _receive(self, code: str, payload: bytes) -> None:
        if code == "R":
            return
        if code == "U":
            self._receive_message(payload)
            return
        raw = mask(code, packet(code, payload)).decode("latin-1")
        self._note(WireRecord(0, "in", "venue", NAMES.get(code, code), raw, describe_fields(code, payload)))
        if code == "L":
            self._log_in(payload)
        elif code == "O" and self._writer is not None:
            self._writer.close()

    def _receive_message(self, payload: bytes) -> None:
        try:
            shape, message = Table.decode(self.table.venue, payload)
        except WireFault as fault:
            self.faults.append(str(fault))
            self._note(WireRecord(0, "in", "venue", "unreadable", payload.decode("latin-1"), note=str(fault)))
            return
        self._note(WireRecord(0, "in", "venue", shape.name, payload.decode("latin-1"), describe(message)))
        self._take(shape, message)

    def _log_in(self, payload: bytes) -> None:
        login = read_login(payload)
        self.faults += login.mistakes
        follows = self.sent + 1
        if self.logins and not self.is_shorter and (login.session, login.number) != (self.session, follows):
            asked = f"login for session {login.session!r} from {login.number}"
            self.faults.append(f"{asked}, expected session {self.session!r} from {follows}")
        first = min(max(login.number, 1), len(self.messages) + 1)
        self.logins += 1
        self.is_logged_on, self.is_withholding = True, False
        self._write("A", login_accepted(self.session, first)[3:])
        for number in range(first, len(self.messages) + 1):
            self._write_message(number)
        self.sent = len(self.messages)
        # the first heartbeat says that nothing more is repeated
        self._write("H", b"", is_noted=False)
        self.on_login()

    # what is said

    def _write(self, code: str, payload: bytes, *, is_noted: bool = True) -> None:
        if self._writer is None or self.is_deaf:
            return
        data = packet(code, payload)
        if is_noted:
            name, fields = NAMES[code], describe_fields(code, payload)
            self._note(WireRecord(0, "out", "venue", name, data.decode("latin-1"), fields))
        self._written_s = self._clock.monotonic_s()
        if not self.slice_bytes:
            self._writer.write(data)
            return
        self._waiting += data
        if self._slicing is None or self._slicing.done():
            self._slicing = asyncio.create_task(self._write_slices(self._writer))

    async def _write_slices(self, writer: asyncio.StreamWriter) -> None:
        while self._waiting:
            piece = bytes(self._waiting[: self.slice_bytes])
            del self._waiting[: self.slice_bytes]
            writer.write(piece)
            await asyncio.sleep(0.001)

    def _write_message(self, number: int) -> None:
        payload = self.messages[number - 1]
        shape, message = Table.decode(self.table.client, payload)
        raw, note = payload.decode("latin-1"), f"number {number}"
        self._note(WireRecord(0, "out", "venue", shape.name, raw, describe(message), note))
        self._write("S", payload, is_noted=False)

    def say(self, code: str, values: dict[str, int | str], *, lose: bool = False) -> None:
        """Add a message to the stream, and send it unless it is lost: then nothing arrives until the next login."""
        stamped = {"timestamp": self._clock.utc_ns() % (86_400 * 10**9), **values}
        self.messages.append(Table.encode(self.table.client, code, stamped))
        self.is_withholding = self.is_withholding or lose
        if self.is_logged_on and not self.is_withholding and not self.is_deaf:
            self._write_message(len(self.messages))
            self.sent = len(self.messages)

    def write_raw(self, data: bytes, note: str) -> None:
        """Write bytes past the session."""
        if self._writer is not None:
            self._note(WireRecord(0, "out", "venue", "bytes", data.decode("latin-1"), note=note))
            self._writer.write(data)

    def tick(self) -> None:
        """Send a heartbeat where nothing was sent for a second of the gateway's time."""
        if self.is_logged_on and self._clock.monotonic_s() - self._written_s >= HEARTBEAT_S:
            self._write("H", b"", is_noted=False)


def describe(message: Message) -> list[FieldRecord]:
    """Return a message's fields as a report shows them; amounts with their point."""
    return [FieldRecord(name, name.replace("_", " "), str(value)) for name, value in message.items()]


def _bind(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.bind(address)
    return bound
