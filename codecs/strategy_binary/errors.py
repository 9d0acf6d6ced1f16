"""Say what is wrong with a message of the strategy protocol."""

from collections.abc import Sequence

from fairlead.codecs.errors import DecodeError


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
