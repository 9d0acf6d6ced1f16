"""Hold what the two ends of a strategy's connection tell each other besides orders and reports."""

from dataclasses import dataclass, field
from enum import IntEnum

from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

NOT_GIVEN = -1
"""A whole number that was left out; every whole number of the session messages is 0 or more."""


@dataclass(frozen=True, slots=True)
class Login:
    """Open a connection; always the first line of a client.

    ``next_seq`` is the first report wanted (left out: only what is new); ``session_id`` is the one that the client's
    numbers belong to. ``heartbeat_interval_s`` 0 switches heartbeats off, left out takes the port's.
    """

    strategy: str
    secret: str = field(repr=False)
    next_seq: int = NOT_GIVEN
    session_id: str = ""
    heartbeat_interval_s: int = NOT_GIVEN
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class LoginAccepted:
    """Answer a login: reports follow from ``next_seq``; those before ``live_seq`` are replayed."""

    strategy: str
    session_id: str
    next_seq: int
    live_seq: int
    heartbeat_interval_s: int


class LoginRefusal(IntEnum):
    """Why a login was refused."""

    MALFORMED = 1
    """The first line was not a login, or not a line of the protocol."""
    WRONG_SECRET = 2
    """No such strategy, or not its secret; which of the two is not told."""
    TOO_MANY_FAILURES = 3
    ALREADY_CONNECTED = 4
    WRONG_SESSION = 5
    """The client's numbers belong to another session: the gateway began anew since."""
    WRONG_SEQ = 6
    TIMED_OUT = 7
    STOPPING = 8


@dataclass(frozen=True, slots=True)
class LoginRejected:
    """Refuse a login and close. ``reason`` is a LoginRefusal."""

    reason: int
    text: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask the gateway for a sign of life."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    """Answer a ping with its id."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Show that the gateway is there; ``next_seq`` is the number of its next report."""

    next_seq: int


class LogoutReason(IntEnum):
    """Why the gateway ends a connection."""

    REQUESTED = 1
    """The client asked for it."""
    TAKEN_OVER = 2
    """The strategy logged in on another connection."""
    SLOW_CONSUMER = 3
    SILENT = 4
    REFUSED_LINES = 5
    STOPPING = 6
    OPERATOR = 7
    """An operator of the gateway asked for it."""


@dataclass(frozen=True, slots=True)
class Logout:
    """Announce the end of a connection, from either side. ``reason`` is a LogoutReason, 0 from a client."""

    text: str = ""
    reason: int = 0


@dataclass(frozen=True, slots=True)
class Mistake:
    """Name one thing that is wrong with a line; ``field`` is empty where no one field is at fault."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class LineRefused:
    """Refuse a request that could not be decoded (in JSON: type ``error``); nothing was done.

    ``line`` counts the connection's lines, or requests of the binary port, from 1. On the binary port a refusal has a
    place in the stream of reports, which is ``seq``.
    """

    line: int
    mistakes: tuple[Mistake, ...]
    cl_ord_id: str = ""
    md_req_id: str = ""
    seq: int = NOT_GIVEN


@dataclass(frozen=True, slots=True)
class NumberedReport:
    """Carry a report and its place in the strategy's stream of reports, which counts from 1."""

    seq: int
    report: Report


OrderRequest = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest | DontKnowTrade
MarketDataMessage = MarketDataSnapshot | MarketDataIncrement | SecurityStatus | MarketDataReject
Request = Login | Ping | Logout | OrderRequest | MarketDataRequest
Reply = LoginAccepted | LoginRejected | Pong | Heartbeat | Logout | LineRefused | NumberedReport | MarketDataMessage
