"""Read and write exchanges' binary messages from small tables of their layouts.

This is the simulators' own interpreter over tables of their own (tools/make_simulator_tables.py says how they read); it
shares nothing with the gateway's codecs. All integers are big-endian. In Python a text has lost its padding, an integer
with implied decimals is in units of 10^-8, any other integer is as on the wire, and the options of a list ("appendage",
OUCH 5.0) are entries of the message beside its fields.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLES = Path(__file__).parent / "binary_tables"
_INTEGERS = {"1u": "B", "2u": "H", "4u": "I", "8u": "Q", "1i": "b", "2i": "h", "4i": "i", "8i": "q"}
_PLACES = 8
_LENGTH = struct.Struct(">H")

Value = int | str
Values = Mapping[str, Value]
Message = dict[str, Value]


class WireFault(ValueError):
    """Say what is wrong with bytes received, or with a value to be sent."""


class Field:
    """Say how one value lies on the wire: its length in bytes, `kind` u, i or a, and its implied decimals.

    `code` is struct's; what struct has none for is bytes. A table's word is name:LENGTH KIND [.DECIMALS].
    """

    __slots__ = ("code", "factor", "highest", "kind", "length", "lowest", "name")

    def __init__(self, word: str) -> None:
        self.name, _, form = word.partition(":")
        size, _, places = form.partition(".")
        self.length, self.kind = int(size[:-1]), size[-1]
        self.factor = 10 ** (_PLACES - int(places)) if places else 1
        self.code = _INTEGERS.get(size, f"{self.length}s")
        bits = 8 * self.length - (self.kind == "i")
        self.lowest, self.highest = (-(1 << bits) if self.kind == "i" else 0), (1 << bits) - 1

    def value(self, raw: int | bytes) -> Value:
        """Return what struct has unpacked as a value."""
        if isinstance(raw, int):
            return raw * self.factor
        if self.kind == "a":
            return raw.decode("latin-1").rstrip(" ")
        return int.from_bytes(raw, "big") * self.factor

    def raw(self, value: Value) -> int | bytes:
        """Return a value as struct packs it; raises WireFault where it does not fit exactly."""
        if self.kind == "a":
            data = str(value).encode("latin-1", "replace")
            if len(data) > self.length:
                raise WireFault(f"{self.name} {value!r} has {len(data)} bytes, expected at most {self.length}")
            return data.ljust(self.length)
        number, rest = int(value), 0
        if self.factor != 1:
            number, rest = divmod(number, self.factor)
        if rest or not self.lowest <= number <= self.highest:
            raise WireFault(f"{self.name} {value} does not fit {self.length} bytes in steps of {self.factor}")
        return number if self.code[-1] != "s" else number.to_bytes(self.length, "big")


class Shape:
    """Hold the layout of one message."""

    def __init__(self, code: str, line: str, options: Mapping[int, Field]) -> None:
        self.code = code
        self.name, *words = line.split()
        listed = words.pop() if words[-1][0] in "+?" else ""
        self.options = options if listed else {}
        self.options_may_miss = listed.startswith("?")
        self._sent = {int(tag): options[int(tag)] for tag in listed[1:].split(",") if tag}
        self.fields = tuple(Field(word) for word in words)
        self.names = frozenset(field.name for field in self.fields)
        self._struct = struct.Struct(">" + "".join(field.code for field in self.fields))
        self.length = self._struct.size

    def decode(self, data: bytes) -> Message:
        """Return the fields of a whole message by name; raises WireFault for one of another length."""
        if len(data) < self.length or (len(data) > self.length and not self.options):
            raise WireFault(f"{self.name} of {len(data)} bytes received, expected {self.length}")
        raw = self._struct.unpack_from(data)
        message = {field.name: field.value(value) for field, value in zip(self.fields, raw, strict=True)}
        if self.options and not (self.options_may_miss and len(data) == self.length):
            self._read_options(data, message)
        return message

    def _read_options(self, data: bytes, message: Message) -> None:
        start = self.length + 2
        if len(data) < start:
            raise WireFault(f"{self.name} of {len(data)} bytes received, expected at least {start}")
        (length,) = _LENGTH.unpack_from(data, self.length)
        if len(data) != start + length:
            raise WireFault(f"{self.name} has {len(data) - start} bytes of options, expected {length}")
        while start < len(data):
            end = start + 1 + data[start]
            if end == start + 1 or end > len(data):
                raise WireFault(f"{self.name}: an option of {data[start]} bytes received at {start} of {len(data)}")
            self._read_option(data[start + 1], data[start + 2 : end], message)
            start = end

    def _read_option(self, tag: int, data: bytes, message: Message) -> None:
        field = self.options.get(tag)
        if field is None:
            raise WireFault(f"{self.name}: option {tag} received, which the table does not know")
        if len(data) != field.length:
            raise WireFault(f"{self.name}: option {field.name} of {len(data)} bytes received, expected {field.length}")
        message[field.name] = field.value(struct.unpack(f">{field.code}", data)[0])

    def encode(self, values: Values) -> bytes:
        """Return the message as bytes; `values` names every field, and options that go with it where it may have them.

        Raises WireFault for a value that is missing or does not fit.
        """
        try:
            data = self._struct.pack(*[field.raw(values[field.name]) for field in self.fields])
        except KeyError:
            missing = ", ".join(sorted(self.names - values.keys()))
            raise WireFault(f"{self.name}: no value for {missing}") from None
        if not self.options:
            return data
        options = b"".join(
            struct.pack(f">BB{field.code}", field.length + 1, tag, field.raw(values[field.name]))
            for tag, field in self._sent.items()
            if field.name in values and field.name not in self.names
        )
        if self.options_may_miss and not options:
            return data
        return data + _LENGTH.pack(len(options)) + options


class Table:
    """Hold a protocol's messages: `venue` by type code what the venue receives, `client` what clients receive."""

    def __init__(self, name: str) -> None:
        source = json.loads((_TABLES / f"{name}.json").read_text(encoding="utf-8"))
        self.name = name
        self.title: str = source["title"]
        options = {int(tag): Field(word) for tag, word in source["options"].items()}
        self.venue = {code: Shape(code, line, options) for code, line in source["venue"].items()}
        self.client = {code: Shape(code, line, options) for code, line in source["client"].items()}

    @staticmethod
    def decode(shapes: Mapping[str, Shape], data: bytes) -> tuple[Shape, Message]:
        """Return a message's layout and fields; raises WireFault for a type or length that the table has not."""
        code = data[:1].decode("latin-1")
        shape = shapes.get(code)
        if shape is None:
            raise WireFault(f"message type {code!r} received, expected one of {''.join(sorted(shapes))}")
        return shape, shape.decode(data)

    @staticmethod
    def encode(shapes: Mapping[str, Shape], code: str, values: Values) -> bytes:
        """Return a message of a type as bytes."""
        return shapes[code].encode({**values, "message_type": code})


@cache
def load_table(name: str) -> Table:
    """Load a table once."""
    return Table(name)
