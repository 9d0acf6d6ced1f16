"""Parts of messages that other values count or choose: entries, data behind a length, bitfields, typed elements."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlead.codecs.binary.dictionaries import bytes_of_value, raw_number, scalar_value
from fairlead.codecs.binary.layout_cy import TEXT, Field
from fairlead.codecs.binary.parts import (
    Cursor,
    Part,
    Scalar,
    Values,
    computed,
    number_bytes,
    text_bytes,
    write_parts,
)
from fairlead.codecs.errors import DecodeError, EncodeError


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of parts, as many as another field counts."""

    name: str
    count_field: str
    parts: tuple[Part, ...]

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the entries."""
        entries = []
        for _ in range(into[self.count_field]):
            values: Values = {}
            start = cursor.at
            for part in self.parts:
                part.read(cursor, values, root)
            if cursor.at == start:  # else a count of four bytes would keep us busy for hours
                raise DecodeError(f"an entry of {self.name} without a byte received", cursor.offset + start)
            entries.append(values)
        into[self.name] = entries

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the entries."""
        for entry in values[self.name]:
            write_parts(self.parts, out, dict(entry), root)

    def prepare(self, values: Values) -> None:
        """Count the entries."""
        if not isinstance(values.get(self.name), list):
            raise EncodeError(f"{self.name} {values.get(self.name)!r} received, expected a list of entries")
        computed(values, self.count_field, len(values[self.name]))


@dataclass(frozen=True, slots=True)
class Data:
    """Text or bytes of a length that a prefix of ``prefix`` bytes, or another field, says."""

    field: Field
    prefix: Field | None
    count_field: str = ""

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the length and the data."""
        name = self.field.name
        if self.prefix is None:
            size = into[self.count_field]
        else:
            size = scalar_value(self.prefix, cursor.take(self.prefix.length, f"the length of {name}"))
        into[name] = scalar_value(self.field, cursor.take(size, name))

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the length and the data, which may be left out and is empty then."""
        data = self._data(values)
        if self.prefix is not None:
            if len(data) > self.prefix.highest:
                limit = self.prefix.highest
                raise EncodeError(f"{self.field.name} of {len(data)} bytes received, expected {limit} at most")
            out += number_bytes(self.prefix, len(data))
        out += data

    def _data(self, values: Values) -> bytes:
        value = values.get(self.field.name, "" if self.field.kind == TEXT else b"")
        return text_bytes(self.field, value) if self.field.kind == TEXT else bytes_of_value(self.field, value)

    def prepare(self, values: Values) -> None:
        """Count the bytes."""
        if self.count_field:
            computed(values, self.count_field, len(self._data(values)))


@dataclass(frozen=True, slots=True)
class OptionalFields:
    """Fields in the order of their bits in several bitfields, the lowest bit first; some are elsewhere, in entries.

    The length of a field whose bit the table does not know is not known either: from there on all is ``trailing``, and
    ``unknown_bits`` names the bit.
    """

    bits: str
    fields: Mapping[tuple[int, int], Scalar | None] = field(default_factory=dict)

    def _set_bits(self, root: Values) -> list[tuple[int, int]]:
        return [(i + 1, 1 << bit) for i, byte in enumerate(root[self.bits]) for bit in range(8) if byte >> bit & 1]

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the fields whose bits are set, up to the first unknown one."""
        for key in self._set_bits(root):
            if key not in self.fields:
                into["unknown_bits"] = f"{key[0]}:{key[1]:#04x}"
                return
            if (scalar := self.fields[key]) is not None:
                scalar.read(cursor, into, root)

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the fields whose bits are set; EncodeError for a field whose bit is not."""
        bits = self._set_bits(root)
        for key in bits:
            if key not in self.fields:
                return
            if (scalar := self.fields[key]) is not None:
                scalar.write(out, values, root)
        for key, scalar in self.fields.items():
            if scalar is not None and key not in bits and scalar.field.name in values:
                raise EncodeError(f"{scalar.field.name} received, but its bit in {self.bits} is not set")

    def prepare(self, values: Values) -> None:
        """The bits are given."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Elements of a length (its own bytes too), a type and what the type says; unknown types are kept as bytes."""

    name: str
    count_field: str
    length: Field
    type: Field
    choices: Mapping[int, tuple[Part, ...]]

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the elements."""
        elements = []
        for _ in range(into[self.count_field]):
            size = scalar_value(self.length, cursor.take(self.length.length, self.length.name))
            if size < self.length.length + self.type.length:
                raise DecodeError(f"{self.length.name} {size} received, expected at least the type", cursor.at)
            inside = cursor.part(size - self.length.length, self.name)
            kind = scalar_value(self.type, inside.take(self.type.length, self.type.name))
            values: Values = {self.length.name: size, self.type.name: kind}
            for part in self.choices.get(kind, ()):
                part.read(inside, values, root)
            if inside.left:
                values["trailing"] = inside.take(inside.left, "trailing")
            elements.append(values)
        into[self.name] = elements

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the elements."""
        for element in values[self.name]:
            given = dict(element)
            kind = raw_number(self.type, given.get(self.type.name))
            made = bytearray(number_bytes(self.type, kind))
            write_parts(self.choices.get(kind, ()), made, given, root)
            made += given.get("trailing", b"")
            size = len(made) + self.length.length
            computed(given, self.length.name, size)
            out += number_bytes(self.length, size) + made

    def prepare(self, values: Values) -> None:
        """Count the elements."""
        computed(values, self.count_field, len(values.setdefault(self.name, [])))
