"""Say what a venue's session is: its settings, what it keeps, and whom it talks to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from fairlead.certification.venues.wire import Field, WireMessage

if TYPE_CHECKING:
    from fairlead.certification.venues.fix_session import FixVenueSession

ADMIN_TYPES = frozenset("012345A")
_TYPES_42 = "0 1 2 3 4 5 6 7 8 9 A B C D E F G H J K L M N P Q R S T V W X Y Z a b c d e f g h i j k l m"
_TYPES_44 = (
    _TYPES_42 + " n o p q r s t u v w x y z AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AP AQ AR AS AT AU AV AW AX"
    " AY AZ BA BB BC BD BE BF BG BH"
)
KNOWN_TYPES = {"FIX.4.2": frozenset(_TYPES_42.split()), "FIX.4.4": frozenset(_TYPES_44.split())}

# Fields whose absence or emptiness makes an admin message unusable.
REQUIRED_ADMIN_FIELDS = {"1": (112,), "2": (7, 16), "3": (45,), "4": (36,)}
INTEGER_ADMIN_FIELDS = {"2": (7, 16), "3": (45,), "4": (36,)}

REQUIRED_TAG_MISSING = 1
VALUE_INCORRECT = 5
INCORRECT_FORMAT = 6
COMP_ID_PROBLEM = 9
SENDING_TIME_PROBLEM = 10
INVALID_MSG_TYPE = 11
UNSUPPORTED_MESSAGE_TYPE = 3

# SessionRejectReason(373) ends at 11 in FIX 4.2; a later reason is left out there.
LAST_REASON_42 = 11


@dataclass(slots=True)
class SentMessage:
    """Keep what a resend needs of a message sent: its body without header, and when it was first sent."""

    msg_type: str
    body: list[Field]
    utc_ns: int


@dataclass(slots=True)
class SessionRecord:
    """Hold what a session keeps across connections and restarts."""

    counterparty: str
    next_in: int = 1
    next_out: int = 1
    sent: dict[int, SentMessage] = field(default_factory=dict)


@dataclass(slots=True)
class SessionSettings:
    """Say whom the venue talks to, and how strictly.

    `counterparties` empty admits any SenderCompID; `credentials` maps user names to passwords, empty checks none.
    """

    begin_string: str
    comp_id: str
    counterparties: frozenset[str] = frozenset()
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    reset_on_logon: bool = False
    sending_time_tolerance_s: int = 120
    refuse_logons: str = ""


class SessionStore(Protocol):
    """Keep records across restarts; nothing counts before the simulator commits."""

    def save_session(self, record: SessionRecord) -> None: ...

    def save_sent(self, counterparty: str, msg_seq_num: int, message: SentMessage) -> None: ...

    def forget_sent(self, counterparty: str) -> None: ...


class Link(Protocol):
    """Stand for one TCP connection."""

    def close(self) -> None:
        """Close once what is in the outbox has been written."""


class Application(Protocol):
    """Take what a session delivers in sequence."""

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None: ...

    def on_logged_on(self, session: FixVenueSession) -> None: ...

    def on_disconnected(self, session: FixVenueSession) -> None: ...


class Clock(Protocol):
    """Tell the time."""

    def monotonic_s(self) -> float: ...

    def utc_ns(self) -> int: ...
