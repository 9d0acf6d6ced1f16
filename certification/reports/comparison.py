"""Compare two runs: what fails now, what no longer does, and what else became different.

``compare(a, b)`` is the mirror of ``compare(b, a)``; of a run with itself nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import RANK


class Kind(StrEnum):
    """How a result changed, what matters most first."""

    NEWLY_FAILING = "newly failing"
    UNEXCUSED = "no longer excused"
    """The verdict is the same and counts now: a waiver is gone, the level is higher, the run is strict."""
    WORSE = "worse verdict"
    VANISHED = "vanished"
    FIXED = "fixed"
    EXCUSED = "excused"
    BETTER = "better verdict"
    NEW = "new"
    TEXTS = "changed texts"


MIRROR = {
    Kind.NEWLY_FAILING: Kind.FIXED,
    Kind.UNEXCUSED: Kind.EXCUSED,
    Kind.WORSE: Kind.BETTER,
    Kind.VANISHED: Kind.NEW,
    Kind.TEXTS: Kind.TEXTS,
}
MIRROR |= {after: before for before, after in MIRROR.items()}
_TEXTS = ("complaint", "tolerated", "title", "asks", "why", "reference", "level", "waiver")
_HEADS = ("subject", "kind", "subject_version", "profile", "profile_sha256", "fairlead_version", "catalogue_version",
          "seed", "is_strict", "machine")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One result that is not what it was; ``texts`` names which of its texts differ."""

    key: str
    kind: Kind
    before: CaseResult | None
    after: CaseResult | None
    texts: tuple[str, ...] = ()
    is_failing: bool = False
    """Whether it makes its run fail now."""

    @property
    def case(self) -> CaseResult:
        """Return the result as it is now, or was where it vanished."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_worse(self) -> bool:
        """Tell whether this is a step back: a new case where it fails, a worse verdict where nobody waived it."""
        if self.kind is Kind.NEW:
            return self.is_failing
        if self.kind is Kind.WORSE:
            return self.case.waiver is None
        return self.kind in (Kind.NEWLY_FAILING, Kind.UNEXCUSED, Kind.VANISHED)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs; ``heads`` are name, before and after of what was not the same around them."""

    before: RunResult
    after: RunResult
    changes: tuple[Change, ...]
    heads: tuple[tuple[str, str, str], ...]
    same: int

    def of(self, kind: Kind) -> list[Change]:
        """Return the changes of one kind."""
        return [change for change in self.changes if change.kind is kind]

    def worse(self, is_part: bool = False) -> list[Change]:
        """Return the steps back. With ``is_part`` the later run is known to be a part: what vanished is none."""
        return [change for change in self.changes if change.is_worse and not (is_part and change.kind is Kind.VANISHED)]


def compare(before: RunResult, after: RunResult) -> Comparison:
    """Return what differs. Results are the same ones where their keys are: case, protocol, role and variant."""
    was, now = keyed(before), keyed(after)
    bad_then, bad_now = ({id(result) for result in run.failures()} for run in (before, after))
    keys = [*was, *(key for key in now if key not in was)]
    changes = []
    for key in keys:
        old, new = was.get(key), now.get(key)
        change = _change(key, old, new, id(old) in bad_then, id(new) in bad_now)
        if change is not None:
            changes.append(change)
    heads = tuple(
        (name.removeprefix("is_").replace("_", " "), str(getattr(before, name)), str(getattr(after, name)))
        for name in _HEADS
        if getattr(before, name) != getattr(after, name)
    )
    return Comparison(before, after, tuple(changes), heads, len(keys) - len(changes))


def keyed(run: RunResult) -> dict[str, CaseResult]:
    """Return the results by key; a key that comes again gets a number."""
    found: dict[str, CaseResult] = {}
    for result in run.results:
        key, number = result.key, 1
        while key in found:
            number += 1
            key = f"{result.key} #{number}"
        found[key] = result
    return found


def _change(key: str, old: CaseResult | None, new: CaseResult | None, was_bad: bool, is_bad: bool) -> Change | None:
    if old is None or new is None:
        return Change(key, Kind.NEW if old is None else Kind.VANISHED, old, new, is_failing=is_bad)
    texts = tuple(name for name in _TEXTS if getattr(old, name) != getattr(new, name))
    is_same = old.verdict is new.verdict
    if was_bad is not is_bad:
        kind = (
            (Kind.UNEXCUSED if is_bad else Kind.EXCUSED) if is_same else (Kind.NEWLY_FAILING if is_bad else Kind.FIXED)
        )
    elif not is_same:
        kind = Kind.WORSE if RANK[new.verdict] > RANK[old.verdict] else Kind.BETTER
    elif texts:
        kind = Kind.TEXTS
    else:
        return None
    return Change(key, kind, old, new, texts, is_bad)
