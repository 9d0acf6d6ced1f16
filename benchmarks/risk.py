"""Time what all pre-trade checks of an order cost: in total, one by one, compiled and not, and what is noted of it.

Orders of four strategies for eight symbols, both sides, take turns, so that nothing is remembered from the order
before. Every check is in the table and has a limit to judge by, which all orders pass; five buckets count. The floor
is a table that holds no check: what a call from Python costs. Times are the processor's, so that what else runs on the
machine does not count; instructions are callgrind's.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks import instructions
from benchmarks.risk_floor import ACCOUNT, VENUE, Floor
from benchmarks.tables import Table
from benchmarks.uncompiled import run_uncompiled
from fairlead.gateway.risk import check_table_cy
from fairlead.gateway.risk.check_order import CHECK_NAMES
from fairlead.gateway.risk.check_table_cy import CheckTable

ORDERS: Final = 1000
ROUNDS: Final = 15
FIRST: Final = 10**6

Call = Callable[[Any], object]
Figures = dict[str, dict[str, float]]

FLOOR: Final = "a table without checks"
ALL: Final = "all checks"
NEEDS_NO_LIMIT: Final = "those that need no limit"


def _enter(floor: Floor, first: int, orders: int) -> float:
    """Return the ns that an order takes from the port's call to the venue's, and end the orders."""
    requests = [(*floor.order(n), *floor.times(n)) for n in range(first, first + orders)]
    enter = floor.path.new_order
    begin = time.thread_time_ns()
    for request in requests:
        enter(*request)
    ended = time.thread_time_ns()
    if floor.venue.sent != orders:
        texts = [strategy.last_text for strategy in floor.strategies.values()]
        raise AssertionError(f"{floor.venue.sent} orders sent, expected {orders}: {texts}")
    floor.end_orders()
    return (ended - begin) / orders


def _time(call: Call, given: list[Any]) -> float:
    begin = time.thread_time_ns()
    for each in given:
        call(each)
    return (time.thread_time_ns() - begin) / len(given)


class _Calls:
    """Hold what is measured: calls by name, and what they are given."""

    def __init__(self, folder: Path, orders: int) -> None:
        self.bare = Floor(folder / "bare", with_risk=False)
        self.full = Floor(folder / "full", with_risk=True)
        # what noting and booking leave behind would disturb the others
        self.noting = Floor(folder / "noting", with_risk=True)
        self.booking = {name: Floor(folder / name, with_risk=name == "watched") for name in ("alone", "watched")}
        self.orders = orders
        empty = CheckTable()
        for name in CHECK_NAMES:
            empty.fill(name, None)
        subjects = self._subjects(self.full)
        self.table: dict[str, tuple[Call, list[Any]]] = {
            FLOOR: (empty.check, subjects),
            NEEDS_NO_LIMIT: (self.bare.path.checks.check, self._subjects(self.bare)),
            ALL: (self.full.path.checks.check, subjects),
        }
        self.single = {name: (check.judge, subjects) for name, check in self.full.path.checks.filled()}

    def _subjects(self, floor: Floor) -> list[Any]:
        return [floor.subject(n) for n in range(FIRST, FIRST + self.orders)]

    def around(self, turn: int) -> Iterator[tuple[str, Call, list[Any]]]:
        """Yield what is done once for each order; the orders go on from turn to turn, as their times do."""
        first = FIRST + turn * self.orders
        numbers = range(first, first + self.orders)
        subjects = [self.noting.subject(n) for n in numbers]
        keys = [(subject.strategy, ACCOUNT, VENUE, subject.request.symbol) for subject in subjects]
        find = self.noting.limits.limits_for
        yield "finding the limits", lambda key: find(*key), keys
        yield "noting it for rates and repeats", self.noting.path.checks.note_sent, subjects
        for name, floor in self.booking.items():
            booked = [(*floor.order(n), VENUE, f"V{n}", floor.times(n)[1]) for n in numbers]
            open_order = floor.ledger.open_order
            said = "booking it" if name == "alone" else "booking it, exposure and own orders follow"
            yield said, lambda given, call=open_order: call(*given), booked


def measure(orders: int = ORDERS, rounds: int = ROUNDS) -> Figures:
    """Return medians in ns: the path, the table of checks, each check by itself, and what is done around them."""
    with tempfile.TemporaryDirectory() as folder:
        calls = _Calls(Path(folder), orders)
        found: dict[str, dict[str, list[float]]] = {"path": {}, "table": {}, "check": {}, "around": {}}
        for turn in range(rounds):
            for name, floor in (("without risk", calls.bare), ("with every check", calls.full)):
                found["path"].setdefault(name, []).append(_enter(floor, 1000 + turn * orders, orders))
            for name, (call, given) in calls.table.items():
                found["table"].setdefault(name, []).append(_time(call, given))
            for name, (call, given) in calls.single.items():
                found["check"].setdefault(name, []).append(_time(call, given))
            for name, call, given in calls.around(turn):
                found["around"].setdefault(name, []).append(_time(call, given))
    return {group: {name: statistics.median(each) for name, each in of.items()} for group, of in found.items()}


def count(orders: int) -> None:
    """Count instructions of the same calls, for ``instructions.count_in``: once to warm up, once to count."""
    with tempfile.TemporaryDirectory() as folder:
        calls = _Calls(Path(folder), orders)
        for _, call, given in calls.around(0):
            _time(call, given)
        rows = [*calls.table.values(), *calls.single.values()]
        for call, given in rows:
            _time(call, given)
            instructions.count(call, given)
        for _, call, given in calls.around(1):
            instructions.count(call, given)


def _counted(figures: Figures, orders: int) -> dict[str, float]:
    """Return the instructions of each call by its name, less those of the loop; nothing where they can't be counted."""
    if not instructions.can_count():
        return {}
    names = [name for group in ("table", "check", "around") for name in figures[group]]
    totals = instructions.count_in("benchmarks.risk", orders)
    return {name: total / orders for name, total in zip(names, totals, strict=True)}


def _rows(figures: Figures, plain: Figures, counted: dict[str, float], *groups: str) -> list[list[str]]:
    floor = figures["table"][FLOOR]
    return [
        [
            name,
            f"{ns:,.0f}",
            f"{ns / floor:.1f}",
            f"{counted[name]:,.0f}" if name in counted else "",
            f"{plain[group][name]:,.0f}",
        ]
        for group in groups
        for name, ns in figures[group].items()
    ]


def main(orders: int = ORDERS, rounds: int = ROUNDS, with_instructions: bool = True) -> list[Table]:
    """Measure both builds and return the tables."""
    here = measure(orders, rounds)
    plain: Figures = run_uncompiled("benchmarks.risk", orders // 5, max(3, rounds // 3))
    counted = _counted(here, orders) if with_instructions else {}
    installed = "compiled" if check_table_cy.__file__.endswith(".so") else "as installed"
    columns = ["what", f"ns {installed}", "times the floor", "instructions", "ns uncompiled"]
    paths = [
        [build, *(f"{ns:,.0f}" for ns in figures["path"].values())]
        for build, figures in ((installed, here), ("uncompiled", plain))
    ]
    return [
        Table("pre-trade checks of a new order", columns, _rows(here, plain, counted, "table")),
        Table("what is done around them", columns, _rows(here, plain, counted, "around")),
        Table("each check by itself, a call from Python", columns, _rows(here, plain, counted, "check")),
        Table("an order over the order path", ["build", "ns without risk", "ns with every check"], paths),
    ]


if __name__ == "__main__":
    if len(sys.argv) == 2:
        count(int(sys.argv[1]))
    else:
        sys.stdout.buffer.write(orjson.dumps(measure(*map(int, sys.argv[1:]))))
