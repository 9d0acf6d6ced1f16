"""Write and read FIX frames with simplefix, for the hand-made peers of the tests; nothing of ours is in them."""

from collections.abc import Iterable
from datetime import UTC, datetime

import simplefix


def stamp(moment: datetime | None = None) -> str:
    """Return a moment in UTC, or the present, as FIX writes it, in milliseconds."""
    return (moment or datetime.now(UTC)).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def frame(
    begin_string: str,
    msg_type: str,
    msg_seq_num: object,
    sender: str,
    target: str,
    fields: Iterable[tuple[int, object]],
    sent: str = "",
) -> bytes:
    """Return a frame: 8, 9, 35, 34, 49, 56, 52 (``sent``, or the present), then the fields in their order."""
    message = simplefix.FixMessage()
    header = ((8, begin_string), (35, msg_type), (34, msg_seq_num), (49, sender), (56, target), (52, sent or stamp()))
    for tag, value in (*header, *fields):
        message.append_pair(tag, value)
    encoded: bytes = message.encode()
    return encoded


def messages_in(data: bytes) -> list[simplefix.FixMessage]:
    """Return the whole messages in some bytes."""
    parser = simplefix.FixParser()
    parser.append_buffer(data)
    return list(iter(parser.get_message, None))
