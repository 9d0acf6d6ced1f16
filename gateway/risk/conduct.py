"""Remember after a restart, and after a change of limits, what strategies did just before: the books know it."""

from collections.abc import Callable, Iterable, Mapping

from fairlead.codecs.vocabulary.constants import RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import ACCEPTED, Order
from fairlead.gateway.risk.check_table_cy import CheckTable
from fairlead.gateway.risk.conduct_checks_cy import ConductChecks, Disable, Duplicate, MessageRate, Repeated
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.rates_cy import LimitsFor
from fairlead.gateway.risk.repeats_cy import ENTERED, EXECUTED, Event

Key = tuple[str, str, str, str]


class PastConduct:
    """Read the books' orders, as far back as any window reaches.

    Wall clock times become times of ``now_ns`` by how long ago they were; one that a clock set back left in the future
    counts as now.
    """

    def __init__(self, orders: Iterable[Order], limits_for: LimitsFor, now_ns: int, utc_ns: int) -> None:
        self._now_ns = now_ns
        self._utc_ns = utc_ns
        self._limits: dict[Key, LimitSet] = {}
        self._orders: list[tuple[Order, LimitSet]] = []
        for order in orders:
            key = (order.strategy, order.account, order.venue, order.symbol)
            limits = self._limits.get(key)
            if limits is None:
                limits = self._limits[key] = limits_for(*key)
            self._orders.append((order, limits))
        self._since_utc_ns = utc_ns - max(map(_reach_ns, self._limits.values()), default=0)

    def messages(self) -> list[tuple[int, str, str, str, str]]:
        """Return when each message of late went and whose it was, oldest first."""
        found = [
            (self._now_at(request.utc_ns), order.strategy, order.account, order.venue, order.symbol)
            for order, _ in self._orders
            if order.all_requests[-1].utc_ns > self._since_utc_ns
            for request in order.all_requests
            if request.utc_ns > self._since_utc_ns
        ]
        return sorted(found)

    def sent(self) -> list[tuple[int, str, str, NewOrder, LimitSet]]:
        """Return the new orders of late, oldest first."""
        found = []
        for order, limits in self._orders:
            message = order.all_requests[0].message
            if order.opened_utc_ns > self._since_utc_ns and isinstance(message, NewOrder):
                found.append((self._now_at(order.opened_utc_ns), order.strategy, order.venue, message, limits))
        return sorted(found, key=lambda each: each[0])

    def events(self, disabled_utc_ns: Mapping[str, int]) -> list[Event]:
        """Return entries and executions of late, oldest first, since the strategy was last disabled."""
        found: list[Event] = []
        for order, limits in self._orders:
            since = max(self._since_utc_ns, disabled_utc_ns.get(order.strategy, 0))
            happened = [(at, ENTERED) for at in _entries(order)]
            happened += [(execution.utc_ns, EXECUTED) for execution in order.executions]
            found += [
                (self._now_at(at), at, what, order.strategy, order.symbol, order.side, limits)
                for at, what in happened
                if at > since
            ]
        return sorted(found, key=lambda event: event[1:3])

    def _now_at(self, utc_ns: int) -> int:
        return self._now_ns - max(0, self._utc_ns - utc_ns)


def remember(conduct: ConductChecks, past: PastConduct, disabled_utc_ns: Mapping[str, int]) -> None:
    """Let the checks go on from what the books know."""
    conduct.rates.rebuild(past.messages())
    conduct.duplicates.rebuild(past.sent())
    conduct.repeats.rebuild(past.events(disabled_utc_ns))


def _reach_ns(limits: LimitSet) -> int:
    """Return how far back the windows of these limits reach."""
    intervals = [bucket.interval_ns for bucket in limits.buckets]
    return max(limits.duplicate_window_ns, limits.repeat_window_ns, *intervals, 0)


def _entries(order: Order) -> list[int]:
    """Return when an order asked for more: at its start, and with each replace that raised its quantity."""
    found, order_qty = [], 0
    for request in order.all_requests:
        if isinstance(request.sent, CancelOrder):
            continue
        asked = request.sent.order_qty
        if asked > order_qty:
            found.append(request.utc_ns)
        if request.fate == ACCEPTED or request.kind == RequestKind.NEW_ORDER:
            order_qty = asked
    return found


def fill_places(
    checks: CheckTable,
    ledger: Ledger,
    book: LimitBook,
    disable: Disable,
    disabled_utc_ns: Callable[[], Mapping[str, int]],
    times: tuple[int, int],
) -> ConductChecks:
    """Put the checks on conduct into the table, and let them know what the books know.

    ``disabled_utc_ns`` returns when each strategy was disabled last, for it counts anew from there. ``times`` are
    now_ns and utc_ns.
    """
    conduct = ConductChecks(book.limits_for, disable)
    checks.fill("duplicate", Duplicate(conduct))
    checks.fill("repeated", Repeated(conduct))
    checks.fill("message_rate", MessageRate(conduct), conduct.note_sent, conduct.note_cancel)
    checks.note_parent = conduct.note_entry
    ledger.watch(conduct.repeats.note_change)

    def recall(now_ns: int, utc_ns: int) -> None:
        remember(conduct, PastConduct(ledger.orders(), book.limits_for, now_ns, utc_ns), disabled_utc_ns())

    recall(*times)
    book.on_change(recall)
    return conduct
