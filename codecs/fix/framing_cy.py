# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Cut a byte stream into verified FIX frames, whatever its chunks and whatever is between the frames.

A frame begins with 8, 9 and 35 in this order; BodyLength(9) says where CheckSum(10) must be. Where it is not there, or
is wrong, the stretch is reported and dropped: up to its own CheckSum field, or to the next ``8=FIX...`` that ``9=``
follows, whichever comes first. Data fields are stepped over by their length, so that a message inside RawData never
passes for one. The same bytes give the same answers however they were cut.
"""

from collections.abc import Mapping

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import DATA_TAGS, FixMessage

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.envelope_cy import is_trailer
    from fairlead.codecs.fix.octets import bytes_of, put_buffer

RAW_LIMIT_BYTES = 1024
"""The most that ``Garbled.raw`` keeps."""

_FIRST_CAPACITY = 16384
_HEAD_LIMIT = 24  # no begin string is longer: 8=FIXT.1.1 and SOH take 11
_LOOKAHEAD = 64  # beyond max_frame_bytes, so that where a stretch is cut depends on its bytes alone


class Garbled:
    """Report a dropped stretch of the stream.

    ``reason`` says what was received and expected, ``raw`` holds its first bytes (``RAW_LIMIT_BYTES`` at most),
    ``offset`` its position in the stream and ``length`` its length in bytes.
    """

    def __init__(self, reason: str, raw: bytes, offset: int, length: int) -> None:
        self.reason = reason
        self.raw = raw
        self.offset = offset
        self.length = length

    def __repr__(self) -> str:
        # Not the bytes: there may be a password in them.
        return f"Garbled({self.reason!r}, offset={self.offset}, length={self.length})"


class FrameReader:
    """Verify and index the frames of one stream.

    What is kept is less than ``max_frame_bytes`` and the last chunk. ``data_tags`` adds a dialect's data fields, by
    length tag.
    """

    def __init__(self, max_frame_bytes: int = 65536, data_tags: Mapping[int, int] | None = None) -> None:
        if max_frame_bytes < 64:
            raise ValueError(f"max_frame_bytes is {max_frame_bytes}, expected at least 64")
        self.max_frame_bytes = max_frame_bytes
        self.message = FixMessage(data_tags)
        self._data_tags = {**DATA_TAGS, **(data_tags or {})}
        self._capacity = _FIRST_CAPACITY
        self._buffer = bytearray(_FIRST_CAPACITY)
        self._end = 0  # behind the bytes that came
        self._at = 0  # where the frame or stretch at hand begins; all positions below count from here
        self._offset = 0  # of the buffer, in the stream
        self._forget()

    def _forget(self) -> int:
        self._total = 0  # the frame's length by its BodyLength; 0 until its head is complete
        self._fault = ""  # why the stretch at hand is no frame
        self._misled = False  # BodyLength does not lead to a CheckSum field
        self._walked = 0  # the first field not yet walked over
        self._scanned = 0  # no SOH between there and here
        self._data_tag = 0
        self._data_length = -1
        self._suspect = -1  # an 8=FIX in the last field walked
        return 0

    def feed(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes as they came; they are copied."""
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

    def next_frame(self) -> FixMessage | Garbled | None:
        """Return the next message or dropped stretch, None if more bytes are needed.

        The message is the same object each time, and valid until the next call.
        """
        size = self._end - self._at
        if size == 0:
            return None
        if self._total == 0 and not self._fault and self._parse_head(size) == 0:
            return None
        if self._total > 0 and size >= self._total and not self._misled:
            at = self._at
            end = at + self._total
            p = self._buffer
            if is_trailer(p, end - 7) and p[end - 8] == 1:
                try:
                    self.message.load(bytes_of(p, at, end))
                except DecodeError as error:
                    end = self._walk(self._total) or self._total
                    return self._drop(str(error) if end == self._total else self._length_fault(end), end)
                self._at = end
                self._forget()
                return self.message
            self._misled = True
        end = self._walk(size)
        if end == 0:
            return None
        return self._drop(self._fault or self._length_fault(end), end)

    def _length_fault(self, length: int) -> str:
        return f"{length} bytes received up to CheckSum(10) or the next message, expected {self._total} by BodyLength"

    def feed_eof(self) -> Garbled | None:
        """Return what the end of the stream leaves unfinished, if anything; None before all frames were taken."""
        size = self._end - self._at
        if size == 0:
            return None
        return self._drop(self._fault or f"stream ended after {size} bytes, expected the rest of a frame", size)

    def _drop(self, reason: str, length: int) -> Garbled:
        raw = bytes_of(self._buffer, self._at, self._at + min(length, RAW_LIMIT_BYTES))
        garbled = Garbled(reason, raw, self._offset + self._at, length)
        self._at += length
        self._forget()
        return garbled

    def _bad_head(self, seen: int, expected: str) -> int:
        shown = bytes_of(self._buffer, self._at, self._at + seen)
        self._fault = f"{shown!r} received, expected {expected}"
        return 1

    # Positions within the buffer, and a length of twelve digits at most: nothing here can overflow.
    @cython.overflowcheck(False)
    def _parse_head(self, size: int) -> int:
        # 8=FIX..., 9= and the length, then 35=. 0: incomplete; otherwise ``_total`` or ``_fault`` is set.
        p = self._buffer
        head = b"8=FIX"
        start = self._at
        for i in range(5 if size >= 5 else size):
            if p[start + i] != head[i]:
                return self._bad_head(i + 1, "8=FIX")
        i = 5
        while i < size and p[start + i] != 1:
            i += 1
            if i == _HEAD_LIMIT or p[start + i - 1] == 61:
                return self._bad_head(i, "SOH behind BeginString(8)")
        if i + 3 >= size:
            return 0
        if p[start + i + 1] != 57 or p[start + i + 2] != 61:
            return self._bad_head(i + 3, "9= as the second field")
        i += 3
        length = 0
        digits = 0
        while i < size and p[start + i] >= 48 and p[start + i] <= 57 and digits < 12:
            length = length * 10 + p[start + i] - 48
            digits += 1
            i += 1
        if i >= size:
            return 0
        if digits == 0 or p[start + i] != 1:
            return self._bad_head(i + 1, "digits and SOH in BodyLength(9)")
        if i + 3 >= size:
            return 0
        if p[start + i + 1] != 51 or p[start + i + 2] != 53 or p[start + i + 3] != 61:
            return self._bad_head(i + 4, "35= as the third field")
        if i + 1 + length + 7 > self.max_frame_bytes:
            return self._bad_head(i, f"BodyLength {length} to be within a frame of {self.max_frame_bytes} bytes")
        self._total = i + 1 + length + 7
        self._walked = self._scanned = i + 1
        return 1

    def _walk(self, size: int) -> int:
        # Go on from field to field until the stretch's real end shows; 0: not within ``size`` bytes.
        while self._walked <= self.max_frame_bytes:
            end = self._field_end(self._walked, size)
            if end < 0:
                if size >= self.max_frame_bytes + _LOOKAHEAD:
                    break
                return 0
            field = self._end_in_field(self._walked, end)
            if field > 0:
                return min(field, self.max_frame_bytes)
            self._walked = self._scanned = end + 1
        return self.max_frame_bytes

    def _field_end(self, start: int, size: int) -> int:
        # The position of the SOH that ends the field at ``start``, -1 if it has not come.
        buffer = self._buffer
        if self._data_length >= 0:
            # Only a data field right behind its length field, that fits, is stepped over by length.
            prefix = b"%d=" % self._data_tag
            value = start + len(prefix)
            limit = self._total - 7 if self._total > 0 else self.max_frame_bytes
            end = value + self._data_length
            if size < value and limit > value:
                have = bytes(buffer[self._at + start : self._at + size])
                if prefix.startswith(have):
                    return -1
            if end < limit and buffer[self._at + start : self._at + value] == prefix:
                if end >= size:
                    return -1
                if buffer[self._at + end] == 1:
                    return end
            self._data_length = -1
        end = buffer.find(1, self._at + max(start, self._scanned), self._at + size)
        if end < 0:
            self._scanned = size
            return -1
        return end - self._at

    def _end_in_field(self, start: int, end: int) -> int:
        # Where the stretch ends if the field from ``start`` to ``end`` ends it, else 0; notes what the next one needs.
        field = bytes(self._buffer[self._at + start : self._at + end])
        stepped_over = self._data_length >= 0
        self._data_length = -1
        if self._suspect > 0 and field.startswith(b"9="):
            return self._suspect
        self._suspect = -1
        if stepped_over:
            return 0
        begin = field.rfind(b"8=FIX")
        if begin >= 0 and start + begin > 0 and len(field) - begin < _HEAD_LIMIT:
            self._suspect = start + begin
        if field.startswith(b"10="):
            return self._suspect if self._suspect > 0 else end + 1
        tag, _, value = field.partition(b"=")
        if len(tag) <= 9 and tag.isdigit() and int(tag) in self._data_tags and len(value) <= 9 and value.isdigit():
            self._data_tag = self._data_tags[int(tag)]
            self._data_length = int(value)
        return 0
