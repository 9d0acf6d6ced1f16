# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False
"""Read and write MoldUDP64 packets.

A packet is a session (10 bytes), the number of its first message (u64), the count of its messages (u16), all
big-endian, and so many blocks of a length (u16) and a message. Count 0 is a heartbeat and 65535 the end of the session:
both tell the number expected next and hold no block. A request has the same 20 bytes, its count is how many messages
are asked for; only its direction tells it from a heartbeat. Source: MoldUDP64 V1.00, "Downstream Packet", "Request
Packet".

A count that lies (blocks that end before or behind the datagram's end) makes the whole packet unreadable: where the
lengths are wrong, no number in it can be trusted.
"""

import struct

import cython

from fairlead.codecs.errors import DecodeError, EncodeError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import bytes_of, equal_at, put_buffer

HEADER_BYTES = 20
SESSION_BYTES = 10
MAX_DATAGRAM_BYTES = 65507
"""The most that UDP over IPv4 carries."""
MAX_MESSAGE_BYTES = 65485
"""The longest message that fits a datagram with its header and block length."""
END_OF_SESSION = 65535
"""The count that says that no more messages will come."""
MAX_COUNT = 65534
MAX_SEQUENCE_NUMBER = 9223372036854710272
"""What int64 holds together with any count: 2^63 - 65536. The field has room for more."""

# the same as C ints
_HEADER = HEADER_BYTES
_SESSION = SESSION_BYTES
_END = END_OF_SESSION
_CAPACITY = 65536
_HEADER_STRUCT = struct.Struct(">10sQH")


class MoldPacket:
    """Hold one downstream packet; reused, so that nothing is allocated for it.

    After ``load``: ``sequence_number``, ``message_count`` (0 where it is a heartbeat or the end), ``is_heartbeat``,
    ``is_end_of_session``, ``next_number`` (the one behind its last message). ``next_message`` walks through the
    messages: the current one is ``data[start:end]``.
    """

    def __init__(self) -> None:
        self.data = bytearray(_CAPACITY)
        self.size = 0
        self.sequence_number = 0
        self.message_count = 0
        self.next_number = 0
        self.is_heartbeat = False
        self.is_end_of_session = False
        self.start = 0
        self.end = 0

    def load(self, data: bytes | bytearray | memoryview) -> int:
        """Take a datagram; it is copied. Raises DecodeError where it is no downstream packet, and holds none then."""
        self.message_count = self.size = 0
        size = put_buffer(self.data, 0, _CAPACITY, data)
        if size > _CAPACITY:
            raise DecodeError(f"datagram of {size} bytes received, expected at most {MAX_DATAGRAM_BYTES}")
        if size < _HEADER:
            raise DecodeError(f"datagram of {size} bytes received, expected a header of {_HEADER}")
        p = self.data
        high = (p[10] << 24) | (p[11] << 16) | (p[12] << 8) | p[13]
        low = (p[14] << 24) | (p[15] << 16) | (p[16] << 8) | p[17]
        count = (p[18] << 8) | p[19]
        if high > 0x7FFFFFFF or (high == 0x7FFFFFFF and low > 0xFFFF0000):
            number = int.from_bytes(bytes_of(self.data, 10, 18), "big")
            raise DecodeError(f"sequence number {number} received, expected at most {MAX_SEQUENCE_NUMBER}", _SESSION)
        self.is_heartbeat = count == 0
        self.is_end_of_session = count == _END
        if count == _END:
            count = 0
        self._check_blocks(count, size)
        self.sequence_number = (high << 32) | low
        self.message_count = count
        self.next_number = self.sequence_number + count
        self.size = size
        self.start = self.end = _HEADER
        return 0

    def _check_blocks(self, count: int, size: int) -> int:
        p = self.data
        at = _HEADER
        for index in range(count):
            block = at
            at += 2
            if at <= size:
                at += (p[block] << 8) | p[block + 1]
            if at > size:
                reason = (
                    f"message {index + 1} of {count} ends at byte {at}, expected at most {size}, the datagram's end"
                )
                raise DecodeError(reason, block)
        if at != size:
            raise DecodeError(f"{count} messages end at byte {at}, expected {size}, the datagram's end", at)
        return 0

    def next_message(self) -> bool:
        """Move on to the next message; False behind the last one."""
        if self.end >= self.size:
            return False
        p = self.data
        at = self.end
        self.start = at + 2
        self.end = at + 2 + ((p[at] << 8) | p[at + 1])
        return True

    def skip_to(self, number: int) -> int:
        """Have ``next_message`` begin at message ``number``, which the packet has, or is its ``next_number``."""
        self.start = self.end = _HEADER
        for _ in range(number - self.sequence_number):
            self.next_message()
        return 0

    def message(self) -> bytes:
        """Return a copy of the current message."""
        return bytes_of(self.data, self.start, self.end)

    def raw(self) -> bytes:
        """Return a copy of the whole packet."""
        return bytes_of(self.data, 0, self.size)

    def session(self) -> bytes:
        """Return the session as it is on the wire: 10 bytes, padding included."""
        return bytes_of(self.data, 0, _SESSION)

    def is_of(self, session: bytes) -> bool:
        """Tell whether the packet belongs to a session, given as it is on the wire."""
        return equal_at(self.data, 0, _SESSION, session)


class PacketPacker:
    """Put messages into packets of ``max_bytes`` at most (UDP payload: the MTU less 28 bytes for IPv4 and UDP)."""

    def __init__(self, session: bytes, max_bytes: int = 1472) -> None:
        check_session(session)
        if not HEADER_BYTES + 3 <= max_bytes <= MAX_DATAGRAM_BYTES:
            raise ValueError(f"max_bytes is {max_bytes}, expected {HEADER_BYTES + 3} to {MAX_DATAGRAM_BYTES}")
        self.session = session
        self.max_bytes = max_bytes
        self.first_number = 0
        self.message_count = 0
        self._buffer = bytearray()

    def start(self, number: int) -> int:
        """Begin a packet whose first message has this number."""
        self.first_number = number
        self.message_count = 0
        self._buffer = bytearray(HEADER_BYTES)
        return 0

    def add(self, message: bytes) -> bool:
        """Append a message; False, and nothing is done, where it does not fit any more."""
        size = len(message)
        if len(self._buffer) + 2 + size > self.max_bytes or self.message_count == MAX_COUNT:
            return False
        self._buffer += size.to_bytes(2, "big")
        self._buffer += message
        self.message_count += 1
        return True

    def finish(self) -> bytes:
        """Return the packet; with no message in it, a heartbeat."""
        _HEADER_STRUCT.pack_into(self._buffer, 0, self.session, self.first_number, self.message_count)
        return bytes(self._buffer)


def encode_header(session: bytes, number: int, count: int) -> bytes:
    """Return a heartbeat (count 0), an end of session (``END_OF_SESSION``) or a request. Raises EncodeError."""
    check_session(session)
    if not 0 <= number <= MAX_SEQUENCE_NUMBER:
        raise EncodeError(f"sequence number {number}, expected 0 to {MAX_SEQUENCE_NUMBER}")
    if not 0 <= count <= END_OF_SESSION:
        raise EncodeError(f"message count {count}, expected 0 to {END_OF_SESSION}")
    return _HEADER_STRUCT.pack(session, number, count)


def decode_request(data: bytes | bytearray | memoryview) -> tuple[bytes, int, int]:
    """Return (session, first number, count) of a request packet. Raises DecodeError."""
    if len(data) != HEADER_BYTES:
        raise DecodeError(f"request of {len(data)} bytes received, expected {HEADER_BYTES}")
    session, number, count = _HEADER_STRUCT.unpack(data)
    if number > MAX_SEQUENCE_NUMBER:
        raise DecodeError(f"sequence number {number} requested, expected at most {MAX_SEQUENCE_NUMBER}", SESSION_BYTES)
    return session, number, count


def encode_session(name: str) -> bytes:
    """Return a session's name as it is on the wire, padded on the right with spaces. Raises EncodeError."""
    if not name.isascii() or len(name) > SESSION_BYTES:
        raise EncodeError(f"session {name!r}, expected at most {SESSION_BYTES} ASCII characters")
    return name.encode("ascii").ljust(SESSION_BYTES)


def session_text(session: bytes) -> str:
    """Return a session's name for people: without padding, and printable whatever the bytes are."""
    text = session.strip(b" \0").decode("latin-1")
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def check_session(session: bytes) -> None:
    """Raise EncodeError for a session that does not have its 10 bytes."""
    if len(session) != SESSION_BYTES:
        raise EncodeError(f"session of {len(session)} bytes, expected {SESSION_BYTES}")
