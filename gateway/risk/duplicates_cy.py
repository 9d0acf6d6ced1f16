# cython: annotation_typing=False, overflowcheck=False
"""Recognise an order that repeats others: the same owner, instrument, side, price, quantity, type and venue.

An order counts from when it was sent, whatever became of it. What is kept is bounded by ``MAX_KEPT`` orders; where all
of them are within their window, no other order can be judged, and none goes. Times are monotonic nanoseconds.
SEC 15c3-5(c)(1)(ii).

Orders are kept in a ring, by their number, and their records are used again. Those whose terms mix to the same place
are chained by their numbers, newest first; a chain ends where the numbers are older than the oldest that is kept.
"""

from array import array
from collections.abc import Iterable

from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk.limit_set_cy import LimitSet

MAX_KEPT = 262_144
"""Orders remembered at most: a minute at 4,369 orders a second, in about 60 MB."""
FIRST_ROOM = 1024
"""For how many orders there is room before it is made larger: a power of two."""
NO_NUMBER = -1


class SentOrder:
    """Hold the terms of one order that was sent."""

    def __init__(self) -> None:
        self.sent_ns = 0
        self.older = NO_NUMBER
        self.mixed = 0
        self.cl_ord_id = ""

    def take(self, strategy: str, account: str, venue: str, request: NewOrder) -> None:
        """Take the terms of an order."""
        self.cl_ord_id = request.cl_ord_id
        self.strategy = strategy
        self.account = account
        self.venue = venue
        self.symbol = request.symbol
        self.side = request.side
        self.ord_type = request.ord_type
        self.price = request.price
        self.stop_px = request.stop_px
        self.order_qty = request.order_qty

    def is_same(self, strategy: str, account: str, venue: str, request: NewOrder) -> bool:
        """Tell whether an order has these terms: all that makes two orders the same."""
        return (
            self.price == request.price
            and self.order_qty == request.order_qty
            and self.side == request.side
            and self.ord_type == request.ord_type
            and self.stop_px == request.stop_px
            and self.symbol == request.symbol
            and self.strategy == strategy
            and self.account == account
            and self.venue == venue
        )


class DuplicateOrders:
    """Remember the terms of the orders that were sent within the longest duplicate window."""

    def __init__(self, max_kept: int = MAX_KEPT) -> None:
        self._max_kept = max_kept
        self._clear()

    def _clear(self) -> None:
        self._keep_ns = 0
        self._ring = [SentOrder() for _ in range(FIRST_ROOM)]
        self._heads = array("q", [NO_NUMBER] * FIRST_ROOM)
        self._mask = FIRST_ROOM - 1
        self._first = 0
        self._next = 0

    def matches(
        self, strategy: str, account: str, venue: str, request: NewOrder, limits: LimitSet, now_ns: int
    ) -> "tuple[int, str]":
        """Return how many orders within the window have these terms, and the ClOrdID of the newest, ``""`` for none."""
        count = self.count(strategy, account, venue, request, limits, now_ns)
        if not count:
            return 0, ""
        number = self._next - 1
        while not self._at(number).is_same(strategy, account, venue, request):
            number -= 1
        return count, self._at(number).cl_ord_id

    def count(self, strategy: str, account: str, venue: str, request: NewOrder, limits: LimitSet, now_ns: int) -> int:
        """Return how many orders within the window have these terms."""
        mixed = _mix(strategy, account, venue, request)
        number = self._heads[mixed & self._mask]
        count = 0
        while number >= self._first:
            sent = self._at(number)
            if now_ns - sent.sent_ns >= limits.duplicate_window_ns:
                break
            if sent.mixed == mixed and sent.is_same(strategy, account, venue, request):
                count += 1
            number = sent.older
        return count

    def has_room(self, now_ns: int) -> bool:
        """Tell whether another order can be remembered."""
        self._forget(now_ns)
        return self._next - self._first < self._max_kept

    def note(self, strategy: str, account: str, venue: str, request: NewOrder, limits: LimitSet, now_ns: int) -> None:
        """Remember an order that goes now; where none is looked for, nothing is kept."""
        if limits.duplicate_window_ns <= 0:
            return
        if limits.duplicate_window_ns > self._keep_ns:
            self._keep_ns = limits.duplicate_window_ns
        self._forget(now_ns)
        if self._next - self._first > self._mask:
            self._grow()
        sent = self._at(self._next)
        sent.take(strategy, account, venue, request)
        sent.sent_ns = now_ns
        sent.mixed = _mix(strategy, account, venue, request)
        self._chain(sent, self._next)
        self._next += 1

    def rebuild(self, sent: "Iterable[tuple[int, str, str, NewOrder, LimitSet]]") -> None:
        """Forget all and remember these: when, strategy, venue, order and what it meets now; oldest first.

        After a restart and after a change of limits: the books know the orders, so that neither is a way around.
        """
        self._clear()
        for sent_ns, strategy, venue, request, limits in sent:
            self.note(strategy, request.account, venue, request, limits, sent_ns)

    def _forget(self, now_ns: int) -> None:
        while self._first < self._next:
            sent = self._at(self._first)
            if now_ns - sent.sent_ns < self._keep_ns:
                return
            self._first += 1

    def _grow(self) -> None:
        """Make room for twice as many."""
        mask = 2 * self._mask + 1
        ring = [SentOrder() for _ in range(mask + 1)]
        for number in range(self._first, self._next):
            ring[number & mask] = self._at(number)
        self._ring = ring
        self._mask = mask
        self._heads = array("q", [NO_NUMBER] * (mask + 1))
        for number in range(self._first, self._next):
            self._chain(self._at(number), number)

    def _at(self, number: int) -> SentOrder:
        return self._ring[number & self._mask]

    def _chain(self, sent: SentOrder, number: int) -> None:
        place = sent.mixed & self._mask
        sent.older = self._heads[place]
        self._heads[place] = number


def _mix(strategy: str, account: str, venue: str, request: NewOrder) -> int:
    """Mix all that makes two orders the same."""
    mixed = hash(request.symbol) ^ hash(strategy) * 7 ^ hash(account) * 31 ^ hash(venue) * 127
    mixed = mixed * 1000003 + request.price
    mixed = mixed * 1000003 + request.order_qty
    mixed = mixed * 1000003 + request.stop_px
    mixed = mixed * 1000003 + request.side * 64 + request.ord_type
    # places are taken from the low bits
    return mixed ^ mixed >> 29 ^ mixed >> 47
