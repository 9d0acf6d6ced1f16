"""Say what is to go wrong, and when: values, read from a case's words or made in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

KINDS = ("lose", "duplicate", "delay", "reorder", "mangle", "slice", "limit", "cut", "blackhole")
ENDS = ("fin", "rst")


class FaultError(ValueError):
    """Report a fault that is described wrongly."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong.

    It befalls a unit with ``chance``, if the unit's number (from 0) is at least ``first`` and, where it is given, at
    most ``last``. ``delay``: ``ms`` and up to ``jitter_ms`` more, order kept. ``reorder``: after the ``by`` units that
    follow. ``mangle``: ``count`` bytes become others. ``slice``: pieces of ``size`` bytes. ``limit``: ``bytes_per_s``.
    ``cut``: the stream ends before the unit, after ``size`` bytes of it, by ``how``. ``blackhole``: nothing from this
    unit on, and no end either.
    """

    kind: str
    chance: float = 1.0
    first: int = 0
    last: int | None = None
    ms: int = 0
    jitter_ms: int = 0
    by: int = 1
    count: int = 1
    size: int = 0
    bytes_per_s: int = 0
    how: str = "fin"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultError(f"fault {self.kind!r}, expected one of {', '.join(KINDS)}")
        if self.how not in ENDS:
            raise FaultError(f"how {self.how!r}, expected one of {', '.join(ENDS)}")
        if not 0 <= self.chance <= 1:
            raise FaultError(f"chance {self.chance}, expected 0 to 1")
        wanted = {"slice": "size", "limit": "bytes_per_s", "reorder": "by", "mangle": "count"}.get(self.kind)
        if wanted is not None and getattr(self, wanted) < 1:
            raise FaultError(f"{self.kind}: {wanted} {getattr(self, wanted)}, expected at least 1")
        if min(self.ms, self.jitter_ms, self.size) < 0:
            raise FaultError(f"{self.kind}: negative ms, jitter_ms or size")

    def concerns(self, number: int) -> bool:
        """Tell whether a unit is within its range."""
        return number >= self.first and (self.last is None or number <= self.last)


_KEYS = tuple(field.name for field in fields(Fault))


def read_faults(said: list[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Return faults from a case's words: ``[{kind: lose, first: 2, last: 2}]``. Raises FaultError."""
    for entry in said:
        unknown = [key for key in entry if key not in _KEYS]
        if unknown or "kind" not in entry:
            raise FaultError(f"fault {dict(entry)}: keys {unknown or 'without kind'}, expected {', '.join(_KEYS)}")
    return tuple(Fault(**entry) for entry in said)
