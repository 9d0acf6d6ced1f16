"""Measure orders from wire to wire: a strategy's socket, the gateway as a process, a venue's socket, and back.

Strategy and venue are this process, so that one clock times both directions. Three kinds of load: one order at a time
(closed loop), a fixed rate (open loop; latency counts from the moment an order was due, so that a gateway that stalls
can't hide behind a sender that waits for it), and as fast as 64 orders in flight allow. A bare relay of bytes, in
Python on uvloop, takes turns with the gateway: the difference is the gateway's work, the rest is the machine's.
"""

import contextlib
import gc
import select
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.tables import Table
from benchmarks.wire_peers import TIMEOUT_S, BenchmarkError
from benchmarks.wire_subjects import Subject, bare_relay, gateway, source_tree

PERCENTILES = (50.0, 90.0, 99.0, 99.9)
SPANS = ("strategy->venue", "venue->strategy", "round trip")
FLOOR = "bare relay"
clock = time.perf_counter_ns


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: ``rounds`` of each load; orders in each, by load; the open loop's orders a second."""

    rounds: int = 5
    closed: int = 1500
    open: int = 1500
    rate: int = 500
    flood: int = 3000
    window: int = 64
    uncompiled_share: float = 0.2
    """The uncompiled gateway gets this share of the orders."""

    def shrunk(self, share: float) -> "Plan":
        """Return the plan with fewer orders."""
        counts = {name: max(1, int(getattr(self, name) * share)) for name in ("closed", "open", "flood")}
        return Plan(self.rounds, **counts, rate=self.rate, window=self.window)


@dataclass(slots=True)
class Times:
    """When each order was due, at the venue, answered there, and its report back; ns of one clock."""

    due: list[int] = field(default_factory=list)
    at_venue: list[int] = field(default_factory=list)
    replied: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)

    def spans(self, with_venue: bool) -> dict[str, list[int]]:
        """Return the latencies by span, sorted; ``with_venue`` counts the venue's own time into the round trip."""
        outward = [venue - due for venue, due in zip(self.at_venue, self.due, strict=True)]
        inward = [back - replied for back, replied in zip(self.back, self.replied, strict=True)]
        whole = [back - due for back, due in zip(self.back, self.due, strict=True)]
        if not with_venue:
            whole = [one + other for one, other in zip(outward, inward, strict=True)]
        return dict(zip(SPANS, (sorted(outward), sorted(inward), sorted(whole)), strict=True))


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Return the smallest value that ``percent`` of the values do not exceed."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def drive(subject: Subject, count: int, window: int = 0, rate: int = 0) -> Times:
    """Send ``count`` orders, at most ``window`` in flight or at ``rate`` a second, and time each."""
    strategy, venue = subject.strategy, subject.venue
    venue.stamp()
    orders, ids = strategy.orders(count)
    times = Times()
    reports: list[bytes] = []
    poll = select.poll()
    poll.register(strategy.sock, select.POLLIN)
    poll.register(venue.sock, select.POLLIN)
    at_venue = venue.sock.fileno()
    gap_ns = 1_000_000_000 // rate if rate else 0
    sent = 0
    start = clock()
    while len(reports) < count:
        now = clock()
        if sent < count and (now >= start + sent * gap_ns if rate else sent - len(reports) < window):
            times.due.append(start + sent * gap_ns if rate else now)
            strategy.sock.sendall(orders[sent])
            sent += 1
        for descriptor, _ in poll.poll(0):
            if descriptor == at_venue:
                _answer(subject, times)
            else:
                found = strategy.receive()
                times.back += [clock()] * len(found)
                reports += found
        if now > start + count * gap_ns + TIMEOUT_S * 1e9:
            raise BenchmarkError(f"{len(reports)} reports received for {sent} orders, expected {count}")
    for report, cl_ord_id in zip(reports, ids, strict=True):
        strategy.check(report, cl_ord_id)
    return times


def _answer(subject: Subject, times: Times) -> None:
    orders = subject.venue.receive()
    now = clock()
    reply = subject.venue.fill(orders)
    times.at_venue += [now] * len(orders)
    times.replied += [clock()] * len(orders)
    subject.venue.sock.sendall(reply)


class Results:
    """Collect a subject's rounds; what is shown are medians of the rounds."""

    def __init__(self) -> None:
        self.latency_ns: dict[tuple[str, str, float], list[int]] = {}
        self.per_second: list[float] = []

    def add_latencies(self, load: str, times: Times) -> None:
        """Add a round of latencies."""
        for span, ordered in times.spans(load == "open").items():
            for percent in PERCENTILES:
                self.latency_ns.setdefault((load, span, percent), []).append(percentile(ordered, percent))

    def add_flood(self, times: Times) -> None:
        """Add a round of throughput."""
        self.per_second.append(len(times.back) * 1e9 / (times.back[-1] - times.due[0]))

    def latency_us(self, load: str, span: str, percent: float) -> float:
        """Return a median latency."""
        return statistics.median(self.latency_ns[load, span, percent]) / 1000


def measure(subject: Subject, plan: Plan, results: Results) -> None:
    """Run one round of every load."""
    gc.collect()
    gc.disable()
    try:
        results.add_latencies("closed", drive(subject, plan.closed, window=1))
        results.add_latencies("open", drive(subject, plan.open, rate=plan.rate))
        results.add_flood(drive(subject, plan.flood, window=plan.window))
    finally:
        gc.enable()


def run(plan: Plan) -> dict[tuple[str, str], Results]:
    """Measure relay and gateway in turns; return results by subject and build."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fairlead-bench-")))
        subjects = [*stack.enter_context(bare_relay()), *stack.enter_context(gateway(folder / "installed"))]
        if subjects[-1].build != "uncompiled":
            subjects += stack.enter_context(gateway(folder / "uncompiled", source_tree(folder / "tree")))
        results = {(subject.name, subject.build): Results() for subject in subjects}
        fewer = plan.shrunk(plan.uncompiled_share)
        for subject in subjects:  # warm up; not counted
            measure(subject, fewer, Results())
        for _ in range(plan.rounds):
            for subject in subjects:
                share = fewer if subject.build == "uncompiled" else plan
                measure(subject, share, results[subject.name, subject.build])
    return results


def table(results: dict[tuple[str, str], Results], plan: Plan) -> Table:
    """Return the results beside the relay's."""
    floor = next(found for (name, _), found in results.items() if name == FLOOR)
    columns = ["load", "span", "subject", *(f"p{percent:g} us" for percent in PERCENTILES), "p50 to relay"]
    rows = []
    for load, title in (("closed", "one at a time"), ("open", f"{plan.rate}/s")):
        for span in SPANS:
            for (name, build), found in results.items():
                cells = [f"{found.latency_us(load, span, percent):.1f}" for percent in PERCENTILES]
                ratio = found.latency_us(load, span, 50.0) / floor.latency_us(load, span, 50.0)
                rows.append([title, span, f"{name}, {build}", *cells, f"{ratio:.2f} x"])
    return Table("orders, wire to wire", columns, rows)


def flood_table(results: dict[tuple[str, str], Results], plan: Plan) -> Table:
    """Return the throughput beside the relay's."""
    rates = {subject: statistics.median(found.per_second) for subject, found in results.items()}
    floor = next(rate for (name, _), rate in rates.items() if name == FLOOR)
    rows = [[f"{name}, {build}", f"{rate:,.0f}", f"{rate / floor:.2f} x"] for (name, build), rate in rates.items()]
    return Table(f"orders a second there and back, {plan.window} in flight", ["subject", "orders/s", "to relay"], rows)


def main(plan: Plan | None = None) -> list[Table]:
    """Measure and return the tables."""
    plan = plan or Plan()
    results = run(plan)
    return [table(results, plan), flood_table(results, plan)]
