"""Cut what was said into messages: SoupBinTCP, MoldUDP64, and messages behind their lengths.

A framer takes the bytes of one direction as they come and gives items; every byte ends up in one. ``lose`` says that
bytes are missing, ``finish`` that there are no more.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.errors import DecodeError
from fairlead.gateway.decoding.applications import JUDGED_MESSAGES, Applications, describe
from fairlead.gateway.decoding.items import Item, unknown

SOUP: Final = "soupbintcp_3_00"
MOLD: Final = "moldudp64_1_00"
MOLD_HEADER_BYTES: Final = 20
_END_OF_SESSION: Final = 0xFFFF
_BOTH: Final = (Direction.TO_VENUE, Direction.TO_CLIENT)
FROM_VENUE: Final = (Direction.TO_CLIENT,)
_SOUP_DIRECTIONS: Final = {
    **dict.fromkeys(b"AJSHZ", Direction.TO_CLIENT),
    **dict.fromkeys(b"LRO", Direction.TO_VENUE),
}
SOUP_TYPES: Final = frozenset(b"+AJSHZLRUO")
_SEQUENCED, _UNSEQUENCED, _LOGIN_ACCEPTED = ord("S"), ord("U"), ord("A")


class Framer(Protocol):
    """Cut the bytes of one direction."""

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        """Take the next bytes, which stand at ``offset``."""

    def lose(self) -> Iterator[Item]:
        """Give up what waits for its rest."""

    def finish(self) -> Iterator[Item]:
        """Give what is left at the end."""


class WaitingFramer:
    """Keep the bytes of a message that is not whole yet."""

    protocol = ""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0

    def _take(self, data: bytes, offset: int) -> bytearray:
        if not self._buffer:
            self._offset = offset
        self._buffer += data
        return self._buffer

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._offset += size

    def lose(self) -> Iterator[Item]:
        yield from self._rest("the rest of the message is not in the recording")

    def finish(self) -> Iterator[Item]:
        yield from self._rest("cut short: the recording ends here")

    def _rest(self, text: str) -> Iterator[Item]:
        if self._buffer:
            yield unknown(self.protocol, self._buffer, text, self._offset)
            self._buffer.clear()


class SoupFramer(WaitingFramer):
    """SoupBinTCP packets; ``expected`` is the direction where a packet's type does not say."""

    protocol = SOUP

    def __init__(self, applications: Applications, expected: Direction | None) -> None:
        super().__init__()
        self._applications = applications
        self._expected = expected
        self._next: int | None = None

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        buffer = self._take(data, offset)
        self._learn(buffer)
        while len(buffer) >= 3:
            size = int.from_bytes(buffer[:2], "big")
            if size == 0 or buffer[2] not in SOUP_TYPES:
                what = "length 0" if size == 0 else f"type {bytes(buffer[2:3])!r}"
                yield unknown(self.protocol, buffer, f"a packet of {what}, expected a SoupBinTCP packet", self._offset)
                self._drop(len(buffer))
                return
            if len(buffer) < 2 + size:
                return
            item = self._packet(bytes(buffer[: 2 + size]))
            item.offset = self._offset
            self._drop(2 + size)
            yield item

    def _learn(self, buffer: bytearray) -> None:
        at = 0
        while len(buffer) - at >= 3:
            size = int.from_bytes(buffer[at : at + 2], "big")
            if size == 0 or len(buffer) < at + 2 + size:
                return
            if size > 1 and buffer[at + 2] in (_SEQUENCED, _UNSEQUENCED):
                payload = bytes(buffer[at + 3 : at + 2 + size])
                self._applications.learn(payload, self._directions(buffer[at + 2] == _SEQUENCED))
            at += 2 + size

    def _directions(self, is_sequenced: bool) -> tuple[Direction, ...]:
        if is_sequenced:
            return (Direction.TO_CLIENT,)
        return _BOTH if self._expected is not Direction.TO_CLIENT else _BOTH[::-1]

    def _packet(self, packet: bytes) -> Item:
        kind = packet[2]
        if kind in (_SEQUENCED, _UNSEQUENCED) and len(packet) > 3:
            return self._message(packet, kind == _SEQUENCED)
        direction = _SOUP_DIRECTIONS.get(kind, self._expected or Direction.TO_VENUE)
        try:
            item = describe(load_protocol(SOUP), direction, packet)
        except DecodeError as error:
            return unknown(SOUP, packet, error.reason)
        if kind == _LOGIN_ACCEPTED:
            self._next = item.fields["sequence_number"] if isinstance(item.fields["sequence_number"], int) else None
        return item

    def _message(self, packet: bytes, is_sequenced: bool) -> Item:
        item = self._applications.decode(packet[3:], self._directions(is_sequenced))
        if is_sequenced and self._next is not None:
            item.sequence = self._next
            self._next += 1
        return item

    def lose(self) -> Iterator[Item]:
        self._next = None
        yield from super().lose()


class MoldFramer(WaitingFramer):
    """MoldUDP64 packets: a datagram each, or one behind the other in a file."""

    protocol = MOLD

    def __init__(self, applications: Applications) -> None:
        super().__init__()
        self._applications = applications

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        buffer = self._take(data, offset)
        # what comes later in the file tells how to read what comes first
        at = 0
        while len(buffer) - at >= MOLD_HEADER_BYTES and (size := mold_size(buffer, at)) is not None:
            self._learn(bytes(buffer[at : at + size]))
            at += size
        while len(buffer) >= MOLD_HEADER_BYTES:
            size = mold_size(buffer)
            if size is None:
                return
            base = self._offset
            for item in self._packet(bytes(buffer[:size])):
                item.offset += base
                yield item
            self._drop(size)

    def datagram(self, data: bytes) -> Iterator[Item]:
        """Take one whole datagram."""
        if len(data) == MOLD_HEADER_BYTES:
            yield from self._header(data)
            return
        size = mold_size(data)
        if len(data) < MOLD_HEADER_BYTES:
            yield unknown(MOLD, data, f"{len(data)} bytes, expected at least {MOLD_HEADER_BYTES}")
            return
        self._learn(data)
        yield from self._packet(data if size is None else data[:size])
        if size is not None and size < len(data):
            yield unknown(MOLD, data[size:], "bytes behind the last message", size)

    def _header(self, packet: bytes) -> Iterator[Item]:
        count = int.from_bytes(packet[18:20], "big")
        direction = Direction.TO_CLIENT if count in (0, _END_OF_SESSION) else Direction.TO_VENUE
        yield describe(load_protocol(MOLD), direction, packet)

    def _packet(self, packet: bytes) -> Iterator[Item]:
        number = int.from_bytes(packet[10:18], "big")
        count = int.from_bytes(packet[18:20], "big")
        if count in (0, _END_OF_SESSION):
            yield from self._header(packet[:MOLD_HEADER_BYTES])
            return
        at = MOLD_HEADER_BYTES
        for taken in range(count):
            size = int.from_bytes(packet[at : at + 2], "big")
            message = packet[at + 2 : at + 2 + size]
            if at + 2 > len(packet) or len(message) < size:
                text = f"message {number + taken}: {len(message)} bytes, expected {size}: cut short"
                item = unknown(MOLD, packet[at:], text)
            elif size == 0:
                item = unknown(MOLD, packet[at : at + 2], f"message {number + taken} of length 0")
            else:
                item = self._applications.decode(message, FROM_VENUE, number + taken)
            item.offset = at
            yield item
            at += 2 + size
            if at > len(packet):
                return

    def _learn(self, packet: bytes) -> None:
        at = MOLD_HEADER_BYTES
        count = int.from_bytes(packet[18:20], "big")
        for _ in range(0 if count == _END_OF_SESSION else count):
            size = int.from_bytes(packet[at : at + 2], "big")
            if size == 0 or at + 2 + size > len(packet):
                return
            self._applications.learn(packet[at + 2 : at + 2 + size], FROM_VENUE)
            at += 2 + size

    def finish(self) -> Iterator[Item]:
        if len(self._buffer) > MOLD_HEADER_BYTES:
            base = self._offset
            for item in self._packet(bytes(self._buffer)):
                item.offset += base
                yield item
            self._buffer.clear()
        yield from super().finish()


def mold_size(data: bytes | bytearray, start: int = 0) -> int | None:
    """Return how long the MoldUDP64 packet at ``data[start]`` is; None where ``data`` does not hold all of it."""
    at = start + MOLD_HEADER_BYTES
    count = int.from_bytes(data[start + 18 : start + 20], "big")
    for _ in range(0 if count == _END_OF_SESSION else count):
        if at + 2 > len(data):
            return None
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return at - start if at <= len(data) else None


class LengthFramer(WaitingFramer):
    """Messages behind lengths of 2 bytes, as in Nasdaq's daily files."""

    protocol = "framed"

    def __init__(self, applications: Applications) -> None:
        super().__init__()
        self._applications = applications
        self._count = 0

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        buffer = self._take(data, offset)
        if not self._count:
            for message in first_messages(buffer):
                self._applications.learn(message, FROM_VENUE)
        at, base = 0, self._offset
        while len(buffer) - at >= 2:
            size = int.from_bytes(buffer[at : at + 2], "big")
            if len(buffer) - at < 2 + size:
                break
            if size == 0:
                item = unknown(self.protocol, bytes(2), "a length of 0: the end of the session, at the end of a file")
            else:
                self._count += 1
                message = bytes(buffer[at + 2 : at + 2 + size])
                item = self._applications.decode(message, FROM_VENUE, self._count)
            item.offset = base + at
            at += 2 + size
            yield item
        self._drop(at)


def first_messages(data: bytes | bytearray) -> list[bytes]:
    """Return the first messages behind their lengths, as far as they are whole."""
    found: list[bytes] = []
    at = 0
    while len(found) < JUDGED_MESSAGES and len(data) - at >= 2:
        size = int.from_bytes(data[at : at + 2], "big")
        if size == 0 or len(data) < at + 2 + size:
            break
        found.append(bytes(data[at + 2 : at + 2 + size]))
        at += 2 + size
    return found
