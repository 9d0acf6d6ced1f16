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
    from fairlead.codecs.fix.octets import bytes_of, equal_at, head_at, ints_of, soh_at, str_of
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
_KNOWN_HEADS = 64
_tags_numbers = 0


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
    ``tags_number`` is the same as long as frames with the same tags in the same order come, and no other message's;
    ``has_empty`` tells whether a field has no value.
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
        self._heads = array("Q", bytes(8 * _KNOWN_HEADS))
        self._head_sizes = array("i", bytes(4 * _KNOWN_HEADS))
        self._known = 0
        self.tags_number = 0
        self.has_empty = False
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

    @cython.overflowcheck(False)
    def _index_known(self, frame: bytes) -> int:
        """Index the fields whose tags are those of the frame before, as far as they are; return how many.

        Frames of one session look alike: to compare a tag's text is quicker than to read the number, and what the index
        says of tags stays true. Data fields, their lengths and CheckSum are not among the known: see ``_keep_head``.
        """
        p = frame
        fields = ints_of(self._fields)
        sizes = ints_of(self._head_sizes)
        self.has_empty = False
        last = len(frame) - 7
        size = len(frame)
        at = 0
        n = 0
        while n < self._known and n < 64 and at <= last:
            width = sizes[n]
            if head_at(p, at, width) != self._heads[n]:
                break
            start = at + width
            at = soh_at(p, start, size)
            fields[3 * n + 1] = start
            fields[3 * n + 2] = at
            if at == start:
                self.has_empty = True
            at += 1
            n += 1
        return n

    def _keep_head(self, p: bytes, n: int, start: int, width: int, is_plain: bool) -> int:
        """Keep the text of a tag with its ``=``; what is not plain is kept as what no single byte can be."""
        if n < 64:
            is_plain = is_plain and width < 8
            self._head_sizes[n] = width if is_plain else 1
            self._heads[n] = head_at(p, start, width) if is_plain else 256
        return 0

    # Positions and counts are within a frame in memory and a tag has nine digits at most: nothing here can overflow.
    @cython.overflowcheck(False)
    def _index(self, frame: bytes) -> int:
        # Every frame that comes here ends with SOH, so no scan runs past its end.
        p = frame
        known = self._known
        n: int = self._index_known(frame)
        self._known = 0  # until all of this frame is good
        same = n
        fields = ints_of(self._fields)
        slots = ints_of(self._slots)
        size = len(frame)
        capacity = len(self._fields) // 3
        at = fields[3 * n - 1] + 1 if n > 0 else 0
        data_tag = 0
        data_length = -1
        while at < size:
            start = at
            tag = 0
            digit = p[at] - 48
            while digit >= 0 and digit <= 9:
                tag = tag * 10 + digit  # of more than nine digits nothing is kept
                at += 1
                digit = p[at] - 48
            if digit != 13 or at == start:
                at = self._end_of_negative(frame, start, at)
            if p[start] == 48 or at - start > 9:
                tag = 0
            at += 1
            head = start
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
                fields = ints_of(self._fields)
                capacity = len(self._fields) // 3
            fields[3 * n] = tag
            fields[3 * n + 1] = start
            fields[3 * n + 2] = at
            if at == start:
                self.has_empty = True
            data_tag = 0
            if tag < 1024:
                slot = slots[tag]
                if slot >= n or fields[3 * slot] != tag:
                    slots[tag] = n
                data_tag = self._data_tags[tag]
            elif self._has_far:
                data_tag = self._far_data_tags.get(tag, 0)
            self._keep_head(p, n, head, start - head, tag != 10 and tag != 0 and data_tag == 0 and data_length < 0)
            data_length = self._data_length(frame, start, at) if data_tag != 0 else -1
            n += 1
            at += 1
        if same != n - 1 or known != n:  # CheckSum, always the last, is not among the same
            self._count_tags()
        self._known = n
        return n

    def _count_tags(self) -> int:
        global _tags_numbers
        _tags_numbers += 1
        self.tags_number = _tags_numbers
        return 0

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

    @cython.overflowcheck(False)
    def _name(self) -> int:
        # The names are made anew only where they differ from the message before.
        p = self._data
        fields = ints_of(self._fields)
        if not equal_at(p, fields[1], fields[2], self._begin):
            self._begin = bytes_of(p, fields[1], fields[2])
            self._begin_text = str_of(p, fields[1], fields[2])
        if not equal_at(p, fields[7], fields[8], self._type):
            self._type = bytes_of(p, fields[7], fields[8])
            self._type_text = str_of(p, fields[7], fields[8])
        self.begin_string = self._begin_text
        self.msg_type = self._type_text
        field = self._near(34)
        if field >= 0:
            try:
                self.msg_seq_num = parse_int(p, fields[3 * field + 1], fields[3 * field + 2])
            except DecodeError:
                self.msg_seq_num = 0
        field = self._near(43)
        self.poss_dup = field >= 0 and equal_at(p, fields[3 * field + 1], fields[3 * field + 2], b"Y")
        return 0

    def find(self, tag: int) -> int:
        """Return the number of the first field with ``tag``, -1 if there is none."""
        if tag < 1024 and tag >= 0:
            return self._near(tag)
        return FieldRange.find(self, tag)

    def _near(self, tag: int) -> int:
        # A slot is never cleared: it counts only where the field it names exists now and has the tag. The first
        # occurrence sets it, because until then no earlier field of this frame can have made it count.
        field = self._slots[tag]
        return field if field < self._last and self._fields[3 * field] == tag else -1

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
