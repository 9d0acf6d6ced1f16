# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Decode messages straight into columns, one table a message type, without an object for each message.

Buffers are as Arrow keeps them (little-endian; text as offsets and bytes, or as indexes into a dictionary), so that a
caller wraps them without copying. Driven by the protocol's table alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import cython

from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, GROUP, INT, OPTIONS, TEXT, UINT, Field, Layout

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.binary.column_octets import (
        address,
        as_unsigned,
        copy_octets,
        indexes_address,
        keys_address,
        plan_of,
        slot_of,
        store_column,
        store_wide,
        store_wide_uint,
        take_steps,
    )
    from fairlead.codecs.binary.octets import be16, load_int, load_uint, octets_of

# Column.kind; C numbers in the .pxd
UNSIGNED = 1
SIGNED = 2
DECIMAL = 3
DECIMAL_UNSIGNED = 4
CODE = 5
LONG_TEXT = 6
OCTETS = 7
NUMBER = 8
TIME = 9
_UNSIGNED = UNSIGNED
_SIGNED = SIGNED
_DECIMAL = DECIMAL
_DECIMAL_UNSIGNED = DECIMAL_UNSIGNED
_CODE = CODE
_TEXT = LONG_TEXT
_BYTES = OCTETS
_NUMBER = NUMBER
_TIME = TIME

# What stopped a decoder
TAKEN = 0
FULL = 1
WRONG_LENGTH = 2
UNKNOWN_TYPE = 3
NEEDS_MORE = 4
ZERO_LENGTH = 5
TIME_TOO_LARGE = 6
_TAKEN = TAKEN
_FULL = FULL
_WRONG_LENGTH = WRONG_LENGTH
_UNKNOWN_TYPE = UNKNOWN_TYPE
_NEEDS_MORE = NEEDS_MORE
_ZERO_LENGTH = ZERO_LENGTH
_TIME_TOO_LARGE = TIME_TOO_LARGE
_INT64_MAX = 9223372036854775807

MESSAGE_NUMBER = "message_number"
TIME_UNITS = frozenset(("ns_since_midnight", "ns_since_epoch"))
_CODE_BYTES = 8
# What column_octets.pxd takes in one go, by kind and length: big-endian, and nothing of it can be absent.
_PLAIN_STEPS = {
    (UNSIGNED, 1): 1,
    (UNSIGNED, 2): 2,
    (UNSIGNED, 4): 3,
    (UNSIGNED, 8): 4,
    (UNSIGNED, 6): 5,
    (TIME, 6): 5,
    (DECIMAL_UNSIGNED, 4): 6,
    (NUMBER, 0): 7,
    (CODE, 1): 8,
    (CODE, 8): 9,
}
_STEP_NUMBERS = 6
_FIRST_ROWS = 256


class Column:
    """Describe one column: ``kind``, the ``field`` it comes from (None: the message's number), bytes of a value."""

    def __init__(self, name: str, kind: int, field: Field | None, width: int) -> None:
        self.name = name
        self.kind = kind
        self.field = field
        self.width = width

    @property
    def is_nullable(self) -> bool:
        """Tell whether a row may have no value."""
        return self.null is not None or (self.field is not None and self.field.is_optional)

    @property
    def null(self) -> int | None:
        """Return the raw value that means no value: the only special one that the table has."""
        specials = self.field.specials if self.field is not None else None
        return next(iter(specials)) if specials and len(specials) == 1 and self.kind != CODE else None


def column_of(field: Field) -> Column:
    """Return how a field is kept."""
    if field.kind in (UINT, INT) and field.length <= 8:
        if field.scale > 0:
            return Column(field.name, DECIMAL if field.kind == INT else DECIMAL_UNSIGNED, field, 16)
        width = next(width for width in (1, 2, 4, 8) if width >= field.length)
        if field.kind == UINT and width == 8 and field.unit in TIME_UNITS:
            return Column(field.name, TIME, field, width)
        return Column(field.name, SIGNED if field.kind == INT else UNSIGNED, field, width)
    if field.kind in (TEXT, DIGITS) and 0 < field.length <= _CODE_BYTES:
        return Column(field.name, CODE, field, 4)
    if field.kind in (TEXT, DIGITS):
        return Column(field.name, LONG_TEXT, field, 4)
    assert field.kind in (BYTES, GROUP, OPTIONS, UINT, INT)
    return Column(field.name, OCTETS, field, 4)


class TextIndex:
    """Number the texts of up to 8 bytes that a column has, in the order in which they come."""

    def __init__(self) -> None:
        self._bits = 10
        self._keys = array("Q", bytes(8 << self._bits))
        self._indexes = array("i", [-1]) * (1 << self._bits)
        self.count = 0
        self._raw: list[int] = []

    def index_of(self, key: int) -> int:
        mask = (1 << self._bits) - 1
        slot = slot_of(key, self._bits)
        while self._indexes[slot] >= 0:
            if self._keys[slot] == key:
                return self._indexes[slot]
            slot = (slot + 1) & mask
        if 2 * self.count > mask:
            self._grow()
            return self.index_of(key)
        self._keys[slot] = key
        self._indexes[slot] = self.count
        self._raw.append(key)
        self.count += 1
        return self.count - 1

    def _grow(self) -> int:
        known = self._raw
        self._bits += 1
        self._keys = array("Q", bytes(8 << self._bits))
        self._indexes = array("i", [-1]) * (1 << self._bits)
        self._raw = []
        self.count = 0
        for key in known:
            self.index_of(key)
        return 0

    def put_plan(self, plan: Any, at: int) -> int:
        """Say where the table is, which moves when it grows."""
        plan[at] = keys_address(self._keys)
        plan[at + 1] = indexes_address(self._indexes)
        plan[at + 2] = self._bits
        return 0

    def texts(self, field: Field) -> list[str]:
        """Return the texts, without the padding that the table names."""
        pad = chr(field.pad) if field.pad >= 0 else ""
        found = [key.to_bytes(field.length, "big").decode("latin-1") for key in self._raw]
        if not pad:
            return found
        return [text.lstrip(pad) if field.pad_left else text.rstrip(pad) for text in found]


class ColumnTable:
    """Hold the columns of one message type, ``capacity`` rows at most; ``clear`` makes room again."""

    def __init__(self, layout: Layout, capacity: int) -> None:
        self.layout = layout
        fields = [field for field in layout.fields if field.offset != layout.type_at or field.length != 1]
        self.columns = [Column(MESSAGE_NUMBER, NUMBER, None, 8), *map(column_of, fields)]
        self.capacity = capacity
        self.length = layout.length
        self.min_length = layout.min_length
        self.rows = 0
        self._allocated = min(_FIRST_ROWS, capacity)
        self._count = len(self.columns)
        described = [column.field for column in self.columns]
        self._ops = array("i", [column.kind for column in self.columns])
        self._widths = array("i", [column.width for column in self.columns])
        self._offsets = array("i", [0 if field is None else field.offset for field in described])
        self._lengths = array("i", [0 if field is None else field.length for field in described])
        self._pads = array("i", [-1 if field is None else _pad_of(field) for field in described])
        self._littles = array("i", [0 if field is None else field.little for field in described])
        nulls = [column.null for column in self.columns]
        self._nullable = array("i", [null is not None for null in nulls])
        self._nulls = array("Q", [(null or 0) & ((1 << 64) - 1) for null in nulls])
        self._buffers = [bytearray((self._allocated + 1) * column.width) for column in self.columns]
        self._extras: list[Any] = [_extra_of(column) for column in self.columns]
        self._valid: list[Any] = [
            bytearray(b"\xff") * (capacity // 8 + 1) if column.is_nullable else None for column in self.columns
        ]
        self._plan = array("q", bytes(8 * _STEP_NUMBERS * self._count))
        self._make_plan()

    def _make_plan(self) -> int:
        """Say where every value comes from and goes to; to be done again whenever memory has moved."""
        for at, column in enumerate(self.columns):
            is_plain = self.length >= 0 and not column.is_nullable and not self._littles[at]
            code = _PLAIN_STEPS.get((column.kind, self._lengths[at]), 0) if is_plain else 0
            first = _STEP_NUMBERS * at
            self._plan[first] = code
            self._plan[first + 1] = self._offsets[at]
            self._plan[first + 2] = address(octets_of(self._buffers[at]))
            if column.kind == CODE:
                self._extras[at].put_plan(self._plan, first + 3)
        return 0

    # Rows, places in a buffer and the number of a message: 64 bits don't overflow by counting.
    @cython.overflowcheck(False)
    def take(self, p: Any, at: int, size: int, number: int) -> int:
        if size != self.length and (self.length >= 0 or size < self.min_length):
            return _WRONG_LENGTH
        row = self.rows
        if row == self._allocated:
            if row == self.capacity:
                return _FULL
            self._grow()
        i = 0
        while True:
            i = take_steps(plan_of(self._plan), i, self._count, p, at, row, number)
            if i == self._count:
                break
            if self._take_value(i, p, at, size, row, number) != _TAKEN:
                return _TIME_TOO_LARGE
            i += 1
        self.rows = row + 1
        return _TAKEN

    def _take_value(self, i: int, p: Any, at: int, size: int, row: int, number: int) -> int:
        """Take the value of one column, whatever its kind; TIME_TOO_LARGE is the only fault there can be."""
        op = self._ops[i]
        start = at + self._offsets[i]
        width = self._widths[i]
        out = octets_of(self._buffers[i])
        little = self._littles[i] != 0
        if self.length < 0 and start + max(self._lengths[i], 0) > at + size:
            self._leave_out(i, row)
        elif op == _UNSIGNED or op == _DECIMAL_UNSIGNED:
            raw = load_uint(p, start, self._lengths[i], little)
            if op == _UNSIGNED:
                store_column(out, row * width, width, raw)
            else:
                store_wide_uint(out, row * 16, raw)
            if self._nullable[i] and raw == self._nulls[i]:
                self._mark_null(i, row)
        elif op == _CODE:
            index = self._extras[i]
            raw = load_uint(p, start, self._lengths[i], False)
            bits = index._bits
            store_column(out, row * 4, 4, index.index_of(raw))
            if index._bits != bits:
                self._make_plan()
        elif op == _TIME:
            raw = load_uint(p, start, self._lengths[i], little)
            if raw > _INT64_MAX:
                return _TIME_TOO_LARGE
            store_column(out, row * 8, 8, raw)
        elif op == _NUMBER:
            store_column(out, row * 8, 8, number)
        elif op == _SIGNED or op == _DECIMAL:
            signed = load_int(p, start, self._lengths[i], little)
            if op == _SIGNED:
                store_column(out, row * width, width, as_unsigned(signed))
            else:
                store_wide(out, row * 16, signed)
            if self._nullable[i] and as_unsigned(signed) == self._nulls[i]:
                self._mark_null(i, row)
        else:
            finish = at + size if self._lengths[i] < 0 else start + self._lengths[i]
            self._append(i, p, start, finish, row)
        return _TAKEN

    def _mark_null(self, i: int, row: int) -> int:
        valid = octets_of(self._valid[i])
        valid[row >> 3] = valid[row >> 3] & ~(1 << (row & 7)) & 0xFF
        return 0

    def _leave_out(self, i: int, row: int) -> int:
        """Note that a message came without an optional field."""
        if self._valid[i] is None:
            raise ValueError(f"{self.columns[i].name} is missing in a message that decodes")
        self._mark_null(i, row)
        if self._ops[i] in (_TEXT, _BYTES):
            buffer = octets_of(self._buffers[i])
            store_column(buffer, (row + 1) * 4, 4, load_uint(buffer, row * 4, 4, True))
        return 0

    def _append(self, i: int, p: Any, start: int, end: int, row: int) -> int:
        pad = self._pads[i]
        if pad >= 256:
            while start < end and p[start] == pad - 256:
                start += 1
        elif pad >= 0:
            while end > start and p[end - 1] == pad:
                end -= 1
        used = load_uint(octets_of(self._buffers[i]), row * 4, 4, True)
        extra = self._extras[i]
        room = len(extra)
        if used + end - start > room:
            extra.extend(bytes(room + end - start))
        out = octets_of(extra)
        copy_octets(out, used, p, start, end - start)
        store_column(octets_of(self._buffers[i]), (row + 1) * 4, 4, used + end - start)
        return 0

    def _grow(self) -> int:
        more = min(self._allocated, self.capacity - self._allocated)
        self._allocated += more
        for buffer, column in zip(self._buffers, self.columns, strict=True):
            buffer.extend(bytes(more * column.width))
        self._make_plan()
        return 0

    def values(self, at: int) -> memoryview:
        """Return a column's buffer: values, indexes, or offsets (one more than rows); valid until rows change."""
        column = self.columns[at]
        rows = self.rows + 1 if column.kind in (LONG_TEXT, OCTETS) else self.rows
        return memoryview(self._buffers[at])[: rows * column.width]

    def octets(self, at: int) -> memoryview:
        """Return the bytes that a column's offsets point into."""
        offsets = self.values(at)
        used = int.from_bytes(offsets[4 * self.rows :], "little")
        return memoryview(self._extras[at])[:used]

    def texts(self, at: int) -> list[str]:
        """Return what a column's indexes point into."""
        texts: list[str] = self._extras[at].texts(self.columns[at].field)
        return texts

    def valid(self, at: int) -> memoryview | None:
        """Return a column's validity bits, None where no value of it can be null."""
        bits = self._valid[at]
        return None if bits is None else memoryview(bits)[: (self.rows + 7) // 8]

    def clear(self) -> None:
        """Forget all rows. Buffers that were handed out must not be used any more."""
        self.rows = 0
        for at, column in enumerate(self.columns):
            if column.kind == CODE:
                self._extras[at] = TextIndex()
            valid = self._valid[at]
            if valid is not None:
                valid[:] = b"\xff" * len(valid)
        self._make_plan()


def _pad_of(field: Field) -> int:
    """Return the padding to cut off: 256 more where it stands on the left, -1 for none."""
    if field.kind not in (TEXT, DIGITS) or field.pad < 0 or field.length < 0:
        return -1
    return field.pad + 256 if field.pad_left else field.pad


def _extra_of(column: Column) -> Any:
    return TextIndex() if column.kind == CODE else bytearray(256) if column.kind in (LONG_TEXT, OCTETS) else None


class ColumnDecoder:
    """Sort messages into tables by type. ``batch_rows`` is the capacity of each table.

    ``message_number`` is the number of the last message, counted from 1; the caller may set it. After ``feed``,
    ``stopped`` says why it went no further: NEEDS_MORE at the end of the data, FULL where a table must be emptied, and
    for what can't be decoded ZERO_LENGTH, UNKNOWN_TYPE, WRONG_LENGTH or TIME_TOO_LARGE.
    """

    def __init__(self, layouts: Iterable[Layout], type_at: int, batch_rows: int) -> None:
        self.tables: dict[str, ColumnTable] = {}
        self._by_code: list[ColumnTable | None] = [None] * 256
        self._type_at = type_at
        self.message_number = 0
        self.stopped = NEEDS_MORE
        for layout in layouts:
            self.tables[layout.name] = self._by_code[layout.type_code] = ColumnTable(layout, batch_rows)

    @cython.overflowcheck(False)
    def feed(self, data: bytes | bytearray, at: int, end: int) -> int:
        """Take messages that stand behind their lengths (2 bytes, big-endian); return where it stopped."""
        p = octets_of(data)
        while True:
            if end - at < 2:
                self.stopped = _NEEDS_MORE
                return at
            size = be16(p, at)
            if size == 0:
                self.stopped = _ZERO_LENGTH
                return at
            if end - at - 2 < size:
                self.stopped = _NEEDS_MORE
                return at
            stopped = self._take(p, at + 2, size)
            if stopped != _TAKEN:
                self.stopped = stopped
                return at
            at += 2 + size

    def add(self, data: bytes | bytearray, start: int, end: int) -> int:
        """Take one message; return TAKEN, FULL, or what is wrong with it: see ``feed``."""
        p = octets_of(data)
        stopped: int = self._take(p, start, end - start)
        return stopped

    @cython.overflowcheck(False)
    def _take(self, p: Any, at: int, size: int) -> int:
        if size <= self._type_at:
            return _WRONG_LENGTH
        code: int = p[at + self._type_at]
        table = self._by_code[code]
        if table is None:
            return _UNKNOWN_TYPE
        stopped: int = table.take(p, at, size, self.message_number + 1)
        if stopped == _TAKEN:
            self.message_number += 1
        return stopped
