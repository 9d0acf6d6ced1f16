"""Say what both ends of the binary port agree on beyond SoupBinTCP 3.00: session ids, and words in debug packets.

A debug packet of the gateway is ``NAME: text``. Clients may ignore all of them, as SoupBinTCP says; a client that reads
them learns why it was refused or logged out, and which reports are repeated.
"""

from typing import Final

from fairlead.codecs.vocabulary.session_messages import LoginRefusal, LogoutReason

VERSION: Final = "F1"
"""What session ids of this version of the protocol begin with."""

LIVE_SEQ: Final = "live_seq"
"""The debug packet before LoginAccepted: the number of the first report that is not repeated."""

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NS_PER_S: Final = 1_000_000_000
_LONGEST_TEXT: Final = 1000

REFUSALS: Final = {reason.name.lower(): reason for reason in LoginRefusal}
LOGOUT_REASONS: Final = {reason.name.lower(): reason for reason in LogoutReason}


def session_id(reset_utc_ns: int) -> str:
    """Return the id of the session whose numbers began anew at this time (0: never): ``F1-`` and seconds, base 36."""
    seconds = reset_utc_ns // _NS_PER_S
    digits = ""
    while seconds or not digits:
        seconds, digit = divmod(seconds, 36)
        digits = _DIGITS[digit] + digits
    return f"{VERSION}-{digits}"


def debug_text(name: str, text: str) -> str:
    """Return what a debug packet of the gateway says."""
    return f"{name}: {text[:_LONGEST_TEXT]}"


def read_debug(payload: bytes) -> tuple[str, str]:
    """Return name and text of a debug packet, ("", all of it) where it has no name."""
    whole = payload.decode("latin-1").strip(" ")
    name, colon, text = whole.partition(": ")
    return (name, text) if colon else ("", whole)
