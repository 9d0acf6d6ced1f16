"""Find the one price of a cross, and who trades: most shares, then least imbalance, then nearest to a reference."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.certification.venues.book_records import BookOrder, OrdType


@dataclass(frozen=True, slots=True)
class Cross:
    """Hold a cross's outcome in units of 10^-8: each order's part, and what stays over on the larger side."""

    price: int
    quantity: int
    imbalance: int
    is_buy_imbalance: bool
    parts: tuple[tuple[BookOrder, int], ...]


def find_cross(orders: list[BookOrder], reference: int) -> Cross:
    """Return the cross of orders of one instrument; where none can trade, of no quantity at the reference."""
    prices = {order.price for order in orders if order.ord_type is not OrdType.MARKET} | {reference}
    price = min(prices, key=lambda price: _rank(orders, price, reference))
    buys, sells = _willing(orders, price, is_buy=True), _willing(orders, price, is_buy=False)
    bought, sold = _total(buys), _total(sells)
    quantity = min(bought, sold)
    parts = (*_share(buys, quantity), *_share(sells, quantity))
    return Cross(price if quantity else reference, quantity, abs(bought - sold), bought > sold, parts)


def _rank(orders: list[BookOrder], price: int, reference: int) -> tuple[int, int, int]:
    """Return a number that falls with how good a price is for all."""
    bought = _total(_willing(orders, price, is_buy=True))
    sold = _total(_willing(orders, price, is_buy=False))
    return -min(bought, sold), abs(bought - sold), abs(price - reference)


def _willing(orders: list[BookOrder], price: int, *, is_buy: bool) -> list[BookOrder]:
    """Return one side's orders that trade at a price: market orders first, then by price and time."""

    def is_willing(order: BookOrder) -> bool:
        return order.ord_type is OrdType.MARKET or (order.price >= price if is_buy else order.price <= price)

    def rank(order: BookOrder) -> tuple[bool, int, int]:
        return order.ord_type is not OrdType.MARKET, -order.price if is_buy else order.price, order.priority

    return sorted((order for order in orders if order.is_buy is is_buy and is_willing(order)), key=rank)


def _total(orders: list[BookOrder]) -> int:
    return sum(order.leaves for order in orders)


def _share(orders: list[BookOrder], quantity: int) -> list[tuple[BookOrder, int]]:
    parts = []
    for order in orders:
        part = min(order.leaves, quantity)
        if part:
            parts.append((order, part))
        quantity -= part
    return parts
