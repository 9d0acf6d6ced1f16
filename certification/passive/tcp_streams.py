"""Put TCP segments together again, and take FIX frames out of what each side said.

Segments may come twice, overlap and in any order. Bytes that the capture does not have are a gap: it is named, and
reading goes on behind it. A gap is certain once the other side has acknowledged what is missing, once much has come
after it, or where the capture or the connection ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fairlead.certification.passive.frames import find_begin, find_end, read_frame
from fairlead.certification.passive.packets import Packet, PacketError, Segment, read_packets, read_segment
from fairlead.certification.passive.records import LogError, Logged, WireLog

_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_MAX_WAITING = 200
_HALF = 1 << 31
_KEEP_BYTES = 64


@dataclass(slots=True)
class _Flow:
    """What one side says: where its next byte has its number, what came early, and the beginning of a frame."""

    source: tuple[str, int]
    target: tuple[str, int]
    following: int | None = None
    waiting: dict[int, bytes] = field(default_factory=dict)
    buffer: bytearray = field(default_factory=bytearray)
    opens: bool = False
    after_gap: bool = False

    def __str__(self) -> str:
        return f"{self.source[0]}:{self.source[1]} -> {self.target[0]}:{self.target[1]}"


def read_capture(data: bytes, name: str) -> WireLog:
    """Read the FIX frames of a capture. Raises LogError where it is damaged or holds none."""
    log = WireLog("capture of TCP connections")
    flows: dict[tuple[tuple[str, int], tuple[str, int]], _Flow] = {}
    unread: dict[str, int] = {}
    segments = 0
    for packet in read_packets(data, name, log.notes):
        try:
            segment = read_segment(packet)
        except PacketError as error:
            unread[str(error)] = unread.get(str(error), 0) + 1
            continue
        if segment is None:
            continue
        segments += 1
        flow = flows.setdefault((segment.source, segment.target), _Flow(segment.source, segment.target))
        other = flows.get((segment.target, segment.source))
        if other is not None and segment.flags & _ACK:
            log.records += _acknowledge(other, segment.acknowledged, packet, name, log.notes)
        log.records += _take(flow, segment, packet, name, log.notes)
    for flow in flows.values():
        log.records += _finish(flow, name, log.notes)
    log.notes += [f"{name}: {count} packets left out: {reason}" for reason, count in unread.items()]
    if not log.records:
        raise LogError(f"{name}: no FIX message in {segments} TCP segments of the capture")
    return log


def _take(flow: _Flow, segment: Segment, packet: Packet, name: str, notes: list[str]) -> Iterator[Logged]:
    if segment.flags & _SYN:
        yield from _finish(flow, name, notes)
        flow.following, flow.opens = (segment.sequence + 1) & 0xFFFFFFFF, True
        return
    if flow.following is None:
        flow.following = segment.sequence
    if segment.data:
        kept = flow.waiting.get(segment.sequence, b"")
        if len(segment.data) > len(kept):
            flow.waiting[segment.sequence] = segment.data
        yield from _join(flow, packet, name, notes)
    if segment.missing:
        notes.append(f"{name}: packet {packet.number} lacks {segment.missing} bytes that the capture cut off ({flow})")
    if len(flow.waiting) > _MAX_WAITING or segment.flags & (_FIN | _RST):
        yield from _skip(flow, packet, name, notes)


def _distance(later: int, earlier: int) -> int:
    """Return how far one sequence number is behind another, negative where it comes first."""
    return ((later - earlier + _HALF) & 0xFFFFFFFF) - _HALF


def _join(flow: _Flow, packet: Packet, name: str, notes: list[str]) -> Iterator[Logged]:
    assert flow.following is not None
    has_grown = True
    while has_grown:
        has_grown = False
        for sequence in sorted(flow.waiting, key=lambda number: _distance(number, flow.following or 0)):
            behind = _distance(flow.following, sequence)
            if behind < 0:
                break
            data = flow.waiting.pop(sequence)[behind:]
            if data:
                flow.buffer += data
                flow.following = (flow.following + len(data)) & 0xFFFFFFFF
                has_grown = True
    yield from _cut(flow, packet, name, notes, is_last=False)


def _acknowledge(flow: _Flow, acknowledged: int, packet: Packet, name: str, notes: list[str]) -> Iterator[Logged]:
    """Give up what the other side has acknowledged and we have not."""
    if flow.following is not None and flow.waiting and _distance(acknowledged, flow.following) > 0:
        yield from _skip(flow, packet, name, notes)


def _skip(flow: _Flow, packet: Packet, name: str, notes: list[str]) -> Iterator[Logged]:
    while flow.waiting:
        assert flow.following is not None
        start = flow.following
        following = min(flow.waiting, key=lambda number: _distance(number, start))
        missing = _distance(following, flow.following)
        notes.append(f"{name}: {missing} bytes of {flow} are missing before packet {packet.number}")
        yield from _cut(flow, packet, name, notes, is_last=False)
        flow.buffer.clear()
        flow.following, flow.after_gap = following, True
        yield from _join(flow, packet, name, notes)


def _finish(flow: _Flow, name: str, notes: list[str]) -> Iterator[Logged]:
    last = Packet(0, 0, 0, b"", False)
    yield from _skip(flow, last, name, notes)
    if find_begin(flow.buffer, 0) >= 0:
        notes.append(f"{name}: {flow} ends within a message, {len(flow.buffer)} bytes of it are there")
    flow.buffer.clear()
    flow.following = None


def _cut(flow: _Flow, packet: Packet, name: str, notes: list[str], is_last: bool) -> Iterator[Logged]:
    stream = " - ".join(f"{host}:{port}" for host, port in sorted((flow.source, flow.target)))
    while True:
        start = find_begin(flow.buffer, 0)
        if start < 0:
            del flow.buffer[: max(0, len(flow.buffer) - _KEEP_BYTES)]
            return
        end = find_end(flow.buffer, start, is_last)
        if end < 0:
            del flow.buffer[:start]
            return
        frame = read_frame(bytes(flow.buffer[start:end]))
        del flow.buffer[:end]
        place = f"{name} packet {packet.number}"
        yield Logged(place, stream, packet.utc_ns, frame, flow.opens, flow.after_gap)
        flow.opens = flow.after_gap = False
