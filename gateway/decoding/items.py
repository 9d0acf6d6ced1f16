"""Say what is shown: a message, bytes that are none, or a remark about the recording."""

from dataclasses import dataclass, field
from typing import Any, Final

MESSAGE: Final = "message"
UNKNOWN: Final = "unknown"
NOTE: Final = "note"


@dataclass(slots=True)
class Item:
    """One thing to show. ``offset`` is in the stream, datagram or file; the caller adds where that was.

    Of a message, ``meanings`` says what its codes mean, by field; of the others, ``text`` says what is the matter.
    """

    kind: str
    protocol: str
    raw: bytes = b""
    name: str = ""
    type: str = ""
    direction: str = ""
    sequence: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)
    text: str = ""
    offset: int = 0
    packet: int = 0
    utc_ns: int = 0
    source: str = ""
    target: str = ""
    ports: tuple[int, ...] = ()


def unknown(protocol: str, raw: bytes | bytearray, text: str, offset: int = 0) -> Item:
    """Return bytes that could not be decoded, and why."""
    return Item(UNKNOWN, protocol, bytes(raw), text=text, offset=offset)


def note(protocol: str, text: str) -> Item:
    """Return a remark."""
    return Item(NOTE, protocol, text=text)
