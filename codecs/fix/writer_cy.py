# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Build FIX frames around a prebuilt header that is patched in place.

The constant part of the header (49, 52, 56, the session's own fields) stays in the buffer from one message to the next,
and only the digits of SendingTime change. The body is written behind it. 8, 9, 35 and 34, whose lengths vary, are
written in front of it, right-aligned, when the message is finished; so nothing is moved and no length is padded.
"""

from collections.abc import Sequence

import cython

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.fix.message_cy import DATA_TAGS, FixMessage

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import bytes_of, copy, put_bytes, put_text, soh_at, sum_of
    from fairlead.codecs.fixed_point_cy import write_fixed, write_int
    from fairlead.codecs.utc_cy import write_utc_time, write_utc_timestamp

_LENGTH_TAGS = {data_tag: length_tag for length_tag, data_tag in DATA_TAGS.items()}
_TIMESTAMP_LENGTHS = {0: 17, 3: 21, 6: 24, 9: 27}
_ABSENT = -9223372036854775807 - 1
_NUMBER_CHARS = 24
_MSG_TYPE_CHARS = 16


def _checked(tag: int, value: str) -> bytes:
    # A constant header field, as bytes.
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError:
        raise EncodeError(f"text beyond latin-1 received for {tag}, expected latin-1") from None
    if not data or b"\x01" in data:
        raise EncodeError(f"SOH or nothing received for {tag}, expected text")
    return data


def _int_before(out: bytearray, at: int, value: int) -> int:
    # Write ``value`` (not negative) so that it ends before ``at``; return its position.
    while True:
        at -= 1
        out[at] = 48 + value % 10
        value = value // 10
        if value == 0:
            return at


def _bad_text(tag: int, value: str) -> EncodeError:
    # Not the text: it may be a password.
    if not value:
        return EncodeError(f"empty value received for {tag}, expected at least one character")
    code = next(ord(ch) for ch in value if ch == "\x01" or ord(ch) > 255)
    return EncodeError(f"character {code} received in {tag}, expected latin-1 text without SOH")


class MessageWriter:
    """Write the messages of one session, one at a time: ``start``, any number of ``put_*``, ``finish``.

    Header order: 8, 9, 35, 34, 49, 52, 56, ``header_fields``, then 43 and 122 of a PossDup; header fields of one
    message (115, 128, ...) are put first, straight after ``start``. A value that is empty, holds SOH outside
    ``put_data``, or is ``ABSENT`` raises EncodeError and leaves the message as it was. SendingTime and ``put_utc``
    have 0, 3, 6 or 9 ``timestamp_digits``, cut towards the past.
    """

    def __init__(
        self,
        begin_string: str,
        sender_comp_id: str,
        target_comp_id: str,
        header_fields: Sequence[tuple[int, str]] = (),
        timestamp_digits: int = 3,
    ) -> None:
        if timestamp_digits not in _TIMESTAMP_LENGTHS:
            raise EncodeError(f"{timestamp_digits} timestamp digits received, expected 0, 3, 6 or 9")
        self.begin_string = begin_string
        self.timestamp_digits = timestamp_digits
        self._begin = b"8=" + _checked(8, begin_string) + b"\x019="
        before_time = b"49=" + _checked(49, sender_comp_id) + b"\x0152="
        behind_time = b"\x0156=" + _checked(56, target_comp_id) + b"\x01"
        for tag, value in header_fields:
            behind_time += b"%d=%s\x01" % (tag, _checked(tag, value))
        self._fixed_start = len(self._begin) + 2 * _NUMBER_CHARS + _MSG_TYPE_CHARS + 8
        self._time_at = self._fixed_start + len(before_time)
        time = b"00000000-00:00:00.000000000"[: _TIMESTAMP_LENGTHS[timestamp_digits]]
        self._buffer = bytearray(self._fixed_start) + before_time + time + behind_time
        self._fixed_end = len(self._buffer)
        self._buffer += bytes(1024)
        self._capacity = len(self._buffer)
        self._at = self._fixed_end
        self._day = -1
        self._time_written = -1
        self._msg_types: dict[str, bytes] = {}
        self._msg_type = b""
        self._msg_seq_num = 0
        self._started = False

    def start(
        self,
        msg_type: str,
        msg_seq_num: int,
        sending_time_ns: int,
        poss_dup: bool = False,
        orig_sending_time_ns: int = -9223372036854775807 - 1,
    ) -> int:
        """Begin a message; whatever was begun before is forgotten.

        ``poss_dup`` writes PossDupFlag(43) ``Y``; ``orig_sending_time_ns``, where given, OrigSendingTime(122).
        """
        self._started = False
        head = self._msg_types.get(msg_type)
        self._msg_type = self._head_of(msg_type) if head is None else head
        if msg_seq_num < 0:
            raise EncodeError(f"MsgSeqNum {msg_seq_num} received, expected 0 or more")
        self._msg_seq_num = msg_seq_num
        self._stamp(sending_time_ns)
        self._at = self._fixed_end
        self._started = True
        if poss_dup:
            self.put_bool(43, True)
        if orig_sending_time_ns != _ABSENT:
            self.put_utc(122, orig_sending_time_ns)
        return 0

    def _head_of(self, msg_type: str) -> bytes:
        value = _checked(35, msg_type)
        if len(value) > _MSG_TYPE_CHARS:
            raise EncodeError(f"MsgType {msg_type!r} received, expected {_MSG_TYPE_CHARS} characters at most")
        head = b"\x0135=" + value + b"\x0134="
        self._msg_types[msg_type] = head
        return head

    def _stamp(self, utc_ns: int) -> int:
        if utc_ns == self._time_written and utc_ns >= 0:
            return 0
        p = self._buffer
        day = utc_ns // 1_000_000_000 // 86_400
        if day != self._day or utc_ns < 0:
            self._time_written = self._day = -1
            write_utc_timestamp(p, self._time_at, utc_ns, self.timestamp_digits)
            self._day = day
        else:
            write_utc_time(p, self._time_at + 9, utc_ns, self.timestamp_digits)
        self._time_written = utc_ns
        return 0

    def _reserve(self, size: int) -> int:
        if self._at + size > self._capacity:
            self._buffer += bytes(self._capacity + size)
            self._capacity = len(self._buffer)
        return 0

    def _tag(self, tag: int, size: int) -> int:
        # Write the tag and ``=``, with room for a value of ``size``; return the value's position.
        if not self._started:
            raise EncodeError(f"field {tag} received, expected start() first")
        if tag <= 0 or tag > 999999999:
            raise EncodeError(f"tag {tag} received, expected 1 to 999999999")
        if self._at + size + 16 > self._capacity:
            self._reserve(size + 16)
        p = self._buffer
        at = self._at + (2 if tag < 100 else 3 if tag < 1000 else 4 if tag < 10000 else 9)
        if tag < 10 or tag >= 10000:
            at = write_int(p, self._at, tag)
        else:
            rest = tag
            i = at
            while rest > 0:
                i -= 1
                p[i] = 48 + rest % 10
                rest = rest // 10
        p[at] = 61
        return at + 1

    def _end(self, at: int) -> int:
        self._buffer[at] = 1
        self._at = at + 1
        return 0

    def put_str(self, tag: int, value: str) -> int:
        """Write latin-1 text."""
        at = self._tag(tag, len(value))
        end = put_text(self._buffer, at, value)
        if end <= at:
            raise _bad_text(tag, value)
        return self._end(end)

    def put_bytes(self, tag: int, value: bytes) -> int:
        """Write a value as it is."""
        if len(value) == 0 or soh_at(value, 0, len(value)) < len(value):
            raise EncodeError(f"SOH or nothing received for {tag}, expected bytes without SOH")
        at = self._tag(tag, len(value))
        return self._end(put_bytes(self._buffer, at, value))

    def put_int(self, tag: int, value: int) -> int:
        """Write an int64."""
        at = self._tag(tag, 24)
        return self._end(write_int(self._buffer, at, value))

    def put_fixed(self, tag: int, value: int) -> int:
        """Write a number in units of 10^-8 in its shortest exact form."""
        at = self._tag(tag, 24)
        return self._end(write_fixed(self._buffer, at, value))

    def put_utc(self, tag: int, utc_ns: int, digits: int = -1) -> int:
        """Write a UTCTimestamp; ``digits`` of the fraction 0, 3, 6 or 9, -1 for the writer's own."""
        at = self._tag(tag, 32)
        if digits == -1:
            digits = self.timestamp_digits
        p = self._buffer
        day = utc_ns // 1_000_000_000 // 86_400
        if day != self._day or utc_ns < 0:
            return self._end(write_utc_timestamp(p, at, utc_ns, digits))
        copy(p, at, self._time_at, 9)  # the date and "-" of SendingTime, which is of the same day
        return self._end(write_utc_time(p, at + 9, utc_ns, digits))

    def put_char(self, tag: int, code: int) -> int:
        """Write one character by its code."""
        at = self._tag(tag, 1)
        if code <= 1 or code > 255:
            raise EncodeError(f"code {code} received for {tag}, expected 2 to 255")
        self._buffer[at] = code
        return self._end(at + 1)

    def put_bool(self, tag: int, value: bool) -> int:
        """Write ``Y`` or ``N``."""
        return self.put_char(tag, 89 if value else 78)

    def put_data(self, tag: int, value: bytes, length_tag: int = 0) -> int:
        """Write a data field behind its length field; ``length_tag`` for tags that ``DATA_TAGS`` does not hold."""
        if length_tag == 0:
            length_tag = _LENGTH_TAGS.get(tag, 0)
        if length_tag == 0:
            raise EncodeError(f"data field {tag} received without length_tag, expected one of {sorted(_LENGTH_TAGS)}")
        if not value:
            raise EncodeError(f"empty value received for {tag}, expected at least one byte")
        at = self._tag(tag, len(value) + 64)
        self.put_int(length_tag, len(value))
        at = self._tag(tag, len(value))
        return self._end(put_bytes(self._buffer, at, value))

    def finish(self) -> bytes:
        """Return the frame, BodyLength and CheckSum filled in."""
        if not self._started:
            raise EncodeError("finish() called, expected start() first")
        self._started = False
        self._reserve(8)
        p = self._buffer
        end = self._at
        p[self._fixed_start - 1] = 1
        at = _int_before(p, self._fixed_start - 1, self._msg_seq_num)
        at -= len(self._msg_type)
        put_bytes(p, at, self._msg_type)
        at = _int_before(p, at, end - at - 1)
        at -= len(self._begin)
        put_bytes(p, at, self._begin)
        total = sum_of(p, at, end)
        p[end] = 49
        p[end + 1] = 48
        p[end + 2] = 61
        p[end + 3] = 48 + total // 100
        p[end + 4] = 48 + total // 10 % 10
        p[end + 5] = 48 + total % 10
        p[end + 6] = 1
        return bytes_of(p, at, end + 7)

    def rewrite_as_poss_dup(self, original: bytes, sending_time_ns: int) -> bytes:
        """Return ``original`` for a resend: 43=Y, 122 = its 52, a new 52, all else as it was.

        Stale 43 and 122 go; the new ones stand behind the fields 34, 49, 52, 56. The message being written, if any, is
        not touched. DecodeError if ``original`` is garbled, EncodeError if it has no SendingTime.
        """
        message = FixMessage.from_bytes(original)
        sent = message.get_bytes(52)
        if not sent:
            raise EncodeError("message without SendingTime(52) received, expected one that was sent")
        now = bytearray(32)
        now = now[: write_utc_timestamp(now, 0, sending_time_ns, self.timestamp_digits)]
        body = bytearray()
        marks = b"43=Y\x01122=%s\x01" % sent
        for field, (tag, value) in enumerate(message.fields()):
            if tag in (8, 9, 10) or (tag in (43, 122) and message.section_at(field) == 0):
                continue
            if marks and tag not in (35, 34, 49, 52, 56):
                body += marks
                marks = b""
            body += b"%d=%s\x01" % (tag, now if tag == 52 else value)
        body += marks
        frame = b"%s%d\x01%s" % (b"8=%s\x019=" % message.get_bytes(8), len(body), body)
        return b"%s10=%03d\x01" % (frame, sum(frame) & 255)
