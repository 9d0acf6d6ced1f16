"""Find what is wrong with orders: unanswered, slow, refused more than usual."""

import math
from collections.abc import Iterator
from typing import Final

from fairlead.gateway.operations.alerts.baselines import RobustBaseline, wilson_lower
from fairlead.gateway.operations.alerts.finding import Finding, Moment
from fairlead.gateway.operations.orders.part import OrdersPart
from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.telemetry.counters_cy import bucket_of
from fairlead.gateway.telemetry.reader import Histogram

NS: Final = 1_000_000_000
UNACKED_NS: Final = 2 * NS
WINDOW_NS: Final = 10 * NS
LEAST_ANSWERS: Final = 20
"""In a window, for its percentiles to mean something."""
SHIFT: Final = 6.0
SHIFTED_WINDOWS: Final = 3
LEAST_REQUESTS: Final = 20
LEAST_EXCESS: Final = 0.05
"""A refused ratio that is so little above the usual one is none to wake anybody for."""
SLOW_NS: Final = 100_000_000
"""What an answer may take, for the burn rate."""
OBJECTIVE: Final = 0.99
BURN: Final = 14.4


class UnackedOrders:
    """Tell of venues that owe an answer for too long."""

    def __init__(self, desk: Desk, unacked_ns: int = UNACKED_NS) -> None:
        self._desk = desk
        self._unacked_ns = unacked_ns

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a venue."""
        if not self._desk.counters.is_alive:
            return
        oldest: dict[str, tuple[int, str]] = {}
        for order in self._desk.part(OrdersPart).replica.ledger.open_orders():
            for request in order.requests:
                if moment.utc_ns - request.utc_ns > self._unacked_ns:
                    oldest[order.venue] = min(
                        oldest.get(order.venue, (moment.utc_ns, "")), (request.utc_ns, order.order_id)
                    )
        for venue, (utc_ns, order_id) in oldest.items():
            text = f"{order_id} has waited for {(moment.utc_ns - utc_ns) / NS:.1f} s"
            yield Finding("UnackedOrder", (("venue", venue),), text, utc_ns + self._unacked_ns)


class _Window:
    """Collect a histogram's growth over some seconds."""

    def __init__(self) -> None:
        self.begun_ns = 0
        self.base: tuple[int, ...] = ()

    def grown(self, histogram: Histogram, now_ns: int, length_ns: int) -> Histogram | None:
        """Return what a window that is over collected; None while it lasts."""
        if not self.base or len(self.base) != len(histogram.counts) or sum(self.base) > histogram.total:
            self.begun_ns, self.base = now_ns, histogram.counts
            return None
        if now_ns - self.begun_ns < length_ns:
            return None
        counts = tuple(count - was for count, was in zip(histogram.counts, self.base, strict=True))
        self.begun_ns, self.base = now_ns, histogram.counts
        return Histogram(counts)


class AckLatency:
    """Compare each window's answers with those before: the logarithm of the median, by median and MAD."""

    def __init__(self, desk: Desk, window_ns: int = WINDOW_NS) -> None:
        self._desk = desk
        self._window_ns = window_ns
        self._windows: dict[str, _Window] = {}
        self._baselines: dict[str, RobustBaseline] = {}
        self._shifted: dict[str, tuple[int, str, int]] = {}

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a venue that is slow now."""
        for table in self._desk.config.venues:
            histogram = self._desk.counters.now.histograms.get(f"latency.answer.{table.name}")
            if histogram is None:
                continue
            grown = self._windows.setdefault(table.name, _Window()).grown(histogram, moment.now_ns, self._window_ns)
            if grown is not None and grown.total >= LEAST_ANSWERS:
                self._judge(table.name, grown, moment)
        for venue, (count, text, utc_ns) in self._shifted.items():
            if count >= SHIFTED_WINDOWS:
                yield Finding("AckLatencyShift", (("venue", venue),), text, utc_ns)

    def _judge(self, venue: str, grown: Histogram, moment: Moment) -> None:
        baseline = self._baselines.setdefault(venue, RobustBaseline(floor=0.05))
        value = math.log(grown.quantile_ns(0.5) or 1)
        score = baseline.score(value)
        if score is not None and score > SHIFT:
            usual_us = math.exp(baseline.middle) / 1000
            text = f"median answer {math.exp(value) / 1000:.0f} us, usually {usual_us:.0f} us"
            count, _, since = self._shifted.get(venue, (0, "", moment.utc_ns))
            self._shifted[venue] = (count + 1, text, since)
            return
        self._shifted.pop(venue, None)
        if "AckLatencyShift" not in moment.frozen:
            baseline.learn(value)


class LatencyBurn:
    """Tell that the budget of slow answers burns too fast: over a minute and over five seconds."""

    def __init__(self, desk: Desk, slow_ns: int = SLOW_NS) -> None:
        self._desk = desk
        self._slow_ns = slow_ns
        self._long: dict[str, _Window] = {}
        self._last: dict[str, Histogram] = {}
        self._burning: dict[str, str] = {}

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a venue."""
        for table in self._desk.config.venues:
            histogram = self._desk.counters.now.histograms.get(f"latency.answer.{table.name}")
            if histogram is None:
                continue
            grown = self._long.setdefault(table.name, _Window()).grown(histogram, moment.now_ns, 5 * NS)
            if grown is not None:
                self._judge(table.name, grown)
        for venue, text in self._burning.items():
            yield Finding("LatencyBurn", (("venue", venue),), text, moment.utc_ns)

    def _judge(self, venue: str, grown: Histogram) -> None:
        slow = sum(grown.counts[bucket_of(self._slow_ns) :])
        allowed = (1 - OBJECTIVE) * BURN
        if grown.total >= LEAST_ANSWERS and wilson_lower(slow, grown.total) > allowed:
            self._burning[venue] = f"{slow} of {grown.total} answers took more than {self._slow_ns // 1_000_000} ms"
        else:
            self._burning.pop(venue, None)


class RejectRatio:
    """Compare what is refused with what was usual: a lower bound of the ratio, so that few refusals prove nothing."""

    def __init__(self, desk: Desk, window_ns: int = WINDOW_NS) -> None:
        self._desk = desk
        self._window_ns = window_ns
        self._begun_ns = 0
        self._base: dict[str, tuple[int, int]] = {}
        self._usual: dict[str, RobustBaseline] = {}
        self._high: dict[str, str] = {}
        self._since: dict[str, int] = {}

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a strategy whose requests are refused more than usual."""
        counters = self._desk.counters
        for table in self._desk.config.strategies:
            sent = counters.value(f"strategy.{table.name}.orders") + counters.value(f"strategy.{table.name}.replaces")
            refused = counters.value(f"strategy.{table.name}.refused")
            self._judge(table.name, sent + refused, refused, moment)
        if moment.now_ns - self._begun_ns >= self._window_ns:
            self._begun_ns = moment.now_ns
        for strategy, text in self._high.items():
            yield Finding("RejectAnomaly", (("strategy", strategy),), text, self._since[strategy])

    def _judge(self, strategy: str, asked: int, refused: int, moment: Moment) -> None:
        base_asked, base_refused = self._base.setdefault(strategy, (asked, refused))
        count, bad = asked - base_asked, refused - base_refused
        if count < 0 or bad < 0:
            # the gateway counts anew
            self._base[strategy] = (asked, refused)
            return
        usual = self._usual.setdefault(strategy, RobustBaseline())
        if count >= LEAST_REQUESTS and wilson_lower(bad, count) > usual.middle + LEAST_EXCESS:
            self._high[strategy] = f"{bad} of {count} requests were refused, usually {usual.middle:.0%}"
            self._since.setdefault(strategy, moment.utc_ns)
        if moment.now_ns - self._begun_ns < self._window_ns:
            return
        self._base[strategy] = (asked, refused)
        if count < LEAST_REQUESTS or wilson_lower(bad, count) <= usual.middle + LEAST_EXCESS:
            self._high.pop(strategy, None)
            self._since.pop(strategy, None)
            if count >= LEAST_REQUESTS and "RejectAnomaly" not in moment.frozen:
                usual.learn(bad / count)
