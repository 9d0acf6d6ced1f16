"""Put the bytes of one direction of a TCP connection in order, as they come, and name what a capture does to them.

Bytes that came before are a retransmission and are not given twice; bytes that come early wait for those before them.
Where these never come, the gap is named and reading goes on behind it.
"""

from dataclasses import dataclass
from typing import Final

from fairlead.codecs.captures.network import FIN, RST, SYN, Payload

MAX_WAITING_SEGMENTS: Final = 64
MAX_WAITING_BYTES: Final = 256 * 1024
"""How much may wait for missing bytes; a receiver that did not get them would have stopped the sender before long."""

_MODULUS: Final = 1 << 32
_HALF: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class StreamData:
    """Bytes in order; a chunk is what one segment brought."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StreamGap:
    """``size`` bytes that the capture does not have."""

    size: int


@dataclass(frozen=True, slots=True)
class StreamNote:
    """What a segment was besides new data: ``retransmission``, ``out_of_order`` or ``after_the_end``."""

    what: str
    size: int


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The stream is over: ``fin``, ``rst``, or ``syn`` where another connection begins on the same ports."""

    how: str


StreamEvent = StreamData | StreamGap | StreamNote | StreamEnd


class StreamAssembler:
    """Take the segments of one direction: ``take`` each, ``finish`` at the end of the capture."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}
        self._waiting_bytes = 0
        self._is_over = False

    def take(self, segment: Payload) -> list[StreamEvent]:
        """Return what follows from one segment, in order."""
        events: list[StreamEvent] = []
        sequence = segment.sequence
        if segment.flags & SYN:
            sequence = (sequence + 1) % _MODULUS
            if self._next is not None and (self._is_over or self._distance(sequence) != 0):
                events += [*self._give_up(), StreamEnd("syn")]
                self._next = None
                self._is_over = False
        if self._next is None:
            self._next = sequence
        if segment.data and self._is_over:
            events.append(StreamNote("after_the_end", len(segment.data)))
        elif segment.data:
            events += self._data(self._distance(sequence), segment.data)
        if segment.missing and not self._is_over:
            events += self._cut_off(sequence, len(segment.data), segment.missing)
        if segment.flags & (FIN | RST) and not self._is_over:
            events += [*self._give_up(), StreamEnd("rst" if segment.flags & RST else "fin")]
            self._is_over = True
        return events

    def finish(self) -> list[StreamEvent]:
        """Return what still waits, behind the gap that it waits for."""
        return self._give_up()

    def _distance(self, sequence: int) -> int:
        """Return how far ahead of what comes next a sequence number is; negative where it is behind."""
        assert self._next is not None
        distance = (sequence - self._next) % _MODULUS
        return distance - _MODULUS if distance >= _HALF else distance

    def _data(self, distance: int, data: bytes) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        if distance > 0:
            self._keep(distance, data)
            events.append(StreamNote("out_of_order", len(data)))
            if len(self._waiting) > MAX_WAITING_SEGMENTS or self._waiting_bytes > MAX_WAITING_BYTES:
                events += self._skip_gap()
            return events
        if distance < 0:
            events.append(StreamNote("retransmission", min(-distance, len(data))))
            data = data[-distance:]
        if data:
            events += [self._advance(data), *self._release()]
        return events

    def _keep(self, distance: int, data: bytes) -> None:
        assert self._next is not None
        at = (self._next + distance) % _MODULUS
        earlier = self._waiting.get(at, b"")
        if len(data) > len(earlier):
            self._waiting[at] = data
            self._waiting_bytes += len(data) - len(earlier)

    def _advance(self, data: bytes) -> StreamData:
        assert self._next is not None
        self._next = (self._next + len(data)) % _MODULUS
        return StreamData(data)

    def _release(self) -> list[StreamEvent]:
        """Return what waited for the bytes that have just come."""
        events: list[StreamEvent] = []
        while self._waiting:
            at = min(self._waiting, key=self._distance)
            distance = self._distance(at)
            if distance > 0:
                break
            data = self._waiting.pop(at)
            self._waiting_bytes -= len(data)
            if len(data) > -distance:
                events.append(self._advance(data[-distance:]))
        return events

    def _skip_gap(self) -> list[StreamEvent]:
        size = min(self._distance(at) for at in self._waiting)
        assert self._next is not None
        self._next = (self._next + size) % _MODULUS
        return [StreamGap(size), *self._release()]

    def _give_up(self) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        while self._waiting:
            events += self._skip_gap()
        return events

    def _cut_off(self, sequence: int, size: int, missing: int) -> list[StreamEvent]:
        """Name bytes that were on the wire and that the capture cut off the end of a packet."""
        end = (sequence + size) % _MODULUS
        if self._distance(end) != 0:
            return []
        self._next = (end + missing) % _MODULUS
        return [StreamGap(missing), *self._release()]
