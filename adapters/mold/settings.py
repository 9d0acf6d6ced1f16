"""Hold what MoldUDP64 receivers and senders are configured with."""

from dataclasses import dataclass
from typing import Final

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.moldudp64.packets_cy import MAX_DATAGRAM_BYTES, MAX_SEQUENCE_NUMBER, encode_session

HOLD: Final = -1
"""``first_number``: keep what comes in the window until ``begin_at`` says where to begin (a snapshot, say)."""


class MoldSettingsError(ValueError):
    """Report settings that can't be."""


@dataclass(frozen=True, slots=True)
class MoldReceiverSettings:
    """Say what a receiver expects and how long it waits. Raises MoldSettingsError."""

    lines: int = 2
    """How many lines carry the same packets."""
    session: str = ""
    """The one session to take; "" takes the first that comes and follows its successors."""
    first_number: int = 1
    """Where to begin: at a number (what came before us is asked for), 0 where the stream stands, or ``HOLD``."""
    request_servers: int = 0
    """How many request servers there are; the driver knows where."""
    gap_delay_ms: int = 20
    """So long a missing message may still come by itself: out of order, or over the other line."""
    request_messages: int = 1000
    """The most messages one request asks for."""
    open_requests: int = 4
    """The most requests that are unanswered at a time."""
    request_timeout_ms: int = 100
    """An unanswered request is repeated after this, at the next server; doubled with each round of silence."""
    request_timeout_max_ms: int = 2000
    give_up_ms: int = 5000
    """A gap that has not shrunk for so long is given up."""
    silence_ms: int = 3000
    """A line that says nothing for so long is silent; heartbeats come each second."""
    session_change_ms: int = 2000
    """A session that has not said it is over yields to another one after so long without a packet."""
    window_packets: int = 8192
    window_bytes: int = 16 * 1024 * 1024
    """What may wait behind a gap."""

    def __post_init__(self) -> None:
        try:
            encode_session(self.session)
        except EncodeError as error:
            raise MoldSettingsError(str(error)) from None
        if not HOLD <= self.first_number <= MAX_SEQUENCE_NUMBER:
            raise MoldSettingsError(f"first_number {self.first_number}, expected {HOLD} to {MAX_SEQUENCE_NUMBER}")
        if self.request_servers < 0:
            raise MoldSettingsError(f"request_servers {self.request_servers}, expected 0 or more")
        at_least_1 = ("lines", "gap_delay_ms", "open_requests", "request_timeout_ms", "give_up_ms", "silence_ms")
        at_least_1 += ("session_change_ms", "window_packets", "window_bytes")  # type: ignore[assignment]
        for name in at_least_1:
            if getattr(self, name) < 1:
                raise MoldSettingsError(f"{name} {getattr(self, name)}, expected at least 1")
        if not 1 <= self.request_messages <= 65535:
            raise MoldSettingsError(f"request_messages {self.request_messages}, expected 1 to 65535")
        if self.request_timeout_max_ms < self.request_timeout_ms:
            raise MoldSettingsError(
                f"request_timeout_max_ms {self.request_timeout_max_ms}, expected at least {self.request_timeout_ms}"
            )


@dataclass(frozen=True, slots=True)
class MoldSenderSettings:
    """Say what a sender's packets look like. Raises MoldSettingsError."""

    max_packet_bytes: int = 1472
    """The UDP payload of a datagram: an MTU of 1500 less the headers of IPv4 and UDP."""
    heartbeat_ms: int = 1000
    end_repeats: int = 10
    """How often EndOfSession is sent, a heartbeat's interval apart."""

    def __post_init__(self) -> None:
        if not 23 <= self.max_packet_bytes <= MAX_DATAGRAM_BYTES:
            raise MoldSettingsError(f"max_packet_bytes {self.max_packet_bytes}, expected 23 to {MAX_DATAGRAM_BYTES}")
        if self.heartbeat_ms < 1 or self.end_repeats < 1:
            raise MoldSettingsError(
                f"heartbeat_ms {self.heartbeat_ms}, end_repeats {self.end_repeats}; expected at least 1 each"
            )
