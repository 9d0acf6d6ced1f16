"""Make a stream of ITCH 5.0 messages like a day's busy minutes: seeded, length-framed, never crossed.

Symbols differ in how busy they are (the k-th has a share of 1/k), prices walk, most orders rest near the top and most
are deleted unfilled. Shares of the mix follow what Nasdaq's daily files are known for: of every hundred messages about
44 are adds, 42 deletes, 8 replaces, 4 executions, 2 cancels.
"""

import itertools
import random
import struct
from dataclasses import dataclass, field
from typing import Final

START_NS: Final = 34_200_000_000_000
"""09:30."""
_HEAD: Final = struct.Struct(">HcHH6s")
_RESTING_PER_SYMBOL: Final = 60


@dataclass(slots=True)
class _Symbol:
    locate: int
    name: bytes
    middle: int
    orders: list[tuple[int, bytes, int, int]] = field(default_factory=list)


class _Writer:
    """Frame messages and count the time on."""

    def __init__(self, rng: random.Random) -> None:
        self.parts: list[bytes] = []
        self._rng = rng
        self._now_ns = START_NS

    def put(self, code: bytes, locate: int, body: bytes) -> None:
        self._now_ns += self._rng.randrange(200, 20_000)
        stamp = self._now_ns.to_bytes(6, "big")
        self.parts.append(_HEAD.pack(len(body) + 11, code, locate, 0, stamp) + body)


def make_stream(messages: int, symbols: int = 400, seed: int = 1) -> tuple[bytes, int]:
    """Return about ``messages`` framed messages, the directory first, and how many they are."""
    rng = random.Random(seed)
    writer = _Writer(rng)
    listed = [_Symbol(n, f"S{n:04d}   ".encode(), rng.randrange(50_000, 4_000_000, 100)) for n in range(1, symbols + 1)]
    for symbol in listed:
        writer.put(b"R", symbol.locate, symbol.name + b"QN" + struct.pack(">I", 100) + b"NCZ PNN1N" + bytes(4) + b"N")
        writer.put(b"H", symbol.locate, symbol.name + b"T     ")
    cumulative = list(itertools.accumulate(1 / k for k in range(1, symbols + 1)))
    references = itertools.count(1)
    matches = itertools.count(1)
    while len(writer.parts) < messages:
        symbol = rng.choices(listed, cum_weights=cumulative)[0]
        _one_step(writer, rng, symbol, references, matches)
    return b"".join(writer.parts), len(writer.parts)


def _one_step(
    writer: _Writer,
    rng: random.Random,
    symbol: _Symbol,
    references: "itertools.count[int]",
    matches: "itertools.count[int]",
) -> None:
    draw = rng.random()
    if len(symbol.orders) < 4 or (draw < 0.44 and len(symbol.orders) < 2 * _RESTING_PER_SYMBOL):
        _add(writer, rng, symbol, next(references))
    elif draw < 0.86:
        reference, *_ = _take_out(rng, symbol)
        writer.put(b"D", symbol.locate, struct.pack(">Q", reference))
    elif draw < 0.94:
        old, side, _, shares = _take_out(rng, symbol)
        reference, price = next(references), _price(rng, symbol, side)
        writer.put(b"U", symbol.locate, struct.pack(">QQII", old, reference, shares, price))
        symbol.orders.append((reference, side, price, shares))
    else:
        _reduce(writer, rng, symbol, draw < 0.98, next(matches))


def _add(writer: _Writer, rng: random.Random, symbol: _Symbol, reference: int) -> None:
    if rng.random() < 0.02:
        symbol.middle = max(10_000, symbol.middle + rng.choice((-100, 100)))
    side = rng.choice((b"B", b"S"))
    price, shares = _price(rng, symbol, side), 100 * rng.randrange(1, 20)
    body = struct.pack(">QcI8sI", reference, side, shares, symbol.name, price)
    attributed = rng.random() < 0.05
    writer.put(b"F" if attributed else b"A", symbol.locate, body + (b"NSDQ" if attributed else b""))
    symbol.orders.append((reference, side, price, shares))


def _reduce(writer: _Writer, rng: random.Random, symbol: _Symbol, is_execution: bool, match: int) -> None:
    """Execute or cancel a part or all of an order."""
    reference, side, price, shares = _take_out(rng, symbol)
    taken = shares if not is_execution or rng.random() < 0.5 else max(1, shares // 2)
    taken = max(1, taken // 2) if not is_execution else taken
    if is_execution:
        writer.put(b"E", symbol.locate, struct.pack(">QIQ", reference, taken, match))
    else:
        writer.put(b"X", symbol.locate, struct.pack(">QI", reference, taken))
    if taken < shares:
        symbol.orders.append((reference, side, price, shares - taken))


def _take_out(rng: random.Random, symbol: _Symbol) -> tuple[int, bytes, int, int]:
    at = rng.randrange(len(symbol.orders))
    symbol.orders[at], symbol.orders[-1] = symbol.orders[-1], symbol.orders[at]
    return symbol.orders.pop()


def _price(rng: random.Random, symbol: _Symbol, side: bytes) -> int:
    """Return a price on its own side of all that rests on the other, near the top more often than not."""
    away = 100 * (1 + int(rng.expovariate(0.35)))
    if side == b"B":
        offers = [price for _, other, price, _ in symbol.orders if other == b"S"]
        return max(100, min([symbol.middle, *(offer for offer in offers)]) - away)
    bids = [price for _, other, price, _ in symbol.orders if other == b"B"]
    return max([symbol.middle, *bids]) + away
