"""Judge and handle the peer's messages one by one: header, number, content, meaning."""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.gap import HANDLED
from fairlead.adapters.fix.header import (
    HeaderFault,
    HeaderFaultKind,
    judge_header,
    judge_poss_dup,
)
from fairlead.adapters.fix.link import SessionLink
from fairlead.adapters.fix.logon import RESET_SEQ_NUM_FLAG, TEXT, LogonFault
from fairlead.adapters.fix.masking import SECRET_MSG_TYPES, mask_secrets
from fairlead.adapters.fix.outbound import TEST_REQ_ID
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.fix.states import LOGGED_ON_STATES
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.framing_cy import Garbled
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.violations import (
    COMP_ID_PROBLEM,
    DECRYPTION_PROBLEM,
    INCORRECT_DATA_FORMAT,
    OTHER,
    REQUIRED_TAG_MISSING,
    SENDING_TIME_PROBLEM,
    SESSION_TEXTS,
    SIGNATURE_PROBLEM,
    VALUE_OUT_OF_RANGE,
    Violation,
)
from fairlead.codecs.vocabulary.constants import ABSENT

BEGIN_SEQ_NO, END_SEQ_NO, NEW_SEQ_NO, GAP_FILL_FLAG, TEST_REQ_ID_TAG = 7, 16, 36, 123, 112
MSG_SEQ_NUM = 34

MAX_SEQ_NUM: Final = 2**62
"""A count that is set beyond this could be driven out of 64 bits."""

Handler = Callable[[FixMessage, int, int], None]


class SessionInbound(SessionLink):
    """Add the peer's messages to the link."""

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: Validator | None = None,
    ) -> None:
        super().__init__(settings, store, application, validator)
        self._in_state: dict[int, Handler] = {
            State.AWAITING_LOGON: self._receive_awaiting_logon,
            State.LOGON_SENT: self._receive_logon_sent,
            State.LOGGED_ON: self._receive_numbered,
            State.LOGOUT_SENT: self._receive_numbered,
            State.LOGOUT_ANSWERED: self._receive_numbered,
        }
        self._in_sequence: dict[str, Handler] = {
            "0": self._on_heartbeat,
            "1": self._on_test_request,
            "2": self._on_resend_request,
            "3": self._on_reject,
            "4": self._on_gap_fill,
            "A": self._on_second_logon,
        }

    def receive_other(self, item: FixMessage | Garbled, now_ns: int, utc_ns: int) -> None:
        """Record a frame and handle it by the link's state."""
        if isinstance(item, Garbled):
            self._receive_garbled(item, now_ns, utc_ns)
            return
        frame = item.raw()
        if item.msg_type in SECRET_MSG_TYPES:
            frame = mask_secrets(frame, self.settings.secret_tags)
        self.store.record_in(max(item.msg_seq_num, 0), frame, utc_ns)
        self.last_in_ns = now_ns
        self.is_tested = False
        self._in_state[self.state](item, now_ns, utc_ns)

    def _receive_garbled(self, garbled: Garbled, now_ns: int, utc_ns: int) -> None:
        """Drop bytes that are no message (FS-2d, 2m, 2t, 3b-3e); as the first word they end the stream."""
        self.store.record_in(0, mask_secrets(garbled.raw, self.settings.secret_tags), utc_ns)
        if self.state == State.AWAITING_LOGON:
            self.abort(EventKind.GARBLED, f"{garbled.reason}, expected a Logon", now_ns, utc_ns)
        else:
            self.raise_event(SessionEvent(EventKind.GARBLED, garbled.reason), now_ns, utc_ns)

    # Before the logon

    def _receive_awaiting_logon(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Close in silence unless it is a Logon of the right peer; FS-1S, 2S."""
        fault = judge_header(message, self.settings, utc_ns)
        if fault is not None:
            self.abort(EventKind.LOGON_REFUSED, fault.detail, now_ns, utc_ns)
        elif message.msg_type != "A":
            text = f"first message is MsgType {message.msg_type!r}, expected a Logon"
            self.abort(EventKind.LOGON_REFUSED, text, now_ns, utc_ns)
        else:
            self.receive_logon_request(message, now_ns, utc_ns)

    def _receive_logon_sent(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take the reply to our Logon, or what comes in its place; FS-1B."""
        fault = judge_header(message, self.settings, utc_ns)
        if fault is not None:
            if fault.kind is not HeaderFaultKind.BEGIN_STRING:
                self._reject_fault(message, fault, now_ns, utc_ns)
            self.log_out_for_fault(fault.text, fault.detail, now_ns, utc_ns)
        elif message.msg_type == "A":
            self.receive_logon_reply(message, now_ns, utc_ns)
        elif message.msg_type == "5":
            self.receive_logon_refusal(message, now_ns, utc_ns)
        elif message.msg_type == "3":
            self._on_reject(message, now_ns, utc_ns)
            if message.msg_seq_num == self.next_in:
                self.advance_to(self.next_in + 1, now_ns, utc_ns)
        else:
            text = f"first message is MsgType {message.msg_type!r}, expected a Logon"
            self.log_out_for_fault("First message is not a Logon", text, now_ns, utc_ns)

    # By number

    def _receive_numbered(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Judge the header, then the number. Logout and the two kinds of reset stand outside the count."""
        fault = judge_header(message, self.settings, utc_ns)
        if fault is not None:
            self._answer_header_fault(message, fault, now_ns, utc_ns)
            return
        handler = self._uncounted(message)
        if handler is not None:
            handler(message, now_ns, utc_ns)
        elif message.msg_seq_num < 1 and not message.get_bytes(MSG_SEQ_NUM):
            text = "Required tag missing: MsgSeqNum(34)"
            self.log_out_for_fault(text, f"MsgType {message.msg_type!r} without MsgSeqNum(34)", now_ns, utc_ns)
        elif message.msg_seq_num > self.next_in:
            self._receive_high(message, now_ns, utc_ns)
        elif message.msg_seq_num < self.next_in:
            self._receive_low(message, now_ns, utc_ns)
        else:
            self._process(message, now_ns, utc_ns)
            self._take_waiting(now_ns, utc_ns)

    def _uncounted(self, message: FixMessage) -> Handler | None:
        """Return the handler of a message whose number does not matter."""
        if message.msg_type == "5":
            return self.receive_logout
        if message.msg_type == "4" and message.get_bytes(GAP_FILL_FLAG) in (b"", b"N"):
            return self._on_reset
        if message.msg_type == "A" and message.get_bytes(RESET_SEQ_NUM_FLAG) == b"Y":
            return self._on_logon_with_reset
        if message.msg_type == "2" and self._is_late_request(message):
            return self._process_content
        return None

    def _is_late_request(self, message: FixMessage) -> bool:
        served = self.settings.serve_low_resend_request and not message.poss_dup
        return served and 0 < message.msg_seq_num < self.next_in

    def _receive_high(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Let a message wait and ask for those before it; a ResendRequest is served first (FS-2b, 20)."""
        frame = message.raw()
        if message.msg_type == "2":
            frame = HANDLED
            self._process_content(message, now_ns, utc_ns)
        if self.open_gap(message.msg_seq_num, message.poss_dup, frame, now_ns, utc_ns):
            self.ask_for_missing(now_ns, utc_ns)

    def _receive_low(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Ignore a repeated message that was seen (FS-2e, 10c); log out where a number is used twice (FS-2c, 10d).

        One that claims to be older than it is may be neither: it is rejected and ends the session (FS-2f).
        """
        if not message.poss_dup:
            text = f"MsgSeqNum too low, expecting {self.next_in} but received {message.msg_seq_num}"
            self.log_out_for_fault(text, text, now_ns, utc_ns)
            return
        fault = judge_poss_dup(message, self.settings)
        if fault is None:
            return
        self._reject_fault(message, fault, now_ns, utc_ns)
        if fault.reject_reason == SENDING_TIME_PROBLEM:
            self.log_out_for_fault("", fault.detail, now_ns, utc_ns)

    def _process(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Count a message that is in sequence, then act on it. A gap fill counts for itself."""
        fault = judge_poss_dup(message, self.settings) if message.poss_dup else None
        if message.msg_type != "4" or fault is not None:
            self.advance_to(message.msg_seq_num + 1, now_ns, utc_ns)
        if fault is not None:
            self._reject_fault(message, fault, now_ns, utc_ns)
        else:
            self._process_content(message, now_ns, utc_ns)

    def _process_content(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        violation = self.validator.check(message) if self.validator is not None else None
        if violation is None:
            self._in_sequence.get(message.msg_type, self._on_application)(message, now_ns, utc_ns)
            return
        if message.msg_type == "4":
            self.advance_to(message.msg_seq_num + 1, now_ns, utc_ns)
        tag = "" if violation.ref_tag_id is None else f" (tag {violation.ref_tag_id})"
        detail = f"MsgSeqNum {message.msg_seq_num}: {violation.text}{tag}"
        self.raise_event(SessionEvent(EventKind.PEER_FAULT, detail, message.msg_seq_num), now_ns, utc_ns)
        if message.msg_type == "3":
            return  # a Reject of a Reject would go round for ever
        self._answer_violation(message, violation, now_ns, utc_ns)

    def _reject_for(
        self, message: FixMessage, reason: int, now_ns: int, utc_ns: int, ref_tag_id: int | None = None
    ) -> None:
        self.reject(message, reason, SESSION_TEXTS[reason], now_ns, utc_ns, ref_tag_id)

    def _answer_violation(self, message: FixMessage, violation: Violation, now_ns: int, utc_ns: int) -> None:
        reason = violation.session_reject_reason
        if reason is not None:
            self.reject(message, reason, violation.text, now_ns, utc_ns, violation.ref_tag_id)
        else:
            self.business_reject(message, violation.business_reject_reason or 0, violation.text, now_ns, utc_ns)

    def _take_waiting(self, now_ns: int, utc_ns: int) -> None:
        """Go on with what waits behind a gap; find out whether the gap is filled or goes on."""
        while self.gap_open and self.state in LOGGED_ON_STATES:
            self.gap.discard_below(self.next_in)
            frame = self.gap.take(self.next_in)
            if frame is None:
                break
            if frame == HANDLED:
                self.advance_to(self.next_in + 1, now_ns, utc_ns)
            else:
                self._process(FixMessage.from_bytes(frame, self.data_tags), now_ns, utc_ns)
        if not self.gap_open or self.state not in LOGGED_ON_STATES:
            return
        if self.gap.is_filled(self.next_in):
            self.close_gap(now_ns, utc_ns)
        elif self.gap.request_due(self.next_in):
            self.ask_for_missing(now_ns, utc_ns)

    def ask_for_missing(self, now_ns: int, utc_ns: int) -> None:
        """Ask for what is missing; log out where that has been done often enough."""
        if not self.request_missing(now_ns, utc_ns):
            text = f"MsgSeqNum {self.next_in} was asked for {self.gap.attempts} times and did not come"
            self.log_out_for_fault(text, text, now_ns, utc_ns)

    # Faults

    def _answer_header_fault(self, message: FixMessage, fault: HeaderFault, now_ns: int, utc_ns: int) -> None:
        """Give the answer that belongs to the fault; the number is used up where it is the expected one."""
        if fault.kind is HeaderFaultKind.BEGIN_STRING:
            self.log_out_for_fault(fault.text, fault.detail, now_ns, utc_ns)
            return
        if message.msg_seq_num > self.next_in:
            if self.open_gap(message.msg_seq_num, message.poss_dup, HANDLED, now_ns, utc_ns):
                self.ask_for_missing(now_ns, utc_ns)
        elif message.msg_seq_num == self.next_in:
            self.advance_to(self.next_in + 1, now_ns, utc_ns)
        self._reject_fault(message, fault, now_ns, utc_ns)
        if fault.kind is HeaderFaultKind.FIELD:
            self._take_waiting(now_ns, utc_ns)
        else:
            self.log_out_for_fault("", fault.detail, now_ns, utc_ns)

    def _reject_fault(self, message: FixMessage, fault: HeaderFault, now_ns: int, utc_ns: int) -> None:
        if fault.kind is HeaderFaultKind.FIELD:
            self.raise_event(SessionEvent(EventKind.PEER_FAULT, fault.detail, message.msg_seq_num), now_ns, utc_ns)
        if message.msg_type != "3":
            self.reject(message, fault.reject_reason, fault.text, now_ns, utc_ns, fault.ref_tag_id)

    def _get_number(self, message: FixMessage, tag: int, now_ns: int, utc_ns: int) -> int:
        """Return a required number; -1 where it is missing, unreadable or out of range, which was rejected then."""
        try:
            number = message.get_int(tag, ABSENT)
        except DecodeError:
            self._reject_for(message, INCORRECT_DATA_FORMAT, now_ns, utc_ns, tag)
            return -1
        if number == ABSENT:
            self._reject_for(message, REQUIRED_TAG_MISSING, now_ns, utc_ns, tag)
        elif not 0 <= number <= MAX_SEQ_NUM:
            self._reject_for(message, VALUE_OUT_OF_RANGE, now_ns, utc_ns, tag)
        else:
            return number
        return -1

    # By MsgType

    def _on_heartbeat(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take a sign of life; FS-5, 6."""
        test_req_id = message.get_str(TEST_REQ_ID_TAG)
        if test_req_id and test_req_id != TEST_REQ_ID:
            text = f"TestReqID {test_req_id!r} received in a Heartbeat, expected {TEST_REQ_ID!r}"
            self.raise_event(SessionEvent(EventKind.PEER_FAULT, text), now_ns, utc_ns)

    def _on_test_request(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Answer with a Heartbeat that echoes TestReqID(112); FS-4b."""
        test_req_id = message.get_bytes(TEST_REQ_ID_TAG)
        if not test_req_id:
            self._reject_for(message, REQUIRED_TAG_MISSING, now_ns, utc_ns, TEST_REQ_ID_TAG)
            return
        writer = self.begin_admin("0", utc_ns, message)
        writer.put_bytes(TEST_REQ_ID_TAG, test_req_id)
        self.finish_admin("0", now_ns, utc_ns)

    def _on_resend_request(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Begin to repeat; 0 and 999999 as EndSeqNo(16) mean infinity; FS-8."""
        begin = self._get_number(message, BEGIN_SEQ_NO, now_ns, utc_ns)
        end = self._get_number(message, END_SEQ_NO, now_ns, utc_ns) if begin >= 0 else -1
        if end < 0:
            return
        last = self.next_out - 1
        if not 1 <= begin <= last:
            self._reject_for(message, VALUE_OUT_OF_RANGE, now_ns, utc_ns, BEGIN_SEQ_NO)
        elif 0 < end < begin:
            self._reject_for(message, VALUE_OUT_OF_RANGE, now_ns, utc_ns, END_SEQ_NO)
        else:
            self.start_resend(begin, last if end == 0 else min(end, last))
            self.continue_resend(now_ns, utc_ns)

    def _on_reject(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Tell the application that the peer could not read a message of ours; FS-7."""
        numbers = {}
        for tag in (45, 371, 373):
            try:
                numbers[tag] = message.get_int(tag, -1)
            except DecodeError:
                numbers[tag] = -1
        event = SessionEvent(
            EventKind.REJECTED,
            message.get_str(TEXT),
            ref_seq_num=max(numbers[45], 0),
            ref_tag_id=max(numbers[371], 0),
            ref_msg_type=message.get_str(372),
            reject_reason=numbers[373],
        )
        self.raise_event(event, now_ns, utc_ns)

    def _on_gap_fill(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Skip what the peer does not repeat; FS-10."""
        new_seq_no = self._get_number(message, NEW_SEQ_NO, now_ns, utc_ns)
        if new_seq_no > message.msg_seq_num:
            self.advance_to(new_seq_no, now_ns, utc_ns)
            return
        self.advance_to(message.msg_seq_num + 1, now_ns, utc_ns)
        if new_seq_no >= 0:
            text = f"Attempt to lower sequence number, invalid value NewSeqNo={new_seq_no}"
            self.reject(message, 5, text, now_ns, utc_ns, NEW_SEQ_NO)

    def _on_reset(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Continue the peer's count where it says; its own MsgSeqNum(34) does not matter; FS-11."""
        violation = self.validator.check(message) if self.validator is not None else None
        if violation is not None:
            self._answer_violation(message, violation, now_ns, utc_ns)
            return
        new_seq_no = self._get_number(message, NEW_SEQ_NO, now_ns, utc_ns)
        if new_seq_no < 0:
            return
        text = f"NewSeqNo {new_seq_no} received, expected {self.next_in}"
        if new_seq_no < self.next_in:
            self.raise_event(SessionEvent(EventKind.PEER_FAULT, f"{text} or more"), now_ns, utc_ns)
            self._reject_for(message, VALUE_OUT_OF_RANGE, now_ns, utc_ns)
            return
        self.raise_event(SessionEvent(EventKind.SEQUENCE_RESET, text), now_ns, utc_ns)
        self.advance_to(new_seq_no, now_ns, utc_ns)
        self._take_waiting(now_ns, utc_ns)

    def _on_second_logon(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Refuse a Logon of a peer that is logged on and does not reset."""
        text = "Logon received while logged on"
        self.raise_event(SessionEvent(EventKind.PEER_FAULT, text), now_ns, utc_ns)
        self.reject(message, OTHER, text, now_ns, utc_ns)

    def _on_logon_with_reset(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Start both counts afresh within a connection, and answer alike."""
        logon = self.judge_logon(message)
        if self.state != State.LOGGED_ON or isinstance(logon, LogonFault):
            text = logon.text if isinstance(logon, LogonFault) else "Logon received while logging out"
            self.log_out_for_fault(text, text, now_ns, utc_ns)
            return
        refusal = None
        if not self.settings.is_initiator:
            refusal = self.application.on_logon_request(logon.request, now_ns, utc_ns)
        if refusal is not None:
            self.log_out_for_fault(refusal, "credentials of a second Logon refused", now_ns, utc_ns)
            return
        self.reset_numbers("peer's Logon says ResetSeqNumFlag", now_ns, utc_ns)
        self.reply_logon(logon, message, now_ns, utc_ns)
        self.count_logon(message, logon, now_ns, utc_ns)

    def _on_application(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Hand a message over, or say why not; FS-2r, 14l, 17, 18."""
        settings = self.settings
        on_behalf_of, deliver_to = message.get_str(115), message.get_str(128)
        if message.has(90):
            self._reject_for(message, DECRYPTION_PROBLEM, now_ns, utc_ns, 90)
        elif message.has(89) or message.has(93):
            self._reject_for(message, SIGNATURE_PROBLEM, now_ns, utc_ns, 89)
        elif settings.on_behalf_of_comp_ids is not None and on_behalf_of not in {"", *settings.on_behalf_of_comp_ids}:
            self._reject_for(message, COMP_ID_PROBLEM, now_ns, utc_ns, 115)
        elif settings.deliver_to_comp_ids is not None and deliver_to not in {"", *settings.deliver_to_comp_ids}:
            self._reject_for(message, COMP_ID_PROBLEM, now_ns, utc_ns, 128)
        elif settings.supported_msg_types is not None and message.msg_type not in settings.supported_msg_types:
            self.business_reject(message, 3, "Unsupported Message Type", now_ns, utc_ns)
        elif not self.application_available:
            self.business_reject(message, 4, "Application not available", now_ns, utc_ns)
        else:
            self.application.on_message(message, now_ns, utc_ns)
