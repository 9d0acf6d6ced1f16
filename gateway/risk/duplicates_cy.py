# cython: annotation_typing=False
"""Recognise an order that repeats others: the same owner, instrument, side, price, quantity, type and venue.

An order counts from when it was sent, whatever became of it. What is kept is bounded by ``MAX_KEPT`` orders; where all
of them are within their window, no other order can be judged, and none goes. Times are monotonic nanoseconds.
SEC 15c3-5(c)(1)(ii).
"""

from collections import deque
from collections.abc import Iterable

from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk.limit_set_cy import LimitSet

MAX_KEPT = 262_144
"""Orders remembered at most: a minute at 4,369 orders a second, in about 60 MB."""

Terms = tuple[str, str, str, str, int, int, int, int, int]


class DuplicateOrders:
    """Remember the terms of the orders that were sent within the longest duplicate window."""

    def __init__(self, max_kept: int = MAX_KEPT) -> None:
        self._max_kept = max_kept
        self._keep_ns = 0
        self._by_terms: "dict[Terms, deque[tuple[int, str]]]" = {}
        self._in_order: "deque[tuple[int, Terms]]" = deque()

    def matches(
        self, strategy: str, account: str, venue: str, request: NewOrder, limits: LimitSet, now_ns: int
    ) -> "tuple[int, str]":
        """Return how many orders within the window have these terms, and the ClOrdID of the newest, ``""`` for none."""
        found = self._by_terms.get(_terms(strategy, account, venue, request))
        if found is None:
            return 0, ""
        count = 0
        for sent_ns, _ in reversed(found):
            if now_ns - sent_ns >= limits.duplicate_window_ns:
                break
            count += 1
        return (count, found[-1][1]) if count else (0, "")

    def has_room(self, now_ns: int) -> bool:
        """Tell whether another order can be remembered."""
        self._forget(now_ns)
        return len(self._in_order) < self._max_kept

    def note(self, strategy: str, account: str, venue: str, request: NewOrder, limits: LimitSet, now_ns: int) -> None:
        """Remember an order that goes now; where none is looked for, nothing is kept."""
        if limits.duplicate_window_ns <= 0:
            return
        if limits.duplicate_window_ns > self._keep_ns:
            self._keep_ns = limits.duplicate_window_ns
        self._forget(now_ns)
        terms = _terms(strategy, account, venue, request)
        found = self._by_terms.get(terms)
        if found is None:
            found = deque()
            self._by_terms[terms] = found
        found.append((now_ns, request.cl_ord_id))
        self._in_order.append((now_ns, terms))

    def rebuild(self, sent: "Iterable[tuple[int, str, str, NewOrder, LimitSet]]") -> None:
        """Forget all and remember these: when, strategy, venue, order and what it meets now; oldest first.

        After a restart and after a change of limits: the books know the orders, so that neither is a way around.
        """
        self._keep_ns = 0
        self._by_terms.clear()
        self._in_order.clear()
        for sent_ns, strategy, venue, request, limits in sent:
            self.note(strategy, request.account, venue, request, limits, sent_ns)

    def _forget(self, now_ns: int) -> None:
        while self._in_order:
            sent_ns, terms = self._in_order[0]
            if now_ns - sent_ns < self._keep_ns:
                return
            self._in_order.popleft()
            found = self._by_terms[terms]
            found.popleft()
            if not found:
                del self._by_terms[terms]


def _terms(strategy: str, account: str, venue: str, request: NewOrder) -> "Terms":
    """Return all that makes two orders the same."""
    return (
        strategy,
        account,
        venue,
        request.symbol,
        request.side,
        request.ord_type,
        request.price,
        request.stop_px,
        request.order_qty,
    )
