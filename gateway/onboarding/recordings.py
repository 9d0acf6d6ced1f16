"""Read sessions that were recorded: out of a journal, a capture, or a text log with FIX messages in it (QuickFIX)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairlead.codecs.captures.packets import is_capture
from fairlead.gateway.captures.input_file import InputFile
from fairlead.gateway.decoding.items import MESSAGE
from fairlead.gateway.decoding.traffic import CaptureDecoder, Choices, Stack
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.decoding import DecodedRecord, decode_record
from fairlead.gateway.journal.filters import RecordFilter
from fairlead.gateway.journal.fix_text import fix_fields
from fairlead.gateway.journal.order_links import OrderLinks
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.onboarding.messages import Fields, Told, tell_fix
from fairlead.gateway.onboarding.ouch_told import OuchTeller

_ORDERS: Final = frozenset((b"D", b"F", b"G", b"q"))
_FRAME: Final = re.compile(rb"8=FIX[^\x01|^]*[\x01|].*?[\x01|]10=\d{3}(?=[\x01|\s]|$)", re.DOTALL)
_PROTOCOLS: Final = {"FIX.4.2": "fix42", "FIX.4.4": "fix44", "ouch_4_2": "ouch42", "ouch_5_0": "ouch50"}


class RecordingError(Exception):
    """Say why nothing can be read out of a recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One session's messages, and what it speaks in certification's words."""

    protocol: str
    messages: tuple[Told, ...]


def read_journal(folder: Path, session: str, from_utc_ns: int, to_utc_ns: int) -> Recording:
    """Return a venue's session as a journal has it. Raises RecordingError, JournalError, JournalDamage."""
    reader = JournalReader(folder, kinds=kinds.FRAME_KINDS)
    wanted = RecordFilter(streams=frozenset((session,)), from_utc_ns=from_utc_ns, to_utc_ns=to_utc_ns)
    records = list(_chosen(reader, wanted))
    streams = {record.stream: record.protocol for record in records}
    if len(streams) != 1:
        known = sorted(info.name for info in reader.streams.values() if info.name.startswith("venue:"))
        found = f"{len(streams)} sessions {', '.join(streams)}" if streams else "no message"
        raise RecordingError(f"{found} of {session!r} in that time, expected one of {', '.join(known) or 'no venue'}")
    ((stream, protocol),) = streams.items()
    if not stream.startswith("venue:"):
        raise RecordingError(f"session {stream}, expected a venue's")
    spoken = _protocol(protocol)
    teller = OuchTeller(spoken) if spoken.startswith("ouch") else None
    return Recording(spoken, tuple(_tell_record(record, teller) for record in records))


def _chosen(reader: JournalReader, wanted: RecordFilter) -> Iterator[DecodedRecord]:
    links = OrderLinks()
    while (record := reader.next_record()) is not None:
        if record.kind not in kinds.FRAME_KINDS or not wanted.may_take(record):
            continue
        decoded = decode_record(record, reader.streams)
        if wanted.takes(decoded, links, lambda: ""):
            yield decoded


def _tell_record(record: DecodedRecord, teller: OuchTeller | None) -> Told:
    if record.kind == kinds.FRAME_RESENT and record.fields and record.msg_type not in ("4", "0"):
        return Told("note", text=f"the gateway repeats {record.msg_type} number {record.msg_seq_num}")
    return tell_fix(record.fields, record.direction == "out") if teller is None else teller.tell(record.values)


def _protocol(name: str) -> str:
    if name not in _PROTOCOLS:
        raise RecordingError(f"the session speaks {name or 'nothing known'}, expected {', '.join(_PROTOCOLS)}")
    return _PROTOCOLS[name]


def read_file(path: Path, gateway_comp_id: str = "") -> Recording:
    """Return the FIX session of a capture or a text log. Raises RecordingError.

    Which side is the gateway's says ``gateway_comp_id``, or else who sends orders.
    """
    frames = [fix_fields(frame) for frame in _frames(path)]
    if not frames:
        raise RecordingError(f"{path} has no FIX message in it")
    ours = gateway_comp_id.encode("latin-1") or _who_orders(frames)
    sessions = {tuple(sorted((_get(each, 49), _get(each, 56)))) for each in frames}
    if len(sessions) > 1:
        told = "; ".join(b" and ".join(pair).decode("latin-1") for pair in sorted(sessions))
        raise RecordingError(f"{path} has {len(sessions)} sessions ({told}), expected one: cut the others off")
    begin_string = _get(frames[0], 8).decode("latin-1")
    return Recording(_protocol(begin_string), tuple(tell_fix(each, _get(each, 49) == ours) for each in frames))


def _get(fields: Fields, wanted: int) -> bytes:
    return next((value for tag, value in fields if tag == wanted), b"")


def _who_orders(frames: Iterable[Fields]) -> bytes:
    found = {_get(each, 49) for each in frames if _get(each, 35) in _ORDERS}
    if len(found) != 1:
        raise RecordingError(f"{len(found)} sides send orders, expected one: name the gateway's with --comp-id")
    return found.pop()


def _frames(path: Path) -> Iterator[bytes]:
    try:
        with InputFile(path) as file:
            pieces = []
            while piece := file.read():
                pieces.append(piece)
    except (OSError, ValueError) as error:
        raise RecordingError(f"{path} can't be read: {error}") from None
    data = b"".join(pieces)
    if is_capture(data):
        choices = Choices(Stack.parse("fix"), {}, frozenset())
        yield from (item.raw for item in CaptureDecoder(choices).decode(iter((data,))) if item.kind == MESSAGE)
        return
    for found in _FRAME.finditer(data.replace(b"^A", b"\x01")):
        yield found[0].replace(b"|", b"\x01") + b"\x01"
