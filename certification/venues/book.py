"""Match orders by price and time; one book per symbol.

Prices and quantities are integers in units of 10^-8. The book knows no wire, clock or session: it is told what
arrives, and calls back with each event at the moment at which it happens, so that the orders show the state that the
event has left. The call-back must not call the book.

An order is in one of four places: nowhere (not yet submitted, or done), waiting (a stop not yet triggered), or in
one level of its side. Within a level shown orders trade before hidden ones, and the order that came first trades first;
an iceberg whose shown part is used up shows its next part at the end of the level.

What the market sees of that goes to a second call-back (`Rested`, `Withdrawn`, `Reduced`, and each `Fill`): an order
shows under a reference number, which changes whenever it loses its place.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from fairlead.certification.venues.book_records import (
    IMMEDIATE,
    BookOrder,
    Ended,
    EndReason,
    Event,
    Fill,
    MarketEvent,
    OrdType,
    Reduced,
    Rested,
    SelfMatch,
    TimeInForce,
    Triggered,
    Withdrawn,
)


def _unwatched(event: MarketEvent) -> None:
    """Let nobody see the market."""


@dataclass(slots=True)
class _Side:
    """Hold one side: levels by price, each a dict in arrival order, and the prices from worst to best."""

    is_buy: bool
    levels: dict[int, dict[str, BookOrder]] = field(default_factory=dict)
    ranks: list[int] = field(default_factory=list)

    def rank(self, price: int) -> int:
        """Return a number that grows with how good the price is for the other side."""
        return price if self.is_buy else -price

    def add(self, order: BookOrder) -> None:
        level = self.levels.get(order.price)
        if level is None:
            level = self.levels[order.price] = {}
            insort(self.ranks, self.rank(order.price))
        level[order.order_id] = order
        if not order.is_hidden:
            for other in [other for other in level.values() if other.is_hidden]:
                level[other.order_id] = level.pop(other.order_id)

    def remove(self, order: BookOrder) -> None:
        level = self.levels[order.price]
        del level[order.order_id]
        if not level:
            del self.levels[order.price]
            self.ranks.remove(self.rank(order.price))

    def best(self) -> int | None:
        return (self.ranks[-1] if self.is_buy else -self.ranks[-1]) if self.ranks else None

    def prices(self) -> Iterator[int]:
        """Yield prices, best first."""
        for rank in reversed(self.ranks):
            yield rank if self.is_buy else -rank


class OrderBook:
    """Keep the orders of one symbol and match what arrives."""

    def __init__(
        self,
        symbol: str,
        on_event: Callable[[Event], None],
        self_match: SelfMatch = "allow",
        on_market: Callable[[MarketEvent], None] = _unwatched,
        next_number: Callable[[], int] | None = None,
    ) -> None:
        self.symbol = symbol
        self._emit = on_event
        self._show = on_market
        self._number = next_number or count(1).__next__
        self.self_match = self_match
        self.last_price: int | None = None
        self._buys = _Side(is_buy=True)
        self._sells = _Side(is_buy=False)
        self._waiting: dict[str, BookOrder] = {}
        self._next_priority = 1

    @property
    def best_bid(self) -> int | None:
        """Return the highest price of the resting buys, None where there are none."""
        return self._buys.best()

    @property
    def best_offer(self) -> int | None:
        """Return the lowest price of the resting sells, None where there are none."""
        return self._sells.best()

    def resting(self, is_buy: bool) -> list[BookOrder]:
        """Return one side's resting orders in the order in which they would trade."""
        side = self._side(is_buy)
        return [order for price in side.prices() for order in side.levels[price].values()]

    def shown_levels(self, is_buy: bool) -> list[tuple[int, int, int]]:
        """Return what the market sees of one side: (price, quantity, orders), best first."""
        levels: dict[int, tuple[int, int, int]] = {}
        for order in self.resting(is_buy):
            if not order.is_hidden:
                _, quantity, orders = levels.get(order.price, (0, 0, 0))
                levels[order.price] = (order.price, quantity + order.shown, orders + 1)
        return list(levels.values())

    def waiting(self) -> list[BookOrder]:
        """Return the stops not yet triggered, oldest first."""
        return list(self._waiting.values())

    def submit(self, order: BookOrder) -> None:
        """Take a new order and bring it to the market."""
        self.admit(order)
        self.enter(order)

    def admit(self, order: BookOrder) -> None:
        """Open a new order; it must `enter` next."""
        if order.quantity <= 0:
            raise ValueError(f"quantity {order.quantity} received, expected more than 0")
        if order.is_open or order.cum:
            raise ValueError(f"order {order.order_id} has been submitted before")
        order.is_open = True
        order.is_waiting = order.ord_type in (OrdType.STOP, OrdType.STOP_LIMIT)
        order.priority = self._take_priority()
        order.reference = self._number()

    def enter(self, order: BookOrder) -> None:
        """Bring an order that `admit`, `amend` or `take_back` has left outside to the market."""
        if order.is_waiting:
            self._waiting[order.order_id] = order
        else:
            self._trade_or_rest(order)
        self._trigger_stops()

    def cancel(self, order: BookOrder) -> int:
        """Take an open order out, and return the quantity that it still had."""
        leaves = order.leaves
        self._detach(order, returns=False)
        order.is_open = order.is_waiting = False
        return leaves

    def replace(
        self, order: BookOrder, quantity: int, price: int, stop_price: int = 0, max_floor: int | None = None
    ) -> None:
        """Change an open order's terms (see `amend`), and bring it back to the market."""
        if self.amend(order, quantity, price, stop_price, max_floor):
            self.enter(order)

    def amend(
        self,
        order: BookOrder,
        quantity: int,
        price: int,
        stop_price: int = 0,
        max_floor: int | None = None,
        *,
        keeps_place: bool = True,
    ) -> bool:
        """Change an open order's terms, and tell whether it is now outside the book and must `enter` again.

        `quantity` is the new total, including what has executed; at or below that, the order is done with its quantity
        equal to CumQty(14). A new price, a higher quantity or a larger shown part costs the place in the queue; a
        decrease keeps it, unless the venue's rule is that every change costs it.
        """
        floor = order.max_floor if max_floor is None else max_floor
        if quantity <= order.cum:
            self.cancel(order)
            order.quantity = order.cum
            return False
        keeps_place = (
            keeps_place
            and (price, stop_price) == (order.price, order.stop_price)
            and quantity <= order.quantity
            and floor <= order.max_floor
            and bool(floor) == bool(order.max_floor)
        )
        if keeps_place:
            order.quantity, order.max_floor = quantity, floor
            before = order.shown
            order.shown = min(order.shown, order.leaves)
            if not order.is_waiting and order.shown < before:
                self._show(Reduced(order, before - order.shown))
            return False
        self._detach(order, returns=True)
        order.quantity, order.price, order.stop_price, order.max_floor = quantity, price, stop_price, floor
        self._lose_place(order)
        return True

    def reinstate(self, order: BookOrder, quantity: int) -> None:
        """Give an order the quantity of a busted execution back, and bring it back to the market."""
        self.take_back(order, quantity)
        self.enter(order)

    def take_back(self, order: BookOrder, quantity: int) -> None:
        """Undo executed quantity and open the order again; it must `enter` next, at the end of the queue."""
        if not 0 < quantity <= order.cum:
            raise ValueError(f"{quantity} to take back, expected 1 to the executed {order.cum}")
        if order.is_open:
            self._detach(order, returns=True)
        order.cum -= quantity
        order.is_open = True
        self._lose_place(order)

    def renew(self, order: BookOrder) -> None:
        """Give a resting order a new reference, and the end of the queue."""
        if not order.is_waiting:
            self._detach(order, returns=True)
            self._lose_place(order)
            self._rest(order)

    def take(self, order: BookOrder, quantity: int, price: int) -> None:
        """Execute part of a resting order at a price of the venue's, against the house."""
        if order.is_waiting or not 0 < quantity <= order.shown:
            raise ValueError(f"{quantity} to execute, expected 1 to the shown {order.shown}")
        house = BookOrder(f"TAKE{self._number()}", "HOUSE", not order.is_buy, quantity, is_open=True)
        self._trade(house, order, price)

    def restore(self, order: BookOrder) -> None:
        """Put an open order of an earlier run back; call in rising priority."""
        self._next_priority = max(self._next_priority, order.priority + 1)
        if order.is_waiting:
            self._waiting[order.order_id] = order
        else:
            self._side(order.is_buy).add(order)

    def expire(self, utc_ns: int) -> None:
        """End the orders whose expiry has passed."""
        due = [order for order in self._all() if 0 < order.expires_utc_ns <= utc_ns]
        self._end_all(due, EndReason.EXPIRED)

    def end_day(self) -> None:
        """End the orders that are good for the day only."""
        due = [order for order in self._all() if order.time_in_force is TimeInForce.DAY]
        self._end_all(due, EndReason.END_OF_DAY)

    def would_trade(self, order: BookOrder, price: int | None = None) -> bool:
        """Tell whether the order, at its own or the given price, would meet the other side at once."""
        other = self._side(not order.is_buy).best()
        return other is not None and self._crosses(order, other, order.price if price is None else price)

    def _take_priority(self) -> int:
        priority = self._next_priority
        self._next_priority += 1
        return priority

    def _side(self, is_buy: bool) -> _Side:
        return self._buys if is_buy else self._sells

    def _all(self) -> list[BookOrder]:
        return self.resting(True) + self.resting(False) + self.waiting()

    def _lose_place(self, order: BookOrder) -> None:
        order.priority = self._take_priority()
        order.reference = self._number()

    def _end_all(self, orders: list[BookOrder], reason: EndReason) -> None:
        for order in orders:
            self._emit(Ended(order, reason, self.cancel(order)))

    def _detach(self, order: BookOrder, *, returns: bool) -> None:
        if order.is_waiting:
            del self._waiting[order.order_id]
        else:
            self._side(order.is_buy).remove(order)
            self._show(Withdrawn(order, order.reference, returns))

    def _rest(self, order: BookOrder) -> None:
        self._side(order.is_buy).add(order)
        self._show(Rested(order))

    @staticmethod
    def _crosses(order: BookOrder, other_price: int, own_price: int) -> bool:
        if order.ord_type is OrdType.MARKET:
            return True
        return other_price <= own_price if order.is_buy else other_price >= own_price

    def _trade_or_rest(self, order: BookOrder) -> None:
        """Match an order that has come to the market, and rest or end what is left."""
        needed = order.leaves if order.time_in_force is TimeInForce.FOK else order.min_quantity - order.cum
        if needed > 0 and self._available(order, needed) < needed:
            self._end(order, EndReason.MIN_QUANTITY)
            return
        if order.post_only and self.would_trade(order):
            self._end(order, EndReason.POST_ONLY)
            return
        self._match(order)
        if not order.is_open:
            return
        if order.ord_type is OrdType.MARKET or order.time_in_force in IMMEDIATE:
            self._end(order, EndReason.IMMEDIATE)
            return
        order.shown = min(order.max_floor or order.leaves, order.leaves)
        self._rest(order)

    def _end(self, order: BookOrder, reason: EndReason) -> None:
        leaves = order.leaves
        order.is_open = order.is_waiting = False
        self._emit(Ended(order, reason, leaves))

    def _available(self, order: BookOrder, needed: int) -> int:
        """Return how much the order could execute now; may stop counting once it is enough."""
        side, found = self._side(not order.is_buy), 0
        for price in side.prices():
            if not self._crosses(order, price, order.price):
                break
            for other in side.levels[price].values():
                if other.owner == order.owner and self.self_match != "allow":
                    if self.self_match == "cancel_resting":
                        continue
                    return found
                found += other.leaves
            if found >= needed:
                break
        return found

    def _match(self, order: BookOrder) -> None:
        side = self._side(not order.is_buy)
        while order.leaves:
            price = side.best()
            if price is None or not self._crosses(order, price, order.price):
                return
            other = next(iter(side.levels[price].values()))
            if other.owner == order.owner and self.self_match != "allow":
                self._prevent_self_match(order, other)
                continue
            self._trade(order, other, price)
        order.is_open = False

    def _prevent_self_match(self, order: BookOrder, other: BookOrder) -> None:
        prevented, price = min(order.leaves, other.shown), other.price
        if self.self_match in ("cancel_resting", "cancel_both"):
            self._emit(Ended(other, EndReason.SELF_MATCH, self.cancel(other), prevented, price))
        if self.self_match in ("cancel_newest", "cancel_both"):
            leaves = order.leaves
            order.is_open = False
            self._emit(Ended(order, EndReason.SELF_MATCH, leaves, prevented, price))

    def _trade(self, order: BookOrder, other: BookOrder, price: int) -> None:
        quantity = min(order.leaves, other.shown)
        order.cum += quantity
        other.cum += quantity
        other.shown -= quantity
        self.last_price = price
        fill = Fill(other, order, quantity, price, self._number(), other.reference)
        if not other.shown:
            self._side(other.is_buy).remove(other)
            other.is_open = bool(other.leaves)
        self._show(fill)
        is_refresh = not other.shown and other.is_open
        if is_refresh:
            other.shown = min(other.max_floor or other.leaves, other.leaves)
            self._lose_place(other)
            self._side(other.is_buy).add(other)
        self._emit(fill)
        if is_refresh:
            self._show(Rested(other, is_refresh=True))

    def _trigger_stops(self) -> None:
        """Send stops that the last trade has reached to the market, oldest first, until none is left to send."""
        while (order := self._next_triggered()) is not None:
            del self._waiting[order.order_id]
            order.is_waiting = False
            order.ord_type = OrdType.MARKET if order.ord_type is OrdType.STOP else OrdType.LIMIT
            order.priority = self._take_priority()
            self._emit(Triggered(order))
            self._trade_or_rest(order)

    def _next_triggered(self) -> BookOrder | None:
        last = self.last_price
        if last is None:
            return None
        reached = (
            order
            for order in self._waiting.values()
            if (last >= order.stop_price if order.is_buy else last <= order.stop_price)
        )
        return next(reached, None)
