"""Hold what a routing decision sees, so that it can be recorded and decided again, and what it decides.

Everything is whole numbers and texts: prices, quantities and limits in units of 10^-8, times in nanoseconds, rates in
parts per million. ``to_json`` and ``from_json`` lose nothing.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE
from fairlead.gateway.routing.fees import NO_FEE, FeeRate

BEST: Final = "best"
SWEEP: Final = "sweep"
POST_AND_ROTATE: Final = "post_and_rotate"
KINDS: Final = (BEST, SWEEP, POST_AND_ROTATE)

CANCEL: Final = "cancel"
RESIDUALS: Final = (CANCEL, "post")


@dataclass(frozen=True, slots=True)
class LevelSeen:
    """One level of the other side of a venue's book; ``fill_ppm`` is how much of it is thought to be there."""

    price: int
    quantity: int
    fill_ppm: int


@dataclass(frozen=True, slots=True)
class VenueSeen:
    """What was seen of one venue.

    ``excluded`` says why it can't take part, ``""`` where it can. ``headroom`` is the largest quantity that the checks
    would let go there now. ``queue`` is what rests there at the order's limit or better on its own side, and
    ``post_ppm`` how much of an order behind such a queue is thought to be filled. ``is_live`` says that a child of the
    parent lives there already; ``is_swept`` that what the parent has taken there is left out of the levels.
    """

    venue: str
    excluded: str = ""
    levels: tuple[LevelSeen, ...] = ()
    quote_age_ns: int = 0
    taker: FeeRate = NO_FEE
    maker: FeeRate = NO_FEE
    queue: int = 0
    post_ppm: int = 0
    reject_ppm: int = 0
    ack_p50_ns: int = 0
    headroom: int = 0
    is_live: bool = False
    takes_iso: bool = False
    is_swept: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Where should ``quantity`` go? ``is_buy`` and ``limit`` are the order's; ``lot`` and ``tick`` the instrument's.

    ``limit`` is ABSENT only for a market order that has not been given one yet: then ``collar_bps`` makes it from the
    best quote. ``is_immediate`` orders rest nowhere. ``resting_at`` and ``margin`` (10^-8 of money) are for an order
    that rests and may move.
    """

    kind: str
    is_buy: bool
    quantity: int
    limit: int
    time_in_force: int
    venues: tuple[VenueSeen, ...]
    is_immediate: bool = False
    may_post: bool = False
    lot: int = 0
    tick: int = 0
    multiplier: int = SCALE
    collar_bps: int = 0
    margin: int = 0
    resting_at: str = ""
    iso: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return _members(self) | {"venues": [_venue_to_json(venue) for venue in self.venues]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Question":
        """Return what ``to_json`` wrote down. Raises KeyError or TypeError for anything else."""
        venues = tuple(_venue(each) for each in value["venues"])
        return cls(**(value | {"venues": venues}))


def _members(value: Any) -> dict[str, Any]:
    # what dataclasses.asdict does, at a tenth of the time
    return {name: getattr(value, name) for name in value.__slots__}


def _venue_to_json(venue: VenueSeen) -> dict[str, Any]:
    return _members(venue) | {
        "levels": [_members(level) for level in venue.levels],
        "taker": _members(venue.taker),
        "maker": _members(venue.maker),
    }


def _venue(value: dict[str, Any]) -> VenueSeen:
    read = {
        "levels": tuple(LevelSeen(**level) for level in value["levels"]),
        "taker": FeeRate(**value["taker"]),
        "maker": FeeRate(**value["maker"]),
    }
    return VenueSeen(**(value | read))


@dataclass(frozen=True, slots=True)
class ChildWanted:
    """One child to send: ``manner`` is ``take`` or ``post``; ``quote`` and ``displayed`` are what it goes for."""

    venue: str
    quantity: int
    price: int
    time_in_force: int
    manner: str
    quote: int
    displayed: int
    iso: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One venue in the ranking, for people: why not, or what it offers and its rank (1 is the best)."""

    venue: str
    why_not: str = ""
    quote: int = ABSENT
    size: int = 0
    fee: int = 0
    all_in: int = 0
    fill_ppm: int = 0
    expected: int = 0
    ack_p50_ns: int = 0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided: ``children`` in the order in which they go out; ``limit`` is the one that holds from now on."""

    children: tuple[ChildWanted, ...]
    limit: int
    rows: tuple[Row, ...] = field(default=())
    text: str = ""
    """Why nothing goes anywhere, ``""`` where something does."""

    def chosen(self) -> list[dict[str, Any]]:
        """Return the children as JSON values: what a replay must find again."""
        return [_members(child) for child in self.children]
