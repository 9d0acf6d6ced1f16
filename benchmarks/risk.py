"""Time what all pre-trade checks of an order cost on the order path: in total, one by one, compiled and not.

Both order paths send the same orders to a venue that takes note of nothing: one has the checks that need no limit,
the other every check with every parameter set, five buckets, and a market to look at. They take turns. Times are the
processor's, so that what else runs on the machine does not count.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.risk_floor import SYMBOL, Floor
from benchmarks.tables import Table
from benchmarks.uncompiled import run_uncompiled
from fairlead.codecs.vocabulary.constants import SCALE, OrdType, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk import check_table_cy

ORDERS: Final = 1000
ROUNDS: Final = 15
LOOPS: Final = 2000
MS_NS: Final = 1_000_000

Figures = dict[str, dict[str, float]]


def _orders(floor: Floor, first: int, count: int) -> list[NewOrder]:
    """Return orders near the market, no two alike in price and quantity."""
    return [
        NewOrder(
            cl_ord_id=f"A{n}",
            symbol=SYMBOL,
            side=Side.BUY,
            order_qty=(100 + n % 97) * SCALE,
            ord_type=OrdType.LIMIT,
            price=floor.last_px - (n % 89) * SCALE // 100,
        )
        for n in range(first, first + count)
    ]


def _enter(floor: Floor, first: int, orders: int) -> float:
    """Return the ns that an order takes from the port's call to the venue's, and end the orders."""
    requests = _orders(floor, first, orders)
    times = [floor.times(n) for n in range(first, first + orders)]
    enter = floor.path.new_order
    begin = time.thread_time_ns()
    for request, (now_ns, utc_ns) in zip(requests, times, strict=True):
        enter("alpha", request, now_ns, utc_ns)
    ended = time.thread_time_ns()
    if floor.venue.sent != orders:
        raise AssertionError(f"{floor.venue.sent} orders sent, expected {orders}: {floor.strategy.last_text}")
    floor.end_orders()
    return (ended - begin) / orders


def _call(ask: Callable[[Any], object], subject: Any, loops: int) -> float:
    begin = time.thread_time_ns()
    for _ in range(loops):
        ask(subject)
    return (time.thread_time_ns() - begin) / loops


def measure(orders: int = ORDERS, rounds: int = ROUNDS, loops: int = LOOPS) -> Figures:
    """Return medians in ns: the path, the table of checks, and each check by itself (a call from Python each)."""
    with tempfile.TemporaryDirectory() as folder:
        bare, full = Floor(Path(folder) / "bare", with_risk=False), Floor(Path(folder) / "full", with_risk=True)
        # what noting leaves behind would disturb the others
        noting = Floor(Path(folder) / "noting", with_risk=True)
        path: dict[str, list[float]] = {"without risk": [], "with every check": []}
        table: dict[str, list[float]] = {"without risk": [], "with every check": []}
        subjects = {floor: floor.subject(_orders(floor, 10**6, 1)[0]) for floor in (bare, full, noting)}
        checks = {name: check for name, check in full.path.checks.filled() if name not in bare.own_checks()}
        single: dict[str, list[float]] = {"(an empty call)": [], **{name: [] for name in checks}, "note_sent": []}
        for round_number in range(rounds):
            for name, floor in zip(path, (bare, full), strict=True):
                path[name].append(_enter(floor, round_number * orders, orders))
            for name, floor in zip(table, (bare, full), strict=True):
                table[name].append(_call(floor.path.checks.check, subjects[floor], loops))
            single["(an empty call)"].append(_call(_nothing, subjects[full], loops))
            for name, check in checks.items():
                single[name].append(_call(check.judge, subjects[full], loops))
            single["note_sent"].append(_call(noting.path.checks.note_sent, subjects[noting], loops))
    found = {"path": path, "table": table, "check": single}
    return {group: {name: statistics.median(each) for name, each in of.items()} for group, of in found.items()}


def _nothing(subject: Any) -> None:
    return None


def _compare(figures: Figures, build: str) -> list[list[str]]:
    rows = []
    for group, what in (("path", "an order over the order path"), ("table", "the checks alone")):
        bare, full = figures[group].values()
        rows.append([build, what, f"{bare:,.0f}", f"{full:,.0f}", f"{full - bare:,.0f}", f"{full / bare:.2f}"])
    return rows


def main(orders: int = ORDERS, rounds: int = ROUNDS) -> list[Table]:
    """Measure both builds and return the tables."""
    here = measure(orders, rounds)
    plain = run_uncompiled("benchmarks.risk", orders // 5, max(3, rounds // 3), LOOPS // 5)
    installed = "compiled" if check_table_cy.__file__.endswith(".so") else "as installed"
    columns = ["build", "what", "ns without risk", "ns with every check", "ns more", "ratio"]
    compared = _compare(here, installed) + _compare(plain, "uncompiled")
    each = [[name, f"{ns:,.0f}", f"{plain['check'].get(name, 0):,.0f}"] for name, ns in here["check"].items()]
    return [
        Table("pre-trade checks of a new order", columns, compared),
        Table("each check by itself, a call from Python", ["check", f"ns {installed}", "ns uncompiled"], each),
    ]


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(measure(*map(int, sys.argv[1:]))))
