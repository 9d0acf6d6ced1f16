"""Show items: one line each for people, in colour on a terminal, or one JSON object each for programs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from rich.text import Text

from fairlead.gateway.decoding.items import MESSAGE, UNKNOWN, Item

SHOWN_BYTES: Final = 64
_NS_PER_S: Final = 1_000_000_000
_STYLES: Final = {"time": "dim", "ends": "cyan", "protocol": "magenta", "name": "bold green"}


def as_json(item: Item) -> bytes:
    """Return a line of JSON: what is empty is left out, decimals are texts, bytes are hexadecimal."""
    facts: dict[str, Any] = {
        "kind": item.kind,
        "packet": item.packet or None,
        "time": _time(item.utc_ns) or None,
        "from": item.source or None,
        "to": item.target or None,
        "offset": item.offset,
        "protocol": item.protocol,
        "message": item.name or None,
        "type": item.type or None,
        "direction": item.direction or None,
        "sequence": item.sequence,
        "fields": item.fields if item.kind == MESSAGE else None,
        "length": len(item.raw) if item.kind == MESSAGE else None,
        "bytes": item.raw.hex() if item.kind == UNKNOWN else None,
        "text": item.text or None,
    }
    kept = {name: value for name, value in facts.items() if value is not None}
    return orjson.dumps(kept, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"{type(value)}")


def as_line(item: Item) -> str:
    """Return a line of plain text."""
    return "".join(text for text, _ in _parts(item))


def as_text(item: Item) -> Text:
    """Return a line in colour."""
    return Text.assemble(*(part for part in _parts(item)))


def _parts(item: Item) -> Iterator[tuple[str, str]]:
    if item.packet:
        yield f"{item.packet:>6} ", "dim"
    if item.utc_ns:
        yield f"{_time(item.utc_ns)[11:]} ", _STYLES["time"]
    if item.source:
        yield f"{item.source} > {item.target} ", _STYLES["ends"]
    else:
        yield f"{item.offset:>10} ", _STYLES["time"]
    yield f"{item.protocol} ", _STYLES["protocol"]
    if item.kind == MESSAGE:
        yield from _message(item)
        return
    yield (
        (f"UNKNOWN {item.text}" if item.kind == UNKNOWN else item.text),
        "bold red" if item.kind == UNKNOWN else "yellow",
    )
    if item.raw:
        yield f" | {_dump(item.raw)}", "red"


def _message(item: Item) -> Iterator[tuple[str, str]]:
    yield item.name, _STYLES["name"]
    if item.sequence is not None:
        yield f" #{item.sequence}", _STYLES["time"]
    for name, value in item.fields.items():
        yield f" {name}=", ""
        yield _shown(value), "bold"
        if name in item.meanings:
            yield f" ({item.meanings[name]})", _STYLES["time"]
    if item.text:
        yield f" | {item.text}", "red"


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return "{" + " ".join(f"{key}={_shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(inner) for inner in value) + "]"
    if isinstance(value, str):
        return value if value and value.isprintable() and " " not in value else repr(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _dump(raw: bytes) -> str:
    shown = raw[:SHOWN_BYTES]
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in shown)
    rest = f" and {len(raw) - SHOWN_BYTES} more bytes" if len(raw) > SHOWN_BYTES else ""
    return f"{shown.hex(' ')} | {text}{rest}"


def _time(utc_ns: int) -> str:
    if not utc_ns:
        return ""
    seconds, rest = divmod(utc_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
