"""Count the peer's messages: advance, notice gaps, ask for what is missing, notice that all is there."""

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.gap import GapTracker
from fairlead.adapters.fix.outbound import SessionOutbound
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.fix.validator_cy import Validator

NS_PER_S = 1_000_000_000


class SessionSequence(SessionOutbound):
    """Add the inbound numbers to the outbound side; see ``gap`` for the theory."""

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: Validator | None = None,
    ) -> None:
        super().__init__(settings, store, application, validator)
        self.gap = GapTracker(settings.resend_chunk, settings.max_gap_messages, settings.max_gap_bytes)

    def advance_to(self, next_in: int, now_ns: int, utc_ns: int) -> None:
        """Expect ``next_in`` and write it through."""
        self.next_in = next_in
        self.store.advance_in(next_in, utc_ns)
        if self.gap_open:
            self.gap_deadline_ns = now_ns + self.settings.resend_timeout_s * NS_PER_S

    def reset_numbers(self, reason: str, now_ns: int, utc_ns: int) -> None:
        """Set both numbers to 1, forget stored messages and all that referred to the old count."""
        self.store.reset(reason, utc_ns)
        self.next_in = self.next_out = 1
        self.begun_seq_num = 0
        self.forget_gap()
        self.stop_resend()
        text = f"both numbers set to 1: {reason}"
        self.raise_event(SessionEvent(EventKind.SEQUENCE_RESET, text), now_ns, utc_ns)

    def forget_gap(self) -> None:
        """Drop what waits and what was asked for."""
        self.gap.clear()
        self.gap_open = False
        self.gap_deadline_ns = NEVER_NS

    def open_gap(self, msg_seq_num: int, poss_dup: bool, frame: bytes, now_ns: int, utc_ns: int) -> bool:
        """Note a number beyond the expected one and let its frame wait; return whether a ResendRequest is due."""
        is_due = self.gap.note(msg_seq_num, self.next_in, poss_dup)
        if not self.gap_open:
            self.gap_open = True
            self.gap_deadline_ns = now_ns + self.settings.resend_timeout_s * NS_PER_S
        if not self.gap.hold(msg_seq_num, frame) and not self.gap.overflowed:
            self.gap.overflowed = True
            text = f"no room for MsgSeqNum {msg_seq_num} behind the gap at {self.next_in}"
            self.raise_event(SessionEvent(EventKind.QUEUE_OVERFLOW, text, msg_seq_num), now_ns, utc_ns)
        return is_due

    def request_missing(self, now_ns: int, utc_ns: int) -> bool:
        """Send the ResendRequest (2) that is due; return False where it was asked for too often already."""
        if self.gap.attempts >= self.settings.max_resend_attempts and self.gap.requested_begin == self.next_in:
            return False
        begin, end = self.gap.next_request(self.next_in)
        writer = self.begin_admin("2", utc_ns)
        writer.put_int(7, begin)
        writer.put_int(16, end)
        self.finish_admin("2", now_ns, utc_ns)
        self.gap_deadline_ns = now_ns + self.settings.resend_timeout_s * NS_PER_S
        self.raise_gap_event(now_ns, utc_ns)
        return True

    def raise_gap_event(self, now_ns: int, utc_ns: int) -> None:
        """Say what is missing."""
        begin, end = self.next_in, self.gap.end
        text = f"MsgSeqNum {begin} to {end} missing"
        self.raise_event(SessionEvent(EventKind.GAP_DETECTED, text, begin, end), now_ns, utc_ns)

    def close_gap(self, now_ns: int, utc_ns: int) -> None:
        """Note that nothing is missing any more."""
        text = f"in sequence again, expecting {self.next_in}"
        self.forget_gap()
        self.raise_event(SessionEvent(EventKind.GAP_FILLED, text), now_ns, utc_ns)
        self.raise_event(SessionEvent(EventKind.SYNCHRONISED), now_ns, utc_ns)
