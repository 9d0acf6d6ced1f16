"""Add up what a feed published, in the plainest way: the golden book."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Message, Table, load_table

SHAPES = load_table("itch_5_0").client
Levels = tuple[tuple[Decimal, Decimal, int], ...]


@dataclass(slots=True)
class GoldenBook:
    """One symbol's orders and trades. Prices are Decimal, quantities shares."""

    orders: dict[int, list[Any]] = field(default_factory=dict)
    volume: int = 0
    broken_volume: int = 0
    trades: int = 0
    last_px: Decimal | None = None
    state: str = ""
    matches: dict[int, int] = field(default_factory=dict)

    def levels(self, side: str) -> Levels:
        """Return (price, quantity, orders) of one side, best first."""
        found: dict[Decimal, list[int]] = {}
        for own_side, price, shares in self.orders.values():
            if own_side == side:
                found.setdefault(price, []).append(shares)
        prices = sorted(found, reverse=side == "B")
        return tuple((price, Decimal(sum(found[price])), len(found[price])) for price in prices)


def golden_books(messages: list[bytes]) -> dict[str, GoldenBook]:
    """Return the books by symbol; messages of types that ITCH does not have change nothing."""
    books: dict[str, GoldenBook] = {}
    symbols: dict[int, str] = {}
    for payload in messages:
        if payload[:1].decode("latin-1") not in SHAPES:
            continue
        _, message = Table.decode(SHAPES, payload)
        code, locate = str(message["message_type"]), int(message["stock_locate"])
        if code == "R":
            symbols[locate] = str(message["stock"])
            books.setdefault(symbols[locate], GoldenBook())
        elif locate in symbols:
            _apply(books[symbols[locate]], code, message)
    return books


def _price(message: Message, name: str) -> Decimal:
    return Decimal(int(message[name])) / UNITS


def _apply(book: GoldenBook, code: str, message: Message) -> None:
    reference = int(message.get("order_reference_number", 0))
    if code in ("A", "F"):
        book.orders[reference] = [str(message["side"]), _price(message, "price"), int(message["shares"])]
    elif code in ("E", "C", "X") and reference in book.orders:
        order = book.orders[reference]
        taken = int(message.get("executed_shares", message.get("cancelled_shares", 0)))
        order[2] -= taken
        if code == "E" or (code == "C" and message["printable"] == "Y"):
            _trade(book, taken, order[1] if code == "E" else _price(message, "execution_price"), message)
        if order[2] <= 0:
            del book.orders[reference]
    elif code == "D":
        book.orders.pop(reference, None)
    elif code == "U":
        order = book.orders.pop(int(message["original_order_reference_number"]))
        new = int(message["new_order_reference_number"])
        book.orders[new] = [order[0], _price(message, "price"), int(message["shares"])]
    elif code == "P":
        _trade(book, int(message["shares"]), _price(message, "price"), message)
    elif code == "B":
        book.broken_volume += book.matches.pop(int(message["match_number"]), 0)
    elif code == "H":
        book.state = str(message["trading_state"])


def _trade(book: GoldenBook, shares: int, price: Decimal, message: Message) -> None:
    book.volume += shares
    book.trades += 1
    book.last_px = price
    book.matches[int(message["match_number"])] = shares
