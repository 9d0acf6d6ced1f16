# cython: annotation_typing=False
"""Judge how a strategy behaves over time: whether it repeats an order, is executed again and again, sends too much.

What the checks ask about is noted once a request is booked, so that a refused one uses nothing up.
"""

from collections.abc import Callable

from fairlead.codecs.vocabulary.constants import Refusal, Side
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.duplicates_cy import MAX_KEPT, DuplicateOrders
from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.rates_cy import NEVER_NS, LimitsFor, MessageRates
from fairlead.gateway.risk.repeats_cy import RepeatedExecutions
from fairlead.gateway.risk.subject_cy import Refused, Subject

Disable = Callable[[str, str, int, int], str]
"""``disable(strategy, reason, now_ns, utc_ns)`` blocks a strategy until a person lets it go on; returns the block."""

NS_PER_MS = 1_000_000


class ConductChecks:
    """Hold what strategies did, and take down what they do.

    ``limits_for`` resolves what a past request met, ``disable`` blocks a strategy that repeats itself too often.
    """

    def __init__(self, limits_for: LimitsFor, disable: Disable) -> None:
        self.rates = MessageRates(limits_for)
        self.duplicates = DuplicateOrders()
        self.repeats = RepeatedExecutions()
        self.disable = disable

    def note_sent(self, subject: Subject) -> None:
        """Note a new order or replace that goes now."""
        self.rates.note(subject.limits, subject.now_ns)
        self.note_entry(subject)

    def note_entry(self, subject: Subject) -> None:
        """Note what a strategy enters: an order or replace that goes now, or a parent, whose children are none."""
        if subject.is_child:
            return
        limits, request = subject.limits, subject.request
        if subject.order is None:
            self.duplicates.note(subject.strategy, subject.account, subject.venue, request, limits, subject.now_ns)
        if _is_entry(subject):
            self.repeats.note_entry(
                subject.strategy, request.symbol, request.side, limits, subject.now_ns, subject.utc_ns
            )

    def note_cancel(self, order: Order, limits: LimitSet, now_ns: int) -> None:
        """Count a cancel that goes now."""
        self.rates.note(limits, now_ns)


class Duplicate(Check):
    """Refuse a new order that has the terms of more than ``max_duplicates`` others within the window."""

    def __init__(self, conduct: ConductChecks) -> None:
        self._duplicates = conduct.duplicates

    def judge(self, subject: Subject) -> "Refused | None":
        """Count the others."""
        limits = subject.limits
        if limits.duplicate_window_ns <= 0 or subject.order is not None or subject.is_child:
            return None
        if (
            self._duplicates.count(
                subject.strategy, subject.account, subject.venue, subject.request, limits, subject.now_ns
            )
            > limits.max_duplicates
        ):
            return _repeats_order(self._duplicates, subject)
        if not self._duplicates.has_room(subject.now_ns):
            return _no_memory(limits)
        return None


class Repeated(Check):
    """Refuse an entry that follows executions once too often, and disable its strategy."""

    def __init__(self, conduct: ConductChecks) -> None:
        self._conduct = conduct

    def judge(self, subject: Subject) -> "Refused | None":
        """Count the entry among those before it."""
        if not _is_entry(subject):
            return None
        limits, request = subject.limits, subject.request
        count = self._conduct.repeats.count(subject.strategy, request.symbol, request.side, limits, subject.now_ns)
        return self._disable(subject, count) if count > limits.max_repeats else None

    def _disable(self, subject: Subject, count: int) -> Refused:
        limits, request = subject.limits, subject.request
        row = limits.row_of("max_repeats")
        within = in_ms(limits.repeat_window_ns)
        reason = (
            f"{row}: re-entered {request.symbol} {Side(request.side).name.lower()} after an execution for the "
            f"{count}. time within {within}, expected at most {limits.max_repeats}"
        )
        block_id = self._conduct.disable(subject.strategy, reason, subject.now_ns, subject.utc_ns)
        # it counts anew when a person has let it go on
        self._conduct.repeats.forget(subject.strategy)
        text = f"{reason}; strategy {subject.strategy} is disabled ({block_id}) until a person releases it"
        return Refused(Refusal.REPEATED_EXECUTION, text, str(limits.max_repeats), str(count), row)


class MessageRate(Check):
    """Refuse a new order or replace where only what is reserved for cancels is left."""

    def __init__(self, conduct: ConductChecks) -> None:
        self._rates = conduct.rates

    def judge(self, subject: Subject) -> "Refused | None":
        """Look for a bucket that is full."""
        bucket = self._rates.full(subject.limits, subject.now_ns)
        return None if bucket is None else self._too_many(bucket, subject.now_ns)

    def _too_many(self, bucket: Bucket, now_ns: int) -> Refused:
        window = self._rates.window_of(bucket)
        limit, used, room_ns = bucket.max_messages - bucket.cancel_reserve, window.used(now_ns), window.room_ns(now_ns)
        text = (
            f"{bucket.row}: {used} messages of {bucket.scope} within {in_ms(bucket.interval_ns)}, expected at most "
            f"{limit} with this one ({bucket.max_messages} less {bucket.cancel_reserve} kept for cancels); "
        )
        when = "there is never room" if room_ns == NEVER_NS else f"there is room in {in_ms(room_ns)}"
        return Refused(Refusal.MESSAGE_RATE, text + when, str(limit), str(used + 1), bucket.row)


def _is_entry(subject: Subject) -> bool:
    """Tell whether a request asks for more than is asked for already."""
    if subject.is_child:
        return False
    order = subject.order
    return order is None or subject.request.order_qty > order.order_qty


def _repeats_order(duplicates: DuplicateOrders, subject: Subject) -> Refused:
    limits = subject.limits
    count, cl_ord_id = duplicates.matches(
        subject.strategy, subject.account, subject.venue, subject.request, limits, subject.now_ns
    )
    row = limits.row_of("max_duplicates")
    text = (
        f"{row}: same owner, symbol, side, price, quantity and venue as {count} orders within "
        f"{in_ms(limits.duplicate_window_ns)}, the last {cl_ord_id}; expected at most {limits.max_duplicates}"
    )
    return Refused(Refusal.DUPLICATE_ORDER, text, str(limits.max_duplicates), str(count), row)


def _no_memory(limits: LimitSet) -> Refused:
    row = limits.row_of("max_duplicates")
    text = (
        f"{row}: {MAX_KEPT} orders are within their duplicate windows and no more can be remembered, so none can be "
        "told from a duplicate; expected a shorter window or a message rate"
    )
    return Refused(Refusal.DUPLICATE_ORDER, text, str(MAX_KEPT), str(MAX_KEPT + 1), row)


def in_ms(duration_ns: int) -> str:
    """Say a duration in milliseconds, begun ones counted."""
    return f"{-(-duration_ns // NS_PER_MS)} ms"
