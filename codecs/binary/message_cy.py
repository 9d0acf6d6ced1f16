# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Decode binary messages in place: check type and length, then read fields where they are.

A message that decodes has the length that its type asks for, so every field of its layout can be read. Text, codes and
numbers are not judged: a venue may send a code that no table knows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import cython

from fairlead.codecs.binary.layout_cy import (
    DIGITS,
    INT,
    TEXT,
    UINT,
    Field,
    Layout,
)
from fairlead.codecs.errors import DecodeError, LocalProtocolError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.binary.octets import load_int, load_uint, octets_of
    from fairlead.codecs.fix.octets import bytes_of, str_of

# C numbers in the .pxd
_UINT = UINT
_INT = INT
_TEXT = TEXT
_DIGITS = DIGITS
_INT64_MAX = 9223372036854775807
_MAX_OPTIONS = 256


class BinaryMessage:
    """Read one message in place; a Decoder's message is reused and valid until its next ``decode``.

    ``layout`` is None where the type is unknown: then only ``type_code`` and ``raw()`` say what came. A field of
    another layout raises LocalProtocolError. The buffer is not copied where it is bytes or a bytearray.
    """

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self.type_code = -1
        self.option_count = 0
        self._data: bytes | bytearray = b""
        self._is_mutable = False
        self._start = 0
        self._end = 0
        self._options = array("i", bytes(4 * 3 * _MAX_OPTIONS))

    def _foreign(self, field: Field) -> Exception:
        if self.layout is None:
            return LocalProtocolError(f"{field.name} asked of a message of unknown type {self.type_code}")
        if field.layout is not self.layout:
            layout = "no layout" if field.layout is None else field.layout.name
            return LocalProtocolError(f"{field.name} of {layout} asked of {self.layout.name}")
        if field.tag >= 0:
            return LocalProtocolError(f"{field.name} is an option of {self.layout.name}: option() reads it")
        if self._is_mutable and len(self._data) < self._end:
            return LocalProtocolError(f"the buffer of {self.layout.name} was shortened while it was read")
        return LocalProtocolError(f"{self.layout.name} came without its optional {field.name}")

    def _locate(self, field: Field) -> int:
        at = self._start + field.offset
        if (
            field.layout is not self.layout
            or field.tag >= 0
            or at + field.length > self._end
            or at > self._end
            or (self._is_mutable and len(self._data) < self._end)
        ):
            raise self._foreign(field)
        return at

    def get_int(self, field: Field) -> int:
        """Return a whole number, exactly, without scale: as it stands on the wire. DecodeError for other digits."""
        at = self._locate(field)
        if field.kind == _UINT and field.length <= 8:
            return load_uint(octets_of(self._data), at, field.length, field.little)
        if field.kind == _INT:
            return load_int(octets_of(self._data), at, field.length, field.little)
        return self._wide_int(field, at)

    def get_int64(self, field: Field) -> int:
        """Return what ``get_int`` does as a C number; DecodeError where 64 bits with a sign do not hold it."""
        at = self._locate(field)
        if field.kind == _INT:
            return load_int(octets_of(self._data), at, field.length, field.little)
        if field.kind == _UINT and field.length <= 8:
            value = load_uint(octets_of(self._data), at, field.length, field.little)
            if value <= _INT64_MAX:
                return value
        wide = self._wide_int(field, at)
        if wide > _INT64_MAX:
            raise DecodeError(f"{field.name} {wide} received, expected up to 2^63-1", field.offset)
        return wide

    def get_uint64(self, field: Field) -> int:
        """Return an unsigned number of up to 8 bytes as a C number: order references and the like."""
        at = self._locate(field)
        if field.kind != _UINT or field.length > 8:
            raise LocalProtocolError(f"{field.name} is no unsigned number of 8 bytes at most")
        return load_uint(octets_of(self._data), at, field.length, field.little)

    def _wide_int(self, field: Field, at: int) -> int:
        data = bytes(self._data[at : at + field.length])
        if field.kind == _UINT:
            return int.from_bytes(data, "little" if field.little else "big")
        if field.kind != _DIGITS:
            raise LocalProtocolError(f"{field.name} is no number")
        digits = data.strip(b" ")
        if not digits.isdigit():
            raise DecodeError(f"{field.name} {data!r} received, expected digits", field.offset)
        return int(digits)

    def get_fixed(self, field: Field) -> int:
        """Return a number in units of 10^-8, the table's scale applied; ``special`` says whether it is one at all.

        DecodeError where int64 does not hold it or 8 decimals do not, LocalProtocolError where the instrument says how
        many decimals there are.
        """
        return self._to_fixed(field, self.get_int64(field))

    def _to_fixed(self, field: Field, raw: int) -> int:
        if field.factor == 0:
            raise LocalProtocolError(f"{field.name} has decimals that the instrument says: get_int reads it")
        if raw > field.max_raw_in_fixed or raw < -field.max_raw_in_fixed:
            raise DecodeError(f"{field.name} {raw} received, expected up to {field.max_raw_in_fixed}", field.offset)
        if field.divisor > 1:
            if raw % field.divisor != 0:
                raise DecodeError(f"{field.name} {raw} of {field.scale} decimals received, expected 8", field.offset)
            return raw // field.divisor
        return raw * field.factor

    def get_code(self, field: Field) -> int:
        """Return a field of one byte as a number: a character's code."""
        at = self._locate(field)
        if field.length != 1:
            raise LocalProtocolError(f"{field.name} has {field.length} bytes, a code has one")
        p = octets_of(self._data)
        return p[at]

    def get_str(self, field: Field) -> str:
        """Return latin-1 text without the padding that the table names."""
        at = self._locate(field)
        return self._text(field, at, self._end_of(field, at))

    def _text(self, field: Field, start: int, end: int) -> str:
        p = octets_of(self._data)
        if field.pad >= 0 and field.length >= 0:
            if field.pad_left:
                while start < end and p[start] == field.pad:
                    start += 1
            else:
                while end > start and p[end - 1] == field.pad:
                    end -= 1
        return str_of(p, start, end)

    def get_bytes(self, field: Field) -> bytes:
        """Return a field's bytes as they are, to the end of the message where the field reaches there."""
        at = self._locate(field)
        return bytes_of(octets_of(self._data), at, self._end_of(field, at))

    def _end_of(self, field: Field, at: int) -> int:
        return self._end if field.length < 0 else at + field.length

    def special(self, field: Field) -> str | None:
        """Return the name of a value that is not a number, such as ``market``; None for numbers."""
        if field.specials is None:
            return None
        return field.specials.get(self.get_int(field))

    def has(self, field: Field) -> bool:
        """Tell whether a field or an option is in the message; only optional ones can be missing."""
        if field.layout is not self.layout:
            raise self._foreign(field)
        if field.tag >= 0:
            return self.option(field) is not None
        return self._start + field.offset + max(field.length, 0) <= self._end

    def raw(self) -> bytes:
        """Return the message's bytes."""
        return bytes(self._data[self._start : self._end])

    def option(self, field: Field) -> int | str | bytes | None:
        """Return an option's value, None where it is missing: text, a whole number, or 10^-8 where it is scaled.

        The entries of a group come as their bytes. The first of a repeated option answers; ``options`` has all.
        """
        if field.layout is not self.layout or field.tag < 0:
            raise self._foreign(field)
        if self._is_mutable and len(self._data) < self._end:
            raise self._foreign(field)
        options = self._options
        i = 0
        while i < self.option_count:
            if options[3 * i] == field.tag:
                start = options[3 * i + 1]
                end = options[3 * i + 2]
                size = end - start
                if field.kind == _TEXT:
                    return self._text(field, start, end)
                if field.entry_length > 0:
                    return bytes_of(octets_of(self._data), start, end)
                if field.kind == _INT:
                    signed = load_int(octets_of(self._data), start, size, field.little)
                    return self._to_fixed(field, signed) if field.scale > 0 else signed
                unsigned = load_uint(octets_of(self._data), start, size, field.little)
                return self._to_fixed(field, unsigned) if field.scale > 0 else unsigned
            i += 1
        return None

    def options(self) -> list[tuple[int, bytes]]:
        """Return (tag, value) of all options in wire order, of unknown tags too."""
        found = []
        for i in range(self.option_count):
            start, end = self._options[3 * i + 1], self._options[3 * i + 2]
            found.append((self._options[3 * i], bytes(self._data[start:end])))
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return names and values, for people and tests: see ``dictionaries.to_dict``."""
        from fairlead.codecs.binary.dictionaries import to_dict

        return to_dict(self.layout, self.raw(), self.type_code)


class Decoder:
    """Decode the messages of one protocol in one direction; ``Protocol.decoder`` makes them."""

    def __init__(self, layouts: Iterable[Layout], type_at: int, type_size: int, type_little: bool) -> None:
        self._direct: list[Layout | None] = [None] * 256
        self._by_code: dict[int, Layout] = {}
        self._default: Layout | None = None
        for layout in layouts:
            if layout.type_code < 0:
                self._default = layout
            else:
                self._by_code[layout.type_code] = layout
                if layout.type_code < 256:
                    self._direct[layout.type_code] = layout
        self._type_at = type_at
        self._type_size = type_size
        self._type_little = type_little
        self._message = BinaryMessage()

    def decode(self, buffer: bytes | bytearray | memoryview, start: int = 0, end: int = -1) -> BinaryMessage:
        """Return the one whole message in ``buffer[start:end]`` (``end`` -1: the buffer's end); it is reused.

        DecodeError says what is wrong with its length, its offset counted from the start of the message; an unknown
        type is no error: ``layout`` is None then. Bytes and bytearrays are read in place, other buffers are copied.
        """
        message = self._message
        message.layout = None
        message.option_count = 0
        message.type_code = -1
        available = len(buffer)
        if end < 0:
            end = available
        if start < 0 or start > end or end > available:
            raise LocalProtocolError(f"{start}:{end} of a buffer of {available} bytes")
        message._is_mutable = type(buffer) is not bytes
        if message._is_mutable and type(buffer) is not bytearray:
            message._data = bytes(memoryview(buffer)[start:end])
            message._is_mutable = False
            end -= start
            start = 0
        else:
            message._data = buffer  # type: ignore[assignment]
        size = end - start
        if size < self._type_at + self._type_size:
            raise DecodeError(f"{size} bytes received, expected a type at {self._type_at}", size)
        message._start = start
        message._end = end
        p = octets_of(message._data)
        code = load_uint(p, start + self._type_at, self._type_size, self._type_little)
        message.type_code = code
        if code < 256:
            layout = self._direct[code]
        else:
            layout = self._by_code.get(code)
        if layout is None:
            layout = self._default
            if layout is None:
                return message
        if layout.length != size or layout.length_field is not None:
            self._check(layout, start, end)
        message.layout = layout
        return message

    def _check(self, layout: Layout, start: int, end: int) -> int:
        size = end - start
        if layout.length >= 0 and size != layout.length:
            raise DecodeError(
                f"{size} bytes of {layout.name} received, expected {layout.length}", min(size, layout.length)
            )
        if size < layout.min_length:
            raise DecodeError(f"{size} bytes of {layout.name} received, expected at least {layout.min_length}", size)
        field = layout.length_field
        if field is not None:
            counted = load_uint(octets_of(self._message._data), start + field.offset, field.length, field.little)
            if counted != size - field.counts_from:
                raise DecodeError(
                    f"{field.name} {counted} received in {size} bytes of {layout.name}, "
                    f"expected {size - field.counts_from}",
                    field.offset,
                )
        if layout.options_length is not None:
            self._check_options(layout, start, end)
        elif layout.entries_count is not None:
            self._check_entries(layout, start, end)
        return 0

    def _check_options(self, layout: Layout, start: int, end: int) -> int:
        tail = layout.tail
        field = layout.options_length
        assert tail is not None and field is not None
        size = end - start
        if layout.is_optional and size == layout.fixed_length:
            return 0
        if size < tail.offset:
            raise DecodeError(f"{size} bytes of {layout.name} received, expected {field.name} whole", size)
        counted = load_uint(octets_of(self._message._data), start + field.offset, field.length, field.little)
        if counted != size - tail.offset:
            raise DecodeError(
                f"{field.name} {counted} received with {size - tail.offset} bytes of options in {layout.name}",
                field.offset,
            )
        return self._index_options(layout, start + tail.offset, end)

    def _check_entries(self, layout: Layout, start: int, end: int) -> int:
        tail = layout.tail
        field = layout.entries_count
        assert tail is not None and field is not None
        size = end - start - tail.offset
        counted = load_uint(octets_of(self._message._data), start + field.offset, field.length, field.little)
        if size % tail.entry_length != 0 or size // tail.entry_length != counted:
            raise DecodeError(
                f"{field.name} {counted} received with {size} bytes of entries in {layout.name}, "
                f"expected {tail.entry_length} each",
                field.offset,
            )
        return 0

    def _index_options(self, layout: Layout, at: int, end: int) -> int:
        message = self._message
        options = message._options
        p = octets_of(message._data)
        start = message._start
        count = 0
        head = layout.option_length_bytes
        while at < end:
            size = load_uint(p, at, head, False) if end - at >= head else 0
            if size == 0:
                raise DecodeError(f"an option of length 0 received in {layout.name}, expected a tag", at - start)
            if size > end - at - head:
                raise DecodeError(
                    f"an option of length {size} received in {layout.name} with {end - at - head} bytes left",
                    at - start,
                )
            if count == _MAX_OPTIONS:
                raise DecodeError(f"more than {_MAX_OPTIONS} options received in {layout.name}", at - start)
            tag = p[at + head]
            field = layout.option_by_tag.get(tag)
            i = count if field is not None and field.is_repeated else 0
            while i < count:
                if options[3 * i] == tag:
                    raise DecodeError(f"option {tag} received twice in {layout.name}", at - start)
                i += 1
            if field is not None and field.entry_length > 0 and (size - 1) % field.entry_length != 0:
                raise DecodeError(
                    f"{size - 1} bytes of option {field.name} received in {layout.name}, "
                    f"expected {field.entry_length} for each entry",
                    at - start,
                )
            if field is not None and field.length >= 0 and field.length != size - 1:
                raise DecodeError(
                    f"{size - 1} bytes of option {field.name} received in {layout.name}, expected {field.length}",
                    at - start,
                )
            options[3 * count] = tag
            options[3 * count + 1] = at + head + 1
            options[3 * count + 2] = at + head + size
            count += 1
            at += head + size
        message.option_count = count
        return 0
