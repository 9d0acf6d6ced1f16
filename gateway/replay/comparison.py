"""Compare what two runs sent, frame by frame and stream by stream.

Frames are aligned by what they say (difflib), so that one that is missing is one difference and not a difference of all
that follow. Ids may be others, if each stands for one and the same id throughout; sequence numbers may be others by
the same distance: a change of the distance is told once, where it begins.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from fairlead.gateway.replay.frames import Frame

WINDOW: Final = 2_000
"""Frames that are aligned at a time: difflib takes their square."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: ``changed`` with the fields, ``missing`` from the replay, or ``added`` by it."""

    kind: str
    stream: str
    name: str
    recorded: Frame | None
    replayed: Frame | None
    fields: tuple[tuple[str, str, str], ...] = ()
    """(label, recorded, replayed); "" where a side does not have it."""

    @property
    def sequence(self) -> int:
        """Return the recorded frame's sequence in its journal, 0 for one that was added."""
        return self.recorded.sequence if self.recorded is not None else 0


class Ids:
    """Know which id of the replay stands for which recorded one, both ways."""

    def __init__(self) -> None:
        self._replayed: dict[str, str] = {}
        self._recorded: dict[str, str] = {}
        self.has_others = False
        """Whether any id of the replay is another than the recorded one."""

    def agree(self, recorded: str, replayed: str) -> bool:
        """Tell whether two ids can stand for each other; from then on they do."""
        self.has_others |= recorded != replayed
        return (
            self._replayed.setdefault(recorded, replayed) == replayed
            and self._recorded.setdefault(replayed, recorded) == recorded
        )

    def translate(self, recorded: str) -> str:
        """Return the replay's id for a recorded one; itself where none is known."""
        return self._replayed.get(recorded, recorded)


class Comparison:
    """Compare streams; ``ids`` are shared by all of them."""

    def __init__(self) -> None:
        self.ids = Ids()
        self.differences: list[Difference] = []
        self.compared = 0

    def compare(self, recorded: Sequence[Frame], replayed: Sequence[Frame]) -> None:
        """Compare one stream's frames, in order."""
        self.compared += len(recorded)
        distance = 0
        for ours, theirs in _aligned(recorded, replayed):
            if ours is None or theirs is None:
                frame = ours or theirs
                assert frame is not None
                kind = "missing" if theirs is None else "added"
                self.differences.append(Difference(kind, frame.stream, frame.name, ours, theirs))
                continue
            fields = [*_changed(ours.values, theirs.values), *self._other_ids(ours, theirs)]
            if theirs.number - ours.number != distance:
                distance = theirs.number - ours.number
                fields.append(("sequence number, from here on", str(ours.number), str(theirs.number)))
            if fields:
                self.differences.append(Difference("changed", ours.stream, ours.name, ours, theirs, tuple(fields)))

    def _other_ids(self, ours: Frame, theirs: Frame) -> Iterator[tuple[str, str, str]]:
        left, right = dict(ours.ids), dict(theirs.ids)
        for label in dict.fromkeys([*left, *right]):
            before, after = left.get(label, ""), right.get(label, "")
            if not (before and after):
                if before != after:
                    yield label, before, after
            elif not self.ids.agree(before, after):
                yield label, f"{before} (elsewhere {self.ids.translate(before)})", after


def _changed(
    recorded: tuple[tuple[str, str], ...], replayed: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, str, str]]:
    if recorded == replayed:
        return
    left, right = _grouped(recorded), _grouped(replayed)
    told = False
    for label in dict.fromkeys([*left, *right]):
        before, after = left.get(label, []), right.get(label, [])
        if before != after:
            told = True
            yield label, "; ".join(before), "; ".join(after)
    if not told:
        yield "order of fields", " ".join(label for label, _ in recorded), " ".join(label for label, _ in replayed)


def _grouped(values: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for label, value in values:
        found[label].append(value)
    return found


def _aligned(recorded: Sequence[Frame], replayed: Sequence[Frame]) -> Iterator[tuple[Frame | None, Frame | None]]:
    """Yield pairs in order; None stands where a side has nothing to pair."""
    i = j = 0
    while i < len(recorded) and j < len(replayed):
        if recorded[i].values == replayed[j].values and recorded[i].name == replayed[j].name:
            yield recorded[i], replayed[j]
            i, j = i + 1, j + 1
            continue
        ours, theirs = recorded[i : i + WINDOW], replayed[j : j + WINDOW]
        is_last = len(recorded) - i <= WINDOW and len(replayed) - j <= WINDOW
        taken_i = taken_j = 0
        for pair in _window(ours, theirs, is_last):
            yield pair
            taken_i += pair[0] is not None
            taken_j += pair[1] is not None
        i, j = i + taken_i, j + taken_j
    yield from ((frame, None) for frame in recorded[i:])
    yield from ((None, frame) for frame in replayed[j:])


def _window(
    ours: Sequence[Frame], theirs: Sequence[Frame], is_last: bool
) -> Iterator[tuple[Frame | None, Frame | None]]:
    """Align up to the end of the first stretch of equal frames after the difference; all, in the last window."""
    matcher = SequenceMatcher(None, [_key(f) for f in ours], [_key(f) for f in theirs], autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(ours[i:i_end], theirs[j:j_end], strict=True)
            return
        if not is_last and (i_end == len(ours) or j_end == len(theirs)):
            # nothing equal follows within the window: what is there is paired as it comes
            i_end, j_end = max(i_end, i + 1), max(j_end, j + 1)
        yield from _replaced(ours[i:i_end], theirs[j:j_end])


def _key(frame: Frame) -> tuple[str, tuple[tuple[str, str], ...]]:
    return frame.name, frame.values


def _replaced(ours: Sequence[Frame], theirs: Sequence[Frame]) -> Iterator[tuple[Frame | None, Frame | None]]:
    """Pair frames of one name in order; those left have no counterpart."""
    left = list(theirs)
    for frame in ours:
        place = next((at for at, other in enumerate(left) if other.name == frame.name), -1)
        if place < 0:
            yield frame, None
            continue
        yield from ((None, other) for other in left[:place])
        yield frame, left[place]
        del left[: place + 1]
    yield from ((None, other) for other in left)
