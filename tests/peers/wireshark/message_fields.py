"""List the fields of a message in the order and in the form in which a dissector of ours shows them."""

from decimal import Decimal
from typing import Any

from fairlead.codecs.binary import BinaryMessage, Field
from fairlead.codecs.binary.layout_cy import GROUP, OPTIONS


def expected(message: BinaryMessage) -> list[tuple[str, str]]:
    """Return the fields of a message in order, as our decoder reads them."""
    layout = message.layout
    assert layout is not None
    told = message.to_dict()
    found: list[tuple[str, str]] = []
    for field in layout.fields:
        if field.name not in told:
            continue
        name, value = f"{layout.name}.{field.name}", told[field.name]
        if field.kind == GROUP:
            found += _entries(field, name, value)
        elif field.kind == OPTIONS:
            for option_name, given in value.items():
                option = layout.option(option_name)
                if option.kind == GROUP:
                    found += _entries(option, f"option.{option_name}", given)
                else:
                    texts = given if isinstance(given, list) else [given]
                    found += [(f"option.{option_name}", _shown(option, each)) for each in texts]
        else:
            found.append((name, _shown(field, value)))
    return found


def _entries(field: Field, name: str, value: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(f"{name}.{each.name}", _shown(each, entry[each.name])) for entry in value for each in field.fields]


def _shown(field: Field, value: Any) -> str:
    """Return a value as tshark shows it: numbers raw, bytes with colons between."""
    if isinstance(value, bytes):
        return value.hex(":")
    if isinstance(value, str) and field.raw_of_special and value in field.raw_of_special:
        return str(field.raw_of_special[value])
    return str(int(value.scaleb(field.scale))) if isinstance(value, Decimal) else str(value)
