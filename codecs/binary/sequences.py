"""Decode and encode protocols whose messages are sequences of parts: SBE, ETI, presence bits, bitfields.

The same face as ``Protocol`` has, without its speed: plain Python that interprets a table, for tools and tests. A table
of this form has ``"form": "sequence"``; docs/adding_a_protocol.md describes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead.codecs.binary.dictionaries import scalar_value
from fairlead.codecs.binary.layout_cy import Field
from fairlead.codecs.binary.parts import Block, Cursor, Part, Values, computed, write_parts
from fairlead.codecs.binary.protocol import Direction
from fairlead.codecs.errors import DecodeError, EncodeError, LocalProtocolError


@dataclass(frozen=True, slots=True)
class SequenceLayout:
    """One message: its type and its parts, which come behind the protocol's header."""

    name: str
    type_code: int
    directions: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all messages of a protocol have: a header, and where their type and length are, if anywhere.

    ``length`` counts all bytes but the first ``length_from``.
    """

    header: Block | None
    type: Field
    length: Field | None
    length_from: int


class SequenceMessage:
    """One decoded message; ``layout`` is None where the type is unknown."""

    def __init__(self, layout: SequenceLayout | None, type_code: int, frame: bytes, values: Values) -> None:
        self.layout = layout
        self.type_code = type_code
        self._frame = frame
        self._values = values

    def raw(self) -> bytes:
        """Return the message's bytes."""
        return self._frame

    def to_dict(self) -> Values:
        """Return names and values; the protocol's header, where it has one, is a mapping of its own."""
        return dict(self._values)


class SequenceProtocol:
    """Hold one protocol of this form; ``load_protocol`` makes it from a table."""

    def __init__(self, name: str, facts: Mapping[str, str], frame: Frame, layouts: tuple[SequenceLayout, ...]) -> None:
        self.name = name
        self.title = facts["title"]
        self.version = facts["version"]
        self.kind = facts["kind"]
        self.frame = frame
        self.layouts = layouts

    def layout(self, name: str, direction: Direction | None = None) -> SequenceLayout:
        """Return a message's layout; LookupError where there is none, or two and no ``direction``."""
        found = [each for each in self.layouts if each.name == name and direction in (None, *each.directions)]
        if len(found) != 1:
            raise LookupError(f"{self.name} has {len(found)} messages {name!r}, expected one")
        return found[0]

    def layouts_of(self, direction: Direction) -> list[SequenceLayout]:
        """Return the layouts of one direction in the table's order."""
        return [layout for layout in self.layouts if direction in layout.directions]

    def decoder(self, direction: Direction) -> "SequenceDecoder":
        """Return a decoder of one direction."""
        return SequenceDecoder(self, direction)

    def frame_length(self, data: bytes) -> int:
        """Return how long the message at the start of ``data`` says it is; 0 where that can't be told."""
        field = self.frame.length
        if field is None or len(data) < field.offset + field.length:
            return 0
        return int(scalar_value(field, data[field.offset : field.offset + field.length])) + self.frame.length_from

    def encode(self, name: str, values: Mapping[str, Any], direction: Direction | None = None) -> bytes:
        """Return a message from names and values as ``to_dict`` returns them; EncodeError.

        The length, counts and the type may be left out; in a header what the table says is constant, too.
        """
        layout = self.layout(name, direction)
        given: Values = dict(values)
        out = bytearray()
        if self.frame.header is not None:
            given["header"] = self._header(layout, given.get("header", {}))
        else:
            computed(given, self.frame.type.name, layout.type_code)
        for part in layout.parts:
            part.prepare(given)
        if self.frame.header is not None:
            self.frame.header.write_members(out, given["header"], given, self.frame.header.length)
        write_parts(layout.parts, out, self._with_length(given, 0), given)
        out += given.get("trailing", b"")
        self._set_length(out, given)
        return bytes(out)

    def _header(self, layout: SequenceLayout, given: Mapping[str, Any]) -> Values:
        header = self._with_length(dict(given), 0)
        computed(header, self.frame.type.name, layout.type_code)
        return header

    def _with_length(self, values: Values, length: int) -> Values:
        field = self.frame.length
        return values if field is None else {field.name: length, **values}

    def _set_length(self, out: bytearray, given: Values) -> None:
        field = self.frame.length
        if field is None:
            return
        length = len(out) - self.frame.length_from
        stated = (given if self.frame.header is None else given["header"]).get(field.name, 0)
        if stated not in (0, length):
            raise EncodeError(f"{field.name} {stated} received, expected {length}")
        if length > field.highest:
            raise EncodeError(
                f"a message of {len(out)} bytes made, expected up to {field.highest + self.frame.length_from}"
            )
        out[field.offset : field.offset + field.length] = length.to_bytes(
            field.length, "little" if field.little else "big"
        )


class SequenceDecoder:
    """Decode the messages of one protocol in one direction."""

    def __init__(self, protocol: SequenceProtocol, direction: Direction) -> None:
        self._frame = protocol.frame
        self._by_code = {layout.type_code: layout for layout in protocol.layouts_of(direction)}

    def decode(self, buffer: bytes | bytearray | memoryview, start: int = 0, end: int = -1) -> SequenceMessage:
        """Return the one whole message in ``buffer[start:end]``; DecodeError where it is cut short or its length lies.

        What the table does not know of a known message is in it as ``beyond`` and ``trailing``.
        """
        end = len(buffer) if end < 0 else end
        if not 0 <= start <= end <= len(buffer):
            raise LocalProtocolError(f"{start}:{end} of a buffer of {len(buffer)} bytes")
        data = bytes(memoryview(buffer)[start:end])
        self._check_length(data)
        code = int(_at(self._frame.type, data))
        layout = self._by_code.get(code)
        if layout is None:
            return SequenceMessage(None, code, data, {"type_code": code, "raw": data})
        cursor = Cursor(data)
        values: Values = {}
        if (header := self._frame.header) is not None:
            values["header"] = {}
            header.read_members(cursor.part(header.length, "the header"), values["header"], values)
        for part in layout.parts:
            part.read(cursor, values, values)
        if cursor.left:
            values["trailing"] = cursor.take(cursor.left, "trailing")
        return SequenceMessage(layout, code, data, values)

    def _check_length(self, data: bytes) -> None:
        field = self._frame.length
        least = self._frame.type.offset + self._frame.type.length
        if len(data) < least:
            raise DecodeError(f"{len(data)} bytes received, expected at least {least}", len(data))
        if field is not None and _at(field, data) != len(data) - self._frame.length_from:
            expected = len(data) - self._frame.length_from
            raise DecodeError(f"{field.name} {_at(field, data)} received, expected {expected}", field.offset)


def _at(field: Field, data: bytes) -> int:
    if len(data) < field.offset + field.length:
        raise DecodeError(f"{len(data)} bytes received, expected {field.name} at {field.offset}", len(data))
    return int(scalar_value(field, data[field.offset : field.offset + field.length]))


_TABLES = Path(__file__).resolve().parent / "tables" / "sequences"


def sequence_names() -> list[str]:
    """Return the names of the tables of this form in this package."""
    return sorted(path.stem for path in _TABLES.glob("*.json"))


_LOADED: dict[Path, SequenceProtocol] = {}


def load_sequence(name: str | Path) -> SequenceProtocol:
    """Return a protocol by the name of a table in this package, or by the path of any table of this form; cached."""
    from fairlead.codecs.binary.sequence_reader import read_sequence_table

    path = (name if isinstance(name, Path) else _TABLES / f"{name}.json").resolve()
    if path not in _LOADED:
        if not path.is_file():
            raise LookupError(f"no table {str(name)!r}, expected a path or one of {', '.join(sequence_names())}")
        _LOADED[path] = read_sequence_table(path)
    return _LOADED[path]


__all__ = [
    "SequenceDecoder",
    "SequenceLayout",
    "SequenceMessage",
    "SequenceProtocol",
    "load_sequence",
    "sequence_names",
]
