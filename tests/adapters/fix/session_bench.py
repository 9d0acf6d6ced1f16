"""A FIX session under fake time, with a peer made of simplefix."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import simplefix
from simplefix_frames import messages_in, stamp

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.fix.message_cy import FixMessage

US, PEER = "FAIRLEAD", "VENUE"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECOND_NS = 1_000_000_000

Fields = list[tuple[int, Any]]


def order(cl_ord_id: str = "ID", version: str = "FIX.4.4") -> Fields:
    """Return the body of a NewOrderSingle that is valid in both versions."""
    body: Fields = [(11, cl_ord_id), (21, 1), (55, "INTC"), (54, 1), (60, stamp(START)), (38, 100), (40, 1)]
    return body


@dataclass
class Application:
    """Note down what the session says; answer as told."""

    messages: list[tuple[int, str, str]] = field(default_factory=list)
    events: list[SessionEvent] = field(default_factory=list)
    requests: list[LogonRequest] = field(default_factory=list)
    refusal: str | None = None
    stale: set[str] = field(default_factory=set)
    on_each: Any = None

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self.messages.append((message.msg_seq_num, message.msg_type, message.get_str(11)))
        if self.on_each is not None:
            self.on_each(message, now_ns, utc_ns)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        return message.get_str(11) not in self.stale

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        self.requests.append(request)
        return self.refusal


class Sent(dict[int, str]):
    """One message that the session sent, by tag; ``raw`` is the frame."""

    raw: bytes = b""


def parse_frames(data: bytes) -> list[Sent]:
    """Read frames with simplefix."""
    frames = []
    for message in messages_in(data):
        sent = Sent({int(tag): value.decode("latin-1") for tag, value in message.pairs})
        sent.raw = message.encode(raw=True)
        frames.append(sent)
    return frames


class Bench:
    """Drive one session as the gateway would, and be its peer."""

    def __init__(
        self,
        begin_string: str = "FIX.4.4",
        is_initiator: bool = False,
        validator: Any = None,
        store: MemoryStore | None = None,
        **settings: Any,
    ) -> None:
        self.begin_string = begin_string
        self.now_ns = 5 * SECOND_NS
        self.moment = START
        self.app = Application()
        self.store = store if store is not None else MemoryStore()
        self.settings = SessionSettings(SessionId(begin_string, US, PEER), is_initiator, **settings)
        self.session = FixSession(self.settings, self.store, self.app, validator)
        self.peer_out = 1

    @property
    def utc_ns(self) -> int:
        return int(self.moment.timestamp()) * SECOND_NS + self.moment.microsecond * 1000

    @property
    def times(self) -> tuple[int, int]:
        return self.now_ns, self.utc_ns

    # the peer

    def frame(self, msg_type: str, body: Fields | None = None, seq: int | None = None, **header: Any) -> bytes:
        """Return a frame of the peer; ``dup`` adds 43=Y, ``orig`` 122 (seconds before now, None: not at all)."""
        if seq is None:
            seq, self.peer_out = self.peer_out, self.peer_out + 1
        message = simplefix.FixMessage()
        message.append_pair(8, header.get("begin", self.begin_string), header=True)
        message.append_pair(35, msg_type)
        if seq >= 0:
            message.append_pair(34, seq)
        if header.get("sender", PEER):
            message.append_pair(49, header.get("sender", PEER))
        message.append_pair(52, header.get("sent", stamp(self.moment)))
        if header.get("target", US):
            message.append_pair(56, header.get("target", US))
        if header.get("dup"):
            message.append_pair(43, "Y")
            orig = header.get("orig", 0)
            if orig is not None:
                message.append_pair(122, stamp(self.moment - timedelta(seconds=orig)))
        for tag, value in body or []:
            message.append_pair(tag, value)
        return bytes(message.encode())

    def give(self, *frames: bytes) -> list[Sent]:
        """Hand frames to the session in one read; return what it sent."""
        self.session.receive_data(b"".join(frames), *self.times)
        return self.taken()

    def peer(self, msg_type: str, body: Fields | None = None, seq: int | None = None, **header: Any) -> list[Sent]:
        """Send one message to the session; return what it sent."""
        return self.give(self.frame(msg_type, body, seq, **header))

    def taken(self) -> list[Sent]:
        return parse_frames(self.session.take_output())

    # the course of things

    def connect(self) -> list[Sent]:
        self.session.receive_connected(*self.times)
        return self.taken()

    def log_on(self, body: Fields | None = None, seq: int | None = None, heart_bt_int: int = 30) -> list[Sent]:
        """Connect and exchange Logons; return all that the session sent."""
        sent = self.connect()
        return sent + self.peer("A", [(98, 0), (108, heart_bt_int), *(body or [])], seq)

    def close(self) -> None:
        self.session.receive_eof(*self.times)

    def send_order(self, cl_ord_id: str, priority: int = 0) -> int:
        writer = self.session.begin("D", self.utc_ns)
        for tag, value in order(cl_ord_id):
            writer.put_str(tag, str(value))
        return self.session.send(writer, *self.times, priority)

    def wait(self, seconds: float) -> list[Sent]:
        """Let time pass, from one deadline to the next; return what was sent meanwhile."""
        end_ns = self.now_ns + int(seconds * SECOND_NS)
        sent = []
        while (deadline_ns := self.session.next_deadline_ns()) <= end_ns and deadline_ns != NEVER_NS:
            self._step(max(deadline_ns, self.now_ns))
            self.session.on_timer(*self.times)
            sent += self.taken()
            if self.session.wants_close:
                break
        self._step(end_ns)
        return sent

    def _step(self, now_ns: int) -> None:
        self.moment += timedelta(microseconds=(now_ns - self.now_ns) // 1000)
        self.now_ns = max(self.now_ns, now_ns)

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.app.events]

    def text_of(self, kind: EventKind) -> str:
        """Return the text of the last event of a kind."""
        return [event.text for event in self.app.events if event.kind is kind][-1]


def types(sent: list[Sent]) -> list[str]:
    return [frame[35] for frame in sent]
