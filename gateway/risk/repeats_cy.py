# cython: annotation_typing=False
"""Count how often a strategy enters the same symbol and side again after its order was executed there.

An entry is a new order, or a replace that asks for more. It repeats where an execution of the strategy on that symbol
and side came after the entry before it: ordered, executed, ordered, executed, with nobody looking. RTS 6 Art. 15(3);
FIA, "Best Practices For Automated Trading Risk Controls", repeated automated execution limit. Times are monotonic
nanoseconds.
"""

from collections.abc import Iterable

from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.rates_cy import MessageWindow

UNLIMITED = 9223372036854775807
BUY = 49

EXECUTED = 1
ENTERED = 2
"""What happens to a strategy's symbol and side, for ``rebuild``."""


class Entries:
    """Hold one strategy's symbol and side: whether it was executed since the last entry, and when it was re-entered."""

    def __init__(self) -> None:
        self.is_executed = False
        self.repeats: "MessageWindow | None" = None


class RepeatedExecutions:
    """Count re-entries after executions, by strategy, symbol and side (all kinds of selling are one side)."""

    def __init__(self) -> None:
        self._entries: "dict[tuple[str, str, bool], Entries]" = {}

    def note_change(self, order: Order) -> None:
        """Take note of an order that changed, where the change was an execution: a listener of the ledger."""
        if not order.executions:
            return
        execution = order.executions[-1]
        if execution.utc_ns == order.changed_utc_ns:
            self.note_executed(order.strategy, order.symbol, order.side)

    def note_executed(self, strategy: str, symbol: str, side: int) -> None:
        """Let the next entry be a repeat."""
        self._of(strategy, symbol, side).is_executed = True

    def count(self, strategy: str, symbol: str, side: int, limits: LimitSet, now_ns: int) -> int:
        """Return the how-manieth repeat within the window an entry would be now, 0 where it would be none."""
        if limits.max_repeats == UNLIMITED:
            return 0
        entries = self._entries.get((strategy, symbol, side == BUY))
        if entries is None or not entries.is_executed:
            return 0
        return 1 + self._window(entries, limits).used(now_ns)

    def note_entry(self, strategy: str, symbol: str, side: int, limits: LimitSet, now_ns: int) -> None:
        """Count an entry that goes now."""
        entries = self._entries.get((strategy, symbol, side == BUY))
        if entries is None or not entries.is_executed:
            return
        entries.is_executed = False
        if limits.max_repeats != UNLIMITED:
            self._window(entries, limits).note(now_ns)

    def forget(self, strategy: str) -> None:
        """Begin to count anew: a person has looked and lets the strategy go on."""
        for key in [key for key in self._entries if key[0] == strategy]:
            del self._entries[key]

    def rebuild(self, events: "Iterable[tuple[int, int, str, str, int, LimitSet]]") -> None:
        """Forget all and count these: when, EXECUTED or ENTERED, strategy, symbol, side, limits; oldest first."""
        self._entries.clear()
        for at_ns, what, strategy, symbol, side, limits in events:
            if what == EXECUTED:
                self.note_executed(strategy, symbol, side)
            else:
                self.note_entry(strategy, symbol, side, limits, at_ns)

    def _of(self, strategy: str, symbol: str, side: int) -> Entries:
        key = (strategy, symbol, side == BUY)
        entries = self._entries.get(key)
        if entries is None:
            entries = Entries()
            self._entries[key] = entries
        return entries

    def _window(self, entries: Entries, limits: LimitSet) -> MessageWindow:
        """Return the window of re-entries, as long and wide as the limits now say."""
        window = entries.repeats
        if window is None:
            window = MessageWindow(limits.max_repeats, limits.repeat_window_ns, 0)
            entries.repeats = window
        elif window.max_messages != limits.max_repeats or window.interval_ns != limits.repeat_window_ns:
            former = window
            window = MessageWindow(limits.max_repeats, limits.repeat_window_ns, 0)
            for sent_ns in former.times():
                window.note(sent_ns)
            entries.repeats = window
        return window
