# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Write binary messages: constants and padding stand in a template, values are put where they belong.

What does not fit its field is refused with EncodeError: text that is too long, a number out of range or with more
decimals than the field has. Nothing is rounded or cut.
"""

from __future__ import annotations

from typing import Any

import cython

from fairlead.codecs.binary.layout_cy import DIGITS, GROUP, INT, OPTIONS, TEXT, UINT, Field, Layout
from fairlead.codecs.errors import EncodeError, LocalProtocolError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.binary.octets import (
        copy_over,
        fill_zeros,
        load_uint,
        octets_of,
        put_padded,
        store_int,
        store_uint,
    )
    from fairlead.codecs.fix.octets import bytes_of

# C numbers in the .pxd
_UINT = UINT
_INT = INT
_TEXT = TEXT
_DIGITS = DIGITS
_OPTIONS = OPTIONS
_GROUP = GROUP
_INT64_MAX = 9223372036854775807


def _out_of_range(field: Field, value: int) -> EncodeError:
    return EncodeError(f"{field.name} {value} received, expected {field.lowest} to {field.highest}")


class Writer:
    """Write messages of one layout, one after the other: ``start``, ``put_*``, ``finish``.

    What is not put stays as the template has it: constants, ``preset`` values, 0 in numbers, blanks in text.
    """

    def __init__(self, layout: Layout, preset: dict[str, Any]) -> None:
        self.layout = layout
        self._template = layout.template
        self._out = bytearray(self._template) + bytes(64)
        self._end = len(self._template)
        self._at = self._end
        if layout.tail is not None and layout.tail.kind != OPTIONS:
            self._at = layout.tail.offset
        self._tail_at = layout.fixed_length if layout.tail is None else layout.tail.offset
        self._started = False
        if preset:
            self._preset(preset)

    def _preset(self, preset: dict[str, Any]) -> None:
        from fairlead.codecs.binary.dictionaries import put_value

        self.start()
        for name, value in preset.items():
            field = self.layout.field(name)
            if field is self.layout.tail or field.counts:
                raise LocalProtocolError(f"{name} of {self.layout.name} differs by message: it can't be preset")
            put_value(self, field, value)
        self._template = bytes(self._out[: self._end])
        self._started = False

    def start(self) -> int:
        """Begin a message; one that was begun before is forgotten."""
        copy_over(self._out, self._template)
        self._end = len(self._template)
        self._started = True
        return 0

    def _reserve(self, size: int) -> int:
        # make room for ``size`` bytes behind the end and let them be zeros
        end = self._end + size
        if end > len(self._out):
            self._out += bytes(end)
        fill_zeros(octets_of(self._out), self._end, end)
        self._end = end
        return 0

    def _foreign(self, field: Field) -> Exception:
        if not self._started:
            return LocalProtocolError(f"{field.name} of {self.layout.name} put before start")
        if field.layout is not self.layout:
            layout = "no layout" if field.layout is None else field.layout.name
            return LocalProtocolError(f"{field.name} of {layout} put into {self.layout.name}")
        if field.tag >= 0:
            return LocalProtocolError(f"{field.name} is an option of {self.layout.name}: put_option writes it")
        return LocalProtocolError(f"{field.name} of {self.layout.name} is written by finish")

    def _check_field(self, field: Field) -> int:
        if field.layout is not self.layout or not self._started or field.tag >= 0 or field.is_computed:
            raise self._foreign(field)
        return 0

    def put_int(self, field: Field, value: int) -> int:
        """Put a whole number as it stands on the wire: without scale."""
        self._check_field(field)
        return self._store(field, field.offset, value)

    def _store(self, field: Field, at: int, value: int) -> int:
        if field.kind == _UINT and field.length <= 8:
            store_uint(octets_of(self._out), at, field.length, field.little, self._uint_of(field, value))
        elif field.kind == _INT:
            store_int(octets_of(self._out), at, field.length, field.little, self._int_of(field, value))
        elif field.kind == _DIGITS or field.kind == _UINT:
            if value < field.lowest or value > field.highest:
                raise _out_of_range(field, value)
            if field.kind == _DIGITS:
                return self._store_text(field, at, field.length, str(value))
            self._out[at : at + field.length] = value.to_bytes(field.length, "little" if field.little else "big")
        else:
            raise LocalProtocolError(f"{field.name} is no number")
        return 0

    def _uint_of(self, field: Field, value: int) -> int:
        try:
            raw = value
        except OverflowError:
            raise _out_of_range(field, value) from None
        if raw < 0 or (raw > field.highest_uint and (field.specials is None or value not in field.specials)):
            raise _out_of_range(field, value)
        return raw

    def _int_of(self, field: Field, value: int) -> int:
        try:
            raw = value
        except OverflowError:
            raise _out_of_range(field, value) from None
        if raw < field.lowest_int or (
            raw > field.highest_int and (field.specials is None or value not in field.specials)
        ):
            raise _out_of_range(field, value)
        return raw

    def put_fixed(self, field: Field, value: int) -> int:
        """Put a number in units of 10^-8; EncodeError where the field's decimals do not hold it exactly."""
        self._check_field(field)
        return self._store(field, field.offset, self._to_raw(field, value))

    def _to_raw(self, field: Field, value: int) -> int:
        if field.factor == 0:
            raise LocalProtocolError(f"{field.name} has decimals that the instrument says, or is no number")
        try:
            fixed = value
        except OverflowError:
            raise EncodeError(f"{field.name} {value} received, expected a number within 2^63-1 either way") from None
        if fixed > _INT64_MAX or fixed < -_INT64_MAX:
            raise EncodeError(f"{field.name} {value} received, expected a number within 2^63-1 either way")
        if field.divisor > 1:
            if fixed > _INT64_MAX // field.divisor or fixed < -(_INT64_MAX // field.divisor):
                raise EncodeError(f"{field.name} {value} received, expected less with {field.scale} decimals")
            return fixed * field.divisor
        if fixed % field.factor != 0:
            raise EncodeError(f"{field.name} {value} units of 10^-8 received, expected {field.scale} decimals at most")
        return fixed // field.factor

    def put_special(self, field: Field, name: str) -> int:
        """Put a value that is not a number, by the table's name: ``market``. EncodeError names those there are."""
        raw = field.raw_of_special.get(name)
        if raw is None:
            names = ", ".join(field.raw_of_special) or "no name"
            raise EncodeError(f"{field.name} {name!r} received, expected a number or {names}")
        return self.put_int(field, raw)

    def put_code(self, field: Field, code: int) -> int:
        """Put a field of one byte as a number: a character's code."""
        self._check_field(field)
        if field.length != 1:
            raise LocalProtocolError(f"{field.name} has {field.length} bytes, a code has one")
        if code < 0 or code > 255:
            raise EncodeError(f"{field.name} {code} received, expected a code from 0 to 255")
        p = octets_of(self._out)
        p[field.offset] = code
        return 0

    def put_str(self, field: Field, value: str) -> int:
        """Put latin-1 text; the rest of the field is padded as the table says."""
        self._check_field(field)
        if field.kind != _TEXT and field.kind != _DIGITS:
            raise LocalProtocolError(f"{field.name} is no text")
        if field.length < 0:
            self._end = self._at
            self._reserve(len(value))
            return self._store_text(field, self._at, len(value), value)
        return self._store_text(field, field.offset, field.length, value)

    def _store_text(self, field: Field, at: int, room: int, value: str) -> int:
        outcome = put_padded(octets_of(self._out), at, room, value, field.pad, field.pad_left)
        if outcome == 1:
            raise EncodeError(f"{field.name} {value!r} of {len(value)} characters received, expected {room}")
        if outcome == 2:
            raise EncodeError(f"{field.name} {value!r} received, expected latin-1")
        return 0

    def put_bytes(self, field: Field, value: bytes) -> int:
        """Put bytes as they are: as many as the field has, any number where it reaches to the end of the message."""
        self._check_field(field)
        if field is self.layout.tail:
            return self._put_tail(field, value)
        if len(value) != field.length:
            raise EncodeError(f"{field.name} of {len(value)} bytes received, expected {field.length}")
        self._out[field.offset : field.offset + field.length] = value
        return 0

    def _put_tail(self, field: Field, value: bytes) -> int:
        if field.kind == _OPTIONS:
            raise LocalProtocolError(f"{field.name} of {self.layout.name} is a list: put_option writes it")
        if field.kind == _GROUP:
            entries = len(value) // field.entry_length
            if len(value) % field.entry_length != 0 or (field.count >= 0 and entries != field.count):
                expected = f"{field.count} entries" if field.count >= 0 else "entries"
                raise EncodeError(
                    f"{field.name} of {len(value)} bytes received, expected {expected} of {field.entry_length} bytes"
                )
        self._end = self._at
        self._reserve(len(value))
        self._out[self._at : self._end] = value
        return 0

    def put_option(self, field: Field, value: int | str) -> int:
        """Put an option, in wire order: text, a whole number, or 10^-8 where the table scales it."""
        if field.layout is not self.layout or not self._started:
            raise self._foreign(field)
        if field.tag < 0:
            raise LocalProtocolError(f"{field.name} of {self.layout.name} is no option")
        if field.entry_length > 0:
            raise LocalProtocolError(f"{field.name} of {self.layout.name} holds entries: put_raw_option writes them")
        raw: int | str = value
        size = field.length
        if isinstance(value, str):
            size = field.length if field.length >= 0 else len(value)
            if field.kind != _TEXT:
                raise LocalProtocolError(f"{field.name} {value!r} put, expected a number")
        elif field.kind == _TEXT:
            raise LocalProtocolError(f"{field.name} {value!r} put, expected text")
        elif field.scale > 0:
            raw = self._to_raw(field, value)
        at = self._open_option(field.tag, size)
        try:
            if isinstance(raw, str):
                return self._store_text(field, at, size, raw)
            return self._store(field, at, raw)
        except EncodeError:
            self._drop_option(at)
            raise

    def put_raw_option(self, tag: int, value: bytes) -> int:
        """Put an option of any tag: one that the table does not know."""
        if not self._started or self.layout.options_length is None:
            raise LocalProtocolError(f"option {tag} put into {self.layout.name}, which takes none or was not started")
        if tag < 0 or tag > 255:
            raise EncodeError(f"option {tag} of {len(value)} bytes received, expected a tag up to 255")
        at = self._open_option(tag, len(value))
        self._out[at : at + len(value)] = value
        return 0

    def _open_option(self, tag: int, size: int) -> int:
        head = self.layout.option_length_bytes
        highest = 254 if head == 1 else 65534
        if size > highest:
            raise EncodeError(f"option {tag} of {size} bytes put into {self.layout.name}, expected {highest} at most")
        self._open_options()
        at = self._tail_at
        p = octets_of(self._out)
        while at < self._end:
            if p[at + head] == tag and not self._may_repeat(tag):
                raise EncodeError(f"option {tag} put twice into {self.layout.name}")
            at += head + load_uint(p, at, head, False)
        self._reserve(head + 1 + size)
        p = octets_of(self._out)
        store_uint(p, at, head, False, 1 + size)
        p[at + head] = tag
        return at + head + 1

    def _may_repeat(self, tag: int) -> bool:
        field = self.layout.option_by_tag.get(tag)
        return field is not None and field.is_repeated

    def _open_options(self) -> int:
        # an optional list of options begins with its length
        if self.layout.is_optional and self._end < self._tail_at:
            self._reserve(self._tail_at - self._end)
        return 0

    def _drop_option(self, at: int) -> int:
        self._end = at - self.layout.option_length_bytes - 1
        if self.layout.is_optional and self._end == self._tail_at:
            self._end = self.layout.fixed_length
        return 0

    def put_no_options(self) -> int:
        """Write the length of an empty list where the table lets a message end before it."""
        if not self._started or not self.layout.is_optional:
            raise LocalProtocolError(f"{self.layout.name} has no list of options that may be missing")
        return self._open_options()

    def finish(self) -> bytes:
        """Return the message; EncodeError where it is longer than its length field can say."""
        if not self._started:
            raise LocalProtocolError(f"{self.layout.name} finished before start")
        self._started = False
        if self.layout.tail is not None:
            self._count()
        field = self.layout.length_field
        if field is not None:
            self._store(field, field.offset, self._end - field.counts_from)
        return bytes_of(octets_of(self._out), 0, self._end)

    def _count(self) -> int:
        layout = self.layout
        tail = layout.tail
        field = layout.options_length
        if field is not None and self._end > self._tail_at:
            return self._store(field, field.offset, self._end - self._tail_at)
        field = layout.entries_count
        if field is not None and tail is not None:
            return self._store(field, field.offset, (self._end - self._at) // tail.entry_length)
        return 0
