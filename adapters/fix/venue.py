"""Trade at one FIX venue: Fairlead's orders to FIX messages, the venue's answers to reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.profiles import VenueProfile
from fairlead.adapters.fix.sent_requests import (
    REQUEST_KINDS,
    OrderInQuestion,
    SentRequest,
    find_sent_request,
    order_in_question,
    request_of,
)
from fairlead.adapters.fix.session import (
    PRIORITY_CANCEL,
    PRIORITY_NORMAL,
    REFUSED_LOGGED_OUT,
    REFUSED_THROTTLED,
    FixSession,
)
from fairlead.adapters.fix.settings import LogonSettings, SessionId, SessionSettings, WhileLoggedOut
from fairlead.adapters.fix.symbols import SymbolBook
from fairlead.adapters.fix.venue_cy import FixVenueCore
from fairlead.adapters.fix.venue_decode_cy import ReportDecoder
from fairlead.adapters.fix.venue_encode_cy import OrderEncoder
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.venue_session import VenueSink
from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

_SECOND_NS: Final = 1_000_000_000
_FRESH_NS: Final = 5 * _SECOND_NS
"""What was sent since the logon and no longer ago than this is repeated whatever the profile says: the venue's
ResendRequest for what was lost before the logon (to "infinity") takes in what followed the logon."""
_UNSUPPORTED_MSG_TYPE: Final = 3
_NOT_SENT: Final = {
    REFUSED_THROTTLED: (Refusal.THROTTLED, "the venue's message rate is used up"),
    REFUSED_LOGGED_OUT: (Refusal.VENUE_DOWN, "the venue's session is not logged on"),
}
_REPEATABLE: Final = frozenset(("D", "F", "G"))
"""May be sent again while young; the other requests are always gap-filled: asking anew is better than late."""

_QUESTIONS: Final = frozenset(("H", "AF"))
"""An answer to an old question is of no use to anyone: gap-filled without a word."""

_UNTHROTTLED: Final = 1_000_000_000
"""Room for more cancels than anyone has orders."""

_MASS_CANCEL_REFUSED: Final = ord("0")
_MASS_CANCEL_TAKEN: Final = b"1234567"

_Request = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest
_Put = Callable[[MessageWriter, Any, Any, int], None]


@dataclass(frozen=True, slots=True)
class VenueCredentials:
    """Who we are to the venue; secrets are left out of ``repr``."""

    sender_comp_id: str
    target_comp_id: str
    sender_sub_id: str = ""
    target_sub_id: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    raw_data: str = field(default="", repr=False)


def session_settings(profile: VenueProfile, credentials: VenueCredentials) -> SessionSettings:
    """Return the settings of a session with the venue: we connect, and refuse what can't be sent at once."""
    manner = profile.session
    by_username, by_raw_data = manner.credentials == "username", manner.credentials == "raw_data"
    return SessionSettings(
        session_id=SessionId(
            begin_string=profile.begin_string,
            sender_comp_id=credentials.sender_comp_id,
            target_comp_id=credentials.target_comp_id,
            sender_sub_id=credentials.sender_sub_id,
            target_sub_id=credentials.target_sub_id,
        ),
        is_initiator=True,
        logon=LogonSettings(
            username=credentials.username if by_username else "",
            password=credentials.password if by_username else "",
            raw_data=credentials.raw_data.encode("latin-1") if by_raw_data else b"",
            extra_fields=manner.logon_fields,
            next_expected=manner.next_expected,
        ),
        heart_bt_int_s=manner.heart_bt_int_s,
        reset_on_logon=manner.reset_on_logon,
        throttle=manner.throttle,
        subsecond_digits=manner.timestamp_digits,
        resend_chunk=manner.resend_chunk,
        while_logged_out=WhileLoggedOut.REFUSE,
    )


class FixVenue(FixVenueCore):
    """Be a ``VenueSession`` over a FIX session that it builds from a profile, credentials and a store.

    ``name`` is the venue's name in the configuration. Reports, ups, downs and events go to ``sink``. Orders must have
    passed ``capabilities_check``; what can't be put into the venue's FIX all the same is refused by a report. It is its
    session's application as well. ``settings`` stands in for those that ``session_settings`` makes of the profile;
    ``observer``, where set, is told of every session event.
    """

    session: FixSession

    def __init__(
        self,
        name: str,
        profile: VenueProfile,
        credentials: VenueCredentials,
        store: SessionStore,
        sink: VenueSink,
        settings: SessionSettings | None = None,
    ) -> None:
        self._symbols = SymbolBook(profile.symbology)
        self._profile = profile
        self._store = store
        self._unrepeated: dict[str, OrderInQuestion] = {}
        self._first_since_logon: int | None = None
        decoder = ReportDecoder(name, profile.begin_string == "FIX.4.2", self._symbols, profile.reject_meanings)
        chosen = settings or session_settings(profile, credentials)
        super().__init__(
            name,
            sink,
            OrderEncoder(profile, self._symbols),
            decoder,
            lambda _: FixSession(chosen, store, self, _validator(profile)),
        )
        self._handlers: dict[str, Callable[[FixMessage, int, int], None]] = {
            "9": self._on_cancel_reject,
            "j": self._on_business_reject,
            "r": self._on_mass_cancel_report,
        }
        self.observer: Callable[[SessionEvent], None] | None = None
        self.capabilities: Final = profile.capabilities
        """What the venue takes."""

    def rename_symbols(self, names: Mapping[str, str]) -> None:
        """Use these names for instruments from now on, beside the profile's own."""
        self._symbols.rename(names)

    def cancel_room(self, now_ns: int) -> int:
        """Return how many cancels the session's throttle lets out now."""
        throttle = self.session.throttle
        return _UNTHROTTLED if throttle is None else throttle.room(PRIORITY_CANCEL, now_ns)

    # What Fairlead asks

    def request_status(self, request: StatusRequest, order: NewOrder | None, now_ns: int, utc_ns: int) -> None:
        """Send an OrderStatusRequest(H); an OrderMassStatusRequest(AF) where ``order`` is None."""
        is_known = self.capabilities.mass_status if order is None else self.capabilities.order_status
        msg_type = "AF" if order is None else "H"
        if not is_known:
            self._refuse(msg_type, request, Refusal.UNSUPPORTED, f"the venue takes no {msg_type}", now_ns, utc_ns)
        elif order is None:
            self._send(msg_type, self.encoder.put_mass_status, request, None, now_ns, utc_ns)
        else:
            self._send(msg_type, self.encoder.put_status, request, order, now_ns, utc_ns)

    def mass_cancel(self, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Send an OrderMassCancelRequest(q)."""
        if self.capabilities.mass_cancel:
            self._send("q", self.encoder.put_mass_cancel, request, None, now_ns, utc_ns, PRIORITY_CANCEL)
        else:
            self._refuse("q", request, Refusal.UNSUPPORTED, "the venue takes no mass cancel", now_ns, utc_ns)

    def _send(
        self,
        msg_type: str,
        put: _Put,
        request: _Request,
        order: NewOrder | None,
        now_ns: int,
        utc_ns: int,
        priority: int = PRIORITY_NORMAL,
    ) -> None:
        """Encode and send; what does not leave is refused by a report before this returns."""
        outcome = REFUSED_LOGGED_OUT
        if self.is_up:
            writer = self.session.begin(msg_type, utc_ns)
            try:
                put(writer, request, order, utc_ns)
            except EncodeError as error:
                self.refuse_unencodable(msg_type, request, error, now_ns, utc_ns)
                return
            outcome = self.session.send(writer, now_ns, utc_ns, priority)
        if outcome < 0:
            self.refuse_unsent(msg_type, request, outcome, now_ns, utc_ns)

    def refuse_unencodable(
        self, msg_type: str, request: _Request, error: EncodeError, now_ns: int, utc_ns: int
    ) -> None:
        """Report what the venue's FIX has no words for."""
        self._refuse(msg_type, request, Refusal.UNSUPPORTED, str(error), now_ns, utc_ns)

    def refuse_unsent(self, msg_type: str, request: _Request, outcome: int, now_ns: int, utc_ns: int) -> None:
        """Report what the session did not take."""
        self._refuse(msg_type, request, *_NOT_SENT[outcome], now_ns, utc_ns)

    def _refuse(self, msg_type: str, request: _Request, refusal: int, text: str, now_ns: int, utc_ns: int) -> None:
        orig_cl_ord_id = request.orig_cl_ord_id if isinstance(request, (CancelOrder, ReplaceOrder)) else ""
        self._tell_refused(SentRequest(msg_type, request.cl_ord_id, orig_cl_ord_id), text, refusal, now_ns, utc_ns)

    def _tell_refused(self, request: SentRequest, text: str, refusal: int, now_ns: int, utc_ns: int) -> None:
        report = request.refused(self.name, text, refusal)
        if report is None:
            self.sink.on_venue_event(self.name, "status_refused", text, request.cl_ord_id, now_ns, utc_ns)
        else:
            self.sink.on_venue_report(self.name, report, now_ns, utc_ns)

    # What the venue says

    def on_other(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Book what is no execution report. Raises ProtocolError for what can't be read."""
        handler = self._handlers.get(message.msg_type)
        if handler is None:
            text = f"MsgType {message.msg_type} received, expected one of {', '.join(('8', *self._handlers))}"
            self.session.business_reject(message, _UNSUPPORTED_MSG_TYPE, "Unsupported Message Type", now_ns, utc_ns)
            self.sink.on_venue_event(self.name, "message_unexpected", text, "", now_ns, utc_ns)
            return
        handler(message, now_ns, utc_ns)

    def _on_cancel_reject(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self.sink.on_venue_report(self.name, self.decoder.decode_cancel_reject(message), now_ns, utc_ns)

    def _on_business_reject(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Find the request by RefSeqNum(45); by RefMsgType(372) and BusinessRejectRefID(379) where 45 is absent."""
        msg_type, ref_id = message.get_str(372), message.get_str(379)
        request = find_sent_request(self._store, message.get_int(45, 0))
        if request is None and not message.has(45) and ref_id and msg_type in REQUEST_KINDS:
            request = SentRequest(msg_type, ref_id)
        reason = f"BusinessRejectReason {message.get_int(380, -1)}: {message.get_str(58)}"
        if request is None or request.msg_type != msg_type or (ref_id and ref_id not in request.ids):
            text = f"{reason} (RefSeqNum {message.get_int(45, 0)}, RefMsgType {msg_type}, RefID {ref_id})"
            self.sink.on_venue_event(self.name, "reject_unmatched", text, ref_id, now_ns, utc_ns)
            return
        self._tell_refused(request, reason, Refusal.NONE, now_ns, utc_ns)

    def _on_mass_cancel_report(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        cl_ord_id, response = message.get_str(11), message.get_char(531)
        if response == _MASS_CANCEL_REFUSED:
            text = f"MassCancelRejectReason {message.get_int(532, -1)}: {message.get_str(58)}"
            self._tell_refused(SentRequest("q", cl_ord_id), text, Refusal.NONE, now_ns, utc_ns)
        elif response in _MASS_CANCEL_TAKEN:
            text = f"MassCancelResponse {chr(response)}: {message.get_int(533, -1)} orders affected"
            self.sink.on_venue_event(self.name, "mass_cancel_taken", text, cl_ord_id, now_ns, utc_ns)
        else:
            raise DecodeError(f"MassCancelResponse(531) {message.get_str(531)!r} received, expected 0 to 7")

    # What the session says

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the sink about ups, downs and refused messages; ask about orders that were not sent again."""
        if self.observer is not None:
            self.observer(event)
        if event.kind == EventKind.LOGGED_ON:
            self._first_since_logon = self._store.next_out
        if event.kind == EventKind.SYNCHRONISED and not self.is_up:
            self.is_up = True
            self.sink.on_venue_up(self.name, now_ns, utc_ns)
        elif event.kind == EventKind.LOGGED_OUT and self.is_up:
            self.is_up = False
            self.sink.on_venue_down(self.name, event.text, now_ns, utc_ns)
        elif event.kind == EventKind.REJECTED:
            self._on_session_reject(event, now_ns, utc_ns)
        elif event.kind == EventKind.PEER_FAULT:
            self.sink.on_venue_event(self.name, "peer_fault", event.text, "", now_ns, utc_ns)
        if event.kind in (EventKind.SYNCHRONISED, EventKind.RESEND_SERVED):
            self._ask_about_unrepeated(now_ns, utc_ns)

    def _on_session_reject(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        text = f"Reject of MsgSeqNum {event.ref_seq_num}, SessionRejectReason {event.reject_reason}"
        if event.ref_tag_id:
            text += f", tag {event.ref_tag_id}"
        text = f"{text}: {event.text}"
        request = find_sent_request(self._store, event.ref_seq_num)
        if request is None or (event.ref_msg_type and event.ref_msg_type != request.msg_type):
            self.sink.on_venue_event(self.name, "reject_unmatched", text, "", now_ns, utc_ns)
        else:
            self._tell_refused(request, text, Refusal.NONE, now_ns, utc_ns)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Let young orders, cancels and replaces be repeated; of the old ones the venue is asked how they stand."""
        if request_of(message) is None:
            return True
        age_ns = utc_ns - message.get_utc_ns(52, 0)
        first = self._first_since_logon
        if first is not None and message.msg_seq_num >= first and 0 <= age_ns < _FRESH_NS:
            return True
        limit_ns = self._profile.resend_orders_within_s * _SECOND_NS
        if message.msg_type in _REPEATABLE and 0 <= age_ns < limit_ns:
            return True
        if message.msg_type not in _QUESTIONS:
            question = order_in_question(message)
            self._unrepeated[question.request_cl_ord_id] = question
        return False

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Refuse: we connect to the venue, never the other way round."""
        return "no logon is accepted here"

    def _ask_about_unrepeated(self, now_ns: int, utc_ns: int) -> None:
        if not self.is_up:
            return
        unrepeated, self._unrepeated = self._unrepeated, {}
        for question in unrepeated.values():
            text = f"MsgType {question.msg_type} was too old to be sent again; its effect is asked for"
            self.sink.on_venue_event(self.name, "request_not_resent", text, question.request_cl_ord_id, now_ns, utc_ns)
            if self.capabilities.order_status and question.msg_type in _REPEATABLE:
                writer = self.session.begin("H", utc_ns)
                question.put(writer)
                self.session.send(writer, now_ns, utc_ns)

    # The stream

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up (TLS handshake included)."""
        self.session.receive_connected(now_ns, utc_ns)

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        self.session.receive_eof(now_ns, utc_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        self.session.on_timer(now_ns, utc_ns)


def _validator(profile: VenueProfile) -> Validator | None:
    if not profile.session.validate:
        return None
    return Validator(load_dictionary(profile.begin_string, profile.dialect))
