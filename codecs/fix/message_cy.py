# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Verify and index a FIX frame in place.

The index holds the tag and the bounds of every value in one flat array that grows and is reused; ``fields_cy`` reads
from it. FIX 4.4 vol. 1, "Message format"; vol. 2 for header and trailer.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import cython

from fairlead.codecs.errors import DecodeError, LocalProtocolError
from fairlead.codecs.fix.fields_cy import FieldRange, GroupLayout

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.envelope_cy import check_envelope
    from fairlead.codecs.fix.octets import bytes_of, equal_at, soh_at, str_of
    from fairlead.codecs.fixed_point_cy import parse_int

HEADER = 0
BODY = 1
TRAILER = 2

DATA_TAGS = {
    90: 91,  # SecureData
    93: 89,  # Signature
    95: 96,  # RawData
    212: 213,  # XmlData
    348: 349,  # EncodedIssuer
    350: 351,  # EncodedSecurityDesc
    352: 353,  # EncodedListExecInst
    354: 355,  # EncodedText
    356: 357,  # EncodedSubject
    358: 359,  # EncodedHeadline
    360: 361,  # EncodedAllocText
    362: 363,  # EncodedUnderlyingIssuer
    364: 365,  # EncodedUnderlyingSecurityDesc
    445: 446,  # EncodedListStatusText
    618: 619,  # EncodedLegIssuer
    621: 622,  # EncodedLegSecurityDesc
}
"""The data field that each length field announces; only these may hold SOH."""

HEADER_TAGS = frozenset(
    (8, 9, 35, 49, 56, 115, 128, 90, 91, 34, 50, 142, 57, 143, 116, 144, 129, 145, 43, 97, 52, 122)
    + (212, 213, 347, 369, 370, 627, 628, 629, 630, 1128, 1129, 1156)
)
"""The standard header of FIX 4.2 and 4.4 (370 from 4.2 and 4.3), and FIXT's version fields."""

TRAILER_TAGS = frozenset((93, 89, 10))

_DIRECT_TAGS = 1024  # the tags that are looked up in arrays


class GroupEntry(FieldRange):
    """Read one entry of a repeating group; LocalProtocolError once the message holds another frame."""

    _message: "FixMessage"
    _generation: int
    layout: GroupLayout | None

    def _check_valid(self) -> int:
        if self._generation != self._message._generation:
            raise LocalProtocolError("group entry used after its message took another frame")
        return 0

    def find(self, tag: int) -> int:
        """Return the number of the first field with ``tag``, -1 if there is none."""
        self._check_valid()
        return FieldRange.find(self, tag)

    def _layout_of(self, count_tag: int) -> GroupLayout | None:
        return None if self.layout is None else self.layout.nested.get(count_tag)

    def _entry(self, first: int, last: int, layout: GroupLayout | None) -> "GroupEntry":
        return self._message._entry(first, last, layout)


class FixMessage(FieldRange):
    """Index one verified frame; ``FixMessage.from_bytes`` makes one of its own.

    A FrameReader reuses its message: what it says is valid until the reader's next call, ``raw()`` for good.
    ``msg_type`` is MsgType(35), ``begin_string`` BeginString(8), ``msg_seq_num`` MsgSeqNum(34) (0 where it is absent or
    unreadable), ``poss_dup`` whether PossDupFlag(43) is ``Y``, ``field_count`` the number of fields, all of them.
    """

    def __init__(self, data_tags: Mapping[int, int] | None = None) -> None:
        self._data = b""
        self._fields = array("i", bytes(4 * 3 * 64))
        self._slots = array("i", bytes(4 * _DIRECT_TAGS))
        self._data_tags = array("i", bytes(4 * _DIRECT_TAGS))
        self._far_data_tags: dict[int, int] = {}
        for length_tag, data_tag in {**DATA_TAGS, **(data_tags or {})}.items():
            if length_tag < _DIRECT_TAGS:
                self._data_tags[length_tag] = data_tag
            else:
                self._far_data_tags[length_tag] = data_tag
        self._has_far = len(self._far_data_tags) > 0
        self._generation = 0
        self._first = 0
        self._begin = self._type = b""
        self._begin_text = self._type_text = ""
        self._clear()

    def _clear(self) -> int:
        self._last = 0
        self._body_first = -1
        self.field_count = 0
        self.msg_type = ""
        self.begin_string = ""
        self.msg_seq_num = 0
        self.poss_dup = False
        return 0

    @staticmethod
    def from_bytes(frame: bytes, data_tags: Mapping[int, int] | None = None) -> "FixMessage":
        """Return a message of its own over one whole frame; DecodeError if it is garbled.

        ``data_tags`` adds a dialect's data fields, by length tag.
        """
        message = FixMessage(data_tags)
        message.load(frame)
        return message

    def load(self, frame: bytes) -> int:
        """Verify and index ``frame`` in place of what was held before; DecodeError, and empty, if it is garbled."""
        self._generation += 1
        self._clear()
        check_envelope(frame)
        count = self._index(frame)
        self._data = frame
        self._last = count
        self.field_count = count
        self._name()
        return 0

    # Positions and counts are within a frame in memory and a tag has nine digits at most: nothing here can overflow.
    @cython.overflowcheck(False)
    def _index(self, frame: bytes) -> int:
        # Every frame that comes here ends with SOH, so no scan runs past its end.
        p = frame
        fields = self._fields
        slots = self._slots
        size = len(frame)
        capacity = len(fields) // 3
        at = 0
        n = 0
        data_tag = 0
        data_length = -1
        while at < size:
            start = at
            tag = 0
            digit = p[at] - 48
            while digit >= 0 and digit <= 9:
                if at - start < 9:
                    tag = tag * 10 + digit
                at += 1
                digit = p[at] - 48
            if digit != 13 or at == start:
                at = self._end_of_negative(frame, start, at)
            if p[start] == 48 or at - start > 9:
                tag = 0
            at += 1
            start = at
            if data_length >= 0 and tag == data_tag:
                if data_length >= size - at or p[at + data_length] != 1:
                    raise DecodeError(f"{data_length} received as the length of {tag}, expected SOH behind it", start)
                at += data_length
            else:
                at = soh_at(p, at, size)
            data_length = -1
            if (tag == 10 and at != size - 1) or (tag == 9 and n != 1):
                raise DecodeError(f"field {tag} received before the end that BodyLength says", start)
            if n == capacity:
                self._grow(n)
                fields = self._fields
                capacity = len(fields) // 3
            fields[3 * n] = tag
            fields[3 * n + 1] = start
            fields[3 * n + 2] = at
            data_tag = 0
            if tag < 1024:
                slot = slots[tag]
                if slot >= n or fields[3 * slot] != tag:
                    slots[tag] = n
                data_tag = self._data_tags[tag]
            elif self._has_far:
                data_tag = self._far_data_tags.get(tag, 0)
            if data_tag != 0:
                data_length = self._data_length(frame, start, at)
            n += 1
            at += 1
        return n

    def _end_of_negative(self, frame: bytes, start: int, at: int) -> int:
        # -1 is a number that no tag can be, like 0, for the validator to reject; anything else is garbled.
        end = frame.find(b"=", start)
        if frame[start] == 45 and frame[start + 1 : end].isdigit():
            return end
        shown = frame[start : min(at, start + 20) + 1]
        raise DecodeError(f"{shown!r} received, expected a tag number and =", start)

    def _data_length(self, frame: bytes, start: int, end: int) -> int:
        # -1 where the length field holds no length: its data field is then read like any other.
        try:
            data_length = parse_int(frame, start, end)
        except DecodeError:
            return -1
        return data_length if data_length >= 0 else -1

    def _grow(self, used: int) -> int:
        fields = array("i", bytes(4 * 3 * 2 * used))
        for i in range(3 * used):
            fields[i] = self._fields[i]
        self._fields = fields
        return 0

    def _name(self) -> int:
        # The names are made anew only where they differ from the message before.
        p = self._data
        fields = self._fields
        if not equal_at(p, fields[1], fields[2], self._begin):
            self._begin = bytes_of(p, fields[1], fields[2])
            self._begin_text = str_of(p, fields[1], fields[2])
        if not equal_at(p, fields[7], fields[8], self._type):
            self._type = bytes_of(p, fields[7], fields[8])
            self._type_text = str_of(p, fields[7], fields[8])
        self.begin_string = self._begin_text
        self.msg_type = self._type_text
        field = self.find(34)
        if field >= 0:
            try:
                self.msg_seq_num = parse_int(p, fields[3 * field + 1], fields[3 * field + 2])
            except DecodeError:
                self.msg_seq_num = 0
        self.poss_dup = self.holds(43, b"Y")
        return 0

    def find(self, tag: int) -> int:
        """Return the number of the first field with ``tag``, -1 if there is none."""
        # A slot is never cleared: it counts only where the field it names exists now and has the tag. The first
        # occurrence sets it, because until then no earlier field of this frame can have made it count.
        if tag < 1024 and tag >= 0:
            field = self._slots[tag]
            return field if field < self._last and self._fields[3 * field] == tag else -1
        return FieldRange.find(self, tag)

    def raw(self) -> bytes:
        """Return the frame."""
        return self._data

    def _check_field(self, field: int) -> int:
        if field < 0 or field >= self._last:
            raise IndexError(f"field {field} of {self._last}")
        return 0

    def tag_at(self, field: int) -> int:
        """Return the tag of a field by its number.

        0 stands for a number that no tag can be: negative, with a leading zero, too long.
        """
        self._check_field(field)
        return self._fields[3 * field]

    def start_at(self, field: int) -> int:
        """Return the offset of a field's value in ``raw()``."""
        self._check_field(field)
        return self._fields[3 * field + 1]

    def end_at(self, field: int) -> int:
        """Return the offset behind a field's value; equal to ``start_at`` where the value is empty."""
        self._check_field(field)
        return self._fields[3 * field + 2]

    def section_at(self, field: int) -> int:
        """Return HEADER, BODY or TRAILER by position.

        The header ends at the first tag that is not the standard header's; the trailer is the final run of 93, 89, 10.
        """
        self._check_field(field)
        self._find_sections()
        return HEADER if field < self._body_first else BODY if field < self._trailer_first else TRAILER

    def _find_sections(self) -> int:
        if self._body_first >= 0:
            return 0
        i = 0
        while i < self._last and self._fields[3 * i] in HEADER_TAGS:
            i += 1
        self._body_first = i
        i = self._last
        while i > self._body_first and self._fields[3 * i - 3] in TRAILER_TAGS:
            i -= 1
        self._trailer_first = i
        return 0

    def _entry(self, first: int, last: int, layout: GroupLayout | None) -> GroupEntry:
        entry = GroupEntry()
        entry._message = self
        entry._generation = self._generation
        entry._data = self._data
        entry._fields = self._fields
        entry._first = first
        entry._last = last
        entry.layout = layout
        return entry

    def _group_limit(self) -> int:
        self._find_sections()
        return self._trailer_first
