"""Say what is wrong with a message of the strategy protocol."""

from collections.abc import Sequence

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.strategy_binary.plan_cy import Plan


class MessageError(DecodeError):
    """Report a message that is none of the protocol: ``mistakes`` lists (field, what is wrong), all there are.

    ``field`` is "" where no one field is at fault. ``type_code`` and ``cl_ord_id`` are the message's own where they
    could be read (0 and ""), so that the peer finds its request.
    """

    def __init__(self, mistakes: Sequence[tuple[str, str]], type_code: int = 0, cl_ord_id: str = "") -> None:
        super().__init__("; ".join(f"{field}: {text}" if field else text for field, text in mistakes))
        self.mistakes = tuple(mistakes)
        self.type_code = type_code
        self.cl_ord_id = cl_ord_id


def id_of(plan: Plan, message: bytes) -> str:
    """Return the strategy's id in a message whose frame is wrong, "" where it can't be read."""
    field = plan.slots[0]
    end = field.offset + field.length
    if field.name not in ("cl_ord_id", "md_req_id") or len(message) < end:
        return ""
    text = message[field.offset : end].decode("latin-1").rstrip(" ")
    return text if text.isascii() and text.isprintable() else ""
