"""Carry the fields of one message over to another."""

from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter


def copy_fields(message: FixMessage, writer: MessageWriter, sections: tuple[int, ...], but: frozenset[int]) -> None:
    """Put the fields of some sections (``HEADER``, ``BODY``) in wire order, except the tags in ``but``.

    A data field with SOH in it goes with the length field before it. Raises EncodeError for an empty value.
    """
    waiting: tuple[int, bytes] | None = None
    for field, (tag, value) in enumerate(message.fields()):
        if tag in but or message.section_at(field) not in sections:
            continue
        if waiting is not None and b"\x01" in value:
            writer.put_data(tag, value, waiting[0])
            waiting = None
            continue
        if waiting is not None:
            writer.put_bytes(*waiting)
        waiting = (tag, value)
    if waiting is not None:
        writer.put_bytes(*waiting)
