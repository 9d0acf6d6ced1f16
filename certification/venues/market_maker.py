"""Quote both sides of a book for the house, so that other orders trade."""

from __future__ import annotations

import random
from dataclasses import dataclass

from fairlead.certification.venues.amounts import InexactAmount, read_amount
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.order_desk import OrderDesk

HOUSE = "HOUSE"


@dataclass(frozen=True, slots=True)
class Quote:
    """Say what the house quotes: prices and size in units of 10^-8."""

    symbol: str
    mid: int
    spread: int
    size: int

    @classmethod
    def read(cls, text: str) -> Quote:
        """Read SYMBOL:MID:SPREAD:SIZE, raising ValueError for anything else."""
        parts = text.split(":")
        if len(parts) != 4 or not parts[0]:
            raise ValueError(f"{text!r} received, expected SYMBOL:MID:SPREAD:SIZE")
        try:
            mid, spread, size = (read_amount(part) for part in parts[1:])
        except InexactAmount as error:
            raise ValueError(f"{text!r}: {error}") from error
        if min(mid, spread, size) <= 0 or spread % 2 or spread >= 2 * mid:
            raise ValueError(f"{text!r} received, expected amounts above 0 and a spread less than twice the mid")
        return cls(parts[0], mid, spread, size)


class MarketMaker:
    """Keep one bid and one offer in each quoted book.

    A side that has been taken is quoted again; the mid has then moved by up to half a spread, chosen from the seed.
    """

    def __init__(self, quotes: tuple[Quote, ...], seed: int, desk: OrderDesk) -> None:
        self._quotes = quotes
        self._desk = desk
        self._random = random.Random(seed)
        self._mids = {quote.symbol: quote.mid for quote in quotes}
        self._orders: dict[tuple[str, bool], BookOrder] = {}
        self._count = 0

    def quote(self) -> None:
        """Quote the sides that are not there; not while trading is halted, where nothing may trade."""
        for quote in self._quotes:
            if quote.symbol in self._desk.halted:
                continue
            sides = [side for side in (True, False) if not self._is_quoted(quote.symbol, side)]
            if len(sides) == 1:
                self._move(quote)
                sides = [True, False]
            for is_buy in sides:
                self._post(quote, is_buy)

    def _is_quoted(self, symbol: str, is_buy: bool) -> bool:
        order = self._orders.get((symbol, is_buy))
        return order is not None and order.is_open

    def _move(self, quote: Quote) -> None:
        """Take the side that is left out, and move the mid by a number of quarter spreads, staying near the start."""
        book = self._desk.book(quote.symbol)
        for is_buy in (True, False):
            if self._is_quoted(quote.symbol, is_buy):
                book.cancel(self._orders[quote.symbol, is_buy])
        mid = self._mids[quote.symbol] + self._random.choice((-2, -1, 0, 1, 2)) * (quote.spread // 4)
        lowest = max(quote.mid - 10 * quote.spread, quote.spread)
        self._mids[quote.symbol] = min(max(mid, lowest), quote.mid + 10 * quote.spread)

    def _post(self, quote: Quote, is_buy: bool) -> None:
        self._count += 1
        half = quote.spread // 2
        price = self._mids[quote.symbol] + (-half if is_buy else half)
        order = BookOrder(f"{HOUSE}{self._count}", HOUSE, is_buy, quote.size, price=price)
        self._orders[quote.symbol, is_buy] = order
        self._desk.book(quote.symbol).submit(order)
