"""Behave like a good counterparty in everything that a case does not take into its own hands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fairlead.certification.engine.frames import RIGHT, Pairs, Shape, build, masked, msg_type_of, show
from fairlead.certification.engine.identity import Identity, Sent
from fairlead.certification.engine.link import Link, Received
from fairlead.certification.engine.names import ADMIN, message_name
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.faults.line import FaultLine
from fairlead.certification.faults.pump import FaultPump
from fairlead.certification.model.results import WireRecord
from fairlead.certification.venues.wire import WireMessage, is_digits

HEADER_TAGS = frozenset(("8", "9", "35", "34", "49", "52", "56", "43", "122", "97", "10"))

CUT_BY_CASE = "cut by the case"

Note = Callable[[WireRecord], WireRecord]


def utc_text(offset_s: float = 0.0) -> str:
    """Return a UTCTimestamp with milliseconds, some seconds from now."""
    moment = datetime.now(UTC) + timedelta(seconds=offset_s)
    return f"{moment:%Y%m%d-%H:%M:%S}.{moment.microsecond // 1000:03d}"


class Peer:
    """One connection of one session. ``manual`` names the MsgTypes whose automatic answer is off.

    ``inbox`` is all that came; ``heartbeats`` go out each interval until ``is_silent``.
    """

    def __init__(self, options: EngineOptions, identity: Identity, note: Note, link_name: str = "session") -> None:
        self.options = options
        self.identity = identity
        self.link: Link | None = None
        self.inbox: list[Received] = []
        self.manual: set[str] = set()
        self.is_silent = False
        self.is_logged_on = False
        self.arrived = asyncio.Event()
        self.last_sent_number = 0
        self.last_sent_type = ""
        self.note = note
        self._link_name = link_name
        self._beating: asyncio.Task[None] | None = None
        self._pump: FaultPump | None = None
        self._answers = {"1": self._answer_test, "2": self._answer_resend, "5": self._answer_logout}

    # The connection

    def attach(self, link: Link) -> None:
        """Take a connection over; what it has received already counts."""
        self.link = link
        self.is_logged_on = False
        self.note(WireRecord(0, "out" if self.options.is_acceptor else "in", self._link_name, "connected"))
        link.hear(self._on_received)

    async def detach(self, how: str = "fin") -> None:
        """End the connection by FIN or RST and stop all that went on by itself."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
            self._beating = None
        self.spoil(None)
        if self.link is not None:
            was_open = not self.link.is_closed
            if was_open:
                self.note(WireRecord(0, "out", self._link_name, "closed", note=f"cut by the case ({how.upper()})"))
                self.inbox.append(Received("closed", text=CUT_BY_CASE))
            self.link.hear(lambda received: None)
            await self.link.close(how)
            self.link = None

    # What comes

    def _on_received(self, received: Received) -> None:
        message = received.message
        if message is not None:
            raw = message.raw
            kind = message_name(message.msg_type)
            record = WireRecord(0, "in", self._link_name, kind, masked(raw).decode("latin-1"), show(masked(raw)))
        else:
            record = WireRecord(0, "in", self._link_name, received.kind, note=received.text)
        received.record = self.note(record)
        self.inbox.append(received)
        if message is not None:
            self._count(message)
            answer = self._answers.get(message.msg_type)
            if answer is not None and message.msg_type not in self.manual and self.is_logged_on:
                answer(message)
        self.arrived.set()

    def _count(self, message: WireMessage) -> None:
        number = message.msg_seq_num
        if message.msg_type == "4" and is_digits(message.get(36)):
            if message.get(123) != "Y" or number == self.identity.next_in:
                self.identity.next_in = max(self.identity.next_in, int(message.get(36)))
        elif number == self.identity.next_in:
            self.identity.next_in = number + 1

    # Answers

    def _answer_test(self, message: WireMessage) -> None:
        self.send("0", [("112", message.get(112))] if 112 in message else [])

    def _answer_logout(self, message: WireMessage) -> None:
        self.send("5", [])
        self.is_logged_on = False

    def _answer_resend(self, message: WireMessage) -> None:
        begin, end = message.get(7), message.get(16)
        if is_digits(begin) and is_digits(end):
            self.resend(int(begin), int(end))

    def resend(self, begin: int, end: int = 0, without: frozenset[int] = frozenset()) -> None:
        """Repeat application messages of a range, and fill what lies between them.

        ``without`` are numbers that get lost once more.
        """
        last = self.identity.next_out - 1
        end = min(end, last) if end else last
        gap_from = 0
        for number in range(begin, end + 1):
            sent = self.identity.sent.get(number)
            if sent is None or sent.msg_type in ADMIN:
                gap_from = gap_from or number
                continue
            if gap_from:
                self._fill(gap_from, number)
                gap_from = 0
            if number not in without:
                header = [("43", "Y"), ("122", sent.sending_time)]
                self.send(sent.msg_type, sent.body, number=number, header=header, is_counted=False)
        if gap_from:
            self._fill(gap_from, end + 1)

    def _fill(self, begin: int, new: int) -> None:
        header = [("43", "Y"), ("122", utc_text())]
        self.send("4", [("123", "Y"), ("36", str(new))], number=begin, header=header, is_counted=False)

    # What goes

    def send(
        self,
        msg_type: str,
        body: Pairs,
        *,
        number: int | None = None,
        header: Pairs | None = None,
        is_counted: bool = True,
    ) -> int:
        """Send a message as it should be, and return its number."""
        number = self.identity.next_out if number is None else number
        sending_time = utc_text()
        if is_counted:
            self.identity.keep(number, Sent(msg_type, body, sending_time))
        pairs = [*self.header(msg_type, number, sending_time), *(header or []), *body]
        self.write(build(self.options.begin_string, pairs, RIGHT))
        return number

    def header(self, msg_type: str, number: int, sending_time: str) -> Pairs:
        """Return the fields that every header has, from MsgType(35) on."""
        return [
            ("35", msg_type),
            ("34", str(number)),
            ("49", self.identity.comp_id),
            ("52", sending_time),
            ("56", self.options.engine_comp_id),
        ]

    def send_shaped(self, pairs: Pairs, begin_string: str, shape: Shape, note: str = "") -> None:
        """Send a frame of any shape."""
        self.write(build(begin_string, pairs, shape), note)

    def write(self, data: bytes, note: str = "") -> None:
        """Put bytes on the wire, through the faults beneath it."""
        kind = message_name(msg_type_of(data)) if data[:2] == b"8=" or b"\x0135=" in data else "bytes"
        shown = masked(data)
        self.note(WireRecord(0, "out", self._link_name, kind, shown.decode("latin-1"), show(shown), note))
        if self._pump is not None:
            self._pump.put(data)
        elif self.link is not None:
            self.link.write(data)

    def spoil(self, line: FaultLine | None) -> None:
        """Put faults beneath what is sent from now on, None: none any more."""
        if self._pump is not None:
            self._pump.stop()
        link = self.link
        self._pump = FaultPump(line, link.write, link.end) if line is not None and link is not None else None

    def begin_heartbeats(self) -> None:
        """Send a Heartbeat each interval from now on."""
        self.is_logged_on = True
        if self._beating is None and self.options.heartbeat_s:
            self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.options.heartbeat_s)
            if self.is_logged_on and not self.is_silent and self.link is not None and not self.link.is_closed:
                self.send("0", [])
