"""Hold a venue's listening socket and the one FIX session behind it, for one case."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable

from fairlead.certification.gateway.fix_names import ADMIN, MESSAGES, blank_secrets, describe_fields
from fairlead.certification.model.results import WireRecord
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.session_records import SentMessage, SessionRecord, SessionSettings
from fairlead.certification.venues.wire import FrameSplitter, GarbledFrame, WireMessage, read_message

Note = Callable[[WireRecord], WireRecord]
Take = Callable[[WireMessage], None]


class AheadClock:
    """Tell the gateway's time: the machine's, and how far the gateway's clock was moved on."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def monotonic_s(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic() + self.ahead_ns / 1e9

    def utc_ns(self) -> int:
        """Return nanoseconds since the UTC epoch."""
        return time.time_ns() + self.ahead_ns


class NoStore:
    """Keep nothing: a case's venue does not outlive the case."""

    def save_session(self, record: SessionRecord) -> None:
        """Do nothing."""

    def save_sent(self, counterparty: str, msg_seq_num: int, message: SentMessage) -> None:
        """Do nothing."""

    def forget_sent(self, counterparty: str) -> None:
        """Do nothing."""


class _Link:
    """One connection, as the session sees it."""

    def __init__(self) -> None:
        self.is_closing = False

    def close(self) -> None:
        """Close once the outbox is written."""
        self.is_closing = True


class FixLine:
    """Listen at a socket that is bound already. ``take`` gets application messages in their order, once each."""

    def __init__(
        self,
        bound: socket.socket,
        settings: SessionSettings,
        record: SessionRecord,
        clock: AheadClock,
        note: Note,
        take: Take,
    ) -> None:
        self.session = FixVenueSession(settings, record, NoStore(), self, clock)
        self.address = bound.getsockname()
        self.changed = asyncio.Event()
        self.logons = 0
        self.pongs: set[str] = set()
        self.numbers: list[int] = []
        """MsgSeqNums of what came for the first time, in order."""
        self.is_deaf = False
        self.is_held = False
        """Keep what there is to say, until it is said in one go or lost with the connection."""
        self.slice_bytes = 0
        """Where set, what is sent goes out in pieces of so many bytes, with a pause between them."""
        self.answers_with_reset = False
        """Answer the next Logon as a venue that has lost its numbers: from 1, and with ResetSeqNumFlag(141)."""
        self.admin: list[WireMessage] = []
        """Rejects, resend requests and sequence resets that came, for cases that expect them."""
        self._pieces: asyncio.Task[None] | None = None
        self._waiting = bytearray()
        self._bound: socket.socket | None = bound
        self._left: list[socket.socket | None] = []
        self._note = note
        self._take = take
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._link: _Link | None = None
        self._serving: set[asyncio.Task[None]] = set()

    # what the session tells

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Pass a message on."""
        self._take(message)

    def on_logged_on(self, session: FixVenueSession) -> None:
        """Note a logon."""
        self.logons += 1

    def on_disconnected(self, session: FixVenueSession) -> None:
        """Do nothing."""

    # the socket

    async def open(self) -> None:
        """Listen."""
        bound = self._bound or bind(self.address)
        self._bound = None
        self._server = await asyncio.start_server(self._serve, sock=bound)

    def move(self, bound: socket.socket) -> None:
        """Listen at another address from the next opening on; the one before refuses until the end."""
        self._left.append(self._bound)
        self._bound, self.address = bound, bound.getsockname()

    def pause_reading(self, paused: bool) -> None:
        """Read nothing more from the connection, or go on."""
        if self._writer is not None:
            transport = self._writer.transport
            assert isinstance(transport, asyncio.Transport)
            (transport.pause_reading if paused else transport.resume_reading)()

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
        if self._writer is not None:
            self._writer.transport.abort()
            self.session.disconnected()
        splitter, link = FrameSplitter(), _Link()
        self._writer, self._link = writer, link
        try:
            while (data := await reader.read(65_536)) and not link.is_closing:
                if self.is_deaf:
                    continue
                for message in splitter.feed(data):
                    self._receive(message)
                self.flush()
                self.changed.set()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(task)
            if self._writer is writer:
                self._forget()
            writer.close()

    def _forget(self) -> None:
        self._writer = self._link = None
        if self.session.link is not None:
            self.session.disconnected()
        self.changed.set()

    def _receive(self, message: WireMessage) -> None:
        kind = MESSAGES.get(message.msg_type, message.msg_type)
        self._note(WireRecord(0, "in", "venue", kind, blank_secrets(message), describe_fields(message)))
        if not message.poss_dup:
            self.numbers.append(message.msg_seq_num)
        if message.msg_type in ("2", "3", "4"):
            self.admin.append(message)
        if message.msg_type == "0" and message.get(112):
            self.pongs.add(message.get(112))
        if self.session.link is None and message.msg_type == "A" and self._link is not None:
            if message.get(141) == "Y" or self.answers_with_reset:
                self.numbers[:-1] = []
            if self.answers_with_reset:
                self._begin_anew(self._link, message)
            else:
                self.session.connect(self._link, message)
        elif self.session.link is not None:
            self.session.receive(message)

    def _begin_anew(self, link: _Link, logon: WireMessage) -> None:
        self.answers_with_reset = False
        self.numbers.clear()
        self.session.reset()
        self.session.link, self.session.is_logged_on = link, True
        self.session.record.next_in = 2
        self.session.send("A", [(98, "0"), (108, logon.get(108)), (141, "Y")])
        self.on_logged_on(self.session)

    def flush(self) -> None:
        """Write what the session has to say."""
        if self.is_held:
            return
        frames, self.session.outbox[:] = list(self.session.outbox), []
        if self._writer is None or self.is_deaf:
            return
        for frame in frames:
            self.note_sent(frame)
            if self.slice_bytes:
                self._waiting += frame
            else:
                self._writer.write(frame)
        if self._waiting and (self._pieces is None or self._pieces.done()):
            self._pieces = asyncio.create_task(self._write_pieces(self._writer))
        if self._link is not None and self._link.is_closing:
            self._writer.close()

    async def _write_pieces(self, writer: asyncio.StreamWriter) -> None:
        while self._waiting and not writer.is_closing():
            piece = bytes(self._waiting[: self.slice_bytes])
            del self._waiting[: self.slice_bytes]
            writer.write(piece)
            await asyncio.sleep(0.0005)

    def note_sent(self, frame: bytes, note: str = "") -> None:
        """Note what leaves."""
        kind, fields = "bytes", []
        with contextlib.suppress(GarbledFrame):
            message = read_message(frame)
            kind, fields = MESSAGES.get(message.msg_type, message.msg_type), describe_fields(message)
        self._note(WireRecord(0, "out", "venue", kind, frame.decode("latin-1"), fields, note))

    def write_raw(self, data: bytes, note: str) -> None:
        """Write bytes past the session."""
        if self._writer is not None:
            self.note_sent(data, note)
            self._writer.write(data)

    async def cut(self, *, reset: bool) -> None:
        """End the connection, by RST or by FIN."""
        writer = self._writer
        if writer is None:
            return
        self._note(WireRecord(0, "out", "venue", "RST" if reset else "FIN"))
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.drain(), 1.0)
        if reset:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):  # the gateway may have been first
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.close()
        self._forget()

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection."""
        return self._writer is not None

    async def close(self) -> None:
        """Let go of everything."""
        if self._server is not None:
            self._server.close()
        if self._pieces is not None:
            self._pieces.cancel()
        for bound in (self._bound, *self._left):
            if bound is not None:
                bound.close()
        if self._writer is not None:
            self._writer.transport.abort()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


def is_application(message: WireMessage) -> bool:
    """Tell whether a message is not the session's own."""
    return message.msg_type not in ADMIN


def bind(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.bind(address)
    return bound
