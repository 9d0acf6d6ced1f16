"""Write what a FIX session says by itself, and repeat what it said before."""

from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.field_copy import copy_fields
from fairlead.adapters.fix.masking import SECRET_MSG_TYPES, mask_secrets
from fairlead.adapters.fix.session_cy import (
    QUEUED,
    REFUSED_LOGGED_OUT,
    REFUSED_THROTTLED,
    REFUSED_TOO_LARGE,
    SessionCore,
    new_writer,
)
from fairlead.adapters.fix.settings import SessionSettings, WhileLoggedOut
from fairlead.adapters.fix.throttle import OutboundThrottle
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import BODY, HEADER, FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.violations import SESSION_REJECT_REASONS
from fairlead.codecs.fix.writer_cy import MessageWriter

ADMIN_MSG_TYPES: Final = frozenset("012345A")
TEST_REQ_ID: Final = "TEST"
"""TestReqID(112) of our TestRequests; one is open at a time."""

_ROUTE_BACK: Final = ((128, 115), (129, 116), (145, 144), (115, 128), (116, 129), (144, 145))
"""(tag in the reply, tag in the message) of third parties: who it was on behalf of gets the answer delivered to."""
_HEADER_TAGS: Final = frozenset((8, 9, 35, 34, 49, 52, 56, 50, 142, 57, 143))
"""What a writer puts by itself."""


class SessionOutbound(SessionCore):
    """Add administrative messages, resends and the throttle to the core."""

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: Validator | None = None,
    ) -> None:
        super().__init__(settings, store, application, validator)
        self.throttle = OutboundThrottle(settings.throttle) if settings.throttle else None
        self._admin_writer = new_writer(settings)
        self._resend_begin = 0
        self._resend_end = 0

    def raise_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Record an event and tell the application."""
        self.store.record_event(event.kind.name.lower(), event.text, utc_ns)
        self.application.on_session_event(event, now_ns, utc_ns)

    def begin_admin(self, msg_type: str, utc_ns: int, reply_to: FixMessage | None = None) -> MessageWriter:
        """Start a message of the session's own; a reply goes back to the third parties of what it answers."""
        writer = self._admin_writer
        writer.start(msg_type, self.next_out, utc_ns)
        if reply_to is not None:
            for tag, source in _ROUTE_BACK:
                value = reply_to.get_bytes(source)
                if value:
                    writer.put_bytes(tag, value)
        return writer

    def finish_admin(self, msg_type: str, now_ns: int, utc_ns: int) -> None:
        """Number, record and output the message begun by ``begin_admin``."""
        self._put_out(self._admin_writer.finish(), msg_type, now_ns, utc_ns)

    def reject(
        self, message: FixMessage, reason: int, text: str, now_ns: int, utc_ns: int, ref_tag_id: int | None = None
    ) -> None:
        """Send a session Reject (3): SessionRejectReason(373), Text(58), RefTagID(371) where not None.

        FIX 4.2 ends at reason 11: beyond it 373 is left out and the text stays.
        """
        writer = self.begin_admin("3", utc_ns, message)
        writer.put_int(45, message.msg_seq_num)
        writer.put_str(58, text)
        if ref_tag_id is not None:
            writer.put_int(371, ref_tag_id)
        if message.msg_type:
            writer.put_str(372, message.msg_type)
        if reason in SESSION_REJECT_REASONS[self.begin_string]:
            writer.put_int(373, reason)
        self.finish_admin("3", now_ns, utc_ns)

    def business_reject(
        self, message: FixMessage, reason: int, text: str, now_ns: int, utc_ns: int, ref_id: str = ""
    ) -> None:
        """Send a BusinessMessageReject (j): BusinessRejectReason(380), Text(58), BusinessRejectRefID(379)."""
        writer = self.begin_admin("j", utc_ns, message)
        writer.put_int(45, message.msg_seq_num)
        writer.put_str(58, text)
        writer.put_str(372, message.msg_type)
        if ref_id:
            writer.put_str(379, ref_id)
        writer.put_int(380, reason)
        self.finish_admin("j", now_ns, utc_ns)

    def send_other(self, frame: bytes, now_ns: int, utc_ns: int, priority: int) -> int:
        """Send an application message under the throttle, while logged out, or with a limit on its size."""
        msg_type, self.begun_msg_type = self.begun_msg_type, ""
        if self.peer_max_bytes and len(frame) > self.peer_max_bytes:
            return REFUSED_TOO_LARGE
        is_logged_on = self.state == State.LOGGED_ON
        if not is_logged_on and self.settings.while_logged_out is WhileLoggedOut.REFUSE:
            return REFUSED_LOGGED_OUT
        if is_logged_on and self.throttle is not None and not self.throttle.admit(priority, now_ns):
            return QUEUED if self.throttle.queue(frame, priority) else REFUSED_THROTTLED
        if self.begun_seq_num != self.next_out:
            return self._put_out_renumbered(frame, now_ns, utc_ns)
        return self._put_out(frame, msg_type, now_ns, utc_ns)

    def send_unkept(self, writer: MessageWriter, max_bytes: int, now_ns: int, utc_ns: int) -> int:
        """Number and output the message begun last, but don't keep it: a gap fill takes its place in a resend.

        For what is worthless later (market data). Returns its MsgSeqNum(34), or, where it got no number,
        ``REFUSED_TOO_LARGE`` (longer than ``max_bytes`` or than the peer takes) or ``REFUSED_LOGGED_OUT``: the latter
        also while a resend is under way, which goes first.
        """
        frame, self.begun_msg_type = writer.finish(), ""
        if len(frame) > (min(max_bytes, self.peer_max_bytes) if self.peer_max_bytes else max_bytes):
            return REFUSED_TOO_LARGE
        if self.state != State.LOGGED_ON or self.is_resending or self.begun_seq_num != self.next_out:
            return REFUSED_LOGGED_OUT
        self.store.count_out(self.next_out, utc_ns)
        self.next_out += 1
        self.output.append(frame)
        self.last_out_ns = now_ns
        return self.next_out - 1

    def release_throttled(self, now_ns: int, utc_ns: int) -> None:
        """Send what waited for the throttle and may leave now."""
        while self.throttle is not None and self.state == State.LOGGED_ON:
            frame = self.throttle.release(now_ns)
            if frame is None:
                return
            self._put_out_renumbered(frame, now_ns, utc_ns)

    def store_throttled(self, now_ns: int, utc_ns: int) -> None:
        """Number and store what waited for the throttle when the link ended: it was taken, so it is not lost."""
        if self.throttle is not None:
            for frame in self.throttle.drain():
                self._put_out_renumbered(frame, now_ns, utc_ns)

    def throttle_deadline_ns(self) -> int:
        """Return when the throttle may release a message."""
        if self.throttle is None or self.state != State.LOGGED_ON:
            return NEVER_NS
        return self.throttle.next_release_ns()

    def start_resend(self, begin: int, end: int) -> None:
        """Repeat ``begin`` to ``end``, both included; joins a resend that is under way."""
        if self.is_resending:
            self._resend_begin = min(begin, self._resend_begin)
            self.resend_next = min(begin, self.resend_next)
            self._resend_end = max(end, self._resend_end)
        else:
            self._resend_begin = self.resend_next = begin
            self._resend_end = end

    @property
    def is_resending(self) -> bool:
        """Tell whether old messages are being repeated."""
        return self.resend_next > 0

    def stop_resend(self) -> None:
        """Forget what is still to be repeated: the stream is gone, or the numbers were reset."""
        self._resend_begin = self.resend_next = self._resend_end = 0

    def continue_resend(self, now_ns: int, utc_ns: int) -> None:
        """Look at the next ``resend_batch`` stored messages: repeat those of the application, fill gaps over the rest.

        A gap fill has the number of the first message that it takes the place of and tells the one after the last:
        one for all the market data, say, between two reports.
        """
        fill_from, last = self.resend_next, self._resend_end
        for count, (msg_seq_num, frame) in enumerate(self.store.sent_messages(fill_from, last), 1):
            repeated = self._repeat(frame, utc_ns)
            if repeated:
                self._fill(fill_from, msg_seq_num, now_ns, utc_ns)
                self._put_again(msg_seq_num, repeated, now_ns, utc_ns)
                fill_from = msg_seq_num + 1
            if count == self.settings.resend_batch:
                last = msg_seq_num
                break
        self._fill(fill_from, last + 1, now_ns, utc_ns)
        if last < self._resend_end:
            self.resend_next = last + 1
            return
        begin, end = self._resend_begin, self._resend_end
        self.stop_resend()
        text = f"resent {begin} to {end}"
        self.raise_event(SessionEvent(EventKind.RESEND_SERVED, text, begin, end), now_ns, utc_ns)

    def _repeat(self, frame: bytes, utc_ns: int) -> bytes:
        """Return a stored message as it is repeated, ``b""`` where a gap fill is to take its place."""
        try:
            message = FixMessage.from_bytes(frame, self.data_tags)
        except DecodeError:
            return b""
        if message.msg_type in ADMIN_MSG_TYPES or message.msg_type in SECRET_MSG_TYPES:
            return b""
        if not self.application.may_resend(message, utc_ns):
            return b""
        return self._admin_writer.rewrite_as_poss_dup(frame, utc_ns)

    def _fill(self, begin: int, new_seq_no: int, now_ns: int, utc_ns: int) -> None:
        if begin >= new_seq_no:
            return
        writer = self._admin_writer
        writer.start("4", begin, utc_ns, poss_dup=True, orig_sending_time_ns=utc_ns)
        writer.put_int(36, new_seq_no)
        writer.put_bool(123, True)
        self._put_again(begin, writer.finish(), now_ns, utc_ns)

    def _put_again(self, msg_seq_num: int, frame: bytes, now_ns: int, utc_ns: int) -> None:
        self.store.record_resent(msg_seq_num, frame, utc_ns)
        self.output.append(frame)
        self.last_out_ns = now_ns

    def _put_out(self, frame: bytes, msg_type: str, now_ns: int, utc_ns: int) -> int:
        """Record a new message under the next number; output it unless the peer is not there to take it."""
        msg_seq_num = self.next_out
        kept = mask_secrets(frame, self.settings.secret_tags) if msg_type in SECRET_MSG_TYPES else frame
        self.store.record_out(msg_seq_num, kept, utc_ns)
        self.next_out = msg_seq_num + 1
        if self.state == State.LOGGED_ON or (msg_type in ADMIN_MSG_TYPES and self.state != State.DISCONNECTED):
            self.output.append(frame)
            self.last_out_ns = now_ns
        return msg_seq_num

    def _put_out_renumbered(self, frame: bytes, now_ns: int, utc_ns: int) -> int:
        """Put out a message of ours under the next number and with a new SendingTime."""
        message = FixMessage.from_bytes(frame, self.data_tags)
        writer = self._admin_writer
        writer.start(message.msg_type, self.next_out, utc_ns)
        copy_fields(message, writer, (HEADER, BODY), _HEADER_TAGS)
        return self._put_out(writer.finish(), message.msg_type, now_ns, utc_ns)
