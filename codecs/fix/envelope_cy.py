# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True
"""Check what surrounds a FIX message: BeginString, BodyLength, MsgType in front, CheckSum at the end.

FIX 4.4 vol. 1, "Message format".
"""

import cython

from fairlead.codecs.errors import DecodeError

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import soh_at, sum_of
    from fairlead.codecs.fixed_point_cy import parse_int


def is_trailer(data: bytes | bytearray, at: int) -> bool:
    """Tell whether ``10=ddd`` and SOH stand at ``data[at:at + 7]``."""
    if data[at] != 49 or data[at + 1] != 48 or data[at + 2] != 61 or data[at + 6] != 1:
        return False
    if data[at + 3] < 48 or data[at + 3] > 57 or data[at + 4] < 48 or data[at + 4] > 57:
        return False
    return data[at + 5] >= 48 and data[at + 5] <= 57


def check_envelope(frame: bytes) -> int:
    """Check that ``frame`` is one whole frame; DecodeError if it is not.

    The first three fields are 8, 9 and 35; BodyLength counts from behind itself up to the CheckSum field.
    """
    p = frame
    size = len(frame)
    if size < 20 or p[0] != 56 or p[1] != 61 or p[2] != 70 or p[3] != 73 or p[4] != 88:
        raise DecodeError(f"{frame[:20]!r} received, expected 8=FIX..., then 9=", 0)
    # Searched up to where a trailer begins: at least eight bytes follow whatever is found.
    head = soh_at(p, 0, size - 8)
    if p[head] != 1 or p[head + 1] != 57 or p[head + 2] != 61:
        raise DecodeError(f"{frame[:20]!r} received, expected 8=FIX..., then 9=", 0)
    body = soh_at(p, head + 1, size - 8)
    length = parse_int(p, head + 3, body)
    if p[body] != 1 or p[body + 1] != 51 or p[body + 2] != 53 or p[body + 3] != 61:
        raise DecodeError(f"{frame[body + 1 : body + 10]!r} received, expected 35= as the third field", body + 1)
    if not is_trailer(p, size - 7) or p[size - 8] != 1:
        raise DecodeError(f"{frame[size - 8 :]!r} received, expected 10= and three digits at the end", size - 7)
    if length != size - 7 - (body + 1):
        raise DecodeError(f"BodyLength {length} received, expected {size - 8 - body}", head + 3)
    total = (p[size - 4] - 48) * 100 + (p[size - 3] - 48) * 10 + p[size - 2] - 48
    if total != sum_of(p, 0, size - 7):
        raise DecodeError(f"CheckSum {total:03} received, expected {sum_of(p, 0, size - 7):03}", size - 4)
    return 0
