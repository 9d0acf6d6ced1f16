"""Tell which session protocol a stream, a file or a datagram speaks, by how it begins."""

from fairlead.gateway.decoding.applications import Applications
from fairlead.gateway.decoding.framers import FROM_VENUE, MOLD_HEADER_BYTES, SOUP_TYPES, first_messages, mold_size
from fairlead.gateway.decoding.items import MESSAGE
from fairlead.gateway.decoding.own_framer import recognise

_NOT, _BEGUN, _WHOLE = 0, 1, 2


def guess_session(data: bytes, is_tcp: bool = False) -> tuple[str, str]:
    """Return which session protocol a stream or file that begins so speaks, and the table where that is known too.

    ``("", "")`` where none fits. A protocol by which all of ``data`` reads comes before one that needs more to follow.
    """
    if data.startswith(b"8=FIX") or b"8=FIX" in data[:65_536]:
        return "fix", ""
    if not is_tcp and _walk_framed(data):
        return "framed", ""
    is_soup = _walk_soup(data)
    if is_soup == _WHOLE:
        return "soup", ""
    if not is_tcp and _walk_mold(data):
        return "mold", ""
    if own := recognise(data[:65_536]):
        return "own", own
    return ("soup", "") if is_soup else ("", "")


def _walk_framed(data: bytes) -> bool:
    """Tell whether the first messages have the length of their type in one of the tables."""
    subject = Applications()
    messages = first_messages(data)
    for message in messages:
        subject.learn(message, FROM_VENUE)
    return bool(messages) and all(subject.decode(message, FROM_VENUE).kind == MESSAGE for message in messages)


def _walk_soup(data: bytes) -> int:
    """Tell whether it begins with SoupBinTCP packets, and whether with whole ones alone."""
    at = found = 0
    while found < 16 and len(data) - at >= 3:
        size = int.from_bytes(data[at : at + 2], "big")
        if size == 0 or data[at + 2] not in SOUP_TYPES:
            return _NOT
        at += 2 + size
        found += 1
    return _WHOLE if found and (at == len(data) or found == 16) else _BEGUN if found else _NOT


def _walk_mold(data: bytes) -> bool:
    if len(data) < MOLD_HEADER_BYTES or not all(byte == 0 or 32 <= byte < 127 for byte in data[:10]):
        return False
    size = MOLD_HEADER_BYTES if len(data) == MOLD_HEADER_BYTES else mold_size(data)
    # a number of messages beyond any feed's: not a MoldUDP64 header
    return size is not None and int.from_bytes(data[10:18], "big") < 1 << 56
