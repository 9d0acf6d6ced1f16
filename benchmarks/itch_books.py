"""Time ITCH into books: messages a second on one core, decoded, checked and booked, against simple ``struct`` code.

Both read the same length-framed stream in memory, as a daily file holds it, and end with the same best prices in every
book; that is compared before anything is timed. The ``struct`` code is what one would write in an afternoon: a dict of
orders, a dict of price levels a side, the best one looked for when it goes. It checks nothing.
"""

import struct
from collections.abc import Callable
from typing import Final

from benchmarks.codec import ROUNDS, medians_ns
from benchmarks.itch_stream import make_stream
from benchmarks.tables import Table
from fairlead.adapters.itch import books_cy
from fairlead.adapters.itch.events import BookEvent
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import BID
from fairlead.codecs.vocabulary.constants import ABSENT

MESSAGES: Final = 200_000
SYMBOLS: Final = 400
UTC_NS: Final = 1_763_800_000_000_000_000
SCALE_4: Final = 10_000

_ADD: Final = struct.Struct(">cHH6sQcI8sI")
_EXECUTE: Final = struct.Struct(">cHH6sQI")
_REFERENCE: Final = struct.Struct(">cHH6sQ")
_REPLACE: Final = struct.Struct(">cHH6sQQII")

Top = tuple[int, int, int, int]


class StructBooks:
    """Keep books the simple way: price levels are [bids, offers] of price to quantity, by locate code."""

    def __init__(self) -> None:
        self.orders: dict[int, tuple[int, int, int, int]] = {}
        self.levels: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
        self.best: dict[int, list[int]] = {}

    def read(self, data: bytes) -> None:
        """Book every message."""
        at, end = 0, len(data)
        while at < end:
            size = data[at] << 8 | data[at + 1]
            at += 2
            code = data[at]
            if code == 65 or code == 70:
                _, locate, _, _, reference, side, shares, _, price = _ADD.unpack_from(data, at)
                self._add(locate, reference, 0 if side == b"B" else 1, shares, price)
            elif code == 69 or code == 88:
                reference, shares = _EXECUTE.unpack_from(data, at)[4:6]
                self._take(reference, shares)
            elif code == 68:
                self._take(_REFERENCE.unpack_from(data, at)[4], 0)
            elif code == 85:
                old, reference, shares, price = _REPLACE.unpack_from(data, at)[4:8]
                locate, side = self.orders[old][:2]
                self._take(old, 0)
                self._add(locate, reference, side, shares, price)
            at += size

    def _add(self, locate: int, reference: int, side: int, shares: int, price: int) -> None:
        self.orders[reference] = (locate, side, price, shares)
        if locate not in self.levels:
            self.levels[locate] = ({}, {})
            self.best[locate] = [0, 0]
        levels, best = self.levels[locate][side], self.best[locate]
        levels[price] = levels.get(price, 0) + shares
        if not best[side] or (price > best[side] if side == 0 else price < best[side]):
            best[side] = price

    def _take(self, reference: int, shares: int) -> None:
        locate, side, price, rests = self.orders.pop(reference)
        shares = shares or rests
        if shares < rests:
            self.orders[reference] = (locate, side, price, rests - shares)
        levels, best = self.levels[locate][side], self.best[locate]
        levels[price] -= shares
        if not levels[price]:
            del levels[price]
            if price == best[side]:
                best[side] = (max(levels) if side == 0 else min(levels)) if levels else 0

    def tops(self) -> dict[int, Top]:
        """Return bid, its quantity, offer, its quantity by locate code, raw."""
        found = dict.fromkeys(range(1, SYMBOLS + 1), (0, 0, 0, 0))
        for locate, (bid, offer) in self.best.items():
            bids, offers = self.levels[locate]
            found[locate] = (bid, bids.get(bid, 0), offer, offers.get(offer, 0))
        return found


PLAN: Final = load_mapping("itch_5_0")


def our_books() -> FeedBooks:
    """Return the empty books of one ITCH 5.0 feed, as the gateway builds them."""
    return FeedBooks(PLAN, "feed", "XNAS")


def our_tops(feed: FeedBooks) -> dict[int, Top]:
    """Return what ``StructBooks.tops`` does."""
    found = {}
    for locate in range(1, SYMBOLS + 1):
        book = feed.book(f"S{locate:04d}")
        assert book is not None
        bids, offers = book.levels(BID, 1), book.levels(BID + 1, 1)
        raw = [value // factor for level in (bids, offers) for value, factor in _raw(level)]
        found[locate] = (raw[0], raw[1], raw[2], raw[3])
    return found


def _raw(levels: list[tuple[int, int, int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    price, quantity, _ = levels[0] if levels else (0, 0, 0)
    return (price, SCALE_4), (quantity, 100_000_000)


def whole(data: bytes) -> Callable[[], None]:
    """Return a function that books the stream in one call, as files and packets of many messages are."""

    def run() -> None:
        our_books().books.apply_framed(data, 0, len(data), 1, UTC_NS)

    return run


def singly(data: bytes) -> Callable[[], None]:
    """Return a function that books each message by a call of its own, as SoupBinTCP brings them."""
    messages, at = [], 0
    while at < len(data):
        size = data[at] << 8 | data[at + 1]
        messages.append(data[at + 2 : at + 2 + size])
        at += 2 + size

    def run() -> None:
        apply = our_books().books.apply
        for number, message in enumerate(messages, 1):
            apply(message, number, UTC_NS)

    return run


def plain(data: bytes) -> Callable[[], None]:
    """Return a function that does it with ``struct`` and dicts."""

    def run() -> None:
        StructBooks().read(data)

    return run


def check(data: bytes, messages: int) -> None:
    """Raise AssertionError where the two do not end with the same best prices and quantities, or ours found a fault."""
    simple, faults = StructBooks(), list[BookEvent]()
    feed = FeedBooks(PLAN, "feed", "XNAS", faults.append)
    assert feed.books.apply_framed(data, 0, len(data), 1, UTC_NS) == len(data)
    simple.read(data)
    ours = our_tops(feed)
    assert ours == simple.tops() and not faults, faults[:3]
    assert feed.books.messages == messages and ABSENT not in {price for top in ours.values() for price in top}


def main(messages: int = MESSAGES, rounds: int = ROUNDS) -> list[Table]:
    """Compare, then time; returns the table."""
    data, count = make_stream(messages, SYMBOLS)
    check(data, count)
    installed = "compiled" if books_cy.__file__.endswith(".so") else "as installed"
    subjects = {
        f"Fairlead, {installed}, packets of many messages": whole(data),
        f"Fairlead, {installed}, message by message": singly(data),
        "struct and dicts": plain(data),
    }
    results = medians_ns(subjects, dict.fromkeys(subjects, 1), rounds)
    rows = [
        [name, f"{count * 1e9 / taken:,.0f}", f"{taken / count:,.0f}", f"{results['struct and dicts'] / taken:.1f} x"]
        for name, taken in results.items()
    ]
    title = f"ITCH 5.0 into books: {count:,} messages of {SYMBOLS} symbols, one core"
    return [Table(title, ["reader", "messages/s", "ns a message", "as fast as struct"], rows)]
