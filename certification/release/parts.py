"""Say what one part of a release check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ReleaseError(Exception):
    """Report what makes a release check impossible: a file that is missing or no such file."""


class PartVerdict(StrEnum):
    """What became of a part."""

    PASS = "pass"
    FAIL = "fail"
    BROKEN = "blocked"
    """It could not be held, so it proves nothing."""


@dataclass(slots=True)
class Row:
    """One line of a part: what was looked at, before and now, and what that is worth (a verdict's word, or "")."""

    what: str
    before: str = ""
    now: str = ""
    verdict: str = ""
    note: str = ""


@dataclass(slots=True)
class Part:
    """One part: its verdict, the reason in a sentence, and the rows behind it."""

    name: str
    title: str
    verdict: PartVerdict
    conclusion: str
    columns: tuple[str, str, str, str] = ("What", "Before", "Now", "Note")
    rows: list[Row] = field(default_factory=list)


def worst(parts: list[Part]) -> PartVerdict:
    """Return the verdict of all: what could not be held weighs most."""
    found = {part.verdict for part in parts}
    return next((v for v in (PartVerdict.BROKEN, PartVerdict.FAIL) if v in found), PartVerdict.PASS)
