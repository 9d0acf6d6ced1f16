"""Give access to a protocol: its layouts by name, decoders, and encoding from mappings."""

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

from fairlead.codecs.binary import dictionaries
from fairlead.codecs.binary.layout_cy import Field, Layout
from fairlead.codecs.binary.message_cy import Decoder


class Direction(IntEnum):
    """Say which way a message goes."""

    TO_VENUE = 1
    TO_CLIENT = 2


class Protocol:
    """Hold one protocol's layouts; ``load_protocol`` makes it from a table.

    ``enums`` maps codes to meanings by the enum's name; ``type_field`` is where a message's type stands.
    """

    def __init__(
        self,
        name: str,
        facts: Mapping[str, str],
        layouts: tuple[Layout, ...],
        type_field: Field,
        enums: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.name = name
        self.title = facts["title"]
        self.version = facts["version"]
        self.kind = facts["kind"]
        self.byte_order = facts["byte_order"]
        self.layouts = layouts
        self.type_field = type_field
        self.enums = enums

    def __repr__(self) -> str:
        return f"<Protocol {self.name}>"

    def layout(self, name: str, direction: Direction | None = None) -> Layout:
        """Return a message's layout; LookupError where there is none, or two and no ``direction``."""
        found = [layout for layout in self.layouts if layout.name == name]
        if direction is not None:
            found = [layout for layout in found if direction in layout.directions]
        if len(found) == 1:
            return found[0]
        if found:
            raise LookupError(f"{self.name} has {name!r} in both directions: say which")
        names = ", ".join(layout.name for layout in self.layouts if direction is None or direction in layout.directions)
        raise LookupError(f"{self.name} has no message {name!r}, expected one of {names}")

    def layouts_of(self, direction: Direction) -> list[Layout]:
        """Return the layouts of one direction in the table's order."""
        return [layout for layout in self.layouts if direction in layout.directions]

    def decoder(self, direction: Direction) -> Decoder:
        """Return a decoder of its own; each has one message, which it reuses."""
        field = self.type_field
        return Decoder(self.layouts_of(direction), field.offset, field.length, field.little)

    def encode(self, name: str, values: Mapping[str, Any], direction: Direction | None = None) -> bytes:
        """Return a message from names and values as ``BinaryMessage.to_dict`` returns them; EncodeError."""
        return dictionaries.encode(self.layout(name, direction), values)


_TABLES = Path(__file__).resolve().parent / "tables"
_LOADED: dict[Path, Protocol] = {}


def table_names() -> list[str]:
    """Return the names of the tables in this package."""
    return sorted(path.stem for path in _TABLES.glob("*.json"))


def load_protocol(name: str | Path) -> Protocol:
    """Return a protocol by the name of a table in this package, or by the path of any table; cached.

    TableError names every mistake of a table; LookupError where there is none of that name.
    """
    from fairlead.codecs.binary.table_reader import read_table

    path = name if isinstance(name, Path) else _TABLES / f"{name}.json"
    path = path.resolve()
    protocol = _LOADED.get(path)
    if protocol is None:
        if not path.is_file() and (_TABLES / "sequences" / path.name).is_file():
            raise LookupError(f"{path.stem} has messages without fixed places: load_sequence reads it")
        if not path.is_file():
            raise LookupError(f"no table {str(name)!r}, expected a path or one of {', '.join(table_names())}")
        protocol = _LOADED[path] = read_table(path)
    return protocol
