"""Take FIX frames out of what the sides of captured connections said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fairlead.certification.passive.frames import find_begin, find_end, read_frame
from fairlead.certification.passive.packets import Packet
from fairlead.certification.passive.records import Logged
from fairlead.certification.passive.tcp_streams import Chunk, Flow, connection_text, flow_text

_KEEP_BYTES = 64


@dataclass(slots=True)
class _Buffer:
    """The beginning of a frame, and what is to be said of the next one."""

    data: bytearray = field(default_factory=bytearray)
    opens: bool = False
    after_gap: bool = False


class FixFlows:
    """Cut frames of all directions of a capture; ``found`` are those that have one."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.found: set[Flow] = set()
        self._name = name
        self._notes = notes
        self._buffers: dict[Flow, _Buffer] = {}

    def take(self, chunk: Chunk) -> Iterator[Logged]:
        """Yield the frames that a chunk completes."""
        buffer = self._buffers.setdefault(chunk.flow, _Buffer())
        if chunk.opens:
            self._end(chunk.flow, buffer)
            buffer.opens = True
        if chunk.after_gap:
            buffer.data.clear()
            buffer.after_gap = True
        buffer.data += chunk.data
        yield from self._cut(chunk.flow, buffer, chunk.packet)

    def finish(self) -> None:
        """Note frames that the capture's end cuts off."""
        for flow, buffer in self._buffers.items():
            self._end(flow, buffer)

    def _end(self, flow: Flow, buffer: _Buffer) -> None:
        if find_begin(buffer.data, 0) >= 0:
            rest = f"ends within a message, {len(buffer.data)} bytes of it are there"
            self._notes.append(f"{self._name}: {flow_text(flow)} {rest}")
        buffer.data.clear()

    def _cut(self, flow: Flow, buffer: _Buffer, packet: Packet) -> Iterator[Logged]:
        data = buffer.data
        while True:
            start = find_begin(data, 0)
            if start < 0:
                del data[: max(0, len(data) - _KEEP_BYTES)]
                return
            end = find_end(data, start, is_last=False)
            if end < 0:
                del data[:start]
                return
            frame = read_frame(bytes(data[start:end]))
            del data[:end]
            self.found.add(flow)
            place = f"{self._name} packet {packet.number}"
            yield Logged(place, connection_text(flow), packet.utc_ns, frame, buffer.opens, buffer.after_gap)
            buffer.opens = buffer.after_gap = False
