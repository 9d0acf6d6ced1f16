"""Keep secrets out of what is recorded.

Credentials travel in Logon (A) and UserRequest (BE) only. Before such a frame reaches the store, each secret value is
overwritten by asterisks of the same length, so that offsets and BodyLength(9) stay true; CheckSum(10) of the recorded
copy does not. Neither message is ever repeated, so the original is not missed. Garbled bytes are masked alike, as they
may hold a torn Logon.
"""

from typing import Final

SECRET_MSG_TYPES: Final = frozenset(("A", "BE"))

_SOH: Final = 0x01
_RAW_DATA_LENGTH: Final = 95
_RAW_DATA: Final = 96


def mask_secrets(frame: bytes, secret_tags: frozenset[int]) -> bytes:
    """Return ``frame`` with the values of ``secret_tags`` overwritten; also for bytes that are no whole frame."""
    masked = bytearray(frame)
    start, raw_data_bytes = 0, -1
    while start < len(frame):
        equals = frame.find(b"=", start)
        if equals < 0:
            break
        tag_bytes = frame[start:equals].rsplit(b"\x01", 1)[-1]
        tag = int(tag_bytes) if tag_bytes.isdigit() and len(tag_bytes) < 10 else 0
        end = _value_end(frame, equals + 1, raw_data_bytes if tag == _RAW_DATA else -1)
        value = frame[equals + 1 : end]
        if tag in secret_tags:
            masked[equals + 1 : end] = b"*" * len(value)
        raw_data_bytes = int(value) if tag == _RAW_DATA_LENGTH and value.isdigit() and len(value) < 10 else -1
        start = end + 1
    return bytes(masked)


def _value_end(frame: bytes, start: int, length: int) -> int:
    """Return the offset behind a value: by its length field where that is right, else by the next SOH."""
    end = start + length
    if length >= 0 and end <= len(frame) and (end == len(frame) or frame[end] == _SOH):
        return end
    end = frame.find(b"\x01", start)
    return len(frame) if end < 0 else end
