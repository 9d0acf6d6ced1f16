"""Take FIX frames apart for display: leniently, since garbled ones are in the journal too, and without secrets."""

import re
from collections.abc import Iterator
from typing import Final

SOH: Final = b"\x01"
MASK: Final = b"***"

# RawDataLength(95), EncodedTextLength(354) and the like: the next field has so many bytes, SOH among them or not.
_LENGTH_TAGS: Final = frozenset(
    (90, 93, 95, 212, 348, 350, 352, 354, 356, 358, 360, 362, 364, 445, 618, 621, 1184, 1401, 1403, 1525, 1527)
)
# Password(554), NewPassword(925), EncryptedPassword(1402), EncryptedNewPassword(1404)
_SECRET_TAGS: Final = frozenset((554, 925, 1402, 1404))
# RawData(96) of a Logon is where FIX 4.2 has passwords.
_RAW_DATA: Final = 96
_JSON_SECRET: Final = re.compile(rb'("(?:secret|password|new_password)"\s*:\s*")((?:[^"\\]|\\.)*)("?)')
_MSG_TYPE: Final = 35
_LOGON: Final = b"A"


def fix_fields(frame: bytes) -> list[tuple[int, bytes]]:
    """Return (tag, value) in wire order, secrets masked; tag 0 with the whole text for what is no field."""
    return [(tag, MASK if is_secret else frame[start:end]) for tag, start, end, is_secret in _spans(frame)]


def mask_secrets(frame: bytes) -> bytes:
    """Return the frame with secrets overwritten by as many asterisks; frames that are not FIX: see ``mask_json``."""
    if not is_fix(frame):
        return mask_json(frame)
    masked = bytearray(frame)
    for _, start, end, is_secret in _spans(frame):
        if is_secret:
            masked[start:end] = b"*" * (end - start)
    return bytes(masked)


def mask_json(line: bytes) -> bytes:
    """Return a line of JSON with secrets overwritten by as many asterisks."""
    return _JSON_SECRET.sub(lambda match: match[1] + b"*" * len(match[2]) + match[3], line)


def _spans(frame: bytes) -> Iterator[tuple[int, int, int, bool]]:
    # (tag, start and end of the value, whether it is a secret); tag 0 for what is no field
    at = 0
    next_length = -1
    is_logon = False
    while at < len(frame):
        equals = frame.find(b"=", at)
        end = frame.find(SOH, at)
        if equals >= 0 and next_length >= 0 and frame[equals + 1 + next_length : equals + 2 + next_length] == SOH:
            end = equals + 1 + next_length
        end = len(frame) if end < 0 else end
        next_length = -1
        tag_text = frame[at:equals] if at < equals < end else b""
        if tag_text.isdigit() and len(tag_text) < 10:
            tag, value = int(tag_text), frame[equals + 1 : end]
            is_logon = is_logon or (tag == _MSG_TYPE and value == _LOGON)
            if tag in _LENGTH_TAGS and value.isdigit() and len(value) < 10:
                next_length = int(value)
            yield tag, equals + 1, end, tag in _SECRET_TAGS or (tag == _RAW_DATA and is_logon)
        else:
            yield 0, at, end, False
        at = end + 1


def is_fix(frame: bytes) -> bool:
    """Tell whether a frame looks like FIX."""
    return frame.startswith(b"8=")


def printable(value: bytes) -> str:
    """Return text that is safe on a terminal: latin-1, whatever is no letter or sign as ``\\xNN``."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value.decode("latin-1"))
