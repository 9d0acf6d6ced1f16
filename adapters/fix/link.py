"""Bring the link up and down: Logons and Logouts, accepted and refused."""

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.gap import HANDLED
from fairlead.adapters.fix.logon import (
    PASSWORD_CHANGED,
    SESSION_STATUS,
    TEXT,
    Logon,
    LogonFault,
    read_logon,
    says_password_expired,
    write_logon,
)
from fairlead.adapters.fix.sequence import NS_PER_S, SessionSequence
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.fix.states import TRANSITIONS, Input
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator


class SessionLink(SessionSequence):
    """Add the link's states; see ``states`` for the theory."""

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: Validator | None = None,
    ) -> None:
        super().__init__(settings, store, application, validator)
        self.refused_logons = 0
        """Logons refused in a row, by whichever side; 0 after each success."""
        self.reset_on_close = ""
        """Why both numbers are to become 1 when the stream is gone; "" where they are not."""
        self.announce_reset = settings.is_initiator and settings.reset_on_logon
        self.password = settings.logon.password
        self.new_password = settings.logon.new_password
        self._logon_seq_num = 0
        self._sent_reset = False
        self._sent_new_password = False

    def move(self, link_input: Input, now_ns: int, utc_ns: int, text: str = "") -> None:
        """Move the link by the table; say so if that ends the logged-on time."""
        before = State(self.state)
        after = TRANSITIONS.get((before, link_input))
        if after is None:
            raise LocalProtocolError(f"session is {before.name}, {link_input.name} is impossible there")
        self.state = after
        self.state_deadline_ns = NEVER_NS
        if before == State.LOGGED_ON:
            self.raise_event(SessionEvent(EventKind.LOGGED_OUT, text), now_ns, utc_ns)

    def set_state_deadline(self, seconds: int, now_ns: int) -> None:
        """Bound the stay in the present state."""
        self.state_deadline_ns = now_ns + seconds * NS_PER_S

    # Logon, as initiator

    def send_first_logon(self, now_ns: int, utc_ns: int) -> None:
        """Open with our Logon."""
        if self.settings.reset_on_logon:
            self.reset_numbers("reset_on_logon", now_ns, utc_ns)
        self._sent_reset = self.announce_reset or self.settings.reset_on_logon
        self._sent_new_password = bool(self.new_password)
        self._logon_seq_num = self.next_out
        self._send_logon(self._sent_reset, self.next_in, None, now_ns, utc_ns)
        self.set_state_deadline(self.settings.logon_timeout_s, now_ns)

    def receive_logon_reply(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Judge the reply to our Logon; FS-1B."""
        logon = self.judge_logon(message)
        if isinstance(logon, LogonFault):
            self._refuse_logon(message, logon, now_ns, utc_ns)
            return
        if logon.reset_seq_num and not self._sent_reset:
            # The peer starts afresh by itself: our Logon is the first message of the new count.
            self.reset_numbers("peer's Logon says ResetSeqNumFlag", now_ns, utc_ns)
            self._logon_seq_num, self.next_out = 1, 2
            self.store.set_next_out(2, utc_ns)
        if self.is_logon_too_low(message, now_ns, utc_ns):
            return
        if logon.next_expected > self.next_out:
            self.refuse_next_expected(logon.next_expected, now_ns, utc_ns)
            return
        last_unsent = self.next_out - 1
        self._complete_logon(message, logon, now_ns, utc_ns)
        if self._sent_new_password:
            self.password, self.new_password = self.new_password, ""
            self.raise_event(SessionEvent(EventKind.PASSWORD_CHANGED), now_ns, utc_ns)
        elif logon.session_status == PASSWORD_CHANGED:
            self.raise_event(SessionEvent(EventKind.PASSWORD_CHANGED), now_ns, utc_ns)
        # What was numbered while the reply was awaited has not been sent yet.
        first_unsent = logon.next_expected or self._logon_seq_num + 1
        if first_unsent <= last_unsent:
            self.start_resend(first_unsent, last_unsent)

    def receive_logon_refusal(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take a Logout instead of the reply to our Logon."""
        text = message.get_str(TEXT) or "no reason given"
        if message.msg_seq_num == self.next_in:
            self.advance_to(self.next_in + 1, now_ns, utc_ns)
        self.move(Input.LOGOUT_RECEIVED, now_ns, utc_ns)
        if says_password_expired(message, self.settings):
            self.raise_event(SessionEvent(EventKind.PASSWORD_EXPIRED, text), now_ns, utc_ns)
        status = message.get_str(SESSION_STATUS)
        self.count_refused_logon(f"{text} (SessionStatus {status})" if status else text, now_ns, utc_ns)

    # Logon, as acceptor

    def receive_logon_request(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Judge a peer's Logon, credentials before all else that changes something; FS-1S."""
        logon = self.judge_logon(message)
        if isinstance(logon, LogonFault):
            self._refuse_logon(message, logon, now_ns, utc_ns)
            return
        refusal = self.application.on_logon_request(logon.request, now_ns, utc_ns)
        if refusal is not None:
            self._refuse_logon(message, LogonFault(refusal), now_ns, utc_ns)
            return
        if logon.reset_seq_num or self.settings.reset_on_logon:
            self.reset_numbers(
                "Logon with ResetSeqNumFlag" if logon.reset_seq_num else "reset_on_logon", now_ns, utc_ns
            )
        if self.is_logon_too_low(message, now_ns, utc_ns):
            return
        if logon.next_expected > self.next_out:
            self.refuse_next_expected(logon.next_expected, now_ns, utc_ns)
            return
        self.heart_bt_int_s = logon.heart_bt_int_s
        last_before = self.next_out - 1
        self.reply_logon(logon, message, now_ns, utc_ns)
        self._complete_logon(message, logon, now_ns, utc_ns)
        if 0 < logon.next_expected <= last_before:
            self.start_resend(logon.next_expected, last_before)

    def reply_logon(self, logon: Logon, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Answer a Logon; ResetSeqNumFlag(141) is repeated where it was given."""
        next_expected = self.next_in + 1 if message.msg_seq_num == self.next_in else self.next_in
        self._send_logon(logon.reset_seq_num or self.announce_reset, next_expected, message, now_ns, utc_ns)

    def is_logon_too_low(self, message: FixMessage, now_ns: int, utc_ns: int) -> bool:
        """Log out where a Logon's number has been used before; FS-2c."""
        if message.msg_seq_num >= self.next_in:
            return False
        text = f"MsgSeqNum too low, expecting {self.next_in} but received {message.msg_seq_num}"
        self.log_out_for_fault(text, text, now_ns, utc_ns)
        self.count_refused_logon(text, now_ns, utc_ns)
        return True

    def refuse_next_expected(self, next_expected: int, now_ns: int, utc_ns: int) -> None:
        """Log out where the peer expects a number that we have not reached: messages are lost on our side."""
        text = f"NextExpectedMsgSeqNum too high, expecting at most {self.next_out} but received {next_expected}"
        self.log_out_for_fault(text, text, now_ns, utc_ns)
        self.count_refused_logon(text, now_ns, utc_ns)

    def count_refused_logon(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Tell that a logon was refused; an initiator gives up after a bounded number of them (SX06)."""
        self.refused_logons += 1
        self.raise_event(SessionEvent(EventKind.LOGON_REFUSED, text), now_ns, utc_ns)
        if self.settings.is_initiator and self.refused_logons == self.settings.logon.max_refused:
            text = f"{self.refused_logons} logons refused, the last one: {text}"
            self.raise_event(SessionEvent(EventKind.LOGON_ABANDONED, text), now_ns, utc_ns)

    def judge_logon(self, message: FixMessage) -> Logon | LogonFault:
        """Return what a Logon says, or why it can't be accepted."""
        violation = self.validator.check(message) if self.validator is not None else None
        if violation is not None:
            reason = violation.session_reject_reason
            return LogonFault(violation.text, -1 if reason is None else reason, violation.ref_tag_id)
        if message.msg_seq_num < 1:
            return LogonFault("Required tag missing", 1, 34)
        return read_logon(message, self.settings)

    def _refuse_logon(self, message: FixMessage, fault: LogonFault, now_ns: int, utc_ns: int) -> None:
        """Answer by Reject where a field is to blame, and Logout; then close.

        The number of a refused Logon is not counted: otherwise anyone could move ours by knocking often enough.
        """
        if fault.reject_reason >= 0:
            self.reject(message, fault.reject_reason, fault.text, now_ns, utc_ns, fault.ref_tag_id)
        self.put_logout(fault.text, now_ns, utc_ns)
        self.move(Input.ABORTED, now_ns, utc_ns)
        self.count_refused_logon(fault.text, now_ns, utc_ns)

    def _send_logon(
        self, reset_seq_num: bool, next_expected: int, reply_to: FixMessage | None, now_ns: int, utc_ns: int
    ) -> None:
        self.announce_reset = False
        writer = self.begin_admin("A", utc_ns, reply_to)
        credentials = (self.password, self.new_password) if self.settings.is_initiator else ("", "")
        if not self.settings.logon.next_expected:
            next_expected = 0
        write_logon(writer, self.settings, self.heart_bt_int_s, reset_seq_num, next_expected, credentials)
        self.finish_admin("A", now_ns, utc_ns)

    def _complete_logon(self, message: FixMessage, logon: Logon, now_ns: int, utc_ns: int) -> None:
        """Be logged on; find out whether messages of the peer are missing."""
        self.move(Input.LOGON_COMPLETE, now_ns, utc_ns)
        self.refused_logons = 0
        self.heart_bt_int_s = logon.heart_bt_int_s
        self.peer_max_bytes = logon.max_message_size
        self.raise_event(SessionEvent(EventKind.LOGGED_ON), now_ns, utc_ns)
        self.count_logon(message, logon, now_ns, utc_ns)

    def count_logon(self, message: FixMessage, logon: Logon, now_ns: int, utc_ns: int) -> None:
        """Count an accepted Logon, or open the gap before it."""
        if message.msg_seq_num == self.next_in:
            self.advance_to(self.next_in + 1, now_ns, utc_ns)
            self.raise_event(SessionEvent(EventKind.SYNCHRONISED), now_ns, utc_ns)
            return
        self.open_gap(message.msg_seq_num, False, HANDLED, now_ns, utc_ns)
        if logon.next_expected:
            # A peer that was told our NextExpectedMsgSeqNum(789) repeats what is missing unasked (SX10).
            self.raise_gap_event(now_ns, utc_ns)
        else:
            self.request_missing(now_ns, utc_ns)

    # Logout and the end

    def put_logout(self, text: str, now_ns: int, utc_ns: int, reply_to: FixMessage | None = None) -> None:
        """Send a Logout (5)."""
        writer = self.begin_admin("5", utc_ns, reply_to)
        if text:
            writer.put_str(TEXT, text)
        self.finish_admin("5", now_ns, utc_ns)

    def log_out_for_fault(self, wire_text: str, detail: str, now_ns: int, utc_ns: int) -> None:
        """Answer a breach that ends the session: Logout, a short wait for the peer's, close.

        Later breaches on the same link change nothing any more.
        """
        if self.state not in (State.LOGGED_ON, State.LOGON_SENT, State.AWAITING_LOGON):
            return
        self.raise_event(SessionEvent(EventKind.PEER_FAULT, detail), now_ns, utc_ns)
        self.put_logout(wire_text, now_ns, utc_ns)
        self.move(Input.LOGOUT_STARTED, now_ns, utc_ns, detail)
        self.set_state_deadline(self.settings.fault_logout_timeout_s, now_ns)

    def abort(self, kind: EventKind, text: str, now_ns: int, utc_ns: int) -> None:
        """Close without a word, and say why."""
        self.raise_event(SessionEvent(kind, text), now_ns, utc_ns)
        self.move(Input.ABORTED, now_ns, utc_ns, text)

    def receive_logout(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take a Logout whatever its number: the answer to ours, or a wish to be answered; FS-13."""
        if message.poss_dup and 0 < message.msg_seq_num < self.next_in:
            return
        if message.msg_seq_num == self.next_in:
            self.advance_to(self.next_in + 1, now_ns, utc_ns)
        if self.state == State.LOGOUT_ANSWERED:
            return
        if self.settings.reset_on_logout:
            self.reset_on_close = self.reset_on_close or "reset_on_logout"
        if self.state == State.LOGGED_ON:
            self.put_logout("", now_ns, utc_ns, message)
            self.move(Input.LOGOUT_RECEIVED, now_ns, utc_ns, message.get_str(TEXT))
            if self.settings.peer_close_timeout_s == 0:
                self.move(Input.ABORTED, now_ns, utc_ns)
            else:
                self.set_state_deadline(self.settings.peer_close_timeout_s, now_ns)
            return
        self.move(Input.LOGOUT_RECEIVED, now_ns, utc_ns)
