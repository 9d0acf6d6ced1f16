"""Take FIX frames out of bytes and apart, whatever is wrong with them: what is wrong is what a judge wants to know."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fairlead.certification.venues.wire import DATA_FIELDS, is_digits

MAX_FRAME_BYTES = 1 << 20
"""Longest frame looked for; what goes on beyond it is cut there."""

BODY_LENGTH, CHECK_SUM, TRAILER, HEAD, TAG = "BodyLength", "CheckSum", "trailer", "first fields", "tag"

_BEGIN = re.compile(rb"(?<![0-9])8=FIX[^\x01\n=]{0,12}\x01")
_TRAILER = re.compile(rb"\x0110=[^\x01\n]{0,6}\x01")
_LENGTH = re.compile(rb"9=([0-9]{1,9})\x01")
_SECRETS = frozenset((96, 554, 925, 1402, 1404))
_MASK = frozenset("*")


@dataclass(slots=True)
class Frame:
    """One frame: its fields in wire order, and what is wrong with it by kind (BodyLength, CheckSum, ...).

    Text is latin-1. ``is_masked``: whoever wrote the log hid a secret, so length and sum can't be right any more.
    """

    raw: bytes
    fields: list[tuple[int, str]] = field(default_factory=list)
    first: dict[int, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    is_masked: bool = False

    def get(self, tag: int, default: str = "") -> str:
        """Return a field's value, the first of repeated ones."""
        return self.first.get(tag, default)

    def number(self, tag: int) -> int:
        """Return a field's whole number, -1 where it is missing or none."""
        text = self.first.get(tag, "")
        return int(text) if is_digits(text) and len(text) < 19 else -1

    @property
    def msg_type(self) -> str:
        """Return MsgType(35), "" where there is none."""
        return self.first.get(35, "")


def find_begin(data: bytes | bytearray, start: int) -> int:
    """Return where the next frame begins, -1 for nowhere."""
    found = _BEGIN.search(data, start)
    return -1 if found is None else found.start()


def find_end(data: bytes | bytearray, start: int, is_last: bool) -> int:
    """Return where the frame that begins at ``start`` ends: by BodyLength, else by the next trailer or frame.

    -1 where more bytes are needed to tell, which is never so where these are the last.
    """
    begin = _BEGIN.match(data, start)
    body = begin.end() if begin is not None else start + 1
    length = _LENGTH.match(data, body)
    declared = length.end() + int(length[1]) + 7 if length is not None else -1
    if 0 < declared <= len(data) and data[declared - 7 : declared - 4] == b"10=" and data[declared - 1] == 1:
        return declared
    limit = find_begin(data, body)
    trailer = _TRAILER.search(data, body - 1, limit if limit >= 0 else len(data))
    if limit < 0 and not is_last and declared > len(data) and declared - start <= MAX_FRAME_BYTES:
        return -1
    if trailer is not None:
        return trailer.end()
    if limit >= 0:
        return limit
    if is_last or len(data) - start > MAX_FRAME_BYTES:
        return len(data)
    return -1


def read_frame(raw: bytes) -> Frame:
    """Take a frame apart. Never raises: what is wrong stands in ``faults``."""
    frame = Frame(raw)
    text = raw.decode("latin-1")
    at, data_length = 0, -1
    while at < len(text):
        stop = text.find("\x01", at)
        equals = text.find("=", at)
        if data_length >= 0 and equals >= 0 and text[equals + 1 + data_length : equals + 2 + data_length] == "\x01":
            stop = equals + 1 + data_length
        data_length = -1
        stop = len(text) if stop < 0 else stop
        tag = text[at:equals] if at < equals < stop else ""
        if is_digits(tag) and len(tag) < 10:
            number, value = int(tag), text[equals + 1 : stop]
            frame.fields.append((number, value))
            frame.first.setdefault(number, value)
            if number in DATA_FIELDS and is_digits(value) and len(value) < 7:
                data_length = int(value)
        else:
            frame.faults.setdefault(TAG, f"{text[at:stop][:20]!r} received, expected a field with a number as its tag")
        at = stop + 1
    frame.is_masked = any(tag in _SECRETS and value and set(value) == _MASK for tag, value in frame.fields)
    frame.faults.update(_framing_faults(frame))
    return frame


def _framing_faults(frame: Frame) -> dict[str, str]:
    faults = {}
    head = [tag for tag, _ in frame.fields[:3]]
    if head != [8, 9, 35]:
        faults[HEAD] = f"{head} received, expected [8, 9, 35]"
    if not frame.fields or frame.fields[-1][0] != 10 or not frame.raw.endswith(b"\x01"):
        faults[TRAILER] = "CheckSum(10) is not the last field"
    if frame.is_masked:
        return faults
    end = frame.raw.rfind(b"\x0110=") + 1
    body = frame.raw.find(b"\x01", frame.raw.find(b"\x019=") + 1) + 1
    if end > 0 and head[:2] == [8, 9] and frame.get(9) != str(end - body) and frame.number(9) != end - body:
        faults[BODY_LENGTH] = f"BodyLength(9) {frame.get(9)} received, expected {end - body}"
    expected = f"{sum(frame.raw[:end]) & 0xFF:03d}"
    if end > 0 and frame.get(10) != expected:
        faults[CHECK_SUM] = f"CheckSum(10) {frame.get(10)} received, expected {expected}"
    return faults
