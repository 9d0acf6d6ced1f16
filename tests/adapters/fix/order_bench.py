"""Stand-ins around the order translation: a session that only records, a sink, an order entry; frames by simplefix."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import simplefix

from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.fix.strategy import FixStrategyOrders
from fairlead.adapters.fix.venue import FixVenue, VenueCredentials
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore, SessionStore
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
UTC_NS = int(START.timestamp()) * 1_000_000_000
NOW_NS = 5_000_000_000
STAMP = "20260302-14:30:00.000"
SHARE = 100_000_000


def frame(text: str) -> bytes:
    """Return a frame from ``8=FIX.4.2|35=D|...``; simplefix adds BodyLength and CheckSum, and keeps the order."""
    message = simplefix.FixMessage()
    for pair in text.split("|"):
        tag, _, value = pair.partition("=")
        message.append_pair(int(tag), value.encode("latin-1"))
    return bytes(message.encode())


def message(text: str) -> FixMessage:
    return FixMessage.from_bytes(frame(text))


def body(data: bytes) -> str:
    """Return a frame's fields behind the header (8, 9, 35, 34, 49, 52, 56), with MsgType first, without CheckSum."""
    fields = [field.decode("latin-1") for field in data.rstrip(b"\x01").split(b"\x01")]
    return "|".join([fields[2], *fields[7:-1]])


class RecordingSession(FixSession):
    """Number, record and forget; what a FixSession offers its application."""

    is_logged_on = True  # type: ignore[assignment]

    def __init__(
        self,
        settings: SessionSettings | None,
        store: SessionStore,
        application: SessionApplication | None = None,
        validator: Any = None,
        begin_string: str = "",
    ) -> None:
        ours = settings or SessionSettings(SessionId(begin_string, "FLD", "PEER"), is_initiator=False)
        super().__init__(ours, store, application)  # type: ignore[arg-type]
        self.frames: list[bytes] = []
        self.rejects: list[tuple[str, int, str, str]] = []
        self.priorities: list[int] = []
        self.answer = 0
        self.recorder = MessageWriter(self.begin_string, "FLD", "PEER", (), ours.subsecond_digits)

    def begin(self, msg_type: str, utc_ns: int) -> MessageWriter:
        self.recorder.start(msg_type, self.store.next_out, utc_ns)
        return self.recorder

    def send(self, writer: MessageWriter, now_ns: int, utc_ns: int, priority: int = 0) -> int:
        self.priorities.append(priority)
        if self.answer < 0:
            return self.answer
        data = writer.finish()
        number = self.store.next_out
        self.store.record_out(number, data, utc_ns)
        self.frames.append(data)
        return number

    def business_reject(
        self, rejected: FixMessage, reason: int, text: str, now_ns: int, utc_ns: int, ref_id: str = ""
    ) -> None:
        self.rejects.append((rejected.msg_type, reason, text, ref_id))


@dataclass
class RecordingSink:
    reports: list[Report] = field(default_factory=list)
    events: list[tuple[str, str, str]] = field(default_factory=list)
    ups: int = 0
    downs: list[str] = field(default_factory=list)

    def on_venue_report(self, venue: str, report: Report, now_ns: int, utc_ns: int) -> None:
        self.reports.append(report)

    def on_venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        self.ups += 1

    def on_venue_down(self, venue: str, reason: str, now_ns: int, utc_ns: int) -> None:
        self.downs.append(reason)

    def on_venue_event(self, venue: str, event: str, text: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        self.events.append((event, text, cl_ord_id))


class VenueBench:
    """A FixVenue on a recording session, logged on."""

    def __init__(self, profile: str, store: MemoryStore | None = None, is_up: bool = True) -> None:
        self.sink = RecordingSink()
        self.store = store or MemoryStore()
        self.version = load_profile(profile).begin_string
        self.venue = FixVenue("XV", load_profile(profile), VenueCredentials("FLD", "PEER"), self.store, self.sink)
        assert isinstance(self.venue.session, RecordingSession)
        self.session = self.venue.session
        if is_up:
            self.event(EventKind.SYNCHRONISED)

    def event(self, kind: EventKind, **fields: Any) -> None:
        self.venue.on_session_event(SessionEvent(kind, **fields), NOW_NS, UTC_NS)

    def receive(self, text: str) -> Report | None:
        """Give the venue's message (fields from MsgType on, without header); return the report it made, if any."""
        before = len(self.sink.reports)
        msg_type, _, rest = text.partition("|")
        header = f"8={self.version}|{msg_type}|34=7|49=PEER|52={STAMP}|56=FLD"
        self.venue.on_message(message(f"{header}|{rest}"), NOW_NS, UTC_NS)
        return self.sink.reports[-1] if len(self.sink.reports) > before else None

    @property
    def last(self) -> str:
        return body(self.session.frames[-1])


@dataclass
class RecordingEntry:
    """Note requests; ``answers`` are sent back for a status request."""

    requests: list[Any] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    answers: list[Report] = field(default_factory=list)
    orders: FixStrategyOrders | None = None

    def new_order(self, strategy: str, request: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.requests.append(request)

    def cancel_order(self, strategy: str, request: CancelOrder, now_ns: int, utc_ns: int) -> None:
        self.requests.append(request)

    def replace_order(self, strategy: str, request: ReplaceOrder, now_ns: int, utc_ns: int) -> None:
        self.requests.append(request)

    def mass_cancel(self, strategy: str, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        self.requests.append(request)

    def request_status(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        self.requests.append(request)
        assert self.orders is not None
        for report in self.answers:
            self.orders.send_report(report, now_ns, utc_ns)

    def dont_know_trade(self, strategy: str, denied: DontKnowTrade, now_ns: int, utc_ns: int) -> None:
        self.requests.append(denied)

    def strategy_connected(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        self.connections.append(f"{strategy} connected")

    def strategy_disconnected(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        self.connections.append(f"{strategy} disconnected: {reason}")


class StrategyBench:
    """A FixStrategyOrders on a recording session."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.entry = RecordingEntry()
        self.session = RecordingSession(None, MemoryStore(), begin_string=version)
        self.orders = FixStrategyOrders(self.session, self.entry, "alpha", version)  # type: ignore[arg-type]
        self.entry.orders = self.orders

    def receive(self, text: str) -> Any:
        """Give the strategy's message (fields from MsgType on); return the request it made, if any."""
        before = len(self.entry.requests)
        msg_type, _, rest = text.partition("|")
        header = f"8={self.version}|{msg_type}|34=7|49=PEER|52={STAMP}|56=FLD"
        self.orders.on_message(message(f"{header}|{rest}"), NOW_NS, UTC_NS)
        return self.entry.requests[-1] if len(self.entry.requests) > before else None

    def report(self, **fields: Any) -> str:
        """Send a report; return the message it became."""
        self.orders.send_report(Report(**fields), NOW_NS, UTC_NS)
        return body(self.session.frames[-1])
