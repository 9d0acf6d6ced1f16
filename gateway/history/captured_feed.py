"""Read market data out of a capture: MoldUDP64 (all lines, each message once, in order) and SoupBinTCP."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Final

from fairlead.codecs.binary.columns_cy import NEEDS_MORE, TAKEN, ZERO_LENGTH
from fairlead.codecs.captures.network import UDP, NoPayload, Payload
from fairlead.codecs.captures.streams import StreamData, StreamEnd, StreamGap
from fairlead.codecs.errors import DecodeError
from fairlead.gateway.captures.conversations import Address, Conversations, Spoken
from fairlead.gateway.history.faults import Faults
from fairlead.gateway.history.framed_file import MessageSink, fault_text

MOLD_HEADER_BYTES: Final = 20
MAX_WAITING_PACKETS: Final = 4096
"""Packets that may wait for one before them, from the other line or out of order; beyond, the gap is named."""
_HEARTBEAT, _END_OF_SESSION = 0, 0xFFFF
_SEQUENCED, _LOGIN_ACCEPTED = ord("S"), ord("A")


class _MoldSession:
    """Put the packets of one session in order, each message once."""

    def __init__(self, name: str, sink: MessageSink, faults: Faults) -> None:
        self._name = name
        self._sink = sink
        self._faults = faults
        self._next: int | None = None
        self._waiting: list[tuple[int, int, bytes]] = []

    def take(self, number: int, packet: bytes, where: int) -> None:
        if self._next is None:
            self._next = number
        heappush(self._waiting, (number, where, packet))
        while self._waiting and (self._waiting[0][0] <= self._next or len(self._waiting) > MAX_WAITING_PACKETS):
            self._release(*heappop(self._waiting))

    def finish(self) -> None:
        while self._waiting:
            self._release(*heappop(self._waiting))

    def _release(self, number: int, where: int, packet: bytes) -> None:
        assert self._next is not None
        count = int.from_bytes(packet[18:20], "big")
        if number > self._next:
            missing = f"messages {self._next} to {number - 1} of session {self._name!r} are not in the capture"
            self._faults.add("gaps", missing)
            self._next = number
        at, taken = MOLD_HEADER_BYTES, 0
        while taken < count and at + 2 <= len(packet) and number + taken < self._next:
            at += 2 + int.from_bytes(packet[at : at + 2], "big")
            taken += 1
        if taken < count and number + taken == self._next:
            self._sink.skip(self._next)
            self._feed(packet, at, count - taken, where)
            self._next = number + count

    def _feed(self, packet: bytes, at: int, count: int, where: int) -> None:
        """Feed ``count`` messages; what the packet holds besides, or does not hold, is told."""
        end, taken = at, 0
        while taken < count and end + 2 <= len(packet):
            end += 2 + int.from_bytes(packet[end : end + 2], "big")
            taken += 1
        if taken < count or end != len(packet):
            text = f"packet {where}: {len(packet)} bytes received, expected {count} messages to fill them"
            self._faults.add("packets whose count lies", text)
        end = min(end, len(packet))
        while at < end:
            at, stopped = self._sink.feed(packet, at, end)
            if stopped == NEEDS_MORE:
                return
            size = int.from_bytes(packet[at : at + 2], "big")
            if stopped == ZERO_LENGTH:
                self._faults.add("lengths of 0", f"packet {where}: a message of length 0 received")
            else:
                self._faults.add(*fault_text(stopped, packet[at + 2 : at + 2 + size], where, "packet"))
            self._sink.skip()
            at += 2 + size


class _SoupStream:
    """Take the messages out of one direction of a SoupBinTCP connection."""

    def __init__(self, sink: MessageSink, faults: Faults) -> None:
        self._sink = sink
        self._faults = faults
        self._buffer = bytearray()
        self._next: int | None = None

    def take(self, data: bytes, where: int) -> None:
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= 3:
            size = int.from_bytes(buffer[at : at + 2], "big")
            if size == 0:
                self._faults.add("lengths of 0", f"packet {where}: a SoupBinTCP packet of length 0 received")
                at += 2
                continue
            if len(buffer) - at < 2 + size:
                break
            self._packet(buffer, at + 2, at + 2 + size, where)
            at += 2 + size
        del buffer[:at]

    def _packet(self, buffer: bytearray, at: int, end: int, where: int) -> None:
        if buffer[at] == _LOGIN_ACCEPTED and end - at == 31:
            digits = bytes(buffer[at + 11 : end]).strip()
            self._next = int(digits) if digits.isdigit() else None
        elif buffer[at] == _SEQUENCED:
            if self._next is not None:
                self._sink.skip(self._next)
                self._next += 1
            stopped = self._sink.add(buffer, at + 1, end)
            if stopped != TAKEN:
                self._faults.add(*fault_text(stopped, bytes(buffer[at + 1 : end]), where, "packet"))
                self._sink.skip()

    def lose(self, size: int, where: int) -> None:
        """Note a gap: what is left of a packet before it is lost, and the next segment begins a packet."""
        self._faults.add("gaps", f"packet {where}: {size} bytes of a TCP stream are not in the capture")
        self._buffer.clear()
        self._next = None

    def finish(self) -> None:
        if self._buffer:
            text = f"{len(self._buffer)} bytes at the end of a TCP stream, expected a whole SoupBinTCP packet"
            self._faults.add("messages cut short", text)
        self._buffer.clear()


class CapturedFeed:
    """Read a capture into a sink; ``ports`` are the only ones looked at, all of them where it is empty."""

    def __init__(self, sink: MessageSink, faults: Faults, ports: frozenset[int] = frozenset()) -> None:
        self._sink = sink
        self._faults = faults
        self._ports = ports
        self._sessions: dict[bytes, _MoldSession] = {}
        self._streams: dict[tuple[Address, Address], _SoupStream] = {}

    def read(self, chunks: Iterator[bytes], on_chunk: Callable[[], None]) -> int:
        """Read all chunks and return how many bytes there were; ``on_chunk`` is called after each."""
        conversations = Conversations()
        try:
            for chunk in chunks:
                for spoken in conversations.feed(chunk):
                    self._take(spoken)
                on_chunk()
        except DecodeError as error:
            self._faults.add("damage", f"offset {error.offset}: {error.reason}; nothing behind it can be read")
        for spoken in conversations.finish():
            self._take(spoken)
        for session in self._sessions.values():
            session.finish()
        for stream in self._streams.values():
            stream.finish()
        if conversations.rest_bytes and "damage" not in self._faults.counts:
            text = f"offset {conversations.offset}: {conversations.rest_bytes} bytes received, expected a whole packet"
            self._faults.add("packets cut short", text)
        return conversations.offset

    def _take(self, spoken: Spoken) -> None:
        what = spoken.what
        if isinstance(what, NoPayload) or (self._ports and not self._ports & {spoken.source[1], spoken.target[1]}):
            return
        if isinstance(what, Payload):
            if what.protocol == UDP:
                self._datagram(what, spoken.number)
            return
        stream = self._streams.get((spoken.source, spoken.target))
        if stream is None:
            stream = self._streams[spoken.source, spoken.target] = _SoupStream(self._sink, self._faults)
        if isinstance(what, StreamData):
            stream.take(what.data, spoken.number)
        elif isinstance(what, StreamGap):
            stream.lose(what.size, spoken.number)
        elif isinstance(what, StreamEnd):
            stream.finish()
            del self._streams[spoken.source, spoken.target]

    def _datagram(self, payload: Payload, where: int) -> None:
        data = payload.data
        if payload.missing or len(data) < MOLD_HEADER_BYTES:
            if len(data) + payload.missing >= MOLD_HEADER_BYTES:
                text = f"packet {where}: {len(data)} bytes received, the capture lacks {payload.missing}"
                self._faults.add("packets cut short", text)
            return
        count = int.from_bytes(data[18:20], "big")
        is_request = len(data) == MOLD_HEADER_BYTES and count not in (_HEARTBEAT, _END_OF_SESSION)
        if count in (_HEARTBEAT, _END_OF_SESSION) or is_request:
            return
        key = data[:10]
        session = self._sessions.get(key)
        if session is None:
            name = key.decode("latin-1").strip(" \0")
            session = self._sessions[key] = _MoldSession(name, self._sink, self._faults)
        session.take(int.from_bytes(data[10:18], "big"), data, where)
