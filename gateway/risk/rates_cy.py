# cython: annotation_typing=False
"""Hold message rates: at most so many messages in any interval, counted for each scope that a limit names.

A window that slides, not a bucket of tokens: a full bucket lets nearly twice its size through in one interval. New
orders and replaces may go while more than the cancel reserve is left; a cancel is never refused, and counts. A window
keeps the times of its last ``max_messages`` messages and no more, so that a message allocates nothing. All times are
monotonic nanoseconds. RTS 6 Art. 15(1)(d).
"""

from array import array
from collections.abc import Callable, Iterable

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet

UNLIMITED = 9223372036854775807
NEVER_NS = 9223372036854775807
"""When there will be room where the limit leaves none for orders at all."""

MASS_CANCEL_PACE_NS = 1_000_000_000
"""One identical mass cancel in this time and on one port (Cboe Options C2019100802)."""

LimitsFor = Callable[[str, str, str, str], LimitSet]
"""Return what a strategy, account, venue and symbol meet."""


class MessageWindow:
    """Remember when the last ``max_messages`` messages of one scope went, in a ring of that size."""

    def __init__(self, max_messages: int, interval_ns: int, cancel_reserve: int) -> None:
        self.max_messages = max_messages
        self.interval_ns = interval_ns
        self.cancel_reserve = cancel_reserve
        self._for_orders = max_messages - cancel_reserve
        self._sent_ns = array("q", bytes(8 * max(1, max_messages)))
        self._next = 0
        self._kept = 0

    def fits(self, bucket: Bucket) -> bool:
        """Tell whether the window counts as the bucket's limits say."""
        same: bool = (
            self.max_messages == bucket.max_messages
            and self.interval_ns == bucket.interval_ns
            and self.cancel_reserve == bucket.cancel_reserve
        )
        return same

    def note(self, now_ns: int) -> None:
        """Count a message that goes now; times never go back."""
        self._sent_ns[self._next] = now_ns
        self._next += 1
        if self._next == len(self._sent_ns):
            self._next = 0
        if self._kept < len(self._sent_ns):
            self._kept += 1

    def room_ns(self, now_ns: int) -> int:
        """Return how long until a new order may go: 0 at once, ``NEVER_NS`` where the reserve takes all."""
        if self._for_orders <= 0:
            return NEVER_NS
        if self._kept < self._for_orders:
            return 0
        # as many as may be within one interval, counted back from the newest: it has to have left
        left_ns: int = now_ns - self._sent(self._for_orders)
        return self.interval_ns - left_ns if left_ns < self.interval_ns else 0

    def used(self, now_ns: int) -> int:
        """Return how many messages the window holds now; ``max_messages`` stands for that many or more."""
        low, high = 0, self._kept
        while low < high:
            middle = (low + high + 1) // 2
            if now_ns - self._sent(middle) < self.interval_ns:
                low = middle
            else:
                high = middle - 1
        return low

    def times(self) -> "list[int]":
        """Return the times that it keeps, oldest first."""
        return [self._sent(age) for age in range(self._kept, 0, -1)]

    def _sent(self, age: int) -> int:
        """Return when the ``age``-th newest message went, counted from 1."""
        at: int = self._next - age
        sent_ns: int = self._sent_ns[at if at >= 0 else at + len(self._sent_ns)]
        return sent_ns


class MessageRates:
    """Find the window of each bucket, judge by it and count into it.

    ``limits_for`` resolves what a past request met, when windows are built from requests that the books know.
    """

    def __init__(self, limits_for: LimitsFor) -> None:
        self._limits_for = limits_for
        self._windows: "dict[str, MessageWindow]" = {}
        self._former: "dict[str, MessageWindow]" = {}

    def full(self, limits: LimitSet, now_ns: int) -> "Bucket | None":
        """Return the first bucket that has no room for a new order or replace now, None where all have."""
        for bucket in limits.buckets:
            if bucket.max_messages == UNLIMITED:
                continue
            window = bucket.window
            if window is None:
                window = self.window_of(bucket)
            if window.room_ns(now_ns) != 0:
                return bucket
        return None

    def note(self, limits: LimitSet, now_ns: int) -> None:
        """Count a message of any kind that goes now."""
        for bucket in limits.buckets:
            if bucket.max_messages != UNLIMITED:
                self.window_of(bucket).note(now_ns)

    def window_of(self, bucket: Bucket) -> MessageWindow:
        """Return a bucket's window; one that counts already for its scope goes on counting.

        Where the limit has changed, what the former window remembers is carried over.
        """
        window: "MessageWindow | None" = bucket.window
        if window is not None:
            return window
        window = self._windows.get(bucket.scope)
        if window is None:
            former = self._former.pop(bucket.scope, None)
            if former is not None and former.fits(bucket):
                window = former
            else:
                window = MessageWindow(bucket.max_messages, bucket.interval_ns, bucket.cancel_reserve)
                if former is not None:
                    for sent_ns in former.times():
                        window.note(sent_ns)
            self._windows[bucket.scope] = window
        bucket.window = window
        return window

    def rebuild(self, sent: "Iterable[tuple[int, str, str, str, str]]") -> None:
        """Take up the limits in force: carry windows over by scope, and fill those that must remember more.

        ``sent`` are the messages that went within the longest interval, oldest first: when (in the time of ``now_ns``),
        strategy, account, venue, symbol. So neither a restart nor a change of limits is a way around one.
        """
        self._former.update(self._windows)
        self._windows = {}
        for sent_ns, strategy, account, venue, symbol in sent:
            limits: LimitSet = self._limits_for(strategy, account, venue, symbol)
            for bucket in limits.buckets:
                if bucket.max_messages != UNLIMITED and not self._remembers(bucket):
                    self._window_anew(bucket).note(sent_ns)
        for scope in self._windows:
            self._former.pop(scope, None)

    def _remembers(self, bucket: Bucket) -> bool:
        """Tell whether the window of before knows as many messages as the limit now asks about."""
        former = self._former.get(bucket.scope)
        return former is not None and former.max_messages >= bucket.max_messages

    def _window_anew(self, bucket: Bucket) -> MessageWindow:
        window = self._windows.get(bucket.scope)
        if window is None:
            window = MessageWindow(bucket.max_messages, bucket.interval_ns, bucket.cancel_reserve)
            self._windows[bucket.scope] = window
        bucket.window = window
        return window


class MassCancelPace:
    """Let one identical mass cancel a second and venue session through; the orders of the others are in it already."""

    def __init__(self) -> None:
        self._sent_ns: "dict[tuple[str, tuple[object, ...]], int]" = {}

    def admit(self, venue: str, meaning: "tuple[object, ...]", now_ns: int) -> bool:
        """Tell whether a mass cancel may go, and count it if so; ``meaning`` is all that makes two identical."""
        key = (venue, meaning)
        before = self._sent_ns.get(key, now_ns - MASS_CANCEL_PACE_NS)
        if now_ns - before < MASS_CANCEL_PACE_NS:
            return False
        if key not in self._sent_ns and len(self._sent_ns) >= 1024:
            self._forget(now_ns)
        self._sent_ns[key] = now_ns
        return True

    def _forget(self, now_ns: int) -> None:
        self._sent_ns = {
            key: sent_ns for key, sent_ns in self._sent_ns.items() if now_ns - sent_ns < MASS_CANCEL_PACE_NS
        }
