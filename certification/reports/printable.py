"""Make bytes that crossed a wire fit to be shown: whatever a peer sent, nothing of it is obeyed or lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

SOH = "\x01"
SOH_SHOWN = "|"


def printable(text: str) -> str:
    """Return text on one line: SOH as ``|``, other control characters as ``\\x1b``, strange spaces by their number."""
    return "".join(_shown(character) for character in text)


def pieces(raw: str) -> Iterator[tuple[str, str]]:
    """Yield raw text in runs for a page: ``text``, ``soh`` (a field ends) or ``byte`` (shown by its number)."""
    for kind, run in groupby(raw, _kind):
        yield kind, "".join(_shown(character) for character in run)


def _kind(character: str) -> str:
    if character == SOH:
        return "soh"
    return "text" if _is_plain(character) else "byte"


def _is_plain(character: str) -> bool:
    return character == " " or (character.isprintable() and not character.isspace())


def _shown(character: str) -> str:
    if character == SOH:
        return SOH_SHOWN
    if _is_plain(character):
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
