"""Say what is wrong with the table of a binary protocol."""

from collections.abc import Iterable, Mapping
from typing import Any

from fairlead.codecs.binary.layout_cy import BYTES, GROUP, INT, OPTIONS, TEXT, UINT, Field, Layout

_COUNTS = ("message", "options")

# section -> (keys that must be there, keys that may be)
KEYS = {
    "table": (
        {"protocol", "title", "version", "kind", "byte_order", "type_field", "messages"},
        {"enums", "options", "option_length_bytes", "description"},
    ),
    "message": ({"name", "type", "direction", "fields"}, {"length", "options"}),
    "field": (
        {"name", "offset", "encoding"},
        {"length", "const", "enum", "pad", "scale", "unit", "special", "max", "counts", "counts_from", "optional"}
        | {"repeated", "byte_order", "entry_length", "count", "count_field", "fields"},
    ),
}


class TableError(Exception):
    """Report all that is wrong with a table; ``mistakes`` has a line for each."""

    def __init__(self, name: str, mistakes: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(mistakes))
        self.mistakes = mistakes


class Mistakes:
    """Collect what is wrong with one table."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    def add(self, where: str, what: str) -> None:
        """Add a mistake."""
        self.found.append(f"{where}: {what}")

    def check_values(self, where: str, field: Field, facts: Mapping[str, Any]) -> None:
        """Check that a field's constant and special values are such as the field can hold."""
        if (counts := facts.get("counts")) is not None and (counts not in _COUNTS or field.kind != UINT):
            self.add(where, f"counts {counts!r}, expected one of {', '.join(_COUNTS)} in a uint field")
        numbers = list(facts.get("specials", {}))
        if numbers and field.kind not in (UINT, INT):
            self.add(where, "special values, which only uint and int can have")
        if field.scale != 0 and field.kind not in (UINT, INT):
            self.add(where, "a scale, which only uint and int can have")
        const = facts.get("const")
        if field.kind in (UINT, INT):
            numbers += [] if const is None else [const]
        elif const is not None and (field.kind != TEXT or not isinstance(const, str) or len(const) > field.length):
            self.add(where, f"const {const!r}, expected text of {field.length} characters at most")
        for number in numbers if field.length > 0 else []:
            bits = 8 * field.length
            low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if field.kind == INT else (0, (1 << bits) - 1)
            if not isinstance(number, int) or not low <= number <= high:
                self.add(where, f"value {number!r}, expected {low} to {high}")


def check_keys(mistakes: Mistakes, where: str, row: Any, section: str = "table") -> bool:
    """Check that a section has the keys that it needs and no others; tell whether it can be read."""
    needed, allowed = KEYS[section]
    if not isinstance(row, dict):
        mistakes.add(where, f"{type(row).__name__} found, expected an object")
        return False
    if unknown := sorted(set(row) - needed - allowed):
        mistakes.add(where, f"unknown key {', '.join(unknown)}")
    if missing := sorted(needed - set(row)):
        mistakes.add(where, f"without {', '.join(missing)}")
    return not missing


def check_layout(mistakes: Mistakes, where: str, layout: Layout, length: int | None) -> None:
    """Check that fields follow each other without a gap, that they end where the message does, and what its tail is."""
    at = 0
    for field in layout.fields:
        if field.offset < at:
            mistakes.add(where, f"field {field.name!r} at {field.offset} overlaps the one before, which ends at {at}")
        elif field.offset > at:
            mistakes.add(where, f"bytes {at} to {field.offset - 1} before {field.name!r} belong to no field")
        is_last = field is layout.fields[-1]
        if field.kind == GROUP and field.count >= 0:
            at = field.offset + field.count * field.entry_length
            if field.length not in (-1, at - field.offset):
                mistakes.add(where, f"field {field.name!r} of {field.length} bytes, expected {at - field.offset}")
        elif field.length < 0 or field.kind in (OPTIONS, GROUP):
            at = -1
        else:
            at = field.offset + field.length
        if not is_last and (at < 0 or field.kind in (OPTIONS, GROUP)):
            mistakes.add(where, f"field {field.name!r} has no length of its own, only the last field can")
            return
    if length is not None and length != layout.length:
        mistakes.add(where, f"length {length}, but the fields end at {layout.length if at >= 0 else 'no fixed place'}")
    _check_tail(mistakes, where, layout)


def _check_tail(mistakes: Mistakes, where: str, layout: Layout) -> None:
    tail = layout.tail
    counter = layout.options_length
    if tail is not None and tail.kind == OPTIONS:
        if counter is None or counter.offset + counter.length != tail.offset:
            mistakes.add(where, f"field {tail.name!r} needs a field before it that counts options")
    elif counter is not None or layout.options:
        mistakes.add(where, "options, but no last field that lists them")
    if tail is not None and tail.kind == GROUP and (tail.count >= 0) == (tail.count_field is not None):
        mistakes.add(where, f"field {tail.name!r}: expected either count or count_field")
    if tail is not None and tail.length < 0 and tail.kind not in (OPTIONS, GROUP, BYTES, TEXT):
        mistakes.add(where, f"field {tail.name!r} without a length, which only bytes, text and lists can be")


def check_types(mistakes: Mistakes, layouts: Iterable[Layout], type_field: Field) -> None:
    """Check that the messages of a direction are told apart by their types, and that each holds its own."""
    seen: dict[tuple[int, int], str] = {}
    names: set[tuple[int, str]] = set()
    for layout in layouts:
        where = f"message {layout.name!r}"
        if layout.min_length < type_field.offset + type_field.length:
            mistakes.add(where, f"ends before the type at {type_field.offset}")
        for direction in layout.directions:
            other = seen.setdefault((direction, layout.type_code), layout.name)
            if other != layout.name:
                mistakes.add(where, f"has the type of {other!r} in the same direction")
            if (direction, layout.name) in names:
                mistakes.add(where, "two messages of this name in one direction")
            names.add((direction, layout.name))
        _check_own_type(mistakes, where, layout, type_field)


def _check_own_type(mistakes: Mistakes, where: str, layout: Layout, type_field: Field) -> None:
    if layout.type_code < 0:
        return
    for field in layout.fields:
        if field.offset == type_field.offset and field.length == type_field.length and field.const is not None:
            code = field.const
            if isinstance(code, str):
                code = int.from_bytes(code.encode("latin-1"), "little" if field.little else "big")
            if code != layout.type_code:
                mistakes.add(where, f"type {layout.type_code}, but {field.name!r} is {field.const!r}")
            return
    mistakes.add(where, f"no constant field for the type at {type_field.offset}")
