"""Turn records into something to read: what each kind's payload says."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from fairlead.codecs.errors import ProtocolError
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.binary_frames import decode_frame, is_binary
from fairlead.gateway.journal.fix_text import fix_fields, is_fix, mask_json, printable
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo, unpack_stream
from fairlead.gateway.orders.journal_view import describe_record, describe_snapshot
from fairlead.gateway.routing.records import describe_route

Decoded = dict[str, Any]

_U64: Final = struct.Struct("<Q")
_CHECKPOINT: Final = struct.Struct("<QQq")
_DIRECTIONS: Final = {kinds.FRAME_IN: "in", kinds.FRAME_OUT: "out", kinds.FRAME_RESENT: "out"}


@dataclass(slots=True)
class DecodedRecord:
    """A record for people: times are UTC; ``fields`` are a FIX frame's, ``values`` what other payloads say."""

    sequence: int
    utc_ns: int
    stream: str
    kind: int
    direction: str = ""
    protocol: str = ""
    msg_seq_num: int = 0
    fields: list[tuple[int, bytes]] = field(default_factory=list)
    values: Decoded = field(default_factory=dict)

    @property
    def msg_type(self) -> str:
        """Return MsgType(35), "" where there is none."""
        return next((value.decode("latin-1") for tag, value in self.fields if tag == 35), "")

    @property
    def begin_string(self) -> str:
        """Return BeginString(8), "" where there is none."""
        return next((value.decode("latin-1") for tag, value in self.fields if tag == 8), "")

    def as_json(self) -> bytes:
        """Return one JSON object, line end included."""
        line: Decoded = {
            "sequence": self.sequence,
            "time": utc_text(self.utc_ns),
            "stream": self.stream,
            "kind": kinds.kind_name(self.kind),
        }
        if self.direction:
            line |= {"direction": self.direction, "msg_seq_num": self.msg_seq_num}
        if self.fields:
            line["fields"] = [[tag, value.decode("latin-1")] for tag, value in self.fields]
        return orjson.dumps(line | self.values, option=orjson.OPT_APPEND_NEWLINE)


def utc_text(utc_ns: int) -> str:
    """Return a UTC time with nanoseconds."""
    seconds, nanoseconds = divmod(utc_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def decode_record(record: Record, streams: Mapping[int, StreamInfo]) -> DecodedRecord:
    """Decode a record; a payload that can't be decoded is shown as it is."""
    info = streams.get(record.stream)
    name = info.name if info is not None else f"stream {record.stream}" if record.stream else "journal"
    decoded = DecodedRecord(record.sequence, record.utc_ns, name, record.kind)
    if record.kind in kinds.FRAME_KINDS and len(record.payload) >= _U64.size:
        decoded.direction = _DIRECTIONS[record.kind]
        decoded.protocol = info.protocol if info is not None else ""
        decoded.msg_seq_num = _U64.unpack_from(record.payload)[0]
        frame = record.payload[_U64.size :]
        if is_fix(frame):
            decoded.fields = fix_fields(frame)
        elif is_binary(decoded.protocol):
            # a strategy meets us as we meet a venue
            is_from_venue = (decoded.direction == "in") != name.startswith("strategy:")
            decoded.values = decode_frame(decoded.protocol, frame, is_from_venue)
        else:
            decoded.values = {"text": printable(mask_json(frame.rstrip(b"\r\n")))}
        return decoded
    try:
        decoded.values = _DECODERS.get(record.kind, _text)(record.payload)
    except (ProtocolError, ValueError, struct.error, IndexError) as error:
        decoded.values = {"undecoded": record.payload.hex(), "reason": str(error)}
    return decoded


def register_decoder(kind: int, decode: Callable[[bytes], Decoded]) -> None:
    """Say how the payloads of a kind are shown; ``decode`` raises ValueError or ProtocolError where it can't."""
    _DECODERS[kind] = decode


def _text(payload: bytes) -> Decoded:
    return {"text": printable(mask_json(payload))}


def _number(name: str) -> Callable[[bytes], Decoded]:
    return lambda payload: {name: _U64.unpack(payload)[0]}


def _stream(payload: bytes) -> Decoded:
    info = unpack_stream(payload)
    return {"id": info.stream, "name": info.name, "protocol": info.protocol}


def _checkpoint(payload: bytes) -> Decoded:
    next_in, next_out, reset_utc_ns = _CHECKPOINT.unpack(payload)
    return {"next_in": next_in, "next_out": next_out, "reset": utc_text(reset_utc_ns) if reset_utc_ns else "never"}


def _session_event(payload: bytes) -> Decoded:
    name_end = 1 + payload[0]
    return {"event": printable(payload[1:name_end]), "text": payload[name_end:].decode("utf-8", "replace")}


def _facts(payload: bytes) -> Decoded:
    """Return the members of a JSON object; other text as it is."""
    try:
        facts = orjson.loads(mask_json(payload))
    except orjson.JSONDecodeError:
        return _text(payload)
    return facts if isinstance(facts, dict) else _text(payload)


_DECODERS: dict[int, Callable[[bytes], Decoded]] = {
    kinds.STREAM: _stream,
    kinds.CHECKPOINT: _checkpoint,
    kinds.NEXT_IN: _number("next_in"),
    kinds.NEXT_OUT: _number("next_out"),
    kinds.RESERVED_OUT: _number("reserved_out"),
    kinds.SESSION_EVENT: _session_event,
    kinds.PEER_SESSION: lambda payload: {"peer_session": payload.decode()},
    kinds.START: _facts,
    kinds.STOP: _facts,
    kinds.DECISION: _facts,
    kinds.OPERATOR: _facts,
    kinds.LIMITS: _facts,
    kinds.KILL: _facts,
    kinds.BREAK: _facts,
    kinds.ROUTE: describe_route,
    kinds.REQUEST: describe_record,
    kinds.REPORT: describe_record,
    kinds.SNAPSHOT: describe_snapshot,
}
