"""Turn binary messages into mappings of names to values and back: for people, for JSON and for tests, not for speed.

Whole numbers are int, numbers with decimals Decimal (a name such as ``market`` where the value is special), text is str
without its padding, bytes are bytes. Digits that are not written as the table would write them stay text, so that each
message is encoded to the bytes it came from. A list of options is a mapping in wire order, ``tag_99`` standing for one
that the message does not take by the table, and a list of values for one that may be repeated (those of other tags
between its values come behind them when it is encoded again); entries of a group are a list of mappings.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, GROUP, INT, OPTIONS, TEXT, UINT, Field, Layout
from fairlead.codecs.binary.writer_cy import Writer
from fairlead.codecs.errors import EncodeError

_EXACT = Context(prec=60)


def to_dict(layout: Layout | None, data: bytes, type_code: int = -1) -> dict[str, Any]:
    """Return the fields of a message that was decoded; of an unknown type its ``type_code`` and bytes."""
    if layout is None:
        return {"type_code": type_code, "raw": data}
    return {
        field.name: read_value(layout, field, data)
        for field in layout.fields
        if not field.is_optional or len(data) > layout.fixed_length
    }


def read_value(layout: Layout, field: Field, data: bytes) -> Any:
    """Return the value of one field of ``data``, a whole message or entry."""
    end = len(data) if field.length < 0 else field.offset + field.length
    part = data[field.offset : end]
    if field.kind == OPTIONS:
        return _options(layout, part)
    return _entries(field, part) if field.kind == GROUP else scalar_value(field, part)


def _entries(field: Field, part: bytes) -> list[dict[str, Any]]:
    size = field.entry_length
    assert field.entry is not None
    return [to_dict(field.entry, part[at : at + size]) for at in range(0, len(part), size)]


def scalar_value(field: Field, part: bytes) -> Any:
    if field.kind in (UINT, INT):
        return _number(field, part)
    if field.kind == BYTES:
        return part
    text = part.decode("latin-1")
    if field.kind == DIGITS:
        digits = text.lstrip(" ") if field.pad_left else text.rstrip(" ")
        is_canonical = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
        return int(digits) if is_canonical else text
    if field.pad < 0 or field.length < 0:
        return text
    return text.lstrip(chr(field.pad)) if field.pad_left else text.rstrip(chr(field.pad))


def _number(field: Field, part: bytes) -> int | Decimal | str:
    raw = int.from_bytes(part, "little" if field.little else "big", signed=field.kind == INT)
    if field.scale == 0:
        return raw
    special = (field.specials or {}).get(raw)
    if special is not None and field.raw_of_special[special] == raw:
        return special
    return raw if field.scale < 0 else Decimal(raw).scaleb(-field.scale, _EXACT)


def _options(layout: Layout, part: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    while at < len(part):
        start = at + layout.option_length_bytes
        end = start + int.from_bytes(part[at:start], "big")
        tag, value = part[start], part[start + 1 : end]
        option = layout.option_by_tag.get(tag)
        if option is None:
            found[f"tag_{tag}"] = value
        elif option.is_repeated:
            found.setdefault(option.name, []).append(scalar_value(option, value))
        else:
            found[option.name] = _entries(option, value) if option.kind == GROUP else scalar_value(option, value)
        at = end
    return found


def encode(layout: Layout, values: Mapping[str, Any]) -> bytes:
    """Return the bytes of a message; EncodeError for a field that is missing, unknown or has no such value.

    Constants and what is counted may be left out; where they are given they must be what the message makes them.
    """
    names = dict.fromkeys(field.name for field in layout.fields)
    if unknown := [name for name in values if name not in names]:
        raise EncodeError(f"{layout.name} has no field {', '.join(map(repr, unknown))}, expected {', '.join(names)}")
    missing = [field.name for field in layout.fields if field.name not in values and _is_needed(layout, field)]
    if missing:
        raise EncodeError(f"{layout.name} without {', '.join(missing)}")
    writer = layout.writer()
    writer.start()
    for field in layout.fields:
        if field.name in values and not _is_stated(layout, field):
            put_value(writer, field, values[field.name])
    frame = writer.finish()
    for field in layout.fields:
        if field.name in values and _is_stated(layout, field):
            wanted = read_value(layout, field, frame)
            if values[field.name] != wanted:
                raise EncodeError(f"{field.name} {values[field.name]!r} of {layout.name} received, expected {wanted!r}")
    return frame


def _is_stated(layout: Layout, field: Field) -> bool:
    # the type and what is counted: the message says them, not its user
    return field.is_computed or (field.const is not None and field.offset == layout.type_at)


def _is_needed(layout: Layout, field: Field) -> bool:
    return field.const is None and not field.is_computed and not field.is_optional and field.kind != OPTIONS


def put_value(writer: Writer, field: Field, value: Any) -> None:
    """Put a value in the form in which ``to_dict`` returns it; EncodeError for one of another type."""
    if field.kind == OPTIONS:
        _put_options(writer, field, value)
    elif field.kind == GROUP:
        writer.put_bytes(field, entries_of_value(field, value))
    elif field.kind == BYTES:
        writer.put_bytes(field, bytes_of_value(field, value))
    elif field.kind == TEXT or (field.kind == DIGITS and isinstance(value, str)):
        if not isinstance(value, str):
            raise _refused(field, value, "text")
        if field.kind == DIGITS and len(value) != field.length:
            raise _refused(field, value, f"a number or all {field.length} characters")
        writer.put_str(field, value)
    elif isinstance(value, str) and value in field.raw_of_special:
        writer.put_special(field, value)
    else:
        writer.put_int(field, raw_number(field, value))


def entries_of_value(field: Field, value: Any) -> bytes:
    """Return the bytes of a group's entries from a list of mappings."""
    if not isinstance(value, list):
        raise _refused(field, value, "a list of entries")
    assert field.entry is not None
    return b"".join(encode(field.entry, entry) for entry in value)


def bytes_of_value(field: Field, value: Any) -> bytes:
    """Return bytes given as bytes or as hexadecimal text."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    try:
        return bytes.fromhex(value)
    except (TypeError, ValueError):
        raise _refused(field, value, "bytes or hexadecimal text") from None


def raw_number(field: Field, value: Any) -> int:
    """Return the whole number that stands on the wire for ``value``; EncodeError where it is not exactly one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 10**field.scale if field.scale > 0 else value
    if field.scale <= 0 or not isinstance(value, (Decimal, str)):
        raise _refused(field, value, "a whole number" if field.scale <= 0 else "a Decimal or an int")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _refused(field, value, ", ".join(["a number", *field.raw_of_special])) from None
    if not number.is_finite() or number.adjusted() > 40:
        raise _refused(field, value, "a number that the field holds")
    scaled = number.scaleb(field.scale, _EXACT)
    if scaled != scaled.to_integral_value():
        raise _refused(field, value, f"{field.scale} decimals at most")
    return int(scaled)


def _put_options(writer: Writer, field: Field, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise _refused(field, value, "a mapping of options")
    layout = writer.layout
    by_name = {option.name: option for option in layout.options}
    for name, given in value.items():
        option = by_name.get(name)
        tag = name.removeprefix("tag_")
        if option is not None and option.is_repeated and isinstance(given, list):
            for each in given:
                put_option_value(writer, option, each)
        elif option is not None:
            put_option_value(writer, option, given)
        elif tag != name and tag.isdigit() and int(tag) not in layout.option_by_tag:
            writer.put_raw_option(int(tag), bytes_of_value(field, given))
        else:
            names = ", ".join(by_name) or "none"
            raise EncodeError(f"{layout.name} takes no option {name!r}, expected {names} or tag_ and a number")
    if not value and layout.is_optional:
        writer.put_no_options()


def put_option_value(writer: Writer, option: Field, value: Any) -> None:
    """Put an option in the form in which ``to_dict`` returns it."""
    if option.kind == TEXT:
        if not isinstance(value, str):
            raise _refused(option, value, "text")
        writer.put_option(option, value)
    elif option.kind == GROUP:
        writer.put_raw_option(option.tag, entries_of_value(option, value))
    else:
        special = option.raw_of_special.get(value) if isinstance(value, str) else None
        raw = raw_number(option, value) if special is None else special
        if not option.lowest <= raw <= option.highest:
            raise _refused(option, value, f"{option.lowest} to {option.highest} on the wire")
        size = option.length
        little = "little" if option.little else "big"
        writer.put_raw_option(option.tag, raw.to_bytes(size, little, signed=option.kind == INT))  # type: ignore[arg-type]


def _refused(field: Field, value: Any, expected: str) -> EncodeError:
    return EncodeError(f"{field.name} {value!r} received, expected {expected}")
