"""Read the table of a binary protocol into layouts, and report all its mistakes at once.

docs/adding_a_protocol.md describes the form. What the codec relies on is checked here, once: fields that do not
overlap, leave no byte out and lie within their message, lengths that their encodings can have, constants and special
values that fit, types that tell messages apart.
"""

import json
from pathlib import Path
from typing import Any

from fairlead.codecs.binary.layout_cy import (
    BYTES,
    DIGITS,
    GROUP,
    INT,
    OF_THE_INSTRUMENT,
    OPTIONS,
    TEXT,
    UINT,
    Field,
    Layout,
)
from fairlead.codecs.binary.protocol import Direction, Protocol
from fairlead.codecs.binary.table_checks import Mistakes, TableError, check_keys, check_layout, check_types

KINDS = {
    "uint": UINT,
    "int": INT,
    "ascii": TEXT,
    "ascii_num": DIGITS,
    "bytes": BYTES,
    "options": OPTIONS,
    "group": GROUP,
}
PADS = {"right_space": (32, False), "left_space": (32, True), "right_nul": (0, False)}
LENGTHS = {UINT: range(1, 17), INT: range(1, 9), DIGITS: range(1, 33)}
DIRECTIONS = {
    "to_venue": (Direction.TO_VENUE,),
    "to_client": (Direction.TO_CLIENT,),
    "both": (Direction.TO_VENUE, Direction.TO_CLIENT),
}

__all__ = ["TableError", "read_table"]


def read_table(path: Path) -> Protocol:
    """Return the protocol of a table; TableError with every mistake."""
    mistakes = Mistakes(path.name)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TableError(path.name, [f"no JSON: {error}"]) from None
    if not check_keys(mistakes, "table", table):
        raise TableError(path.name, mistakes.found)
    try:
        return _protocol(path.name, table, mistakes)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise TableError(path.name, [*mistakes.found, f"{type(error).__name__}: {error}"]) from None


def _protocol(name: str, table: dict[str, Any], mistakes: Mistakes) -> Protocol:
    reader = TableReader(table, mistakes)
    layouts = tuple(layout for row in table["messages"] if (layout := reader.layout(row)) is not None)
    type_field = reader.field("type_field", {"name": "type_field", **table["type_field"]})
    if type_field is not None:
        check_types(mistakes, layouts, type_field)
    if mistakes.found or type_field is None:
        raise TableError(name, mistakes.found)
    for layout in layouts:
        layout.type_at = type_field.offset
        layout.template = template(layout)
    return Protocol(table["protocol"], table, layouts, type_field, table.get("enums", {}))


class TableReader:
    """Make fields and layouts from rows; what can't be made is a mistake and None."""

    def __init__(self, table: dict[str, Any], mistakes: Mistakes) -> None:
        self.table = table
        self.mistakes = mistakes
        self.enums: dict[str, dict[str, str]] = table.get("enums", {})
        self.is_little = table["byte_order"] == "little"
        self.option_length_bytes = table.get("option_length_bytes", 1)
        if self.option_length_bytes not in (1, 2):
            mistakes.add("table", f"option_length_bytes {self.option_length_bytes!r}, expected 1 or 2")
        if table["byte_order"] not in ("big", "little"):
            mistakes.add("table", f"byte_order {table['byte_order']!r}, expected big or little")

    def layout(self, row: dict[str, Any]) -> Layout | None:
        """Return the layout of a message's row."""
        name = row.get("name") if isinstance(row, dict) else row
        where = f"message {name!r}"
        if not check_keys(self.mistakes, where, row, "message"):
            return None
        directions = DIRECTIONS.get(row["direction"])
        if directions is None:
            self.mistakes.add(where, f"direction {row['direction']!r}, expected one of {', '.join(DIRECTIONS)}")
            return None
        layout = self.layout_of(where, row, self.type_code(where, row["type"]), directions)
        if layout is not None:
            layout.take_options(self.options(where, row.get("options", [])), self.option_length_bytes)
            check_layout(self.mistakes, where, layout, row.get("length"))
        return layout

    def layout_of(self, where: str, row: dict[str, Any], code: int, directions: tuple[int, ...]) -> Layout | None:
        """Return a layout of the fields of a row: of a message, or of an entry of a group."""
        made = [self.field(f"{where}, field {entry.get('name')!r}", entry) for entry in row["fields"]]
        fields = tuple(field for field in made if field is not None)
        if len(fields) < len(made) or not fields:
            if not fields:
                self.mistakes.add(where, "no fields")
            return None
        by_name = {field.name: field for field in fields}
        if len(by_name) < len(fields):
            self.mistakes.add(where, "two fields of one name")
            return None
        self.join_counts(where, row["fields"], by_name)
        return Layout(row["name"], code, directions, fields)

    def type_code(self, where: str, stated: Any) -> int:
        """Return a message's type as a number; -1 for the message of all other types."""
        if isinstance(stated, str) and len(stated) == self.table["type_field"].get("length") and stated.isascii():
            return int.from_bytes(stated.encode("ascii"), "little" if self.is_little else "big")
        if isinstance(stated, int) and stated >= 0:
            return stated
        if stated is not None:
            self.mistakes.add(where, f"type {stated!r}, expected a character for each byte, a number or null")
        return -1

    def field(self, where: str, row: dict[str, Any], tag: int = -1) -> Field | None:
        """Return the field of a row."""
        if not check_keys(self.mistakes, where, row, "field"):
            return None
        kind = KINDS.get(row["encoding"])
        length = -1 if row.get("length") is None else row["length"]
        scale = row.get("scale", 0)
        if not self.is_plausible(where, row, kind, length, scale):
            return None
        assert kind is not None
        pad, pad_left = PADS[row["pad"]] if "pad" in row else (32 if kind == DIGITS else -1, kind == DIGITS)
        scale = OF_THE_INSTRUMENT if scale == "instrument" else scale
        is_little = row.get("byte_order", "little" if self.is_little else "big") == "little"
        made = Field(row["name"], kind, row["offset"], length, is_little, scale, pad, pad_left, row.get("max"), tag)
        return self.described(where, made, row)

    def is_plausible(self, where: str, row: dict[str, Any], kind: int | None, length: Any, scale: Any) -> bool:
        """Tell whether a row's facts can be a field's at all."""
        before = len(self.mistakes.found)
        if kind is None:
            self.mistakes.add(where, f"encoding {row['encoding']!r}, expected one of {', '.join(KINDS)}")
        elif kind in LENGTHS and (not isinstance(length, int) or length not in LENGTHS[kind]):
            expected = f"{LENGTHS[kind][0]} to {LENGTHS[kind][-1]}"
            self.mistakes.add(where, f"length {row.get('length')} of encoding {row['encoding']}, expected {expected}")
        if not isinstance(length, int) or (length < 1 and length != -1):
            self.mistakes.add(where, f"length {length!r}, expected a number of bytes or null")
        if not isinstance(row["offset"], int) or row["offset"] < 0:
            self.mistakes.add(where, f"offset {row['offset']!r}, expected a number from 0")
        if scale != "instrument" and (not isinstance(scale, int) or not 0 <= scale <= 18):
            self.mistakes.add(where, f"scale {scale!r}, expected 0 to 18 or 'instrument'")
        if not isinstance(row.get("max", 0), int):
            self.mistakes.add(where, f"max {row['max']!r}, expected a whole number")
        special = row.get("special", {})
        if not isinstance(special, dict) or not all(is_number(raw) for raw in special):
            self.mistakes.add(where, f"special {special!r}, expected names by whole numbers")
        if row.get("pad", "right_space") not in PADS:
            self.mistakes.add(where, f"pad {row['pad']!r}, expected one of {', '.join(PADS)}")
        if "enum" in row and row["enum"] not in self.enums:
            self.mistakes.add(where, f"enum {row['enum']!r}, expected one of {', '.join(self.enums)}")
        return len(self.mistakes.found) == before

    def described(self, where: str, field: Field, row: dict[str, Any]) -> Field | None:
        """Add to a field what its row says beyond the position."""
        facts: dict[str, Any] = {
            key: row[key] for key in ("const", "enum", "unit", "counts", "counts_from") if key in row
        }
        if "enum" in row:
            meanings = self.enums[row["enum"]]
            facts["meanings"] = (
                {int(code, 0): text for code, text in meanings.items()} if field.kind in (UINT, INT) else dict(meanings)
            )
        if "special" in row:
            facts["specials"] = {int(raw): special for raw, special in row["special"].items()}
        facts |= {f"is_{key}": True for key in ("optional", "repeated") if row.get(key)}
        if field.kind == GROUP:
            entry = self.layout_of(where, {"name": field.name, **row}, -1, ())
            if entry is None:
                return None
            check_layout(self.mistakes, where, entry, row["entry_length"])
            entry.template = template(entry)
            facts |= {"entry": entry, "fields": entry.fields, "entry_length": row["entry_length"]}
            facts["count"] = row.get("count", -1)
        self.mistakes.check_values(where, field, facts)
        return field.describe(**facts)

    def join_counts(self, where: str, rows: list[dict[str, Any]], by_name: dict[str, Field]) -> None:
        """Join the groups of a message with the fields that count their entries."""
        for row in rows:
            name = row.get("count_field")
            if name is None:
                continue
            counter = by_name.get(name)
            if counter is None or counter.kind != UINT:
                self.mistakes.add(where, f"count_field {name!r}, expected a uint field of the message")
                continue
            by_name[row["name"]].describe(count_field=counter)
            counter.describe(counts="entries")

    def options(self, where: str, tags: list[int]) -> tuple[Field, ...]:
        """Return the options of a message by their tags."""
        found = []
        for tag in tags:
            row = self.table.get("options", {}).get(str(tag))
            if row is None or not 0 <= tag <= 255:
                self.mistakes.add(where, f"option {tag}, expected one of the table's")
                continue
            option = self.field(f"option {tag}", {"offset": 0, **row}, tag)
            if option is None:
                continue
            is_scalar = option.kind in (UINT, INT, TEXT) and 1 <= option.length <= 8 and not option.is_repeated
            is_open = option.kind == TEXT or (option.kind == GROUP and option.count < 0 and not option.is_repeated)
            if is_scalar or (is_open and option.length < 0):
                found.append(option)
            else:
                self.mistakes.add(f"option {tag}", "expected a number or text of 1 to 8 bytes, open text or a group")
        return tuple(found)


def is_number(text: str) -> bool:
    """Tell whether a key of a table is a whole number."""
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def template(layout: Layout) -> bytes:
    """Return a message with its constants, 0 in numbers and blanks in text; without a tail that may be empty."""
    made = bytearray(layout.fixed_length)
    for field in layout.fields:
        end = field.offset + field.length
        if end > layout.fixed_length and field.kind != GROUP or field is layout.tail and field.kind != GROUP:
            continue
        if field.kind == GROUP:
            assert field.entry is not None
            made[field.offset :] = field.entry.template * max(field.count, 0)
        elif field.kind == TEXT:
            text = "" if field.const is None else str(field.const)
            made[field.offset : end] = text.encode("latin-1").ljust(field.length, bytes((max(field.pad, 0) or 32,)))
        elif field.kind == DIGITS:
            made[field.offset : end] = b"0".rjust(field.length) if field.pad_left else b"0".ljust(field.length)
        elif field.kind in (UINT, INT) and field.const is not None:
            order = "little" if field.little else "big"
            made[field.offset : end] = int(field.const).to_bytes(field.length, order, signed=field.kind == INT)  # type: ignore[arg-type]
    return bytes(made)
