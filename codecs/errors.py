"""Name what can be wrong with bytes, for every protocol alike."""


class ProtocolError(Exception):
    """Report a breach of a wire protocol, by the peer or by us."""


class DecodeError(ProtocolError):
    """Report bytes that are not what the protocol says.

    ``reason`` says what was received and what was expected; ``offset`` is the position in bytes from the start
    of the frame (-1 where no one position is at fault).
    """

    def __init__(self, reason: str, offset: int = -1) -> None:
        super().__init__(reason if offset < 0 else f"{reason} (offset {offset})")
        self.reason = reason
        self.offset = offset


class EncodeError(ProtocolError):
    """Report a value that the protocol has no bytes for; nothing was written."""


class LocalProtocolError(ProtocolError):
    """Report misuse of a session by our own code, such as sending before logon."""
