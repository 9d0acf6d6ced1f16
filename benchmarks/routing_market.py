"""Record a market of one symbol at three venues: seeded ITCH 5.0 messages around one price that walks.

The venues differ as real ones do: one is often at the best price and dear, one pays takers and shows little, one shows
much a tick behind. The messages are made once; every way of routing replays the same ones.
"""

import hashlib
import random
import struct
from dataclasses import dataclass, field
from typing import Final

SYMBOL: Final = "MSFT"
TICK: Final = 100
"""One cent in ITCH's four decimals."""
START_NS: Final = 34_200_000_000_000


@dataclass(frozen=True, slots=True)
class VenueKind:
    """How a venue quotes: ticks from the middle at least, how eager it is to be near, how much it shows."""

    name: str
    away: int
    eagerness: float
    lots: int


VENUES: Final = (VenueKind("DEAR", 1, 1.2, 6), VenueKind("PAYS", 1, 0.7, 3), VenueKind("DEEP", 2, 0.9, 14))


@dataclass(slots=True)
class _Floor:
    kind: VenueKind
    orders: list[tuple[int, bytes, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recording:
    """Messages in their order, each with its venue; ``digest`` tells whether two recordings are the same."""

    messages: list[tuple[str, bytes]]
    digest: str


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self._rng = rng
        self._now_ns = START_NS
        self._reference = 0

    def put(self, venue: str, code: bytes, body: bytes) -> None:
        self._now_ns += self._rng.randrange(1_000, 100_000)
        head = struct.pack(">cHH", code, 1, 0) + self._now_ns.to_bytes(6, "big")
        self.messages.append((venue, head + body))

    def add(self, floor: _Floor, side: bytes, price: int, shares: int) -> None:
        self._reference += 1
        body = struct.pack(">QcI8sI", self._reference, side, shares, SYMBOL.ljust(8).encode(), price)
        self.put(floor.kind.name, b"A", body)
        floor.orders.append((self._reference, side, price))

    def delete(self, floor: _Floor, at: int) -> None:
        reference, _, _ = floor.orders.pop(at)
        self.put(floor.kind.name, b"D", struct.pack(">Q", reference))


def record(messages: int, seed: int = 1) -> Recording:
    """Return about so many messages; the same for the same seed."""
    rng = random.Random(seed)
    writer = _Writer(rng)
    floors = [_Floor(kind) for kind in VENUES]
    name = SYMBOL.ljust(8).encode()
    for floor in floors:
        directory = name + b"QN" + struct.pack(">I", 100) + b"NCZ PNN1N" + bytes(4) + b"N"
        writer.put(floor.kind.name, b"R", directory)
        writer.put(floor.kind.name, b"H", name + b"T     ")
    middle = 1_000_000
    while len(writer.messages) < messages:
        if rng.random() < 0.03:
            middle += rng.choice((-TICK, TICK))
        _step(writer, rng, rng.choice(floors), middle)
    digest = hashlib.sha256(b"".join(message for _, message in writer.messages)).hexdigest()
    return Recording(writer.messages, digest[:16])


def _step(writer: _Writer, rng: random.Random, floor: _Floor, middle: int) -> None:
    """Let one venue add or take away; what the price has walked over goes first."""
    for at in range(len(floor.orders) - 1, -1, -1):
        _, side, price = floor.orders[at]
        if (side == b"B" and price >= middle) or (side == b"S" and price <= middle):
            writer.delete(floor, at)
    if len(floor.orders) > 24 or (len(floor.orders) > 8 and rng.random() < 0.45):
        writer.delete(floor, rng.randrange(len(floor.orders)))
        return
    away = TICK * (floor.kind.away + int(rng.expovariate(floor.kind.eagerness)))
    side = rng.choice((b"B", b"S"))
    price = middle - away if side == b"B" else middle + away
    writer.add(floor, side, price, 100 * rng.randint(1, floor.kind.lots))
