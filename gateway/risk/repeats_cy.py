# cython: annotation_typing=False
"""Count how often a strategy enters the same symbol and side again after its order was executed there.

An entry is a new order, or a replace that asks for more. It repeats where an execution of the strategy on that symbol
and side came after the entry before it: ordered, executed, ordered, executed, with nobody looking. RTS 6 Art. 15(3);
FIA, "Best Practices For Automated Trading Risk Controls", repeated automated execution limit. ``now_ns`` is monotonic
and measures the window; ``utc_ns`` tells which came first, an execution or the entry.
"""

from collections.abc import Iterable

from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.rates_cy import MessageWindow

UNLIMITED = 9223372036854775807
BUY = 49

EXECUTED = 1
ENTERED = 2
Event = tuple[int, int, int, str, str, int, LimitSet]
"""What happened where: now_ns, utc_ns, EXECUTED or ENTERED, strategy, symbol, side, limits."""


class Entries:
    """Hold one strategy's symbol and side: the last entry, whether an execution came since, and when it repeated."""

    def __init__(self) -> None:
        self.entered_utc_ns = 0
        self.is_executed = False
        self.repeats: "MessageWindow | None" = None


class EntriesOfSymbol:
    """Hold one strategy's entries of a symbol by side; None where there were none."""

    def __init__(self) -> None:
        self.buys: "Entries | None" = None
        self.sells: "Entries | None" = None


class RepeatedExecutions:
    """Count re-entries after executions, by strategy, symbol and side (all kinds of selling are one side)."""

    def __init__(self) -> None:
        self._strategies: "dict[str, dict[str, EntriesOfSymbol]]" = {}

    def note_change(self, order: Order) -> None:
        """Take note of an order that changed and has executions: a listener of the ledger.

        It is told of one execution as often as the order changes; what is no newer than the last entry is known.
        """
        if order.executions:
            execution = order.executions[-1]
            self.note_executed(order.strategy, order.symbol, order.side, execution.utc_ns)

    def note_executed(self, strategy: str, symbol: str, side: int, utc_ns: int) -> None:
        """Let the next entry be a repeat."""
        entries = self._of(strategy, symbol, side)
        if utc_ns > entries.entered_utc_ns:
            entries.is_executed = True

    def count(self, strategy: str, symbol: str, side: int, limits: LimitSet, now_ns: int) -> int:
        """Return the how-manieth repeat within the window an entry would be now, 0 where it would be none."""
        if limits.max_repeats == UNLIMITED:
            return 0
        entries = self._find(strategy, symbol, side)
        if entries is None or not entries.is_executed:
            return 0
        return 1 + self._window(entries, limits).used(now_ns)

    def note_entry(self, strategy: str, symbol: str, side: int, limits: LimitSet, now_ns: int, utc_ns: int) -> None:
        """Count an entry that goes now."""
        entries = self._of(strategy, symbol, side)
        entries.entered_utc_ns = utc_ns
        if not entries.is_executed:
            return
        entries.is_executed = False
        if limits.max_repeats != UNLIMITED:
            self._window(entries, limits).note(now_ns)

    def forget(self, strategy: str) -> None:
        """Begin to count anew: what was counted has had its consequence."""
        self._strategies.pop(strategy, None)

    def rebuild(self, events: "Iterable[Event]") -> None:
        """Forget all and count these, oldest first."""
        self._strategies.clear()
        for now_ns, utc_ns, what, strategy, symbol, side, limits in events:
            if what == EXECUTED:
                self.note_executed(strategy, symbol, side, utc_ns)
            else:
                self.note_entry(strategy, symbol, side, limits, now_ns, utc_ns)

    def _find(self, strategy: str, symbol: str, side: int) -> "Entries | None":
        of_strategy = self._strategies.get(strategy)
        if of_strategy is None:
            return None
        found = of_strategy.get(symbol)
        if found is None:
            return None
        return found.buys if side == BUY else found.sells

    def _of(self, strategy: str, symbol: str, side: int) -> Entries:
        entries = self._find(strategy, symbol, side)
        if entries is not None:
            return entries
        of_strategy = self._strategies.setdefault(strategy, {})
        found = of_strategy.get(symbol)
        if found is None:
            found = of_strategy[symbol] = EntriesOfSymbol()
        entries = Entries()
        if side == BUY:
            found.buys = entries
        else:
            found.sells = entries
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
