"""Hold what the readers of binary sessions make: packets as they were captured, by connection and by feed."""

from __future__ import annotations

from dataclasses import dataclass, field

CLIENT, SERVER = 0, 1


@dataclass(slots=True)
class SoupPacket:
    """One SoupBinTCP packet, or the end of what a side says (``kind`` ""). ``side`` is CLIENT or SERVER.

    ``opens``: a connection is known to begin with it. ``after_gap``: bytes before it are missing from the recording.
    ``fault`` says why bytes are no packet.
    """

    place: str
    side: int
    utc_ns: int
    kind: str
    payload: bytes
    opens: bool = False
    after_gap: bool = False
    fault: str = ""


@dataclass(slots=True)
class SoupConnection:
    """What both sides of one TCP connection said; ``name`` shows its ends, ``server`` is host:port."""

    name: str
    server: str
    packets: list[SoupPacket] = field(default_factory=list)


@dataclass(slots=True)
class MoldPacket:
    """One MoldUDP64 packet: ``count`` as on the wire (0 heartbeat, 0xFFFF end), ``is_request`` from a receiver."""

    place: str
    line: str
    utc_ns: int
    session: str
    number: int
    count: int
    messages: list[bytes]
    is_request: bool = False
    data: bytes = b""


@dataclass(slots=True)
class MoldFeed:
    """The packets of one session's feed, from all lines, with requests and their answers."""

    session: str
    packets: list[MoldPacket] = field(default_factory=list)
