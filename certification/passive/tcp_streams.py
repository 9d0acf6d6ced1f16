"""Put TCP segments together again: what each side said, in its order, with the gaps of the recording named.

Segments may come twice, overlap and in any order. Bytes that the capture does not have are a gap: it is named, and
reading goes on behind it. A gap is certain once the other side has acknowledged what is missing, once much has come
after it, or where the capture or the connection ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fairlead.certification.passive.packets import Address, Packet, Segment

_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_MAX_WAITING = 200
_HALF = 1 << 31
_LAST = Packet(0, 0, 0, b"", False)

Flow = tuple[Address, Address]
"""One direction of a connection: who says it, to whom."""


def flow_text(flow: Flow) -> str:
    """Return a direction as text."""
    (host, port), (peer, peer_port) = flow
    return f"{host}:{port} -> {peer}:{peer_port}"


def connection_text(flow: Flow) -> str:
    """Return a connection as text, the same for both of its directions."""
    return " - ".join(f"{host}:{port}" for host, port in sorted(flow))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some bytes of a direction, whole and in order, as the packet that completed them brought them.

    ``opens``: a connection begins before them. ``after_gap``: bytes before them are missing. ``closes``: they are the
    last, by FIN or RST.
    """

    flow: Flow
    packet: Packet
    data: bytes
    opens: bool = False
    after_gap: bool = False
    closes: bool = False


@dataclass(slots=True)
class _Sender:
    """Where one side's next byte has its number, and what came early."""

    flow: Flow
    following: int | None = None
    waiting: dict[int, bytes] = field(default_factory=dict)


class TcpStreams:
    """Take segments as they were captured; ``notes`` gets what is missing."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self._name = name
        self._notes = notes
        self._senders: dict[Flow, _Sender] = {}

    def take(self, segment: Segment, packet: Packet) -> Iterator[Chunk]:
        """Yield what a segment completes, of either direction."""
        flow = (segment.source, segment.target)
        sender = self._senders.setdefault(flow, _Sender(flow))
        other = self._senders.get((segment.target, segment.source))
        if other is not None and segment.flags & _ACK:
            yield from self._acknowledge(other, segment.acknowledged, packet)
        yield from self._take(sender, segment, packet)

    def finish(self) -> Iterator[Chunk]:
        """Yield what is left at the end of the capture."""
        for sender in self._senders.values():
            yield from self._skip(sender, _LAST)

    def _take(self, sender: _Sender, segment: Segment, packet: Packet) -> Iterator[Chunk]:
        if segment.flags & _SYN:
            yield from self._skip(sender, packet)
            sender.following = (segment.sequence + 1) & 0xFFFFFFFF
            yield Chunk(sender.flow, packet, b"", opens=True)
            return
        if sender.following is None:
            sender.following = segment.sequence
        if segment.data:
            kept = sender.waiting.get(segment.sequence, b"")
            if len(segment.data) > len(kept):
                sender.waiting[segment.sequence] = segment.data
            yield from _join(sender, packet)
        if segment.missing:
            cut = f"lacks {segment.missing} bytes that the capture cut off ({flow_text(sender.flow)})"
            self._notes.append(f"{self._name}: packet {packet.number} {cut}")
        if len(sender.waiting) > _MAX_WAITING or segment.flags & (_FIN | _RST):
            yield from self._skip(sender, packet)
        if segment.flags & (_FIN | _RST):
            yield Chunk(sender.flow, packet, b"", closes=True)

    def _acknowledge(self, sender: _Sender, acknowledged: int, packet: Packet) -> Iterator[Chunk]:
        """Give up what the other side has acknowledged and we have not."""
        if sender.following is not None and sender.waiting and _distance(acknowledged, sender.following) > 0:
            yield from self._skip(sender, packet)

    def _skip(self, sender: _Sender, packet: Packet) -> Iterator[Chunk]:
        while sender.waiting:
            assert sender.following is not None
            start = sender.following
            following = min(sender.waiting, key=lambda number: _distance(number, start))
            lost = f"{_distance(following, start)} bytes of {flow_text(sender.flow)} are missing"
            self._notes.append(f"{self._name}: {lost} before packet {packet.number}")
            sender.following = following
            yield Chunk(sender.flow, packet, b"", after_gap=True)
            yield from _join(sender, packet)


def _distance(later: int, earlier: int) -> int:
    """Return how far one sequence number is behind another, negative where it comes first."""
    return ((later - earlier + _HALF) & 0xFFFFFFFF) - _HALF


def _join(sender: _Sender, packet: Packet) -> Iterator[Chunk]:
    assert sender.following is not None
    joined = bytearray()
    has_grown = True
    while has_grown:
        has_grown = False
        for sequence in sorted(sender.waiting, key=lambda number: _distance(number, sender.following or 0)):
            behind = _distance(sender.following, sequence)
            if behind < 0:
                break
            data = sender.waiting.pop(sequence)[behind:]
            if data:
                joined += data
                sender.following = (sender.following + len(data)) & 0xFFFFFFFF
                has_grown = True
    if joined:
        yield Chunk(sender.flow, packet, bytes(joined))
