"""Name what may become of a case, and how a case says so."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How binding a case is."""

    MUST = "must"
    SHOULD = "should"
    OPTIONAL = "optional"


class Verdict(StrEnum):
    """What became of a case, from best to worst."""

    PASS = "pass"
    NON_STRICT = "non-strict"
    """An outcome that the standard tolerates, though another is asked for."""
    UNSUPPORTED = "unsupported"
    """The subject does not have what the case is about, and said so or is known to."""
    BLOCKED = "blocked"
    """The case could not be held: a condition before its first question was not met."""
    FAIL = "fail"


RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of some verdicts, PASS for none."""
    return max(verdicts, key=RANK.__getitem__, default=Verdict.PASS)


class Outcome(Exception):
    """End a case with a verdict other than pass; ``text`` says what was received and what was expected."""

    verdict = Verdict.FAIL

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class Deviation(Outcome):
    """The subject did what it must not, or did not what it must."""


class Unsupported(Outcome):
    """The subject does not have what the case is about."""

    verdict = Verdict.UNSUPPORTED


class Blocked(Outcome):
    """The case can't be held."""

    verdict = Verdict.BLOCKED
