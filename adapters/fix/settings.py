"""Hold what one FIX session is configured with.

Everything is a value: who the two sides are, what a logon carries, which intervals and limits hold. Durations are
whole seconds (``_s``) as people and venues state them; the engine turns them into nanoseconds once.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

SECRET_TAGS: Final = frozenset((96, 554, 925, 1402, 1404))
"""RawData, Password, NewPassword and the encrypted forms of the latter two: masked in whatever is recorded."""


class SettingsError(ValueError):
    """Report settings that contradict each other or the FIX version."""


class WhileLoggedOut(Enum):
    """What becomes of our messages while the peer is away."""

    STORE = "store"
    """Number and store them; the peer asks for them after the next logon."""
    REFUSE = "refuse"
    """Refuse them; the caller is told at once."""


@dataclass(frozen=True, slots=True)
class SessionId:
    """Who the two sides are, seen from ours: Sender is us, Target the peer."""

    begin_string: str
    sender_comp_id: str
    target_comp_id: str
    sender_sub_id: str = ""
    target_sub_id: str = ""
    sender_location_id: str = ""
    target_location_id: str = ""

    def __str__(self) -> str:
        sender = "/".join(filter(None, (self.sender_comp_id, self.sender_sub_id, self.sender_location_id)))
        target = "/".join(filter(None, (self.target_comp_id, self.target_sub_id, self.target_location_id)))
        return f"{self.begin_string}:{sender}->{target}"


@dataclass(frozen=True, slots=True)
class Throttle:
    """Limit our application messages to ``messages`` in any ``interval_ms``.

    Administrative and repeated messages are exempt. ``cancel_reserve`` of the limit is kept for messages sent with
    ``PRIORITY_CANCEL``. Up to ``max_queued`` wait for their turn, cancels before the rest; with 0 the excess is refused
    at once. A queued message gets its MsgSeqNum(34) and SendingTime(52) when it leaves.
    """

    messages: int
    interval_ms: int = 1000
    cancel_reserve: int = 0
    max_queued: int = 0

    def __post_init__(self) -> None:
        if self.messages < 1 or self.interval_ms < 1:
            raise SettingsError(
                f"throttle of {self.messages} messages in {self.interval_ms} ms, expected at least 1 in at least 1"
            )
        if not 0 <= self.cancel_reserve < self.messages:
            raise SettingsError(f"cancel_reserve {self.cancel_reserve}, expected 0 to {self.messages - 1}")
        if self.max_queued < 0:
            raise SettingsError(f"max_queued {self.max_queued}, expected 0 or more")


@dataclass(frozen=True, slots=True)
class LogonSettings:
    """What our Logon (A) carries beyond the header, and what we demand of the peer's.

    ``password``, ``new_password`` and ``raw_data`` are secrets and never shown. ``extra_fields`` are (tag, value) pairs
    that a venue wants, written after the standard ones.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    new_password: str = field(default="", repr=False)
    """NewPassword(925), sent with the next logon: the change flow of an expired password."""
    raw_data: bytes = field(default=b"", repr=False)
    extra_fields: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    encrypt_method: int = 0
    """EncryptMethod(98): only 0, none, is spoken; anything else from the peer is refused."""
    next_expected: bool = False
    """Send and honour NextExpectedMsgSeqNum(789) (FIX 4.4): resend without ResendRequest."""
    test_message_indicator: bool | None = None
    """TestMessageIndicator(464): sent if not None, and a peer that says otherwise is refused."""
    max_message_size: int = 0
    """MaxMessageSize(383) to announce; 0: not sent."""
    max_refused: int = 5
    """Refused logons in a row after which ``LOGON_ABANDONED`` is raised and the driver stops trying."""
    password_expired_texts: tuple[str, ...] = ("password expired", "password has expired", "change your password")
    """What a Logout's Text(58) contains, whatever the case, where the password has expired."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """All settings of one session; immutable, passed by constructor."""

    session_id: SessionId
    is_initiator: bool
    logon: LogonSettings = field(default_factory=LogonSettings)

    heart_bt_int_s: int = 30
    """HeartBtInt(108) that an initiator proposes; 0: no heartbeats."""
    min_heart_bt_int_s: int = 0
    max_heart_bt_int_s: int = 3600
    """Bounds for the peer's HeartBtInt(108); outside of them its logon is refused."""

    reset_on_logon: bool = False
    """Both numbers become 1 at each logon. An initiator sends ResetSeqNumFlag(141)=Y."""
    reset_on_logout: bool = False
    reset_on_disconnect: bool = False
    accept_reset: bool = True
    """Honour ResetSeqNumFlag(141)=Y in the peer's logon; refused if False."""

    check_sub_ids: bool = False
    """Demand the SubIDs and LocationIDs of ``session_id`` in the peer's header too."""
    check_sending_time: bool = True
    sending_time_tolerance_s: int = 120
    require_orig_sending_time: bool = True
    """Reject PossDupFlag(43)=Y without OrigSendingTime(122); SequenceReset is exempt."""
    on_behalf_of_comp_ids: frozenset[str] | None = None
    """OnBehalfOfCompID(115) values that the peer may use; None: any."""
    deliver_to_comp_ids: frozenset[str] | None = None
    """DeliverToCompID(128) values that the peer may use; None: any."""
    supported_msg_types: frozenset[str] | None = None
    """Application MsgTypes that the application takes; others get BusinessMessageReject 380=3. None: all."""
    secret_tags: frozenset[int] = SECRET_TAGS

    while_logged_out: WhileLoggedOut = WhileLoggedOut.STORE
    throttle: Throttle | None = None
    subsecond_digits: int = 3
    """Fraction digits of our SendingTime(52): 0, 3, 6 or 9."""

    logon_timeout_s: int = 10
    """An initiator's wait for the reply, an acceptor's for the first message."""
    logout_timeout_s: int = 10
    """Wait for the answer to our Logout."""
    peer_close_timeout_s: int = 10
    """Wait for the peer to close after we answered its Logout; 0: close at once."""
    fault_logout_timeout_s: int = 2
    """The same where the peer broke the protocol (MsgSeqNum too low, wrong CompID)."""

    max_frame_bytes: int = 64 * 1024
    serve_low_resend_request: bool = False
    """Serve a ResendRequest whose MsgSeqNum(34) was used before, as some engines do; FS-2c asks for a Logout."""
    resend_chunk: int = 0
    """Most messages asked for by one ResendRequest; 0: to infinity."""
    resend_timeout_s: int = 30
    """A gap that made no progress for so long is asked for again."""
    max_resend_attempts: int = 3
    """Requests for one and the same number, after which we log out."""
    resend_batch: int = 250
    """Most stored messages repeated in one turn while we answer a ResendRequest."""
    max_gap_messages: int = 10_000
    max_gap_bytes: int = 16 * 1024 * 1024
    """Bounds of what waits behind a gap; beyond, messages are dropped and asked for again."""

    def __post_init__(self) -> None:
        session_id = self.session_id
        if session_id.begin_string not in ("FIX.4.2", "FIX.4.4"):
            raise SettingsError(f"BeginString {session_id.begin_string!r}, expected 'FIX.4.2' or 'FIX.4.4'")
        if not session_id.sender_comp_id or not session_id.target_comp_id:
            raise SettingsError("SenderCompID and TargetCompID must not be empty")
        if self.logon.next_expected and session_id.begin_string == "FIX.4.2":
            raise SettingsError("NextExpectedMsgSeqNum(789) does not exist in FIX.4.2")
        if self.logon.encrypt_method != 0:
            raise SettingsError(f"EncryptMethod {self.logon.encrypt_method}, expected 0 (none)")
        if not 0 <= self.min_heart_bt_int_s <= self.heart_bt_int_s <= self.max_heart_bt_int_s:
            raise SettingsError(
                f"HeartBtInt {self.heart_bt_int_s}, expected {self.min_heart_bt_int_s} to {self.max_heart_bt_int_s}"
            )
        if self.subsecond_digits not in (0, 3, 6, 9):
            raise SettingsError(f"subsecond_digits {self.subsecond_digits}, expected 0, 3, 6 or 9")
        self._check_numbers()

    def _check_numbers(self) -> None:
        for name in (
            "sending_time_tolerance_s",
            "logon_timeout_s",
            "logout_timeout_s",
            "fault_logout_timeout_s",
            "max_frame_bytes",
            "resend_timeout_s",
            "max_resend_attempts",
            "resend_batch",
            "max_gap_messages",
            "max_gap_bytes",
        ):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} {getattr(self, name)}, expected at least 1")
        for name in ("resend_chunk", "peer_close_timeout_s"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} {getattr(self, name)}, expected 0 or more")
