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
    """Yield raw text in runs: ``text`` (ASCII), ``soh`` (a field ends) or ``byte`` (all others, by their numbers)."""
    for kind, run in groupby(raw, _kind):
        yield kind, "".join(_numbered(character) if kind == "byte" else _shown(character) for character in run)


def _kind(character: str) -> str:
    if character == SOH:
        return "soh"
    return "text" if " " <= character <= "~" else "byte"


def _is_plain(character: str) -> bool:
    return character == " " or (character.isprintable() and not character.isspace())


def _shown(character: str) -> str:
    if character == SOH:
        return SOH_SHOWN
    if _is_plain(character):
        return character
    return _numbered(character)


def _numbered(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


HEX_ROW = 16
MOSTLY_STRANGE = 0.25
"""From which share of strange characters on raw text is shown as a table of bytes."""


def hex_rows(raw: str) -> list[tuple[str, str, str]]:
    """Return raw text (latin-1) as rows of offset, bytes and characters; none where it is mostly text.

    SOH counts as text: it ends FIX fields.
    """
    strange = sum(_kind(character) == "byte" for character in raw)
    if strange <= len(raw) * MOSTLY_STRANGE or any(ord(character) > 0xFF for character in raw):
        return []
    return [
        (
            f"{offset:04x}",
            " ".join(f"{ord(character):02x}" for character in raw[offset : offset + HEX_ROW]),
            "".join(c if c == " " or "!" <= c <= "~" else "." for c in raw[offset : offset + HEX_ROW]),
        )
        for offset in range(0, len(raw), HEX_ROW)
    ]
