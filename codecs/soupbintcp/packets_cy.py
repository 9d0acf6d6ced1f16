# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False
"""Cut a byte stream into SoupBinTCP packets, and make packets.

A packet is the number of bytes that follow (u16, big-endian), its type (one character) and a payload. A length of 0
leaves no room for the type, and one beyond ``max_packet_bytes`` is more than the two sides agreed on: either way the
next packet can't be found, so the reader reports a ``Fault`` once and reads no more of the stream. The same bytes give
the same answers however they were cut. Source: SoupBinTCP 3.00, "Logical packets".
"""

import cython

from fairlead.codecs.errors import EncodeError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import bytes_of, put_buffer
    from fairlead.codecs.soupbintcp.packet_bytes import packet_bytes

HEADER_BYTES = 3
LENGTH_BYTES = 2
MAX_PACKET_BYTES = 65537
"""The longest packet that the length field can tell of: 2 + 65535."""
MAX_PAYLOAD_BYTES = 65534
RAW_LIMIT_BYTES = 64
"""The most that ``Fault.raw`` keeps."""

# the same as C ints
_HEADER = HEADER_BYTES
_LENGTH = LENGTH_BYTES
_MAX_PAYLOAD = MAX_PAYLOAD_BYTES
_RAW_LIMIT = RAW_LIMIT_BYTES
_FIRST_CAPACITY = 4096


class Fault:
    """Report the place in the stream from which on nothing can be read.

    ``reason`` says what was received and expected, ``offset`` is the position in the stream. ``raw`` holds what had
    come by then from there on, ``RAW_LIMIT_BYTES`` at most.
    """

    def __init__(self, reason: str, raw: bytes, offset: int) -> None:
        self.reason = reason
        self.raw = raw
        self.offset = offset

    def __repr__(self) -> str:
        # Not the bytes: there may be a password in them.
        return f"Fault({self.reason!r}, offset={self.offset})"


class Packet:
    """Point at one packet within the reader's buffer: ``type_code``, and the payload at ``data[start:end]``."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.type_code = 0
        self.start = 0
        self.end = 0

    def payload(self) -> bytes:
        """Return a copy of the payload."""
        return bytes_of(self.data, self.start, self.end)

    def raw(self) -> bytes:
        """Return a copy of the whole packet, its length field included."""
        return bytes_of(self.data, self.start - _HEADER, self.end)


class PacketReader:
    """Find the packets of one stream. What is kept is less than ``max_packet_bytes`` and the last chunk."""

    def __init__(self, max_packet_bytes: int = MAX_PACKET_BYTES) -> None:
        if not HEADER_BYTES <= max_packet_bytes <= MAX_PACKET_BYTES:
            raise ValueError(f"max_packet_bytes is {max_packet_bytes}, expected {HEADER_BYTES} to {MAX_PACKET_BYTES}")
        self.max_packet_bytes = max_packet_bytes
        self.packet = Packet()
        self.fault: Fault | None = None
        self._capacity = _FIRST_CAPACITY
        self._buffer = bytearray(_FIRST_CAPACITY)
        self._at = 0  # where the next packet begins
        self._end = 0  # behind the bytes that came
        self._offset = 0  # of the buffer, in the stream

    @property
    def pending_bytes(self) -> int:
        """Return how many bytes wait for the rest of their packet."""
        return self._end - self._at

    def feed(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes as they came; they are copied. After a fault they are dropped."""
        if self.fault is not None:
            return 0
        if self._at == self._end:
            self._offset += self._at
            self._at = self._end = 0
        room = self._capacity - self._end
        size = put_buffer(self._buffer, self._end, room, data)
        if size > room:
            self._make_room(size)
            put_buffer(self._buffer, self._end, size, data)
        self._end += size
        return 0

    def _make_room(self, size: int) -> int:
        # What waits moves to the front; the buffer doubles where that is not enough, so that moving stays rare.
        waiting = bytes_of(self._buffer, self._at, self._end)
        if 2 * (len(waiting) + size) > self._capacity:
            self._capacity = 2 * (len(waiting) + size)
            self._buffer = bytearray(self._capacity)
        self._buffer[: len(waiting)] = waiting
        self._offset += self._at
        self._at = 0
        self._end = len(waiting)
        return 0

    def next_packet(self) -> Packet | Fault | None:
        """Return the next packet, None if more bytes are needed, a fault once and None ever after.

        The packet is the same object each time, and valid until the next call or ``feed``.
        """
        if self._end - self._at < _LENGTH or self.fault is not None:
            return None
        p = self._buffer
        at = self._at
        length = (p[at] << 8) | p[at + 1]
        if length == 0 or length + _LENGTH > self.max_packet_bytes:
            return self._break(length)
        end = at + _LENGTH + length
        if end > self._end:
            return None
        packet = self.packet
        packet.data = self._buffer
        packet.type_code = p[at + _LENGTH]
        packet.start = at + _HEADER
        packet.end = end
        self._at = end
        return packet

    def _break(self, length: int) -> Fault:
        limit = self.max_packet_bytes - LENGTH_BYTES
        reason = f"packet length {length} received, expected 1 to {limit}"
        raw = bytes_of(self._buffer, self._at, min(self._end, self._at + _RAW_LIMIT))
        fault = Fault(reason, raw, self._offset + self._at)
        self.fault = fault
        self._buffer = bytearray()
        self._capacity = 0
        self._at = self._end = 0
        return fault


def encode_packet(type_code: int, payload: bytes = b"") -> bytes:
    """Return a packet. Raises EncodeError where the payload is longer than ``MAX_PAYLOAD_BYTES``."""
    if len(payload) > _MAX_PAYLOAD:
        raise EncodeError(f"payload of {len(payload)} bytes, expected at most {MAX_PAYLOAD_BYTES}")
    if type_code < 0 or type_code > 255:
        raise EncodeError(f"packet type {type_code}, expected one byte")
    return packet_bytes(type_code, payload)
