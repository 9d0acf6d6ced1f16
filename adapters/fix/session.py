"""Run one FIX session, initiator or acceptor, without input or output of its own.

The class is built in layers, each of which knows only those below it: ``session_cy`` (the steady state),
``outbound`` (what we say, resends, throttle), ``sequence`` (the peer's numbers), ``link`` (Logon and Logout),
``inbound`` (the peer's messages), and here the stream, the clock and the operator.
"""

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.inbound import MAX_SEQ_NUM, SessionInbound
from fairlead.adapters.fix.outbound import TEST_REQ_ID
from fairlead.adapters.fix.sequence import NS_PER_S
from fairlead.adapters.fix.session_cy import (
    PRIORITY_CANCEL,
    PRIORITY_NORMAL,
    QUEUED,
    REFUSED_LOGGED_OUT,
    REFUSED_THROTTLED,
    REFUSED_TOO_LARGE,
)
from fairlead.adapters.fix.settings import SessionId
from fairlead.adapters.fix.states import LOGGED_ON_STATES, Input
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.fix.framing_cy import FrameReader

__all__ = [
    "PRIORITY_CANCEL",
    "PRIORITY_NORMAL",
    "QUEUED",
    "REFUSED_LOGGED_OUT",
    "REFUSED_THROTTLED",
    "REFUSED_TOO_LARGE",
    "FixSession",
]


class FixSession(SessionInbound):
    """Speak FIX with one peer over one stream after the other; implements ``adapters.endpoint.Endpoint``.

    ``FixSession(settings, store, application, validator=None)``; without a validator, messages are not checked against
    a dictionary. Numbers continue from the store. While ``application_available`` is False, each application message is
    answered by BusinessMessageReject 380=4.
    """

    # Endpoint; receive_data, take_output, next_deadline_ns and wants_close are the core's

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up; an initiator's Logon is then in the output."""
        self.reader = FrameReader(self.settings.max_frame_bytes, self.data_tags)
        self.output.clear()
        self.last_in_ns = self.last_out_ns = now_ns
        self.is_tested = False
        self.peer_max_bytes = 0
        self.heart_bt_int_s = self.settings.heart_bt_int_s
        if self.settings.is_initiator:
            self.move(Input.CONNECTED, now_ns, utc_ns)
            self.send_first_logon(now_ns, utc_ns)
        else:
            self.move(Input.ACCEPTED, now_ns, utc_ns)
            self.set_state_deadline(self.settings.logon_timeout_s, now_ns)

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone. What it still owed is found again by the next Logon."""
        if self.state == State.DISCONNECTED:
            return
        before = State(self.state)
        self.output.clear()
        self.forget_gap()
        self.stop_resend()
        self.move(Input.LOST, now_ns, utc_ns, "connection lost")
        self.store_throttled(now_ns, utc_ns)
        self.store.settle_out(utc_ns)
        text = "Logon unanswered" if before == State.LOGON_SENT else f"stream closed in state {before.name}"
        self.raise_event(SessionEvent(EventKind.DISCONNECTED, text), now_ns, utc_ns)
        if not self.reset_on_close and self.settings.reset_on_disconnect:
            self.reset_on_close = "reset_on_disconnect"
        if self.reset_on_close:
            self.reset_numbers(self.reset_on_close, now_ns, utc_ns)
            self.reset_on_close = ""

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        if self.is_resending and self.state in LOGGED_ON_STATES:
            self.continue_resend(now_ns, utc_ns)
        if self.state_deadline_ns <= now_ns:
            self._end_state(now_ns, utc_ns)
        if self.gap_deadline_ns <= now_ns and self.state in LOGGED_ON_STATES:
            self._repeat_request(now_ns, utc_ns)
        self.release_throttled(now_ns, utc_ns)
        if self.state == State.LOGGED_ON and self.heart_bt_int_s > 0:
            self._watch_silence(now_ns, utc_ns)

    def _end_state(self, now_ns: int, utc_ns: int) -> None:
        """Close where the peer took too long."""
        settings = self.settings
        kind, text = {
            State.AWAITING_LOGON: (EventKind.LOGON_REFUSED, f"no Logon within {settings.logon_timeout_s} s"),
            State.LOGON_SENT: (EventKind.LOGON_REFUSED, f"Logon unanswered for {settings.logon_timeout_s} s"),
            State.LOGOUT_SENT: (EventKind.LOGOUT_UNANSWERED, "no answer to our Logout in time"),
            State.LOGOUT_ANSWERED: (EventKind.LOGOUT_UNANSWERED, "the peer logged out and did not close"),
        }[State(self.state)]
        self.abort(kind, text, now_ns, utc_ns)

    def _repeat_request(self, now_ns: int, utc_ns: int) -> None:
        """Ask once more for a gap that made no progress (a request may be lost where a proxy or the peer restarts)."""
        if self.state == State.LOGGED_ON:
            self.ask_for_missing(now_ns, utc_ns)
        else:
            self.gap_deadline_ns = NEVER_NS

    def _watch_silence(self, now_ns: int, utc_ns: int) -> None:
        """Heartbeat after an interval without output; TestRequest after 1.2, close after 2.4 without input.

        While a TestRequest is unanswered no Heartbeat follows it: the peer has had its sign of life.
        """
        interval_ns = self.heart_bt_int_s * NS_PER_S
        silent_ns = now_ns - self.last_in_ns
        if self.is_tested and silent_ns >= interval_ns * 24 // 10:
            text = f"nothing received for {silent_ns / NS_PER_S:.3f} s"
            self.abort(EventKind.PEER_SILENT, text, now_ns, utc_ns)
            return
        if not self.is_tested and silent_ns >= interval_ns * 12 // 10:
            self.test_peer(now_ns, utc_ns)
        if not self.is_tested and now_ns - self.last_out_ns >= interval_ns:
            self.begin_admin("0", utc_ns)
            self.finish_admin("0", now_ns, utc_ns)

    # Observation

    @property
    def session_id(self) -> SessionId:
        """Return who the two sides are."""
        return self.settings.session_id

    @property
    def link_state(self) -> State:
        """Return where the link stands."""
        return State(self.state)

    @property
    def is_logged_on(self) -> bool:
        """Tell whether both Logons were exchanged and no Logout was."""
        return self.state == State.LOGGED_ON

    @property
    def is_synchronised(self) -> bool:
        """Tell whether the session is logged on and no message of the peer is missing."""
        return self.state == State.LOGGED_ON and not self.gap_open

    # The operator

    def logout(self, text: str, now_ns: int, utc_ns: int) -> None:
        """End the session in order: Logout, wait for the answer, close. Before the logon, just close."""
        if self.state == State.LOGGED_ON:
            self.put_logout(text, now_ns, utc_ns)
            self.move(Input.LOGOUT_STARTED, now_ns, utc_ns, text)
            self.set_state_deadline(self.settings.logout_timeout_s, now_ns)
        elif self.state in (State.AWAITING_LOGON, State.LOGON_SENT):
            self.move(Input.ABORTED, now_ns, utc_ns)

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Close the stream without a word."""
        if self.state not in (State.DISCONNECTED, State.CLOSING):
            self.store.record_event("disconnect", text, utc_ns)
            self.move(Input.ABORTED, now_ns, utc_ns, text)

    def reset_sequence_numbers(self, reason: str, now_ns: int, utc_ns: int, announce: bool = False) -> None:
        """Set both numbers to 1; where a stream is up, after an orderly logout (SX07).

        ``announce``: an initiator's next Logon says ResetSeqNumFlag(141)=Y. A scheduled reset, known to both sides,
        needs no word.
        """
        self.announce_reset = self.settings.is_initiator and announce
        if self.state == State.DISCONNECTED:
            self.reset_numbers(reason, now_ns, utc_ns)
            return
        self.reset_on_close = reason
        self.logout("Sequence numbers are reset", now_ns, utc_ns)

    def set_next_in(self, next_in: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Expect another number; what waits behind a gap is forgotten."""
        _check_number(next_in)
        text = f"expecting {next_in} instead of {self.next_in}: {reason}"
        self.forget_gap()
        self.advance_to(next_in, now_ns, utc_ns)
        self.raise_event(SessionEvent(EventKind.SEQUENCE_RESET, text), now_ns, utc_ns)

    def set_next_out(self, next_out: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Continue with another number; a peer that is logged on is told by SequenceReset (4) in reset mode (FS-9)."""
        _check_number(next_out)
        text = f"continuing with {next_out} instead of {self.next_out}: {reason}"
        if self.state == State.LOGGED_ON:
            writer = self.begin_admin("4", utc_ns)
            writer.put_int(36, next_out)
            writer.put_bool(123, False)
            self.finish_admin("4", now_ns, utc_ns)
        self.next_out = next_out
        self.store.set_next_out(next_out, utc_ns)
        self.raise_event(SessionEvent(EventKind.SEQUENCE_RESET, text), now_ns, utc_ns)

    def test_peer(self, now_ns: int, utc_ns: int) -> bool:
        """Send a TestRequest, whose answer is due as if the peer had been silent; False where nobody is logged on."""
        if self.state != State.LOGGED_ON:
            return False
        self.is_tested = True
        writer = self.begin_admin("1", utc_ns)
        writer.put_str(112, TEST_REQ_ID)
        self.finish_admin("1", now_ns, utc_ns)
        self.raise_event(SessionEvent(EventKind.TEST_REQUEST_SENT), now_ns, utc_ns)
        return True

    def ask_again(self, now_ns: int, utc_ns: int) -> tuple[int, int] | None:
        """Ask once more for what is missing and return its first and last number; None where nothing is."""
        if self.state != State.LOGGED_ON or not self.gap_open:
            return None
        missing = (self.next_in, self.gap.end)
        self.ask_for_missing(now_ns, utc_ns)
        return missing

    def change_password(self, new_password: str) -> None:
        """Send NewPassword(925) with the next Logon; once the peer took it, it is the password (SX09)."""
        self.new_password = new_password


def _check_number(msg_seq_num: int) -> None:
    if not 1 <= msg_seq_num <= MAX_SEQ_NUM:
        raise LocalProtocolError(f"MsgSeqNum {msg_seq_num} to be set, expected 1 to {MAX_SEQ_NUM}")
