"""Count what the order path does, per strategy and venue, and how long each leg takes.

Legs, each a histogram: ``latency.to_venue.NAME`` from the turn that read the strategy's bytes to the send towards the
venue; ``latency.answer.NAME`` from a request's send to the venue's first word about it; ``latency.to_strategy.NAME``
from the turn that read the venue's bytes to the send towards the strategy.
"""

from collections.abc import Callable
from pathlib import Path

import cython

from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.risk.check_order import COUNTERS as RISK_COUNTERS
from fairlead.gateway.telemetry.counters_cy import CounterPage
from fairlead.gateway.telemetry.process_gauges import HISTOGRAMS as PROCESS_HISTOGRAMS

STRATEGY_COUNTERS = ("up", "orders", "cancels", "replaces", "refused", "reports", "fills")
VENUE_COUNTERS = ("up", "orders", "cancels", "replaces", "reports", "fills", "duplicates", "quarantined")
SESSION_GAUGES = ("next_in", "next_out", "unsent_bytes")
# symbols subscribed now; messages told, and changes conflated into them for a reader that was slow, since the start
MARKET_GAUGES = ("market_symbols", "market_messages", "market_conflated")

FILLED = 6
DUPLICATE = 2
QUARANTINED = 3


FEED_GAUGES = (
    "up",
    "messages",
    "gaps",
    "recovered",
    "lost",
    "faults",
    "rebuilds",
    "symbols",
    "stale_symbols",
    "suspect_symbols",
    "halted_symbols",
    "delay_ns",  # from the venue's stamp to the receipt of the last message, while the feed is current
)


# orders that keep the gate closed
GATE_GAUGES = ("unaccounted",)

DROP_COPY_GAUGES = (
    "up",
    "messages",
    "matched",  # executions on whose two sides agree, since the start
    "unmatched",  # those that don't, now
    "broken",  # for longer than they may
    "duplicates",
    "others",  # copies for accounts or firms that are not compared
    "unreadable",
    "lag_ns",  # how long the last execution that agrees had waited for its other side
    "last_message_age_ns",
)


def counter_names(
    strategies: "list[str]", venues: "list[str]", feeds: "tuple[str, ...]" = (), drop_copies: "tuple[str, ...]" = ()
) -> "list[str]":
    """Return the names of all counters, in the order of their slots."""
    whats = (*STRATEGY_COUNTERS, *SESSION_GAUGES, *MARKET_GAUGES)
    names = [f"strategy.{name}.{what}" for name in strategies for what in whats]
    names += [f"venue.{name}.{what}" for name in venues for what in (*VENUE_COUNTERS, *SESSION_GAUGES)]
    names += [f"feed.{name}.{what}" for name in feeds for what in FEED_GAUGES]
    names += [f"venue.{name}.{what}" for name in venues for what in GATE_GAUGES]
    names += [f"drop_copy.{name}.{what}" for name in drop_copies for what in (*DROP_COPY_GAUGES, *SESSION_GAUGES)]
    names.append("breaks")
    return [*names, *RISK_COUNTERS, "alerts", "journal.sequence", "gc.frozen"]


def histogram_names(strategies: "list[str]", venues: "list[str]") -> "list[str]":
    """Return the names of all histograms."""
    return [
        *(f"latency.to_strategy.{name}" for name in strategies),
        *(f"latency.to_venue.{name}" for name in venues),
        *(f"latency.answer.{name}" for name in venues),
        *PROCESS_HISTOGRAMS,
    ]


class PathCounters:
    """Count into a page; ``read_clock`` returns monotonic nanoseconds."""

    def __init__(
        self,
        path: Path,
        strategies: "list[str]",
        venues: "list[str]",
        read_clock: "Callable[[], int]",
        feeds: "tuple[str, ...]" = (),
        drop_copies: "tuple[str, ...]" = (),
    ) -> None:
        names = counter_names(strategies, venues, feeds, drop_copies)
        self.page = CounterPage(path, names, histogram_names(strategies, venues))
        self._read_clock = read_clock
        self._strategies = {n: {w: self.page.slot(f"strategy.{n}.{w}") for w in STRATEGY_COUNTERS} for n in strategies}
        self._venues = {n: {w: self.page.slot(f"venue.{n}.{w}") for w in VENUE_COUNTERS} for n in venues}
        self._to_strategy = {n: self.page.histogram(f"latency.to_strategy.{n}") for n in strategies}
        self._to_venue = {n: self.page.histogram(f"latency.to_venue.{n}") for n in venues}
        self._answer = {n: self.page.histogram(f"latency.answer.{n}") for n in venues}
        self._sent_this_turn: list[int] = []

    def _count_request(self, strategy: str, venue: str, what: str) -> int:
        self.page.add(self._strategies[strategy][what])
        self.page.add(self._venues[venue][what])
        self._sent_this_turn.append(self._to_venue[venue])
        return 0

    def order_sent(self, strategy: str, venue: str) -> None:
        """Count a new order."""
        self._count_request(strategy, venue, "orders")

    def cancel_sent(self, strategy: str, venue: str) -> None:
        """Count a cancel."""
        self._count_request(strategy, venue, "cancels")

    def replace_sent(self, strategy: str, venue: str) -> None:
        """Count a replace."""
        self._count_request(strategy, venue, "replaces")

    def refused(self, strategy: str, refusal: int) -> None:
        """Count a request that Fairlead refused."""
        self.page.add(self._strategies[strategy]["refused"])

    def answered(self, venue: str, duration_ns: cython.longlong) -> None:
        """Count how long a venue took to speak about a request."""
        self.page.observe(self._answer[venue], duration_ns)

    def venue_report(self, venue: str, verdict: cython.longlong) -> None:
        """Count what a venue said, and whether it was a repetition or fitted no order."""
        slots = self._venues[venue]
        self.page.add(slots["reports"])
        if verdict == DUPLICATE:
            self.page.add(slots["duplicates"])
        elif verdict == QUARANTINED:
            self.page.add(slots["quarantined"])

    def report_passed(self, venue: str, strategy: str, report: Report) -> None:
        """Count a venue's report that goes on to its strategy."""
        if strategy not in self._strategies:
            return
        slots = self._strategies[strategy]
        self.page.add(slots["reports"])
        if report.kind == FILLED:
            self.page.add(slots["fills"])
            self.page.add(self._venues[venue]["fills"])
        self._sent_this_turn.append(self._to_strategy[strategy])

    def strategy_state(self, strategy: str, is_up: bool) -> None:
        """Show whether a strategy is connected."""
        self.page.set(self._strategies[strategy]["up"], 1 if is_up else 0)

    def venue_state(self, venue: str, is_up: bool) -> None:
        """Show whether a venue takes orders."""
        self.page.set(self._venues[venue]["up"], 1 if is_up else 0)

    def turn_sent(self, started_ns: cython.longlong) -> None:
        """Note that everything this turn made has been handed to the sockets."""
        if not self._sent_this_turn:
            return
        duration_ns: cython.longlong = self._read_clock() - started_ns
        for histogram in self._sent_this_turn:
            self.page.observe(histogram, duration_ns)
        self._sent_this_turn.clear()
