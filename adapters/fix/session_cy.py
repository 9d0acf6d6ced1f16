"""Carry the steady state of a FIX session: the next application message in, the next application message out.

``SessionCore`` takes an inbound frame on the short way where nothing about it is special: logged on, no gap, the
expected number, an application message, a proper header, valid. Everything else goes to ``receive_other``. Likewise
``send`` passes to ``send_other`` what can't go straight to the output. ``session.FixSession`` has both.

The sequence numbers live here as plain ints and are written through to the store.
"""

import cython

from fairlead.adapters.conversation_cy import Conversation
from fairlead.adapters.fix.application import SessionApplication
from fairlead.adapters.fix.header import expected_identity
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import DecodeError, LocalProtocolError
from fairlead.codecs.fix.framing_cy import FrameReader, Garbled
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.writer_cy import MessageWriter

PRIORITY_NORMAL = 0
PRIORITY_CANCEL = 1
"""Overtakes queued normal messages and may use the throttle's reserve."""

QUEUED = 0
"""``send``: waits for the throttle; numbered when it leaves."""
REFUSED_THROTTLED = -1
"""``send``: the throttle is exhausted and its queue full; nothing was numbered."""
REFUSED_LOGGED_OUT = -2
"""``send``: the peer is away and the settings say ``REFUSE``; nothing was numbered."""
REFUSED_TOO_LARGE = -3
"""``send``: longer than the peer's MaxMessageSize(383); nothing was numbered."""

# states.State as C ints
_LOGGED_ON = 3
_CLOSING = 6
_DISCONNECTED = 0

_LOGOUT_ANSWERED = 5

_NS_PER_S = 1_000_000_000
_NEVER_NS = 9223372036854775807  # endpoint.NEVER_NS
_ADMIN_MSG_TYPES = "012345A"
_USER_REQUEST = "BE"  # holds a password, which is masked on the long way
_SECURE_DATA_LEN = 90
_SIGNATURE = 89
_SENDING_TIME = 52


class SessionCore(Conversation):
    """Hold what the steady state touches. Use ``session.FixSession``."""

    def __init__(
        self,
        settings: SessionSettings,
        store: SessionStore,
        application: SessionApplication,
        validator: "Validator | None" = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.application = application
        self.validator = validator
        self.application_available = True
        self.state = _DISCONNECTED
        self.next_in = store.next_in
        self.next_out = store.next_out
        self.gap_open = False
        self.output: list[bytes] = []
        self.last_in_ns = 0
        self.last_out_ns = 0
        self.is_tested = False
        self.peer_max_bytes = 0
        self.state_deadline_ns = _NEVER_NS
        self.gap_deadline_ns = _NEVER_NS
        self.heart_bt_int_s = settings.heart_bt_int_s
        self.resend_next = 0
        """The number that a resend under way goes on with; 0 where none is."""
        self.begin_string = settings.session_id.begin_string
        self.identity = expected_identity(settings)
        self.checks_time = settings.check_sending_time
        self.tolerance_ns = settings.sending_time_tolerance_s * _NS_PER_S
        self.has_third_parties = settings.on_behalf_of_comp_ids is not None or settings.deliver_to_comp_ids is not None
        self.supported = settings.supported_msg_types
        self.sends_straight = settings.throttle is None
        self.data_tags = None if validator is None else validator.dictionary.data_tags()
        self.reader = FrameReader(settings.max_frame_bytes, self.data_tags)
        self.writer = new_writer(settings)
        self.begun_msg_type = ""
        self.begun_seq_num = 0

    def receive_data(
        self, data: bytes | bytearray | memoryview, now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        """Take bytes as they came; ``data`` is only valid during the call."""
        if self.state == _DISCONNECTED or self.state == _CLOSING:
            return
        self.reader.feed(data)
        while self.state != _CLOSING and self.state != _DISCONNECTED:
            item = self.reader.next_frame()
            if item is None:
                return
            if isinstance(item, FixMessage) and self._is_plain(item, utc_ns):
                self._deliver(item, now_ns, utc_ns)
            else:
                self.receive_other(item, now_ns, utc_ns)

    def receive_other(self, item: "FixMessage | Garbled", now_ns: int, utc_ns: int) -> None:
        """Handle what is not plain."""
        raise NotImplementedError

    def begin(self, msg_type: str, utc_ns: cython.longlong) -> MessageWriter:
        """Start an application message; put the body's fields, then call ``send``. One at a time."""
        self.begun_msg_type = msg_type
        self.begun_seq_num = self.next_out
        self.writer.start(msg_type, self.next_out, utc_ns)
        return self.writer

    def send(
        self,
        writer: MessageWriter,
        now_ns: cython.longlong,
        utc_ns: cython.longlong,
        priority: cython.longlong = PRIORITY_NORMAL,
    ) -> int:
        """Number, record and queue the message begun last; return its MsgSeqNum(34).

        Returns ``QUEUED`` where it waits for the throttle, and one of the ``REFUSED_*`` where it got no number.
        """
        if writer is not self.writer or not self.begun_msg_type:
            raise LocalProtocolError("send without begin")
        frame = writer.finish()
        if (
            self.state == _LOGGED_ON
            and self.sends_straight
            and self.begun_seq_num == self.next_out
            and self.peer_max_bytes == 0
            and self.begun_msg_type != _USER_REQUEST
        ):
            self.begun_msg_type = ""
            self.store.record_out(self.next_out, frame, utc_ns)
            self.output.append(frame)
            self.last_out_ns = now_ns
            self.next_out += 1
            return self.next_out - 1
        return self.send_other(frame, now_ns, utc_ns, priority)

    def send_other(self, frame: bytes, now_ns: int, utc_ns: int, priority: int) -> int:
        """Send what can't go straight to the output."""
        raise NotImplementedError

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them; ``b""`` if there are none."""
        if not self.output:
            return b""
        data = self.output[0] if len(self.output) == 1 else b"".join(self.output)
        self.output.clear()
        return data

    def is_over(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self.state == _CLOSING

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
        if self.resend_next > 0 and _LOGGED_ON <= self.state <= _LOGOUT_ANSWERED:
            return 0
        deadline_ns: cython.longlong = min(self.state_deadline_ns, self.gap_deadline_ns)
        if self.state != _LOGGED_ON:
            return deadline_ns
        if not self.sends_straight:
            deadline_ns = min(deadline_ns, self.throttle_deadline_ns())
        interval_ns: cython.longlong = self.heart_bt_int_s * _NS_PER_S
        if interval_ns == 0:
            return deadline_ns
        if self.is_tested:
            return min(deadline_ns, self.last_in_ns + interval_ns * 24 // 10)
        deadline_ns = min(deadline_ns, self.last_in_ns + interval_ns * 12 // 10)
        return min(deadline_ns, self.last_out_ns + interval_ns)

    def throttle_deadline_ns(self) -> int:
        """Return when the throttle may release a message."""
        raise NotImplementedError

    def _is_plain(self, message: FixMessage, utc_ns: cython.longlong) -> bool:
        """Tell whether a message needs nothing but delivery."""
        if self.state != _LOGGED_ON or self.gap_open or message.msg_seq_num != self.next_in or message.poss_dup:
            return False
        msg_type = message.msg_type
        if len(msg_type) == 1 and msg_type in _ADMIN_MSG_TYPES:
            return False
        if msg_type == _USER_REQUEST:
            return False
        if message.begin_string != self.begin_string or not self.application_available:
            return False
        for tag, expected in self.identity:
            if not message.holds(tag, expected):
                return False
        if self.has_third_parties or message.has(_SECURE_DATA_LEN) or message.has(_SIGNATURE):
            return False
        if self.supported is not None and msg_type not in self.supported:
            return False
        return self._is_timely(message, utc_ns) and (self.validator is None or self.validator.check(message) is None)

    def _is_timely(self, message: FixMessage, utc_ns: cython.longlong) -> bool:
        if not message.has(_SENDING_TIME):
            return False
        try:
            sending_time_ns: cython.longlong = message.get_utc_ns(_SENDING_TIME)
        except DecodeError:
            return False
        if not self.checks_time:
            return True
        return utc_ns - self.tolerance_ns <= sending_time_ns <= utc_ns + self.tolerance_ns

    def _deliver(self, message: FixMessage, now_ns: cython.longlong, utc_ns: cython.longlong) -> int:
        """Record a plain message, count it and hand it over."""
        self.store.record_in(self.next_in, message.raw(), utc_ns)
        self.next_in += 1
        self.store.advance_in(self.next_in, utc_ns)
        self.last_in_ns = now_ns
        self.is_tested = False
        self.application.on_message(message, now_ns, utc_ns)
        return 0


def new_writer(settings: SessionSettings) -> MessageWriter:
    """Return a writer with the session's header."""
    session_id = settings.session_id
    optional = (
        (50, session_id.sender_sub_id),
        (142, session_id.sender_location_id),
        (57, session_id.target_sub_id),
        (143, session_id.target_location_id),
    )
    return MessageWriter(
        session_id.begin_string,
        session_id.sender_comp_id,
        session_id.target_comp_id,
        tuple((tag, value) for tag, value in optional if value),
        settings.subsecond_digits,
    )
