"""Say which venues strategies may trade: those where each open order is accounted for since the last break."""

from collections.abc import Iterable

from fairlead.gateway.orders.order_cy import Order


class Gate:
    """Keep which orders of one venue are not accounted for since it came back.

    An order ``waits`` until the venue has spoken of it, is ``disputed`` where what it said and the books differ, and
    ``silent`` where it was asked in vain or can't be asked. ``total`` is how many were in question.
    """

    def __init__(self, venue: str, waiting: Iterable[Order], silent: Iterable[Order], utc_ns: int) -> None:
        self.venue = venue
        self.waiting = {order.order_id: order for order in waiting}
        self.disputed: dict[str, Order] = {}
        self.silent = {order.order_id: order for order in silent}
        self.total = len(self.waiting) + len(self.silent)
        self.since_utc_ns = utc_ns
        self.is_stuck = False
        """Whether nothing more is to come by itself, and a person was told."""

    @property
    def unaccounted(self) -> list[Order]:
        """Return the orders that are not accounted for: those that wait first."""
        return [*self.waiting.values(), *self.disputed.values(), *self.silent.values()]

    def add(self, order: Order) -> None:
        """Wait for the venue's word on one more order."""
        if order.order_id not in self.waiting:
            self.total += 1
        self.account(order.order_id)
        self.waiting[order.order_id] = order
        self.is_stuck = False

    def dispute(self, order: Order) -> None:
        """Note that the venue has spoken of an order, and the books have it otherwise."""
        self.account(order.order_id)
        self.disputed[order.order_id] = order

    def give_up(self, order: Order) -> None:
        """Note that no word on an order is to be had from the venue."""
        self.account(order.order_id)
        self.silent[order.order_id] = order

    def account(self, order_id: str) -> None:
        """Note that an order is accounted for."""
        for orders in (self.waiting, self.disputed, self.silent):
            orders.pop(order_id, None)

    def __contains__(self, order_id: str) -> bool:
        return order_id in self.waiting or order_id in self.disputed or order_id in self.silent

    def __str__(self) -> str:
        count = len(self.waiting) + len(self.disputed) + len(self.silent)
        said = f"{count} of {self.total} open orders at {self.venue} are not accounted for"
        return f"{said} yet" if self.waiting else f"{said}: a person has to look at them"


class VenueGates:
    """Hold, by venue, why its gate is closed; a venue that is not named is open."""

    def __init__(self) -> None:
        self.closed: dict[str, str] = {}

    def why_closed(self, venue: str) -> str:
        """Return why no new order or replace may go to a venue, ``""`` where it may."""
        return self.closed.get(venue, "")
