"""Read and write the parts of messages whose fields have no fixed places: each part says what comes next.

A message is a list of parts. Reading takes them from a cursor into a mapping of names to values, writing goes the
other way. What a part does not know is kept (``padding_N``, ``beyond``, ``trailing``), so that a message is written to
the bytes that it came from. For people and tests: plain Python, not for the order path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fairlead.codecs.binary.dictionaries import bytes_of_value, raw_number, scalar_value
from fairlead.codecs.binary.layout_cy import BYTES, INT, TEXT, UINT, Field
from fairlead.codecs.errors import DecodeError, EncodeError

Values = dict[str, Any]


class Cursor:
    """Walk over bytes from the front; DecodeError where there are too few."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.at = 0
        self.offset = offset

    @property
    def left(self) -> int:
        """The number of bytes that are left."""
        return len(self.data) - self.at

    def take(self, size: int, name: str) -> bytes:
        """Return the next ``size`` bytes, which are those of ``name``."""
        if size > self.left:
            raise DecodeError(f"{self.left} bytes received for {name}, expected {size}", self.offset + self.at)
        self.at += size
        return self.data[self.at - size : self.at]

    def part(self, size: int, name: str) -> "Cursor":
        """Return a cursor over the next ``size`` bytes."""
        start = self.offset + self.at
        return Cursor(self.take(size, name), start)


class Part(Protocol):
    """Read and write one part; ``root`` has the values of the whole message, which say what is there."""

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the part from the cursor."""

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the part; EncodeError for values that it can't be."""

    def prepare(self, values: Values) -> None:
        """Set the counts that follow from other values; EncodeError where they are given otherwise."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Say when a field is there: a bit of a number, or of one of several bitfields, the first being 1."""

    field: str
    mask: int
    bitfield: int = 0

    def holds(self, root: Values) -> bool:
        """Tell whether the bit is set."""
        bits = root[self.field]
        if self.bitfield == 0:
            return bool(bits & self.mask)
        return self.bitfield <= len(bits) and bool(bits[self.bitfield - 1] & self.mask)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One field. ``null`` is the raw number, or the text's one byte, that means None; ``const`` may be left out."""

    field: Field
    null: int | None = None
    const: Any = None
    presence: Presence | None = None

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the value; nothing where its bit is not set."""
        if self.presence is None or self.presence.holds(root):
            into[self.field.name] = self.value(cursor.take(self.field.length, self.field.name))

    def value(self, part: bytes) -> Any:
        """Return the value of the field's bytes."""
        if self.null is not None and part == self._null_bytes():
            return None
        return scalar_value(self.field, part)

    def _null_bytes(self) -> bytes:
        assert self.null is not None
        if self.field.kind in (UINT, INT):
            return number_bytes(self.field, self.null)
        return bytes((self.null,)) * self.field.length

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the value, the constant where it is missing; EncodeError where a bit says otherwise."""
        name = self.field.name
        if self.presence is not None and not self.presence.holds(root):
            if name in values:
                raise EncodeError(f"{name} received, but its bit in {self.presence.field} is not set")
            return
        if name not in values and self.const is None:
            raise EncodeError(f"{name} is missing")
        out += self.bytes_of(values.get(name, self.const))

    def bytes_of(self, value: Any) -> bytes:
        """Return the field's bytes for a value; EncodeError for one that does not fit."""
        field = self.field
        if value is None:
            if self.null is None:
                raise EncodeError(f"{field.name} None received, but it has no such value")
            return self._null_bytes()
        if field.kind == TEXT:
            return text_bytes(field, value)
        if field.kind == BYTES:
            data = bytes_of_value(field, value)
            if len(data) != field.length:
                raise EncodeError(f"{field.name} of {len(data)} bytes received, expected {field.length}")
            return data
        raw = raw_number(field, value)
        if not field.lowest <= raw <= field.highest:
            raise EncodeError(f"{field.name} {value} received, expected {field.lowest} to {field.highest} on the wire")
        return number_bytes(field, raw)

    def prepare(self, values: Values) -> None:
        """Nothing follows from a field."""


def number_bytes(field: Field, raw: int) -> bytes:
    return raw.to_bytes(field.length, "little" if field.little else "big", signed=field.kind == INT)


def text_bytes(field: Field, value: Any) -> bytes:
    """Return text padded to its field; EncodeError where it is none, does not fit or is not latin-1."""
    if not isinstance(value, str):
        raise EncodeError(f"{field.name} {value!r} received, expected text")
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError:
        raise EncodeError(f"{field.name} {value!r} received, expected latin-1") from None
    if field.length < 0:
        return data
    if len(data) > field.length or (len(data) < field.length and field.pad < 0):
        raise EncodeError(f"{field.name} {value!r} of {len(data)} characters received, expected {field.length}")
    return data.ljust(field.length, bytes((max(field.pad, 0),)))


def computed(values: Values, name: str, value: Any) -> None:
    """Set a value that follows from others; EncodeError where it is given otherwise."""
    if values.setdefault(name, value) != value:
        raise EncodeError(f"{name} {values[name]!r} received, expected {value!r}")


@dataclass(frozen=True, slots=True)
class Block:
    """Fields at offsets. A shorter one leaves fields out, a longer one has bytes beyond: other versions' blocks."""

    name: str  # of a composite, whose values are a mapping of their own; empty for a block
    length: int
    members: tuple["tuple[int, Scalar | Block]", ...]
    length_field: str = ""  # in root["header"]: the length received

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the block, of the length that the header says."""
        size = root["header"][self.length_field] if self.length_field else self.length
        values: Values = {}
        self.read_members(cursor.part(size, self.name or "the block"), values, root)
        if self.name:
            into[self.name] = values
        else:
            into.update(values)

    def read_members(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take all members that are in the cursor's bytes."""
        for offset, member in self.members:
            if offset >= len(cursor.data):
                break
            _keep(into, f"padding_{cursor.at}", cursor.take(max(offset - cursor.at, 0), "padding"))
            member.read(cursor, into, root)
        end = min(self.length, len(cursor.data))
        _keep(into, f"padding_{cursor.at}", cursor.take(max(end - cursor.at, 0), "padding"))
        if cursor.left:
            into["beyond"] = cursor.take(cursor.left, "beyond")

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the block."""
        size = root["header"][self.length_field] if self.length_field else self.length
        given = values.get(self.name) if self.name else values
        if not isinstance(given, Mapping):
            raise EncodeError(f"{self.name} {given!r} received, expected a mapping")
        self.write_members(out, dict(given), root, size)

    def write_members(self, out: bytearray, values: Values, root: Values, size: int) -> None:
        """Append the members that fit into a block of ``size`` bytes, and what is beyond."""
        made = bytearray()
        for offset, member in self.members:
            if offset >= size:
                break
            made += _kept(values, f"padding_{len(made)}", offset - len(made))
            member.write(made, values, root)
        made += _kept(values, f"padding_{len(made)}", min(self.length, size) - len(made))
        made += values.get("beyond", b"")
        if len(made) != size:
            raise EncodeError(f"a block of {len(made)} bytes made, expected {size}")
        out += made

    def prepare(self, values: Values) -> None:
        """The length is the header's, which is prepared with the message."""
        if self.length_field:
            values["header"].setdefault(self.length_field, self.length)


def _keep(into: Values, name: str, data: bytes) -> None:
    # padding that is no zeros is no mistake of ours to correct
    if data.strip(b"\0"):
        into[name] = data


def _kept(values: Values, name: str, size: int) -> bytes:
    found: bytes = values.get(name, bytes(max(size, 0)))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """A repeating group of SBE: its dimension, then entries, each a block of the length that the dimension says.

    A length other than the table's is told as NAME_block_length.
    """

    name: str
    dimension: Block
    entry: Block

    def read(self, cursor: Cursor, into: Values, root: Values) -> None:
        """Take the dimension and the entries."""
        dimension: Values = {}
        self.dimension.read_members(cursor.part(self.dimension.length, self.name), dimension, root)
        size = dimension["blockLength"]
        if size != self.entry.length:
            into[f"{self.name}_block_length"] = size
        entries = []
        for _ in range(dimension["numInGroup"]):
            values: Values = {}
            self.entry.read_members(cursor.part(size, f"an entry of {self.name}"), values, root)
            entries.append(values)
        into[self.name] = entries

    def write(self, out: bytearray, values: Values, root: Values) -> None:
        """Append the dimension and the entries; a group that is not given is empty."""
        entries = values.get(self.name, [])
        size = values.get(f"{self.name}_block_length", self.entry.length)
        dimension = {"blockLength": size, "numInGroup": len(entries)}
        self.dimension.write_members(out, dimension, root, self.dimension.length)
        for entry in entries:
            self.entry.write_members(out, dict(entry), root, size)

    def prepare(self, values: Values) -> None:
        """The dimension is written with the group."""


def write_parts(parts: tuple[Part, ...], out: bytearray, values: Values, root: Values) -> None:
    """Append parts, their counts first set."""
    for part in parts:
        part.prepare(values)
    for part in parts:
        part.write(out, values, root)
