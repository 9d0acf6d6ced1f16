"""Build FIX frames byte by byte, right or wrong on purpose, and show any bytes as fields.

A frame is described from MsgType(35) on by (tag, value) pairs of text, so that a tag may be no number and a value may
hold anything. ``Shape`` says in what the rest departs from the standard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fairlead.certification.engine.names import field_name, meaning
from fairlead.certification.model.results import FieldRecord

SOH = "\x01"

_SECRET = re.compile(rb"((?<=\x01)(?:96|554|925))=[^\x01]*")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a frame departs from what is right; a default value departs in nothing.

    ``length_off`` and ``checksum_off`` are added to the right values; ``length_text`` and ``checksum_text`` replace
    them. ``head`` is the order of the first three tags. ``after_checksum`` follows the trailer within BodyLength.
    """

    length_off: int = 0
    length_text: str | None = None
    checksum_off: int = 0
    checksum_text: str | None = None
    head: tuple[str, ...] = ("8", "9", "35")
    trailer: bool = True
    after_checksum: str = ""


RIGHT = Shape()


def build(begin_string: str, pairs: Pairs, shape: Shape = RIGHT) -> bytes:
    """Return the bytes of a frame; ``pairs`` begin with MsgType(35)."""
    body = "".join(f"{tag}={value}{SOH}" for tag, value in pairs)
    trailer_bytes = 7 if shape.after_checksum else 0
    length = len(body) + (trailer_bytes + len(shape.after_checksum)) + shape.length_off
    head = {"8": begin_string, "9": str(length) if shape.length_text is None else shape.length_text}
    head |= dict(pairs[:1])
    first = "".join(f"{tag}={head[tag]}{SOH}" for tag in shape.head)
    if pairs[0][0] in shape.head:
        body = "".join(f"{tag}={value}{SOH}" for tag, value in pairs[1:])
    before = (first + body).encode("latin-1", "replace")
    checksum = f"{(sum(before) + shape.checksum_off) & 0xFF:03d}"
    if shape.checksum_text is not None:
        checksum = shape.checksum_text
    trailer = f"10={checksum}{SOH}{shape.after_checksum}" if shape.trailer else ""
    return before + trailer.encode("latin-1")


def masked(raw: bytes) -> bytes:
    """Return bytes as they may be kept: RawData(96), Password(554) and NewPassword(925) are not in them."""
    return _SECRET.sub(rb"\1=***", raw)


def show(raw: bytes) -> list[FieldRecord]:
    """Return bytes as fields, decoded as far as they go; data fields are cut at SOH, which is enough to look at."""
    records = []
    for part in raw.decode("latin-1").split(SOH):
        if not part:
            continue
        tag, equals, value = part.partition("=")
        if not equals:
            tag, value = "", part
        records.append(FieldRecord(tag, field_name(tag), value, meaning(tag, value)))
    return records


def msg_type_of(raw: bytes) -> str:
    """Return the MsgType of a frame, "" where it shows none."""
    return next((record.value for record in show(raw) if record.tag == "35"), "")
