"""Say what a detector finds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause that is there now. ``labels`` tell it from others of its alert; the text may change, they don't.

    ``event_utc_ns`` is when the trouble began, as far as is known. A finding with ``is_event`` happened, and is not
    there any more: its alert stands until somebody acknowledges it.
    """

    alert: str
    labels: tuple[tuple[str, str], ...]
    text: str
    event_utc_ns: int
    is_event: bool = False

    @property
    def fingerprint(self) -> str:
        """Return what is the same for every finding of one cause."""
        return "|".join((self.alert, *(f"{name}={value}" for name, value in self.labels)))


@dataclass(slots=True)
class Moment:
    """When detectors look. Times in ns; ``frozen`` names alerts whose baselines learn nothing now."""

    now_ns: int
    utc_ns: int
    frozen: frozenset[str] = field(default_factory=frozenset)


class Detector(Protocol):
    """Look at the desk and say what is wrong with it."""

    def look(self, moment: Moment) -> Iterable[Finding]:
        """Yield every cause that is there now."""
