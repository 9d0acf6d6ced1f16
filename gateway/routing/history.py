"""Learn from own orders how venues treat them: what was filled of what was tried, refusals, time to the first word.

Rates are exponentially weighted averages in parts per million, whole numbers, so that the same history gives the same
rates on every machine. A rate begins at a prior and moves by 1/32 of the distance with each order.
"""

from typing import Any, Final

PPM: Final = 1_000_000
WEIGHT: Final = 32
"""An order moves a rate by one 32nd of the way to what became of it."""
PRIOR_TAKE_PPM: Final = 900_000
"""Of what is displayed, so much is thought to be there for an order of ours until experience tells."""
PRIOR_POST_PPM: Final = 500_000
"""Of what rests at a venue, so much is thought to be filled in the end."""
PRIOR_ACK_NS: Final = 1_000_000
_ACKS: Final = 101
"""Answers of a venue of which the median is taken."""
TAKE: Final = "take"
POST: Final = "post"
_PRIORS: Final = {TAKE: PRIOR_TAKE_PPM, POST: PRIOR_POST_PPM}
_SCALE: Final = 100_000_000


def size_bucket(quantity: int) -> int:
    """Return the class of a displayed quantity (10^-8): 0 for none, then one for each power of four."""
    return ((max(quantity, 0) // _SCALE).bit_length() + 1) // 2


class VenueHistory:
    """Hold what is known; ``note_outcome`` and ``note_ack`` are its inputs, also when the journal is replayed."""

    def __init__(self) -> None:
        self._fills: dict[tuple[str, str, str, int], int] = {}
        self._rejects: dict[str, int] = {}
        self._acks: dict[str, list[int]] = {}
        self._medians: dict[str, int] = {}

    def fill_ppm(self, manner: str, venue: str, group: str, displayed: int) -> int:
        """Return which part of an order is filled at a venue, for a symbol group and a displayed quantity."""
        return self._fills.get((manner, venue, group, size_bucket(displayed)), _PRIORS[manner])

    def reject_ppm(self, venue: str) -> int:
        """Return which part of the orders the venue refuses."""
        return self._rejects.get(venue, 0)

    def ack_p50_ns(self, venue: str) -> int:
        """Return the median time to the venue's first word."""
        median = self._medians.get(venue)
        if median is None:
            acks = self._acks.get(venue)
            median = self._medians[venue] = sorted(acks)[len(acks) // 2] if acks else PRIOR_ACK_NS
        return median

    def note_ack(self, venue: str, duration_ns: int) -> None:
        """Take how long the venue took for its first word about a request."""
        acks = self._acks.setdefault(venue, [])
        acks.append(duration_ns)
        if len(acks) > _ACKS:
            del acks[0]
        self._medians.pop(venue, None)

    def note_outcome(self, outcome: dict[str, Any]) -> None:
        """Take what became of a child: what was tried and filled, or that the venue refused it."""
        venue = outcome["venue"]
        was_refused = bool(outcome["rejected"])
        self._rejects[venue] = _moved(self._rejects.get(venue, 0), PPM if was_refused else 0)
        if was_refused:
            return
        key = (outcome["manner"], venue, outcome["group"], size_bucket(outcome["displayed"]))
        filled_ppm = min(outcome["filled"], outcome["tried"]) * PPM // outcome["tried"]
        self._fills[key] = _moved(self._fills.get(key, _PRIORS[outcome["manner"]]), filled_ppm)

    # Memory

    def to_json(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        fills = [[*key, ppm] for key, ppm in self._fills.items()]
        return {"fills": fills, "rejects": dict(self._rejects), "acks": {v: list(a) for v, a in self._acks.items()}}

    def restore(self, kept: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        self._fills = {(key[0], key[1], key[2], key[3]): key[4] for key in kept["fills"]}
        self._rejects = dict(kept["rejects"])
        self._acks = {venue: list(acks) for venue, acks in kept["acks"].items()}
        self._medians.clear()


def _moved(rate: int, observed: int) -> int:
    # to the nearest, so that a rate reaches the ends
    return rate + (2 * (observed - rate) + WEIGHT) // (2 * WEIGHT)
