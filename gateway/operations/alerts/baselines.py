"""Know what is usual, robustly: medians instead of means, bounds instead of ratios, scores that forget.

A baseline that is frozen learns nothing: during trouble, trouble is not to become the usual.
"""

import math
from collections import deque
from statistics import median
from typing import Final

_TO_SIGMA: Final = 1.4826
"""The MAD of a normal distribution times this is its standard deviation."""
_Z95: Final = 1.96


def wilson_lower(successes: int, count: int, z: float = _Z95) -> float:
    """Return the lower bound of the Wilson interval of a ratio: few cases prove little. 0 for no cases."""
    if count <= 0:
        return 0.0
    ratio = successes / count
    centre = ratio + z * z / (2 * count)
    spread = z * math.sqrt(ratio * (1 - ratio) / count + z * z / (4 * count * count))
    return max(0.0, (centre - spread) / (1 + z * z / count))


class RobustBaseline:
    """Keep the last values of something, and say how far off a new one is, in robust standard deviations."""

    def __init__(self, window: int = 60, least: int = 12, floor: float = 1e-9) -> None:
        self._values: deque[float] = deque(maxlen=window)
        self._least = least
        self._floor = floor

    def score(self, value: float) -> float | None:
        """Return (value - median) / MAD scaled, None while too little is known."""
        if len(self._values) < self._least:
            return None
        middle = median(self._values)
        spread = median(abs(one - middle) for one in self._values) * _TO_SIGMA
        return (value - middle) / max(spread, self._floor)

    @property
    def middle(self) -> float:
        """Return the median; 0 while nothing is known."""
        return median(self._values) if self._values else 0.0

    def learn(self, value: float) -> None:
        """Take a value in."""
        self._values.append(value)


class Suspicion:
    """Suspect a peer of being gone by how late its next word is, from the intervals between its words (phi style).

    The score is -log10 of the chance that a peer that lives is silent for so long, if its intervals are normal.
    """

    def __init__(self, window: int = 100, least: int = 5, least_spread_ns: int = 200_000_000) -> None:
        self._intervals: deque[int] = deque(maxlen=window)
        self._least = least
        self._least_spread_ns = least_spread_ns
        self._last_ns = 0

    def heard(self, at_ns: int) -> None:
        """Note a word."""
        if self._last_ns and at_ns > self._last_ns:
            self._intervals.append(at_ns - self._last_ns)
        self._last_ns = at_ns

    def forget(self) -> None:
        """Begin anew: the peer was away."""
        self._intervals.clear()
        self._last_ns = 0

    def score(self, at_ns: int) -> float:
        """Return how suspicious the silence is; 0 while too little is known."""
        if len(self._intervals) < self._least or not self._last_ns:
            return 0.0
        mean = sum(self._intervals) / len(self._intervals)
        variance = sum((one - mean) ** 2 for one in self._intervals) / len(self._intervals)
        spread = max(math.sqrt(variance), self._least_spread_ns)
        late = (at_ns - self._last_ns - mean) / spread
        chance = 0.5 * math.erfc(late / math.sqrt(2))
        return -math.log10(chance) if chance > 0 else math.inf


class DecayingCount:
    """Count events that weigh less the older they are."""

    def __init__(self, half_life_s: float = 300.0) -> None:
        self._half_life_ns = half_life_s * 1e9
        self._count = 0.0
        self._at_ns = 0

    def add(self, at_ns: int, weight: float = 1.0) -> None:
        """Count one at a time."""
        self._count = self.value(at_ns) + weight
        self._at_ns = at_ns

    def value(self, at_ns: int) -> float:
        """Return what is left of the count."""
        return float(self._count * 0.5 ** (max(0, at_ns - self._at_ns) / self._half_life_ns))
