"""Write a Wireshark dissector in Lua for the protocol of any table.

The script holds the table's layouts as Lua tables, and ``runtime.lua``, which walks them. It dissects SoupBinTCP
packets of a TCP stream, and messages behind MoldUDP64's headers; docs/strategy-protocol.md says how it is used.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fairlead.codecs.binary import Direction, Field, Layout, Protocol, load_protocol
from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, GROUP, INT, OPTIONS, TEXT, UINT

FRAMING: Final = "soupbintcp_3_00"

_RUNTIME: Final = Path(__file__).resolve().parent / "runtime.lua"
_KINDS: Final = {
    UINT: "uint",
    INT: "int",
    TEXT: "text",
    DIGITS: "digits",
    BYTES: "bytes",
    OPTIONS: "options",
    GROUP: "group",
}
_SECRETS: Final = frozenset(("password",))
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0"}


def dissector(protocol: Protocol) -> str:
    """Return the script; Wireshark loads it with ``-X lua_script:FILE``."""
    framing = load_protocol(FRAMING)
    facts = {
        "name": protocol.name,
        # Wireshark wants each description once
        "title": f"{protocol.title} ({protocol.name})",
        "type_at": protocol.type_field.offset,
        "type_length": protocol.type_field.length,
        "little": protocol.byte_order == "little",
    }
    made = (
        f"-- {facts['title']}: made from the table of this name by `fairlead dissector`; not to be edited.\n\n"
        f"local facts = {_lua(facts)}\n\n"
        f"local enums = {_lua(_enums(framing) | _enums(protocol))}\n\n"
        f"local messages = {_lua([_layout(each) for each in protocol.layouts])}\n\n"
        f"local packets = {_lua([_layout(each) for each in framing.layouts])}\n\n"
    )
    return made + _RUNTIME.read_text(encoding="utf-8")


def _enums(protocol: Protocol) -> dict[str, dict[str, str]]:
    return {name: dict(values) for name, values in protocol.enums.items()}


def _layout(layout: Layout) -> dict[str, Any]:
    tail = layout.tail
    return {
        "name": layout.name,
        "code": layout.type_code,
        "to_venue": Direction.TO_VENUE in layout.directions,
        "to_client": Direction.TO_CLIENT in layout.directions,
        "min_length": layout.min_length,
        "length": layout.length,
        "option_length_bytes": layout.option_length_bytes,
        "fields": [_field(field) for field in layout.fields],
        "options": {str(option.tag): _field(option) for option in layout.options},
        "tail": _KINDS[tail.kind] if tail is not None else "",
    }


def _field(field: Field) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": field.name,
        "kind": "secret" if field.name in _SECRETS else _KINDS[field.kind],
        "at": field.offset,
        "length": field.length,
    }
    optional = {
        "scale": field.scale,
        "enum": field.enum,
        "little": field.little,
        "optional": field.is_optional,
        "specials": {str(raw): name for raw, name in (field.specials or {}).items()},
        "entry_length": field.entry_length,
        "count": field.count if field.kind == GROUP and field.count >= 0 else 0,
        "fields": [_field(each) for each in field.fields],
        "pad": field.pad if field.pad >= 0 else 0,
    }
    return row | {name: value for name, value in optional.items() if value}


def _lua(value: Any, indent: str = "") -> str:
    """Return a value as Lua writes it; only lists of mappings go over several lines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_ESCAPES.get(each, each) for each in value) + '"'
    deeper = indent + "  "
    if isinstance(value, Mapping):
        parts = [f"{_lua_key(key)} = {_lua(each, deeper)}" for key, each in value.items()]
    else:
        parts = [_lua(each, deeper) for each in value]
    inner = value.values() if isinstance(value, Mapping) else value
    if not any(isinstance(each, Mapping | list) for each in inner):
        return "{" + ", ".join(parts) + "}"
    return "{\n" + "".join(f"{deeper}{part},\n" for part in parts) + indent + "}"


def _lua_key(key: str) -> str:
    return key if key.isidentifier() else f"[{_lua(key)}]"
