"""Take outbound frames apart for comparison: labelled values, ids of our own, and what differs at every run.

Left out are what follows from the bytes or from a secret: BodyLength(9), CheckSum(10), SendingTime(52),
OrigSendingTime(122), and the credentials, which no journal holds.
"""

import struct
from dataclasses import dataclass
from typing import Final

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.binary_frames import decode_frame, ids_of, is_binary
from fairlead.gateway.journal.fix_text import fix_fields, is_fix, printable
from fairlead.gateway.journal.scan_cy import Record

OUT_KINDS: Final = frozenset((kinds.FRAME_OUT, kinds.FRAME_RESENT))
VOLATILE: Final = frozenset(("9", "10", "52", "122", "95", "96", "554", "925"))
ID_LABELS: Final = frozenset(
    ("11", "17", "19", "37", "41", "198", "584", "790", "order_id", "exec_id", "exec_ref_id", "venue_cl_ord_id")
)
"""Fields whose values are ids, some of them Fairlead's own: compared by what stands for what."""
NUMBER_LABELS: Final = frozenset(("34", "seq"))
"""Sequence numbers: compared by how far they are apart."""
_U64: Final = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Frame:
    """One outbound frame; ``values`` are what must be equal, by label in the frame's order."""

    stream: str
    sequence: int
    utc_ns: int
    name: str
    values: tuple[tuple[str, str], ...]
    ids: tuple[tuple[str, str], ...]
    number: int
    shown: str


def read_frame(record: Record, stream: str, protocol: str) -> Frame:
    """Return an outbound frame of a record."""
    raw = record.payload[_U64.size :]
    if is_fix(raw):
        fields = [(str(tag), value.decode("latin-1")) for tag, value in fix_fields(raw)]
        name = next((value for label, value in fields if label == "35"), "")
        ids = ID_LABELS
    elif is_binary(protocol):
        told = decode_frame(protocol, raw, stream.startswith("strategy:"))
        name = str(told.get("message") or told.get("packet") or "undecoded")
        fields = [(label, str(value)) for label, value in told.items()]
        found = frozenset(ids_of(told))
        ids = frozenset(label for label, value in fields if value in found or label in ID_LABELS)
    else:
        name, fields = _json_fields(raw)
        ids = ID_LABELS
    return Frame(
        stream,
        record.sequence,
        record.utc_ns,
        name + (" (repeated)" if record.kind == kinds.FRAME_RESENT and _U64.unpack_from(record.payload)[0] else ""),
        tuple((k, v) for k, v in fields if k not in VOLATILE and k not in ids and k not in NUMBER_LABELS),
        tuple((k, v) for k, v in fields if k in ids),
        next((int(v) for k, v in fields if k in NUMBER_LABELS and v.isdigit()), 0),
        _shown(raw, fields, is_binary(protocol)),
    )


def _json_fields(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return "undecoded", [("text", printable(raw))]
    if not isinstance(told, dict):
        return "undecoded", [("text", printable(raw))]
    return str(told.get("type", "")), [(label, str(value)) for label, value in told.items()]


def _shown(raw: bytes, fields: list[tuple[str, str]], is_table: bool) -> str:
    if is_table:
        return ", ".join(f"{label} {value}" for label, value in fields)
    return printable(raw.rstrip(b"\r\n").replace(b"\x01", b"|"))
