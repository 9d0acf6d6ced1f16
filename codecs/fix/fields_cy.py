# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Give typed access to a stretch of fields: a whole message, or one entry of a repeating group.

No Python object is made for a field until it is asked for as one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

import cython

from fairlead.codecs.errors import DecodeError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import bytes_of, equal_at, str_of
    from fairlead.codecs.fixed_point_cy import parse_fixed, parse_int
    from fairlead.codecs.utc_cy import parse_utc_timestamp


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
        return bytes_of(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])

    def get_str(self, tag: int, default: str = "") -> str:
        """Return the value as latin-1 text."""
        field = self.find(tag)
        if field < 0:
            return default
        return str_of(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2])

    def get_bytes(self, tag: int, default: bytes = b"") -> bytes:
        """Return the value's bytes."""
        field = self.find(tag)
        return default if field < 0 else self._value(field)

    def holds(self, tag: int, expected: bytes) -> bool:
        """Tell whether there is a field with ``tag`` and its value is ``expected``."""
        field = self.find(tag)
        return field >= 0 and equal_at(self._data, self._fields[3 * field + 1], self._fields[3 * field + 2], expected)

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
        p = self._data
        return p[start]

    def get_bool(self, tag: int, default: bool = False) -> bool:
        """Return whether the value is ``Y``; anything but ``Y`` and ``N`` raises DecodeError."""
        code = self.get_char(tag, 0)
        if code == 89 or code == 78:
            return code == 89
        if code == 0 and self.find(tag) < 0:
            return default
        raise DecodeError(f"{chr(code)!r} received in {tag}, expected Y or N", self._fields[3 * self.find(tag) + 1])

    def group(self, count_tag: int, layout: "GroupLayout | None" = None) -> "list[FieldRange]":
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

    def _entry(self, first: int, last: int, layout: "GroupLayout | None") -> "FieldRange":
        raise NotImplementedError

    def _group_limit(self) -> int:
        return self._last

    def fields(self) -> Iterator[tuple[int, bytes]]:
        """Yield (tag, value) in wire order."""
        self.find(0)
        return iter([(self._fields[3 * i], self._value(i)) for i in range(self._first, self._last)])
