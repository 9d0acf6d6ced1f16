"""Read a table of the form "sequence" into parts; docs/adding_a_protocol.md describes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fairlead.codecs.binary.counted_parts import Choices, Data, Entries, OptionalFields
from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, INT, TEXT, UINT, Field
from fairlead.codecs.binary.parts import Block, Group, Part, Presence, Scalar
from fairlead.codecs.binary.sequences import Frame, SequenceLayout, SequenceProtocol
from fairlead.codecs.binary.table_checks import TableError
from fairlead.codecs.binary.table_reader import DIRECTIONS, LENGTHS, PADS

KINDS = {"uint": UINT, "int": INT, "ascii": TEXT, "bytes": BYTES}


def read_sequence_table(path: Path) -> SequenceProtocol:
    """Return the protocol of a table; TableError names what is wrong with it."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return _Reader(table).protocol()
    except (KeyError, TypeError, ValueError) as error:
        what = f"without {error}" if isinstance(error, KeyError) else str(error)
        raise TableError(path.name, [what]) from None


def names_of(part: dict[str, Any]) -> list[str]:
    """Return the names that a part gives to values of the message."""
    if part.get("part") == "block":
        return [member["name"] for member in part["fields"]]
    if part.get("part") == "optional_fields":
        return [field["name"] for field in part["fields"] if not field.get("in_group")]
    return [part["name"]]


class _Reader:
    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.is_little = table["byte_order"] == "little"

    def protocol(self) -> SequenceProtocol:
        table = self.table
        header = None if "header" not in table else self.block({"fields": table["header"]})
        length = table.get("length_field")
        frame = Frame(
            header,
            self.field({"name": "type", **table["type_field"]}),
            None if length is None else self.field(length),
            0 if length is None else length["from"],
        )
        layouts = tuple(self.layout(row) for row in table["messages"])
        types = [(layout.type_code, direction) for layout in layouts for direction in layout.directions]
        for layout in layouts:
            if any(types.count((layout.type_code, direction)) > 1 for direction in layout.directions):
                raise ValueError(f"message {layout.name!r}: another has type {layout.type_code} in the same direction")
        return SequenceProtocol(table["protocol"], table, frame, layouts)

    def layout(self, row: dict[str, Any]) -> SequenceLayout:
        try:
            parts = self.parts(row["parts"])
            names = [name for part in row["parts"] for name in names_of(part)]
            self.check_conditions(row["parts"], set(names))
            return SequenceLayout(row["name"], row["type"], DIRECTIONS[row["direction"]], parts)
        except KeyError as error:
            raise ValueError(f"message {row.get('name')!r}: without or unknown {error}") from None
        except ValueError as error:
            raise ValueError(f"message {row.get('name')!r}: {error}") from None

    def parts(self, rows: list[dict[str, Any]]) -> tuple[Part, ...]:
        names = [name for row in rows for name in names_of(row)]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"field {twice[0]!r} twice")
        seen: set[str] = set()
        for row in rows:
            for key in ("count_field", "bits"):
                if key in row and row[key] not in seen:
                    raise ValueError(
                        f"{row['name'] if 'name' in row else row['part']}: no field {row[key]!r} before it"
                    )
            seen.add(row.get("name", ""))
        return self.made(rows)

    def made(self, rows: list[dict[str, Any]]) -> tuple[Part, ...]:
        makers: dict[str, Callable[[dict[str, Any]], Part]] = {
            "field": self.scalar,
            "block": self.block,
            "group": self.group,
            "entries": lambda row: Entries(row["name"], row["count_field"], self.parts(row["parts"])),
            "data": self.data,
            "optional_fields": self.optional_fields,
            "choices": self.choices,
        }
        return tuple(makers[row.get("part", "field")](row) for row in rows)

    def check_conditions(self, rows: list[dict[str, Any]], names: set[str]) -> None:
        for row in rows:
            if "present_if" in row and row["present_if"][0] not in names:
                raise ValueError(f"field {row['name']!r}: no field {row['present_if'][0]!r} in the message")
            for inner in ("parts", "fields"):
                self.check_conditions(row.get(inner, []), names)

    def field(self, row: dict[str, Any]) -> Field:
        kind = KINDS[row["encoding"]]
        length = -1 if row.get("length") is None else row["length"]
        if kind in LENGTHS and length not in LENGTHS[kind] or length == 0 or kind == DIGITS:
            raise ValueError(f"field {row['name']!r} of length {length}")
        pad = PADS[row["pad"]][0] if "pad" in row else -1
        is_little = row.get("byte_order", "little" if self.is_little else "big") == "little"
        return Field(row["name"], kind, row.get("offset", 0), length, is_little, row.get("scale", 0), pad)

    def scalar(self, row: dict[str, Any]) -> Scalar:
        presence = None
        if "present_if" in row:
            name, mask, *bitfield = row["present_if"]
            presence = Presence(name, mask, *bitfield)
        return Scalar(self.field(row), row.get("null"), row.get("const"), presence)

    def block(self, row: dict[str, Any]) -> Block:
        members: list[tuple[int, Scalar | Block]] = []
        for member in row["fields"]:
            made = self.block(member) if member["encoding"] == "composite" else self.scalar(member)
            members.append((member["offset"], made))
        at = 0
        for (offset, _), member in zip(members, row["fields"], strict=True):
            if offset < at:
                raise ValueError(f"field {member['name']!r} at {offset} overlaps the one before, which ends at {at}")
            at = offset + member["length"]
        length = row.get("length", at)
        if length < at:
            raise ValueError(f"a block of {length} bytes, but its fields end at {at}")
        name = row["name"] if row.get("encoding") == "composite" else ""
        return Block(name, length, tuple(members), row.get("length_field", ""))

    def group(self, row: dict[str, Any]) -> Group:
        return Group(row["name"], self.block({"fields": row["dimension"]}), self.block(row))

    def data(self, row: dict[str, Any]) -> Data:
        prefix = None
        if "prefix" in row:
            prefix = self.field({"name": f"{row['name']}_length", "encoding": "uint", "length": row["prefix"]})
        return Data(self.field({**row, "length": None}), prefix, row.get("count_field", ""))

    def optional_fields(self, row: dict[str, Any]) -> OptionalFields:
        fields: dict[tuple[int, int], Scalar | None] = {}
        for entry in row["fields"]:
            fields[entry["bitfield"], entry["mask"]] = None if entry.get("in_group") else self.scalar(entry)
        return OptionalFields(row["bits"], fields)

    def choices(self, row: dict[str, Any]) -> Choices:
        kinds = {int(kind): self.parts(parts) for kind, parts in row["choices"].items()}
        return Choices(row["name"], row["count_field"], self.field(row["length"]), self.field(row["type"]), kinds)
