"""Split, read and build FIX frames for the venue simulators.

Reading is done here, because simplefix's parser costs more than the rest of a simulated venue; building is
simplefix's, so that neither direction shares a line with the gateway's codec.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import simplefix

SOH = b"\x01"
MAX_FRAME_BYTES = 65_536

# Length field -> data field; the data may hold SOH (FIX 4.2 and 4.4, fields of type data).
DATA_FIELDS = {
    90: 91,
    93: 89,
    95: 96,
    212: 213,
    348: 349,
    350: 351,
    352: 353,
    354: 355,
    356: 357,
    358: 359,
    360: 361,
    362: 363,
    364: 365,
    445: 446,
    618: 619,
    621: 622,
}

Field = tuple[int, str]


class GarbledFrame(ValueError):
    """Say why bytes that looked like a frame are none."""


class WireMessage:
    """Hold one received message: its fields in wire order, and the first value of each tag.

    Text is latin-1, so that every byte survives.
    """

    __slots__ = ("fields", "first", "msg_type", "raw")

    def __init__(self, raw: bytes, fields: list[Field]) -> None:
        self.raw = raw
        self.fields = fields
        self.first: dict[int, str] = {}
        for tag, value in fields:
            self.first.setdefault(tag, value)
        self.msg_type = self.first.get(35, "")

    def __contains__(self, tag: int) -> bool:
        return tag in self.first

    def get(self, tag: int, default: str = "") -> str:
        """Return a field's value, the first of repeated ones."""
        return self.first.get(tag, default)

    @property
    def msg_seq_num(self) -> int:
        """Return MsgSeqNum(34), or 0 where it is missing or no number."""
        value = self.first.get(34, "")
        return int(value) if is_digits(value) else 0

    @property
    def poss_dup(self) -> bool:
        """Tell whether PossDupFlag(43) is set."""
        return self.first.get(43) == "Y"

    @property
    def poss_resend(self) -> bool:
        """Tell whether PossResend(97) is set."""
        return self.first.get(97) == "Y"

    def group(self, count_tag: int, member_tags: frozenset[int]) -> list[Field]:
        """Return the count field and what follows it, as long as its tags are members of the group."""
        for position, (tag, _) in enumerate(self.fields):
            if tag == count_tag:
                end = position + 1
                while end < len(self.fields) and self.fields[end][0] in member_tags:
                    end += 1
                return self.fields[position:end]
        return []


def is_digits(text: str) -> bool:
    """Tell whether the text is one or more ASCII digits."""
    return text.isascii() and text.isdigit()


class FrameSplitter:
    """Cut a byte stream into frames by BodyLength, and find the next frame after garbage."""

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._buffer = bytearray()
        self._max_frame_bytes = max_frame_bytes
        self.garbled: list[str] = []

    def feed(self, data: bytes) -> list[WireMessage]:
        """Return the messages that the data completes; reasons for dropped bytes go to `garbled`."""
        self._buffer += data
        messages = []
        while (frame := self._next_frame()) is not None:
            try:
                messages.append(read_message(frame))
            except GarbledFrame as error:
                self.garbled.append(str(error))
        return messages

    def _next_frame(self) -> bytes | None:
        buffer = self._buffer
        while True:
            start = buffer.find(b"8=FIX")
            if start < 0:
                self._drop(max(0, len(buffer) - 4), "no BeginString in the bytes received")
                return None
            self._drop(start, "bytes between two messages")
            end = self._frame_end()
            if end == 0:
                return None
            if end > 0:
                frame = bytes(buffer[:end])
                del buffer[:end]
                return frame
            self._drop(5, "BeginString without a usable BodyLength")

    def _frame_end(self) -> int:
        """Return the end of the frame at the buffer's start, 0 if more bytes are needed, -1 if it is garbled."""
        buffer = self._buffer
        begin_end = buffer.find(SOH, 0, 32)
        if begin_end < 0:
            return 0 if len(buffer) < 32 else -1
        length_end = buffer.find(SOH, begin_end + 1, begin_end + 16)
        if length_end < 0:
            return 0 if len(buffer) < begin_end + 16 else -1
        length = bytes(buffer[begin_end + 3 : length_end])
        if buffer[begin_end + 1 : begin_end + 3] != b"9=" or not length.isdigit():
            return -1
        end = length_end + 1 + int(length) + 7
        if end > self._max_frame_bytes:
            return -1
        if len(buffer) < end:
            return 0
        return end if buffer[end - 7 : end - 4] == b"10=" and buffer[end - 1] == 1 else -1

    def _drop(self, count: int, reason: str) -> None:
        if count:
            del self._buffer[:count]
            self.garbled.append(f"{reason}: {count} bytes dropped")


def read_message(frame: bytes) -> WireMessage:
    """Read a whole frame whose BodyLength is right.

    Raises GarbledFrame for a wrong CheckSum(10), a tag that is no number, or a third field other than MsgType(35).
    """
    total = sum(frame[:-7]) & 0xFF
    if frame[-4:-1] != b"%03d" % total:
        raise GarbledFrame(f"CheckSum {frame[-4:-1].decode('latin-1')} received, expected {total:03d}")
    fields: list[Field] = []
    text = frame.decode("latin-1")
    position, end, data_length = 0, len(text), -1
    while position < end:
        equals = text.find("=", position)
        tag = text[position:equals] if equals > 0 else text[position:]
        if not is_digits(tag):
            raise GarbledFrame(f"a tag that is no number: {tag[:20]!r}")
        stop = text.find("\x01", equals + 1)
        if data_length >= 0 and DATA_FIELDS.get(fields[-1][0]) == int(tag):
            stop = equals + 1 + data_length
            if text[stop : stop + 1] != "\x01":
                raise GarbledFrame(f"data field {tag} does not end after its {data_length} bytes")
        value = text[equals + 1 : stop]
        number = int(tag)
        fields.append((number, value))
        data_length = int(value) if number in DATA_FIELDS and is_digits(value) else -1
        position = stop + 1
    if len(fields) < 4 or fields[2][0] != 35:
        raise GarbledFrame("MsgType(35) is not the third field")
    return WireMessage(frame, fields)


def build_frame(begin_string: str, fields: Iterable[Field]) -> bytes:
    """Build a frame from MsgType(35) on; simplefix adds BodyLength and CheckSum."""
    message = simplefix.FixMessage()
    message.append_pair(8, begin_string, header=True)
    for tag, value in fields:
        message.append_pair(tag, value.encode("latin-1", "replace"))
    frame: bytes = message.encode()
    return frame


@lru_cache(maxsize=64)
def _second_text(utc_s: int) -> str:
    return f"{datetime.fromtimestamp(utc_s, UTC):%Y%m%d-%H:%M:%S}"


@lru_cache(maxsize=64)
def _read_second(text: str) -> int | None:
    try:
        return int(datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def utc_timestamp(utc_ns: int) -> str:
    """Format a UTCTimestamp with milliseconds."""
    return f"{_second_text(utc_ns // 1_000_000_000)}.{utc_ns // 1_000_000 % 1000:03d}"


def read_utc_timestamp(text: str) -> int | None:
    """Return UTC nanoseconds of a UTCTimestamp (seconds to nanoseconds), or None if it is none."""
    whole, point, fraction = text.partition(".")
    if point and not (is_digits(fraction) and len(fraction) <= 9):
        return None
    utc_s = _read_second(whole)
    return None if utc_s is None else utc_s * 1_000_000_000 + int(fraction.ljust(9, "0"))
