# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Verify and index a FIX frame in place, and give typed access to its fields.

The index holds the tag and the bounds of every value in one flat array that grows and is reused; no Python object is
made for a field until it is asked for as one. FIX 4.4 vol. 1, "Message format"; vol. 2 for header and trailer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

import cython

from fairlead.codecs.errors import DecodeError, LocalProtocolError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fixed_point_cy import parse_fixed, parse_int
    from fairlead.codecs.utc_cy import parse_utc_timestamp

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

_DIRECT_TAGS = 1024


def data_tag_table(extra: Mapping[int, int] | None = None) -> array[int]:
    """Return the data tag by length tag, 0 for other tags; ``extra`` adds a dialect's pairs (tags below 1024)."""
    table = array("i", bytes(4 * 1024))
    for length_tag, data_tag in {**DATA_TAGS, **(extra or {})}.items():
        table[length_tag] = data_tag
    return table


_STANDARD_DATA_TAGS = data_tag_table()


class GroupLayout:
    """Say which tags make up a repeating group; usually built from a dictionary.

    ``members``: the tags of an entry, ``first_tag`` and the count tags of nested groups among them, without the
    members of nested groups; ``nested``: their layouts by count tag.
    """

    def __init__(
        self,
        count_tag: int,
        first_tag: int,
        members: Iterable[int],
        nested: "Mapping[int, GroupLayout] | None" = None,
    ) -> None:
        self.count_tag = count_tag
        self.first_tag = first_tag
        self.nested = dict(nested or {})
        self.members = frozenset(members).union((first_tag,), self.nested)


def value_end(data: bytes | bytearray, at: int, limit: int) -> int:
    """Return the position of the next SOH at or behind ``at``, ``limit`` if there is none before it."""
    i = at
    if cython.compiled:
        while i < limit and data[i] != 1:
            i += 1
        return i
    i = data.find(1, at, limit)
    return limit if i < 0 else i


def sum_bytes(frame: bytes, end: int) -> int:
    """Return the sum of the first ``end`` bytes modulo 256, as CheckSum(10) counts it."""
    total = 0
    if cython.compiled:
        for i in range(end):
            total += frame[i]
    else:
        total = sum(frame[:end])
    return total & 255


def is_trailer(data: bytes | bytearray, at: int) -> int:
    """Tell whether ``10=ddd`` and SOH stand at ``data[at:at + 7]``."""
    if data[at] != 49 or data[at + 1] != 48 or data[at + 2] != 61 or data[at + 6] != 1:
        return 0
    if data[at + 3] < 48 or data[at + 3] > 57 or data[at + 4] < 48 or data[at + 4] > 57:
        return 0
    return data[at + 5] >= 48 and data[at + 5] <= 57


class FieldRange:
    """Read the fields of a stretch of a message: the whole, or one entry of a group.

    The first field with a tag answers ``get_*``; ``count`` tells how many there are. An absent field gives the
    default; a value that does not parse, an empty one included, raises DecodeError with the value's offset.
    Fields are numbered from 0 in wire order.
    """

    _data: bytes
    _fields: array[int]
    _first: int
    _last: int

    def find(self, tag: int) -> int:
        """Return the number of the first field with ``tag``, -1 if there is none."""
        for field in range(self._first, self._last):
            if self._fields[3 * field] == tag:
                return field
        return -1

    def has(self, tag: int) -> bool:
        """Tell whether there is a field with ``tag``, be it empty."""
        return self.find(tag) >= 0

    def count(self, tag: int) -> int:
        """Return how many fields with ``tag`` there are."""
        found = 0
        if self.find(tag) >= 0:
            for field in range(self._first, self._last):
                if self._fields[3 * field] == tag:
                    found += 1
        return found

    def _value(self, field: int) -> bytes:
        return self._data[self._fields[3 * field + 1] : self._fields[3 * field + 2]]

    def get_str(self, tag: int, default: str = "") -> str:
        """Return the value as latin-1 text."""
        field = self.find(tag)
        return default if field < 0 else self._value(field).decode("latin-1")

    def get_bytes(self, tag: int, default: bytes = b"") -> bytes:
        """Return the value's bytes."""
        field = self.find(tag)
        return default if field < 0 else self._value(field)

    def get_int(self, tag: int, default: int = -9223372036854775807 - 1) -> int:
        """Return the value as int64; the default is ``ABSENT``."""
        field = self.find(tag)
        if field < 0:
            return default
        return parse_int(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])

    def get_fixed(self, tag: int, default: int = -9223372036854775807 - 1) -> int:
        """Return the decimal value in units of 10^-8, exactly; the default is ``ABSENT``."""
        field = self.find(tag)
        if field < 0:
            return default
        return parse_fixed(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])

    def get_utc_ns(self, tag: int, default: int = -9223372036854775807 - 1) -> int:
        """Return the UTCTimestamp in ns since the epoch; the default is ``ABSENT``."""
        field = self.find(tag)
        if field < 0:
            return default
        return parse_utc_timestamp(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])

    def get_char(self, tag: int, default: int = 0) -> int:
        """Return the code of the value's one byte."""
        field = self.find(tag)
        if field < 0:
            return default
        start = self._fields[3 * field + 1]
        if self._fields[3 * field + 2] != start + 1:
            raise DecodeError(f"{self._value(field)[:40]!r} received in {tag}, expected one character", start)
        return self._data[start]

    def get_bool(self, tag: int, default: bool = False) -> bool:
        """Return whether the value is ``Y``; anything but ``Y`` and ``N`` raises DecodeError."""
        code = self.get_char(tag, 0)
        if code == 89 or code == 78:
            return code == 89
        if code == 0 and self.find(tag) < 0:
            return default
        raise DecodeError(f"{chr(code)!r} received in {tag}, expected Y or N", self._fields[3 * self.find(tag) + 1])

    def group(self, count_tag: int, layout: "GroupLayout | None" = None) -> "list[GroupEntry]":
        """Return the entries of a repeating group; they are valid as long as the message's content is.

        A nested group is asked from its entry and needs no layout where the outer one had it. Without a layout,
        entries begin where the first tag repeats, and the last one extends to the end of this range (of the body,
        for a message). A count that differs from the entries found raises DecodeError; no count field or a count
        of 0 is an empty list.
        """
        at = self.find(count_tag)
        if at < 0:
            return []
        if layout is None:
            layout = self._layout_of(count_tag)
        declared = self.get_int(count_tag)
        limit = self._group_limit()
        entries = []
        field = at + 1
        first_tag = layout.first_tag if layout is not None else self._fields[3 * field] if field < limit else 0
        while field < limit and self._fields[3 * field] == first_tag and (declared > 0 or layout is not None):
            start = field
            field = self._entry_end(start, limit, layout)
            entries.append(self._entry(start, field, layout))
        if len(entries) != declared:
            raise DecodeError(
                f"{len(entries)} entries received, expected {declared} by {count_tag}", self._fields[3 * at + 1]
            )
        return entries

    def _layout_of(self, count_tag: int) -> "GroupLayout | None":
        return None

    def _entry_end(self, field: int, limit: int, layout: "GroupLayout | None") -> int:
        # The number of the field behind the entry that begins at ``field``.
        delimiter = self._fields[3 * field]
        field += 1
        while field < limit and self._fields[3 * field] != delimiter:
            if layout is not None:
                if self._fields[3 * field] not in layout.members:
                    break
                nested = layout.nested.get(self._fields[3 * field])
                if nested is not None:
                    field += 1
                    while field < limit and self._fields[3 * field] == nested.first_tag:
                        field = self._entry_end(field, limit, nested)
                    continue
            field += 1
        return field

    def _entry(self, first: int, last: int, layout: "GroupLayout | None") -> "GroupEntry":
        raise NotImplementedError

    def _group_limit(self) -> int:
        return self._last

    def fields(self) -> Iterator[tuple[int, bytes]]:
        """Yield (tag, value) in wire order."""
        self.find(0)
        return iter([(self._fields[3 * i], self._value(i)) for i in range(self._first, self._last)])


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
        self._slots = array("i", bytes(4 * 1024))
        self._data_tags = _STANDARD_DATA_TAGS if data_tags is None else data_tag_table(data_tags)
        self._generation = 0
        self._first = 0
        self._last = 0
        self._clear()

    def _clear(self) -> None:
        self._last = 0
        self.field_count = 0
        self.msg_type = ""
        self.begin_string = ""
        self.msg_seq_num = 0
        self.poss_dup = False

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
        self._last = 0
        self._check_envelope(frame)
        self._index(frame)
        self._data = frame
        self._last = self.field_count
        self._body_first = -1
        self._name()
        return 0

    def _check_envelope(self, frame: bytes) -> int:
        # The first three fields are 8, 9 and 35; BodyLength counts from behind itself to the CheckSum field.
        p = frame
        size = len(frame)
        head = value_end(p, 0, size)
        if size < 20 or frame[:5] != b"8=FIX" or frame[head + 1 : head + 3] != b"9=":
            raise DecodeError(f"{frame[:20]!r} received, expected 8=FIX..., then 9=", 0)
        body = value_end(p, head + 1, size)
        length = parse_int(p, head + 3, body)
        if frame[body + 1 : body + 4] != b"35=":
            raise DecodeError(f"{frame[body + 1 : body + 10]!r} received, expected 35= as the third field", body + 1)
        if is_trailer(p, size - 7) == 0 or p[size - 8] != 1:
            raise DecodeError(f"{frame[size - 8 :]!r} received, expected 10= and three digits at the end", size - 7)
        if length != size - 7 - (body + 1):
            raise DecodeError(f"BodyLength {length} received, expected {size - 8 - body}", head + 3)
        total = (p[size - 4] - 48) * 100 + (p[size - 3] - 48) * 10 + p[size - 2] - 48
        if total != sum_bytes(frame, size - 7):
            raise DecodeError(f"CheckSum {total:03} received, expected {sum_bytes(frame, size - 7):03}", size - 4)
        return 0

    def _index(self, frame: bytes) -> int:
        # Every frame that comes here ends with SOH, so no search for SOH runs past its end.
        p = frame
        size = len(frame)
        capacity = len(self._fields) // 3
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
                raise DecodeError(
                    f"{frame[start : min(at, start + 20) + 1]!r} received, expected a tag number and =", start
                )
            if p[start] == 48 or at - start > 9:
                tag = 0
            at += 1
            start = at
            if data_length >= 0 and tag == data_tag:
                if data_length >= size - at or p[at + data_length] != 1:
                    raise DecodeError(f"{data_length} received as the length of {tag}, expected SOH behind it", start)
                at += data_length
            else:
                while p[at] != 1:
                    at += 1
            data_length = -1
            if (tag == 10 and at != size - 1) or (tag == 9 and n != 1):
                raise DecodeError(f"field {tag} received before the end that BodyLength says", start)
            if n == capacity:
                self._grow(n)
                capacity = len(self._fields) // 3
            self._fields[3 * n] = tag
            self._fields[3 * n + 1] = start
            self._fields[3 * n + 2] = at
            if tag < 1024:
                slot = self._slots[tag]
                if slot >= n or self._fields[3 * slot] != tag:
                    self._slots[tag] = n
                data_tag = self._data_tags[tag]
                if data_tag != 0:
                    data_length = self._data_length(frame, start, at)
            n += 1
            at += 1
        self.field_count = n
        return 0

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
        self.begin_string = self._value(0).decode("latin-1")
        self.msg_type = self._value(2).decode("latin-1")
        field = self.find(34)
        self.msg_seq_num = 0
        if field >= 0:
            try:
                self.msg_seq_num = parse_int(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])
            except DecodeError:
                self.msg_seq_num = 0
        field = self.find(43)
        self.poss_dup = field >= 0 and self._value(field) == b"Y"
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
        """Return the tag of a field by its number; 0 for a number that no tag can be (leading zero, too long)."""
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
