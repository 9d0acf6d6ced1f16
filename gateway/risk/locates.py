"""Count what of the located shares is used: a function of the books, so that a restart forgets nothing.

A short sale uses the locates of its account and symbol for the trading day: what is executed for good, and what may
still be executed while it lives; an order that ends gives back what it has not sold. Quantities are in units of 10^-8.
"""

from collections.abc import Iterable
from typing import Final

from fairlead.codecs.vocabulary.constants import RequestKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.limits_rules import Locate
from fairlead.gateway.risk.venue_dates import VenueDates

SHORT: Final = frozenset((int(Side.SELL_SHORT), int(Side.SELL_SHORT_EXEMPT)))

Key = tuple[str, str]
"""Account and symbol."""


class _Use:
    """Hold the short sales of one account and symbol: what each uses, and the sum."""

    def __init__(self) -> None:
        self.orders: Final[dict[str, tuple[Order, int]]] = {}
        self.total = 0
        self.day_began_utc_ns = 0

    def put(self, order: Order) -> None:
        _, before = self.orders.get(order.order_id, (order, 0))
        uses = used_by(order)
        self.orders[order.order_id] = (order, uses)
        self.total += uses - before

    def of(self, order: Order | None) -> int:
        return self.orders[order.order_id][1] if order is not None and order.order_id in self.orders else 0

    def begin_day(self, began_utc_ns: int) -> None:
        """Forget what ended and was of a day before; what lives uses locates today as well."""
        if began_utc_ns <= self.day_began_utc_ns:
            return
        self.day_began_utc_ns = began_utc_ns
        over = [
            order.order_id for order, _ in self.orders.values() if order.is_ended and order.opened_utc_ns < began_utc_ns
        ]
        for order_id in over:
            self.total -= self.orders.pop(order_id)[1]


class Locates:
    """Hold the locates in force and what short sales use of them. ``dates`` tell the trading day at each venue."""

    def __init__(self, dates: VenueDates) -> None:
        self._dates: Final = dates
        self._located: dict[Key, list[Locate]] = {}
        self._uses: Final[dict[Key, _Use]] = {}

    def use(self, locates: Iterable[Locate]) -> None:
        """Take these locates from now on."""
        self._located = {}
        for locate in locates:
            self._located.setdefault((locate.account, locate.symbol), []).append(locate)

    def note_order(self, order: Order) -> None:
        """Take note of an order that changed: a listener of the ledger, and the way to begin from its books."""
        if order.side in SHORT:
            self._use_of((order.account, order.symbol)).put(order)

    def left(self, account: str, symbol: str, venue: str, utc_ns: int, but: Order | None = None) -> tuple[int, int]:
        """Return how much of today's locates is left, and how much there was; ``but`` is an order left out."""
        key = (account, symbol)
        day = self._dates.date_of(venue, utc_ns)
        located = sum(each.qty for each in self._located.get(key, ()) if each.day == day)
        use = self._use_of(key)
        use.begin_day(self._dates.began_utc_ns(venue, utc_ns))
        return located - use.total + use.of(but), located

    def _use_of(self, key: Key) -> _Use:
        return self._uses.setdefault(key, _Use())


def used_by(order: Order) -> int:
    """Return what an order has sold and may still sell: of the replaces in flight, the one that asks for most."""
    if order.is_ended:
        return order.cum_qty
    asked = [
        each.sent.order_qty
        for each in order.requests
        if each.kind == RequestKind.REPLACE_ORDER and not isinstance(each.sent, CancelOrder)
    ]
    return max(order.order_qty, order.cum_qty, *asked)
