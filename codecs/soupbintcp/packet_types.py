"""Name the packet types of SoupBinTCP 3.00 and the codes of a refused login."""

from typing import Final

DEBUG: Final = 0x2B
"""``+``, both ways: free text for people, to be ignored by programs."""
LOGIN_ACCEPTED: Final = 0x41
"""``A``, server: session (10), number of the next sequenced message (20)."""
LOGIN_REJECTED: Final = 0x4A
"""``J``, server: one code, then it closes."""
SEQUENCED_DATA: Final = 0x53
"""``S``, server: one message, numbered by counting."""
SERVER_HEARTBEAT: Final = 0x48
"""``H``."""
END_OF_SESSION: Final = 0x5A
"""``Z``, server: no more messages will come in this session, ever."""
LOGIN_REQUEST: Final = 0x4C
"""``L``, client: username (6), password (10), requested session (10), requested number (20)."""
UNSEQUENCED_DATA: Final = 0x55
"""``U``, client: one message, not numbered; it may be lost with the connection."""
CLIENT_HEARTBEAT: Final = 0x52
"""``R``."""
LOGOUT_REQUEST: Final = 0x4F
"""``O``, client: the server closes at once, without an answer."""

FROM_SERVER: Final = frozenset(
    (DEBUG, LOGIN_ACCEPTED, LOGIN_REJECTED, SEQUENCED_DATA, SERVER_HEARTBEAT, END_OF_SESSION)
)
FROM_CLIENT: Final = frozenset((DEBUG, LOGIN_REQUEST, UNSEQUENCED_DATA, CLIENT_HEARTBEAT, LOGOUT_REQUEST))

NOT_AUTHORIZED: Final = "A"
"""LoginRejected: username or password."""
SESSION_NOT_AVAILABLE: Final = "S"
"""LoginRejected: the requested session is not to be had."""


def describe_type(type_code: int) -> str:
    """Return a packet type for people: the character where it can be shown, and its code."""
    return f"{chr(type_code)!r} (0x{type_code:02x})" if 0x20 < type_code < 0x7F else f"0x{type_code:02x}"
