"""Say what a MoldUDP64 receiver tells its sink besides messages, and what a sink is."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from fairlead.codecs.moldudp64.packets_cy import MoldPacket

RECOVERY: Final = -1
"""The line of datagrams that answer our requests."""


class MoldEventKind(IntEnum):
    """What happened."""

    SESSION_JOINED = 1
    """The session is known; ``first`` is the number expected next."""
    SESSION_CHANGED = 2
    """Another session took its place and counts from 1; SESSION_JOINED follows."""
    SESSION_ENDED = 3
    """All messages of the session are delivered or lost; ``last`` is its last number."""
    GAP_DETECTED = 4
    """Messages ``first`` to ``last`` did not come within the gap delay; they are asked for where that is possible."""
    GAP_FILLED = 5
    """All messages from ``first``, the number of the last GAP_DETECTED, to ``last`` are there."""
    MESSAGES_LOST = 6
    """Messages ``first`` to ``last`` are given up; the sink was told by ``on_lost``."""
    PACKET_FAULT = 7
    """A datagram that can't be read; nothing of it was taken."""
    FOREIGN_PACKET = 8
    """A packet of another session while this one goes on."""
    WINDOW_FULL = 9
    """More arrived behind a gap than may wait; what did not fit is missing as well."""
    LINE_SILENT = 10
    LINE_BACK = 11
    STALE = 12
    """Every line is silent: what was made of the messages is out of date."""
    FRESH = 13
    """A line speaks again after STALE."""
    PACKETS_DROPPED = 14
    """The operating system dropped datagrams of a line, since it was not read fast enough."""
    REQUESTS_UNANSWERED = 15
    """Every request server was asked in turn and none answered."""


@dataclass(frozen=True, slots=True)
class MoldEvent:
    """One event. Fields that do not belong to the kind keep their defaults; ``line`` counts from 0."""

    kind: MoldEventKind
    text: str
    line: int = RECOVERY
    first: int = 0
    last: int = 0


class MoldSink(Protocol):
    """Take what a receiver delivers. Called synchronously."""

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Handle messages ``first`` to ``first + count - 1``: in order, each once.

        ``packet.next_message()`` moves to the first of them, and on; ``packet.data[packet.start:packet.end]`` is the
        message, valid until the call returns. Take ``count`` of them.
        """

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        """Note that these messages will never come; the next ones delivered begin behind them."""

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of an event."""
