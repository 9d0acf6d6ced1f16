"""Keep what was wrong with a file: the first of each kind of fault with its place, and how many there were."""

from collections import Counter
from typing import Final

SHOWN: Final = 20


class Faults:
    """Collect faults; memory does not grow with their number."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.counts: Counter[str] = Counter()

    def add(self, kind: str, text: str) -> None:
        """Note one fault."""
        self.counts[kind] += 1
        if self.counts[kind] <= SHOWN:
            self.first.append(text)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def lines(self) -> list[str]:
        """Return what there is to say: the first faults, and how many more there were of a kind."""
        more = [f"{count - SHOWN} more: {kind}" for kind, count in self.counts.items() if count > SHOWN]
        return [*self.first, *more]
