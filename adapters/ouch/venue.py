"""Trade at one OUCH venue: Fairlead's orders to OUCH messages, the venue's messages to reports.

After each login the venue repeats what we have not seen. Orders may be sent when that is over: the server's first
heartbeat says so (it has had nothing to send for a second), the answer to an account query, or quiet. What is
unanswered then may be lost; under its id it can be sent again without harm, since a venue takes each id once.
"""

from collections.abc import Callable, Mapping
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.answers_cy import Answers
from fairlead.adapters.ouch.profiles import OuchProfile
from fairlead.adapters.ouch.recovery import Recovery
from fairlead.adapters.ouch.requests import RequestWriter
from fairlead.adapters.ouch.settings import OuchCredentials, session_settings
from fairlead.adapters.ouch.symbols import SymbolNames
from fairlead.adapters.ouch.venue_decode_cy import ReportReader
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.soup.client import SoupClientSession
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.adapters.venue_books import VenueBooks
from fairlead.adapters.venue_session import Capabilities, VenueSink
from fairlead.codecs.binary.protocol import Direction
from fairlead.codecs.errors import EncodeError, ProtocolError
from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, Refusal, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

_NS_PER_S: Final = 1_000_000_000
_UNKNOWN: Final = -1
_MAX_QUIETS: Final = 5
"""A venue repeats at the speed of the line: after so many times the quiet, what comes is news, however much of it."""


class OuchVenue:
    """Be a ``VenueSession`` over a SoupBinTCP session that it builds from a profile, credentials and a store.

    ``name`` is the venue's name in the configuration. Reports, ups, downs and events go to ``sink``; ``books`` is what
    the ledger knows of the venue's orders. It is its session's application as well. ``settings`` stands in for those
    that ``session_settings`` makes of the profile; ``observer``, where set, is told of every session event.
    """

    def __init__(
        self,
        name: str,
        profile: OuchProfile,
        credentials: OuchCredentials,
        store: SessionStore,
        sink: VenueSink,
        books: VenueBooks,
        settings: SoupClientSettings | None = None,
    ) -> None:
        self._name = name
        self._profile = profile
        self._sink = sink
        self._books = books
        self._symbols = SymbolNames(profile.symbols, profile.suffix)
        self._writer = RequestWriter(profile, self._symbols)
        self._decoder = profile.protocol.decoder(Direction.TO_CLIENT)
        self._reader = ReportReader(
            name, profile.reports, self._symbols, _sides(profile), profile.liquidity, profile.session.time_zone
        )
        self._answers = Answers(name, profile, books, sink)
        self._is_up = False
        self._caught_up_ns = NEVER_NS
        self._catch_up_limit_ns = NEVER_NS
        self._open_queries = _UNKNOWN
        self._awaits_answer = self._is_repeated = False
        self._next_id = 0
        self.observer: Callable[[SessionEvent], None] | None = None
        self.session: Final = SoupClientSession(settings or session_settings(profile, credentials), store, self)
        self.session.on_heartbeat = self._on_heartbeat
        self._recovery = Recovery(name, profile, self._writer, books, sink, self.session.send)

    @property
    def name(self) -> str:
        """Return the venue's name in the configuration."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """Return what the venue takes."""
        return self._profile.capabilities

    @property
    def is_up(self) -> bool:
        """Tell whether orders may be sent."""
        return self._is_up

    @property
    def disables_entry(self) -> bool:
        """Tell whether the venue can be told to take no more orders of a firm."""
        return self._profile.disable_entry is not None and self._profile.enable_entry is not None

    def rename_symbols(self, names: Mapping[str, str]) -> None:
        """Use these names for instruments from now on, beside the profile's own."""
        self._symbols.rename(names)

    # What Fairlead asks

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Send a new order."""
        self._send(
            RequestKind.NEW_ORDER, order.cl_ord_id, "", lambda: [self._writer.new_order(order, utc_ns)], now_ns, utc_ns
        )

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Cancel an order under each id by which the venue may know it; superfluous cancels are ignored."""
        booked = self._books.find(order.cl_ord_id)
        ids = [order.cl_ord_id] if booked is None else self._writer.living_ids(booked)
        self._send(
            RequestKind.CANCEL_ORDER,
            request.cl_ord_id,
            request.orig_cl_ord_id,
            lambda: [self._writer.cancel(cl_ord_id, 0, utc_ns) for cl_ord_id in ids],
            now_ns,
            utc_ns,
        )

    def replace(self, request: ReplaceOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Replace an order; where OrderQty alone falls, cancel a part if the venue's profile says so."""
        self._send(
            RequestKind.REPLACE_ORDER,
            request.cl_ord_id,
            request.orig_cl_ord_id,
            lambda: [self._writer.replace(request, order, utc_ns)],
            now_ns,
            utc_ns,
        )

    def request_status(self, request: StatusRequest, order: NewOrder | None, now_ns: int, utc_ns: int) -> None:
        """Refuse: OUCH has no such question."""
        text = "the venue takes no status request"
        self._sink.on_venue_event(self._name, "status_refused", text, request.cl_ord_id, now_ns, utc_ns)

    def mass_cancel(self, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Cancel the orders of a symbol, or all; only where the profile has such a message."""
        self._send(
            RequestKind.MASS_CANCEL,
            request.cl_ord_id,
            "",
            lambda: [self._writer.mass_cancel(request, utc_ns)],
            now_ns,
            utc_ns,
        )

    def disable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        """Have the venue take no more orders of a firm; its answer is the event ``order_entry_disabled``."""
        make = self._writer.disable_entry
        self._send(RequestKind.MASS_CANCEL, cl_ord_id, "", lambda: [make(cl_ord_id, firm, utc_ns)], now_ns, utc_ns)

    def enable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        """Have the venue take orders of a firm again; its answer is the event ``order_entry_enabled``."""
        make = self._writer.enable_entry
        self._send(RequestKind.MASS_CANCEL, cl_ord_id, "", lambda: [make(cl_ord_id, firm, utc_ns)], now_ns, utc_ns)

    def _send(
        self,
        kind: int,
        cl_ord_id: str,
        orig_cl_ord_id: str,
        make: Callable[[], list[bytes]],
        now_ns: int,
        utc_ns: int,
    ) -> None:
        """Encode and send; what does not leave is refused by a report before this returns."""
        refusal, text = Refusal.VENUE_DOWN, "the venue's session is not logged on"
        if self._is_up:
            try:
                payloads = make()
            except EncodeError as error:
                refusal, text = Refusal.UNSUPPORTED, str(error)
            else:
                for payload in payloads:
                    self.session.send(payload, now_ns, utc_ns)
                return
        report = refused(self._name, kind, cl_ord_id, orig_cl_ord_id, refusal, text)
        self._sink.on_venue_report(self._name, report, now_ns, utc_ns)

    # What the venue says

    def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Book a message of the venue; what can't be read is told as an event."""
        try:
            message = self._decoder.decode(payload)
            if message.layout is None:
                text = f"message {seq} of unknown type {message.type_code} received: {payload.hex()}"
                self._sink.on_venue_event(self._name, "message_unexpected", text, "", now_ns, utc_ns)
            else:
                told = self._reader.read(message, utc_ns)
                if told.meaning == mapping.ACCOUNT_STATE:
                    self._on_account_state(told.next_id, now_ns, utc_ns)
                else:
                    self._answers.tell(told, now_ns, utc_ns)
        except ProtocolError as error:
            text = f"message {seq}: {error}: {payload.hex()}"
            self._sink.on_venue_event(self._name, "report_unreadable", text, "", now_ns, utc_ns)
        if self._caught_up_ns != NEVER_NS:
            quiet_ns = now_ns + self._profile.session.quiet_s * _NS_PER_S
            self._caught_up_ns = min(quiet_ns, self._catch_up_limit_ns)

    def _on_account_state(self, next_id: int, now_ns: int, utc_ns: int) -> None:
        """Take the number that the venue expects next: it ignores lower ones, whatever our own books say."""
        self._next_id = next_id
        self._books.note_used(str(next_id - 1))
        self._awaits_answer = False
        if self._open_queries > 0:
            self._open_queries -= 1
            # an answer to a question of before the break says nothing about what is repeated after it
            if self._open_queries == 0 or self._is_repeated:
                self._finish_catching_up(now_ns, utc_ns)
        elif self._is_repeated:
            self._finish_catching_up(now_ns, utc_ns)
        elif self._open_queries == 0:
            self._sink.on_venue_event(self._name, "account_state", f"expects {next_id} next", "", now_ns, utc_ns)

    # What the session says

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the sink about ups, downs, and what was lost."""
        if self.observer is not None:
            self.observer(event)
        if event.kind == EventKind.LOGGED_ON:
            self._start_catching_up(now_ns, utc_ns)
        elif event.kind == EventKind.LOGGED_OUT:
            self._caught_up_ns = NEVER_NS
            if self._is_up:
                self._is_up = False
                self._sink.on_venue_down(self._name, event.text, now_ns, utc_ns)
        elif event.kind == EventKind.MESSAGES_LOST or (
            # what the venue said at the end of a session that is over is not to be had any more
            event.kind == EventKind.SEQUENCE_RESET and self._books.has_open_orders()
        ):
            self._sink.on_venue_event(self._name, "reports_lost", event.text, "", now_ns, utc_ns)
        elif event.kind == EventKind.PEER_FAULT:
            self._sink.on_venue_event(self._name, "peer_fault", event.text, "", now_ns, utc_ns)

    def _start_catching_up(self, now_ns: int, utc_ns: int) -> None:
        quiet_ns = self._profile.session.quiet_s * _NS_PER_S
        self._caught_up_ns = now_ns + quiet_ns
        self._catch_up_limit_ns = now_ns + _MAX_QUIETS * quiet_ns
        self._next_id = 0
        query = self._writer.account_query()
        self._awaits_answer, self._is_repeated = query is not None, False
        if query is not None:
            self.session.send(query, now_ns, utc_ns)
            if self._open_queries != _UNKNOWN:
                self._open_queries += 1

    def _on_heartbeat(self, now_ns: int, utc_ns: int) -> None:
        """Go up: all was repeated. Where the venue was asked for its next number, its answer comes first.

        It would ignore an order under a lower one, and our books may not know of it. Who never answers is taken at its
        quiet.
        """
        if self._caught_up_ns == NEVER_NS:
            return
        if self._awaits_answer:
            self._is_repeated = True
        else:
            self._finish_catching_up(now_ns, utc_ns)

    def _finish_catching_up(self, now_ns: int, utc_ns: int) -> None:
        """Send again what may be lost, then go up."""
        if self._caught_up_ns == NEVER_NS or not self.session.is_logged_on:
            return
        self._caught_up_ns = NEVER_NS
        self._open_queries = 0
        self._is_repeated = False
        self._recovery.run(self._next_id, now_ns, utc_ns)
        self._is_up = True
        self._sink.on_venue_up(self._name, now_ns, utc_ns)

    # The stream

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up (TLS handshake included)."""
        self.session.receive_connected(now_ns, utc_ns)

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came."""
        self.session.receive_data(data, now_ns, utc_ns)

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        self.session.receive_eof(now_ns, utc_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        self.session.on_timer(now_ns, utc_ns)
        if now_ns >= self._caught_up_ns:
            self._finish_catching_up(now_ns, utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline."""
        return min(self.session.next_deadline_ns(), self._caught_up_ns)

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        return self.session.take_output()

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self.session.wants_close


def refused(venue: str, kind: int, cl_ord_id: str, orig_cl_ord_id: str, refusal: int, text: str) -> Report:
    """Return the report that a request did not leave: OrdStatus is 0 where it does not say how the order stands."""
    is_order = kind == RequestKind.NEW_ORDER
    return Report(
        kind=ReportKind.REJECTED if is_order else ReportKind.CANCEL_REJECTED,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED if is_order else 0,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        venue=venue,
        request_kind=kind,
        refusal=refusal,
        text=text,
    )


def _sides(profile: OuchProfile) -> dict[int, int]:
    """Return Side(54) by the venue's code, from the codes in which new orders are sent."""
    for planned in profile.new_order.fields:
        if planned.source == mapping.SIDE:
            return {int(theirs): int(ours) for ours, theirs in planned.codes.items()}
    return {}
