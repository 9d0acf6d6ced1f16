"""Find open orders by what they share, without a look at the others."""

import cython

from fairlead.gateway.orders.order_cy import Order


class OrderGroup:
    """Hold the open orders that have strategy, venue, account, symbol and side in common: ``key``, in this order."""

    def __init__(self, key: "tuple[str, str, str, str, int]") -> None:
        self.key = key
        self.orders: "dict[str, Order]" = {}


class OpenOrders:
    """Keep the orders that have not ended in groups, and each group under each of its five values.

    So an order is put in and taken out in one place, and a question about one value visits the groups that have it.
    """

    def __init__(self) -> None:
        self.groups: "dict[tuple[str, str, str, str, int], OrderGroup]" = {}
        self.by_value: "list[dict[object, list[OrderGroup]]]" = [{}, {}, {}, {}, {}]
        self.count = 0

    def follow(self, order: Order) -> None:
        """Take an order in, or leave it out once it has ended; one that came back is taken in again."""
        key = (order.strategy, order.venue, order.account, order.symbol, order.side)
        group: OrderGroup | None = self.groups.get(key)
        if group is None:
            group = self._add_group(key)
        is_held: cython.bint = order.order_id in group.orders
        if order.is_ended and is_held:
            del group.orders[order.order_id]
            self.count -= 1
        elif not order.is_ended and not is_held:
            group.orders[order.order_id] = order
            self.count += 1

    def find(self, strategy: str, venue: str, account: str, symbol: str, side: cython.longlong) -> "list[Order]":
        """Return the orders that match all that is given, oldest first; ``""`` and 0 match any."""
        wanted = (strategy, venue, account, symbol, side)
        found: "list[Order]" = []
        for group in self._smallest(wanted):
            if _matches(group.key, wanted):
                found += group.orders.values()
        found.sort(key=_number)
        return found

    def forget_empty(self) -> None:
        """Forget groups that no order is in, so that what came and went takes no room."""
        kept = [group for group in self.groups.values() if group.orders]
        self.groups = {}
        self.by_value = [{}, {}, {}, {}, {}]
        for group in kept:
            self._index(group)

    def _add_group(self, key: "tuple[str, str, str, str, int]") -> OrderGroup:
        group = OrderGroup(key)
        self._index(group)
        return group

    def _index(self, group: OrderGroup) -> None:
        self.groups[group.key] = group
        for position, value in enumerate(group.key):
            self.by_value[position].setdefault(value, []).append(group)

    def _smallest(self, wanted: "tuple[str, str, str, str, int]") -> "list[OrderGroup]":
        """Return the fewest groups among which all that is wanted must be."""
        best: "list[OrderGroup] | None" = None
        for position, value in enumerate(wanted):
            if value:
                groups = self.by_value[position].get(value, [])
                if best is None or len(groups) < len(best):
                    best = groups
        return list(self.groups.values()) if best is None else best


def _matches(key: "tuple[str, str, str, str, int]", wanted: "tuple[str, str, str, str, int]") -> bool:
    return all(not value or value == held for value, held in zip(wanted, key, strict=True))


def _number(order: Order) -> int:
    return order.number
