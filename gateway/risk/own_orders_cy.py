"""Know at which prices own orders may trade at each venue, the best of each side first.

An order stands at the best price that it has or may get: a replace in flight may be granted. What has no limit price
would trade at any. A stop order is not in the market before it has triggered, as far as the venue tells: then, or once
it has traded, it counts as what it became.
"""

from collections.abc import Iterator

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order, Request

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
ANY_PRICE = 9223372036854775807
# The rank of what may not trade now, after all others.
NOWHERE = 9223372036854775807
BUY = 49
STOP = 51
STOP_LIMIT = 52
REPLACE_ORDER = 3


class OwnEntry:
    """Hold an order where it stands: the lower the rank, the better the price; of two alike the older is first.

    Ranks are prices, negated on the buying side; what trades at any price is before all.
    """

    def __init__(self, rank: cython.longlong, order: Order) -> None:
        self.rank = rank
        self.number = order.number
        self.order = order


class OwnSide:
    """Hold the orders of one side at one venue, best first."""

    def __init__(self) -> None:
        self.entries: "list[OwnEntry]" = []

    def place_of(self, rank: cython.longlong, number: cython.longlong) -> cython.Py_ssize_t:
        """Return where an order of this rank and number is, or would be put."""
        low: cython.Py_ssize_t = 0
        high: cython.Py_ssize_t = len(self.entries)
        while low < high:
            middle: cython.Py_ssize_t = (low + high) // 2
            entry: OwnEntry = self.entries[middle]
            if entry.rank < rank or (entry.rank == rank and entry.number < number):
                low = middle + 1
            else:
                high = middle
        return low

    def may_cross(self, rank: cython.longlong) -> cython.bint:
        """Tell whether ``crossing`` would yield any: whether the best of them would trade."""
        if not self.entries:
            return False
        best: OwnEntry = self.entries[0]
        return best.rank <= rank

    def crossing(self, rank: int) -> "Iterator[Order]":
        """Yield the orders that would trade with an order of the other side whose limit has this rank here."""
        for entry in self.entries:
            if entry.rank > rank:
                return
            yield entry.order


class OwnSides:
    """Hold both sides of an instrument at a venue."""

    def __init__(self) -> None:
        self.buying = OwnSide()
        self.selling = OwnSide()


class OwnOrders:
    """Keep all sides of all venues and instruments; ``follow`` each order that changes."""

    def __init__(self) -> None:
        self._venues: "dict[str, dict[str, OwnSides]]" = {}
        self._entries: "dict[str, OwnEntry]" = {}

    def follow(self, order: Order) -> None:
        """Put an order where it may trade now, and nowhere if it may not."""
        rank: cython.longlong = _rank_of(order)
        held: OwnEntry | None = self._entries.get(order.order_id)
        if (held is None and rank == NOWHERE) or (held is not None and held.rank == rank):
            return
        side: OwnSide = self.side(order.venue, order.symbol, order.side == BUY)
        if held is not None:
            del side.entries[side.place_of(held.rank, held.number)]
            del self._entries[order.order_id]
        if rank != NOWHERE:
            entry = OwnEntry(rank, order)
            side.entries.insert(side.place_of(rank, entry.number), entry)
            self._entries[order.order_id] = entry

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
        self._entries = {}


def rank_for(px: cython.longlong, is_buy: cython.bint) -> cython.longlong:
    """Return the rank of a price among orders that buy or sell; ``ABSENT`` is any price, and before all.

    The worst price there can be counts as one better, so that no order is ``NOWHERE`` for its price.
    """
    if px == ABSENT:
        return ABSENT
    rank: cython.longlong = -px if is_buy else px
    return rank if rank != NOWHERE else NOWHERE - 1


def crossing_rank(px: cython.longlong, is_buy: cython.bint) -> cython.longlong:
    """Return up to which rank orders of the other side would trade with an order at this limit."""
    if px == ABSENT:
        return ANY_PRICE
    return px if is_buy else -px


def _rank_of(order: Order) -> cython.longlong:
    """Return the best rank of an order, ``NOWHERE`` where nothing of it may trade now."""
    is_buy: cython.bint = order.side == BUY
    terms: NewOrder = order.terms
    has_triggered: cython.bint = order.is_triggered or order.cum_qty > 0
    rank: cython.longlong = NOWHERE
    if not order.is_ended and (has_triggered or not is_stop(terms.ord_type)):
        rank = rank_for(terms.price, is_buy)
    request: Request
    for request in order.requests:
        if request.kind == REPLACE_ORDER:
            sent = request.sent
            assert isinstance(sent, ReplaceOrder)
            if has_triggered or not is_stop(sent.ord_type):
                other: cython.longlong = rank_for(sent.price, is_buy)
                rank = other if other < rank else rank
    return rank


def is_stop(ord_type: cython.longlong) -> cython.bint:
    """Tell whether an order of this type waits for its stop price."""
    return ord_type == STOP or ord_type == STOP_LIMIT
