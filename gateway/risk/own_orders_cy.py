"""Know at which prices own orders may trade at each venue, the best of each side first.

An order stands at the best price that it has or may get: a replace in flight may be granted. What has no limit price
would trade at any. A stop order is not in the market before it has triggered, as far as the venue tells: then, or once
it has traded, it counts as what it became.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order, Request

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
ANY_PRICE = 9223372036854775807
BUY = 49
STOP = 51
STOP_LIMIT = 52
REPLACE_ORDER = 3


class OwnSide:
    """Hold the orders of one side at one venue, best first.

    ``entries`` are (rank, number, order): the lower the rank, the better the price. Ranks are prices, negated on the
    buying side; what trades at any price is before all.
    """

    def __init__(self) -> None:
        self.entries: "list[tuple[int, int, Order]]" = []

    def may_cross(self, rank: cython.longlong) -> cython.bint:
        """Tell whether ``crossing`` would yield any: whether the best of them would trade."""
        if not self.entries:
            return False
        best: cython.longlong = self.entries[0][0]
        return best <= rank

    def crossing(self, rank: int) -> "Iterator[Order]":
        """Yield the orders that would trade with an order of the other side whose limit has this rank here."""
        for held_rank, _, order in self.entries:
            if held_rank > rank:
                return
            yield order


class OwnSides:
    """Hold both sides of an instrument at a venue."""

    def __init__(self) -> None:
        self.buying = OwnSide()
        self.selling = OwnSide()


class OwnOrders:
    """Keep all sides of all venues and instruments; ``follow`` each order that changes."""

    def __init__(self) -> None:
        self._venues: "dict[str, dict[str, OwnSides]]" = {}
        self._ranks: "dict[str, int]" = {}

    def follow(self, order: Order) -> None:
        """Put an order where it may trade now, and nowhere if it may not."""
        rank = _rank_of(order)
        held = self._ranks.get(order.order_id)
        if rank == held:
            return
        side = self.side(order.venue, order.symbol, order.side == BUY)
        if held is not None:
            del side.entries[bisect_left(side.entries, (held, order.number))]
            del self._ranks[order.order_id]
        if rank is not None:
            insort(side.entries, (rank, order.number, order))
            self._ranks[order.order_id] = rank

    def side(self, venue: str, symbol: str, is_buy: bool) -> OwnSide:
        """Return the own orders that buy, or sell, an instrument at a venue."""
        symbols = self._venues.get(venue)
        if symbols is None:
            symbols = self._venues[venue] = {}
        found = symbols.get(symbol)
        if found is None:
            found = OwnSides()
            symbols[symbol] = found
        return found.buying if is_buy else found.selling

    def clear(self) -> None:
        """Forget all."""
        self._venues = {}
        self._ranks = {}


def rank_for(px: int, is_buy: cython.bint) -> int:
    """Return the rank of a price among orders that buy or sell; ``ABSENT`` is any price, and before all."""
    if px == ABSENT:
        return -ANY_PRICE - 1
    return -px if is_buy else px


def crossing_rank(px: cython.longlong, is_buy: cython.bint) -> cython.longlong:
    """Return up to which rank orders of the other side would trade with an order at this limit."""
    if px == ABSENT:
        return ANY_PRICE
    return px if is_buy else -px


def _rank_of(order: Order) -> "int | None":
    """Return the best rank of an order, None where nothing of it may trade now."""
    is_buy: cython.bint = order.side == BUY
    terms: NewOrder = order.terms
    has_triggered: cython.bint = order.is_triggered or order.cum_qty > 0
    rank: "int | None" = None
    if not order.is_ended and (has_triggered or not is_stop(terms.ord_type)):
        rank = rank_for(terms.price, is_buy)
    request: Request
    for request in order.requests:
        if request.kind == REPLACE_ORDER:
            sent = request.sent
            assert isinstance(sent, ReplaceOrder)
            if has_triggered or not is_stop(sent.ord_type):
                other = rank_for(sent.price, is_buy)
                rank = other if rank is None or other < rank else rank
    return rank


def is_stop(ord_type: cython.longlong) -> cython.bint:
    """Tell whether an order of this type waits for its stop price."""
    return ord_type == STOP or ord_type == STOP_LIMIT
