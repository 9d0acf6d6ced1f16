"""Keep the acceptor's side of FIX 4.2 and 4.4 sessions.

A session belongs to one counterparty (its SenderCompID) and outlives connections: sequence numbers and sent messages
stay. What it writes is collected in `outbox`; the simulator writes it to the socket once the turn's changes are
stored, so that nothing reaches a socket that a restart would not know.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.certification.venues.session_checks import admin_fault, logon_refusal, poss_dup_fault
from fairlead.certification.venues.session_records import (
    ADMIN_TYPES,
    COMP_ID_PROBLEM,
    INVALID_MSG_TYPE,
    KNOWN_TYPES,
    LAST_REASON_42,
    REQUIRED_TAG_MISSING,
    SENDING_TIME_PROBLEM,
    VALUE_INCORRECT,
    Application,
    Clock,
    Link,
    SentMessage,
    SessionRecord,
    SessionSettings,
    SessionStore,
)
from fairlead.certification.venues.wire import (
    Field,
    WireMessage,
    build_frame,
    is_digits,
    read_utc_timestamp,
    utc_timestamp,
)

_LOGOUT_WAIT_S = 2.0


class FixVenueSession:
    """Run one session; `receive` and `tick` are its only inputs besides `send`."""

    def __init__(
        self,
        settings: SessionSettings,
        record: SessionRecord,
        store: SessionStore,
        application: Application,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.record = record
        self.outbox: list[bytes] = []
        self.events: list[str] = []
        self.link: Link | None = None
        self.is_logged_on = False
        self.lose_next = 0
        self._store = store
        self._application = application
        self._clock = clock
        self._heartbeat_s = 0
        self._last_received_s = 0.0
        self._last_sent_s = 0.0
        self._test_request_s: float | None = None
        self._logout_sent_s: float | None = None
        self._resend_until = 0
        self._early: dict[int, WireMessage] = {}

    @property
    def counterparty(self) -> str:
        return self.record.counterparty

    # -- what the venue sends ------------------------------------------------------------------------------------

    def send(self, msg_type: str, body: Iterable[Field]) -> int:
        """Number, keep and queue a message, and return its MsgSeqNum; without a connection it waits for a resend."""
        message = SentMessage(msg_type, list(body), self._clock.utc_ns())
        msg_seq_num = self.record.next_out
        self.record.next_out += 1
        if msg_type not in ADMIN_TYPES:
            self.record.sent[msg_seq_num] = message
            self._store.save_sent(self.counterparty, msg_seq_num, message)
        self._store.save_session(self.record)
        if self.lose_next and msg_type not in ADMIN_TYPES:
            self.lose_next -= 1
        elif self.link is not None and (self.is_logged_on or msg_type in ADMIN_TYPES):
            self._write(msg_type, msg_seq_num, message.body, message.utc_ns)
        return msg_seq_num

    def send_reject(self, message: WireMessage, reason: int, ref_tag: int, text: str) -> None:
        """Refuse a message at session level (Reject, 35=3)."""
        body: list[Field] = [(45, message.get(34))]
        if ref_tag:
            body.append((371, str(ref_tag)))
        body.append((372, message.msg_type))
        if self.settings.begin_string != "FIX.4.2" or reason <= LAST_REASON_42:
            body.append((373, str(reason)))
        body.append((58, text))
        self.send("3", body)

    def send_business_reject(self, message: WireMessage, reason: int, text: str, ref_id: str = "") -> None:
        """Refuse a message at application level (BusinessMessageReject, 35=j)."""
        body: list[Field] = [(45, message.get(34)), (372, message.msg_type)]
        if ref_id:
            body.append((379, ref_id))
        self.send("j", [*body, (380, str(reason)), (58, text)])

    def log_out(self, text: str = "", *, close: bool = False) -> None:
        """Send Logout; with `close`, do not wait for the answer."""
        self.send("5", [(58, text)] if text else [])
        self._logout_sent_s = self._clock.monotonic_s()
        if close:
            self._close(text)

    def _write(
        self, msg_type: str, msg_seq_num: int, body: list[Field], utc_ns: int, first_sent_ns: int | None = None
    ) -> None:
        header: list[Field] = [
            (35, msg_type),
            (34, str(msg_seq_num)),
            (49, self.settings.comp_id),
            (52, utc_timestamp(utc_ns)),
            (56, self.counterparty),
        ]
        if first_sent_ns is not None:
            header += [(43, "Y"), (122, utc_timestamp(first_sent_ns))]
        self.outbox.append(build_frame(self.settings.begin_string, [*header, *body]))
        self._last_sent_s = self._clock.monotonic_s()

    # -- connection ----------------------------------------------------------------------------------------------

    def connect(self, link: Link, logon: WireMessage) -> None:
        """Take a connection over with the Logon that named this session."""
        self.link = link
        self._early.clear()
        self._resend_until = 0
        self._test_request_s = self._logout_sent_s = None
        self._last_received_s = self._clock.monotonic_s()
        self._handle_logon(logon)

    def disconnected(self) -> None:
        """Note that the connection is gone."""
        was_logged_on = self.is_logged_on
        self.link = None
        self.is_logged_on = False
        self.outbox.clear()
        self._early.clear()
        if was_logged_on:
            self._application.on_disconnected(self)

    def _close(self, reason: str) -> None:
        self.events.append(reason)
        if self.link is not None:
            self.link.close()

    def tick(self) -> None:
        """Do what is due: Heartbeat, TestRequest, giving up on a silent peer or an unanswered Logout."""
        now_s = self._clock.monotonic_s()
        if self.link is None:
            return
        if self._logout_sent_s is not None and now_s - self._logout_sent_s >= _LOGOUT_WAIT_S:
            self._close("the Logout was not answered")
            return
        if not self.is_logged_on or not self._heartbeat_s:
            return
        silence_s = now_s - self._last_received_s
        if silence_s >= 2.4 * self._heartbeat_s:
            self._close(f"nothing received for {silence_s:.1f} s")
        elif silence_s >= 1.2 * self._heartbeat_s and self._test_request_s is None:
            self._test_request_s = now_s
            self.send("1", [(112, f"SILENT{self.record.next_out}")])
        elif now_s - self._last_sent_s >= self._heartbeat_s:
            self.send("0", [])

    def unread(self) -> None:
        """Forget that the message in hand has come, as if it had been lost on the way."""
        self.record.next_in -= 1
        self._store.save_session(self.record)

    # -- what the venue receives ---------------------------------------------------------------------------------

    def receive(self, message: WireMessage) -> None:
        """Take one message of the connection."""
        self._last_received_s = self._clock.monotonic_s()
        self._test_request_s = None
        if not self._header_is_right(message):
            return
        msg_seq_num = message.msg_seq_num
        if message.msg_type == "4" and message.get(123) != "Y":
            self._handle_sequence_reset(message)
        elif msg_seq_num > self.record.next_in:
            self._handle_early(message)
        elif msg_seq_num < self.record.next_in:
            self._handle_late(message)
        else:
            self._process(message)
            self._process_early()

    def _header_is_right(self, message: WireMessage) -> bool:
        """Check BeginString, MsgSeqNum, CompIDs, SendingTime and PossDup; answer what is wrong."""
        if message.get(8) != self.settings.begin_string:
            self.log_out(
                f"BeginString {message.get(8)} received, expected {self.settings.begin_string}",
                close=True,
            )
            return False
        if not message.msg_seq_num:
            self.log_out("Required tag missing: MsgSeqNum(34)", close=True)
            return False
        if (message.get(49), message.get(56)) != (self.counterparty, self.settings.comp_id):
            self._refuse_header(message, COMP_ID_PROBLEM, 0, "CompID problem")
            return False
        if not message.get(52):
            if message.msg_seq_num == self.record.next_in:
                self._advance()
            self.send_reject(message, REQUIRED_TAG_MISSING, 52, "Required tag missing")
            return False
        sent_ns = read_utc_timestamp(message.get(52))
        if sent_ns is None or not self._is_recent(sent_ns):
            self._refuse_header(message, SENDING_TIME_PROBLEM, 52, "SendingTime accuracy problem")
            return False
        return not message.poss_dup or self._poss_dup_is_right(message, sent_ns)

    def _refuse_header(self, message: WireMessage, reason: int, ref_tag: int, text: str) -> None:
        if message.msg_seq_num == self.record.next_in:
            self._advance()
        self.send_reject(message, reason, ref_tag, text)
        self.log_out(text, close=True)

    def _is_recent(self, sent_ns: int) -> bool:
        return abs(self._clock.utc_ns() - sent_ns) <= self.settings.sending_time_tolerance_s * 1_000_000_000

    def _poss_dup_is_right(self, message: WireMessage, sent_ns: int) -> bool:
        fault = poss_dup_fault(message, sent_ns)
        if fault is None:
            return True
        if message.msg_seq_num == self.record.next_in:
            self._advance()
        self.send_reject(message, *fault)
        return False

    def _handle_early(self, message: WireMessage) -> None:
        """Serve what can't wait, keep the rest, and ask once for what is missing."""
        if message.msg_type == "5":
            self._answer_logout()
            return
        if message.msg_type == "2" and admin_fault(message) is None:
            self._handle_resend_request(message)
        self._early[message.msg_seq_num] = message
        self._request_resend(message.msg_seq_num)

    def _request_resend(self, received: int) -> None:
        if self._resend_until:
            return
        self._resend_until = received
        self.send("2", [(7, str(self.record.next_in)), (16, "0")])

    def _handle_late(self, message: WireMessage) -> None:
        if message.msg_type == "5":
            self._answer_logout()
        elif not message.poss_dup:
            text = f"MsgSeqNum too low, expecting {self.record.next_in} but received {message.msg_seq_num}"
            self.log_out(text, close=True)

    def _process_early(self) -> None:
        while (message := self._early.pop(self.record.next_in, None)) is not None:
            if message.msg_type == "2" and admin_fault(message) is None:
                self._advance()  # served when it came
            else:
                self._process(message)
        if self._resend_until and self.record.next_in > self._resend_until:
            self._resend_until = 0
        if self._early and not self._resend_until:
            self._request_resend(min(self._early))

    def _advance(self) -> None:
        self.record.next_in += 1
        self._store.save_session(self.record)

    def _process(self, message: WireMessage) -> None:
        """Handle the message whose turn it is."""
        msg_type = message.msg_type
        if msg_type == "4":
            self._handle_gap_fill(message)
            return
        self._advance()
        if (fault := admin_fault(message)) is not None:
            self.send_reject(message, *fault)
        elif msg_type in _ADMIN_HANDLERS:
            _ADMIN_HANDLERS[msg_type](self, message)
        elif msg_type not in KNOWN_TYPES[self.settings.begin_string]:
            self.send_reject(message, INVALID_MSG_TYPE, 35, "Invalid MsgType")
        elif self.is_logged_on:
            self._application.on_application_message(self, message)

    # -- admin messages ------------------------------------------------------------------------------------------

    def _handle_logon(self, message: WireMessage) -> None:
        refusal = logon_refusal(message, self.settings, self.record.next_out)
        if refusal:
            self.log_out(refusal, close=True)
            return
        if message.get(141) == "Y" or self.settings.reset_on_logon:
            self.reset()
        msg_seq_num, expected = message.msg_seq_num, self.record.next_in
        if msg_seq_num < expected and not message.poss_dup:
            self.log_out(f"MsgSeqNum too low, expecting {expected} but received {msg_seq_num}", close=True)
            return
        if msg_seq_num == expected:
            self._advance()
        self._heartbeat_s = int(message.get(108))
        resend_from = int(message.get(789)) if is_digits(message.get(789)) else self.record.next_out
        self._answer_logon(message)
        self.is_logged_on = True
        if resend_from < self.record.next_out - 1:
            self._resend(resend_from, self.record.next_out - 2)
        if msg_seq_num > expected and 789 not in message:
            self._early[msg_seq_num] = message
            self._request_resend(msg_seq_num)
        self._application.on_logged_on(self)

    def _answer_logon(self, message: WireMessage) -> None:
        body: list[Field] = [(98, "0"), (108, message.get(108))]
        if message.get(141) == "Y":
            body.append((141, "Y"))
        if 789 in message:
            body.append((789, str(self.record.next_in)))
        self.send("A", body)

    def _handle_second_logon(self, message: WireMessage) -> None:
        if message.get(141) == "Y":
            self.reset()
            self._advance()
            self._answer_logon(message)

    def reset(self) -> None:
        """Start both directions at 1 again and forget what was sent."""
        self.record.next_in = self.record.next_out = 1
        self.record.sent.clear()
        self._early.clear()
        self._resend_until = 0
        self._store.forget_sent(self.counterparty)
        self._store.save_session(self.record)

    def _handle_test_request(self, message: WireMessage) -> None:
        self.send("0", [(112, message.get(112))])

    def _handle_resend_request(self, message: WireMessage) -> None:
        first, last = int(message.get(7)), int(message.get(16))
        newest = self.record.next_out - 1
        self._resend(max(first, 1), newest if last == 0 else min(last, newest))

    def _resend(self, first: int, last: int) -> None:
        """Write messages again with PossDupFlag; runs of admin messages become one gap fill."""
        gap_start = 0
        now_ns = self._clock.utc_ns()
        for msg_seq_num in range(first, last + 1):
            message = self.record.sent.get(msg_seq_num)
            if message is None:
                gap_start = gap_start or msg_seq_num
                continue
            if gap_start:
                self._write_gap_fill(gap_start, msg_seq_num, now_ns)
                gap_start = 0
            self._write(message.msg_type, msg_seq_num, message.body, now_ns, message.utc_ns)
        if gap_start:
            self._write_gap_fill(gap_start, last + 1, now_ns)

    def _write_gap_fill(self, msg_seq_num: int, next_seq_num: int, now_ns: int) -> None:
        self._write("4", msg_seq_num, [(123, "Y"), (36, str(next_seq_num))], now_ns, now_ns)

    def _handle_gap_fill(self, message: WireMessage) -> None:
        fault = admin_fault(message)
        if fault is None and int(message.get(36)) <= message.msg_seq_num:
            text = f"Attempt to lower the sequence number: NewSeqNo {message.get(36)} at {message.msg_seq_num}"
            fault = (VALUE_INCORRECT, 36, text)
        if fault is not None:
            self._advance()
            self.send_reject(message, *fault)
            return
        self._move_to(int(message.get(36)))

    def _handle_sequence_reset(self, message: WireMessage) -> None:
        """Follow a SequenceReset in reset mode, whatever its own number."""
        fault = admin_fault(message)
        if fault is None and int(message.get(36)) < self.record.next_in:
            fault = (VALUE_INCORRECT, 36, "Value is incorrect (out of range) for this tag")
        if fault is not None:
            self.send_reject(message, *fault)
            return
        self._move_to(int(message.get(36)))
        self._process_early()

    def _move_to(self, next_in: int) -> None:
        self.record.next_in = next_in
        for msg_seq_num in [number for number in self._early if number < next_in]:
            del self._early[msg_seq_num]
        self._store.save_session(self.record)

    def _handle_logout(self, message: WireMessage) -> None:
        self._answer_logout()

    def _answer_logout(self) -> None:
        if self._logout_sent_s is None:
            self.send("5", [])
        self._close("logged out")

    def _note(self, message: WireMessage) -> None:
        """Keep a Reject of the peer for whoever examines the session."""
        if message.msg_type == "3":
            self.events.append(f"Reject received for {message.get(45)}: {message.get(58)}")


_ADMIN_HANDLERS = {
    "0": FixVenueSession._note,
    "1": FixVenueSession._handle_test_request,
    "2": FixVenueSession._handle_resend_request,
    "3": FixVenueSession._note,
    "5": FixVenueSession._handle_logout,
    "A": FixVenueSession._handle_second_logon,
}
