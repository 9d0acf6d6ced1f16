"""Make plans from the table ``fairlead_strategy_1_0``: where each field that the code names has its place."""

from typing import Any, Final

from fairlead.codecs.binary import Direction, Field, Layout, load_protocol
from fairlead.codecs.binary.layout_cy import TEXT
from fairlead.codecs.strategy_binary.plan_cy import Plan, Slot

PROTOCOL: Final = "fairlead_strategy_1_0"

_OF_THE_FRAME: Final = frozenset(("message_type", "appendage_length", "appendage"))
_CHARACTERS: Final = frozenset(range(ord("!"), ord("~") + 1))


def plan(message: str, fields: tuple[str, ...], options: tuple[str, ...] = (), entry: tuple[str, ...] = ()) -> Plan:
    """Return the plan of a message whose fields, options and entries' fields are put and taken in this order.

    A name that starts with ``!`` is a code that must be given. Raises ValueError where the names are not exactly those
    that the table has: what the table has is carried.
    """
    layout = load_protocol(PROTOCOL).layout(message)
    in_table = {field.name: field for field in layout.fields if field.name not in _OF_THE_FRAME}
    group = next((in_table.pop(field.name) for field in layout.fields if field.fields), None)
    by_name = {option.name: option for option in layout.options}
    in_entry = {field.name: field for field in group.fields} if group is not None else {}
    _check(message, [name.lstrip("!") for name in fields], in_table)
    _check(message, options, [name for name in by_name if name not in in_table])
    _check(message, entry, in_entry)
    is_strict = Direction.TO_VENUE in layout.directions
    slots = [_fixed_slot(name, in_table[name.lstrip("!")], by_name, is_strict) for name in fields]
    slots += [_option_slot(by_name[name], is_strict) for name in options]
    return Plan(
        message,
        layout.type_code,
        is_strict,
        layout.fixed_length,
        _length_at(layout),
        slots,
        [_fixed_slot(name, in_entry[name], {}, is_strict) for name in entry],
        group.entry_length if group is not None else 0,
        [option.tag for option in layout.options if option.is_repeated],
    )


def _check(message: str, named: Any, in_table: Any) -> None:
    if sorted(named) != sorted(in_table):
        different = ", ".join(sorted(set(named) ^ set(in_table)))
        raise ValueError(f"{message}: the table and the code do not have the same fields: {different}")


def _length_at(layout: Layout) -> int:
    return layout.options_length.offset if layout.options_length is not None else -1


def _fixed_slot(name: str, field: Field, options: dict[str, Field], is_strict: bool) -> Slot:
    option = options.get(field.name)
    tag = option.tag if option is not None else 0
    codes, expected = _allowed(field, name.startswith("!")) if is_strict else (b"", "")
    return Slot(field.name, field.offset, field.length, tag, -1, codes, expected)


def _option_slot(option: Field, is_strict: bool) -> Slot:
    codes, expected = _allowed(option, True) if is_strict else (b"", "")
    return Slot(option.name, -1, -1, option.tag, option.length, codes, expected)


def _allowed(field: Field, is_required: bool) -> tuple[bytes, str]:
    """Return which bytes a field of one byte may hold, and how to say it; nothing for other fields."""
    if field.length != 1 or field.enum == "yes_no" and field.name == "poss_resend":
        return b"", ""
    values = load_protocol(PROTOCOL).enums.get(field.enum)
    if values is None:
        known = _CHARACTERS if field.kind == TEXT else frozenset(range(1, 32))
        expected = "one character, FIX's code" if field.kind == TEXT else "1 to 31"
    else:
        known = frozenset(ord(code) if field.kind == TEXT else int(code) for code in values)
        expected = "one of " + ", ".join(f"{code!r} {meaning}" for code, meaning in values.items())
    if not is_required:
        known |= {0}
        expected += ", or zero where it is not given"
    return bytes(code in known for code in range(256)), expected
