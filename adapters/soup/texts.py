"""Word what a peer said, for events: bounded, and printable whatever the bytes were."""

from typing import Final

MAX_TEXT: Final = 200
_REASONS: Final = {
    b"A": "A, not authorized: username or password",
    b"S": "S, the requested session is not available",
}


def describe_reject(payload: bytes) -> str:
    """Return what a LoginRejected says."""
    return f"login rejected: {_REASONS.get(payload) or describe_text(payload)}"


def describe_text(payload: bytes) -> str:
    """Return a text of the peer's, as printable characters and at most ``MAX_TEXT`` of them."""
    text = payload[:MAX_TEXT].decode("latin-1").strip(" ")
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return f"{shown} ({len(payload)} bytes in all)" if len(payload) > MAX_TEXT else shown
