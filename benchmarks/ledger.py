"""Time the books of orders: one order opened and filled, with the records that would reach the journal."""

import statistics
import time

from benchmarks.tables import Table
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.outcome_cy import DELIVER

ORDERS = 2000
ROUNDS = 15
START_NS = 1_763_800_000_000_000_000


def _orders(first: int, count: int) -> list[NewOrder]:
    terms = {"symbol": "MSFT", "side": Side.BUY, "ord_type": OrdType.LIMIT, "price": 430 * SCALE}
    return [NewOrder(cl_ord_id=f"A{first + n}", order_qty=100 * SCALE, **terms) for n in range(count)]


def _fills(first: int, count: int) -> list[Report]:
    said = {"exec_type": ExecType.TRADE, "ord_status": OrdStatus.FILLED, "last_px": 430 * SCALE, "leaves_qty": 0}
    quantities = {"last_qty": 100 * SCALE, "cum_qty": 100 * SCALE, "order_qty": 100 * SCALE}
    return [
        Report(kind=ReportKind.FILLED, cl_ord_id=f"V{first + n}", exec_id=f"E{first + n}", **said, **quantities)
        for n in range(count)
    ]


def main(orders: int = ORDERS, rounds: int = ROUNDS) -> list[Table]:
    """Measure and return the table: ns an order, medians of the rounds."""
    written: list[bytes] = []
    ledger = Ledger(lambda kind, payload, utc_ns: written.append(payload), 1)
    opening: list[float] = []
    filling: list[float] = []
    for round_number in range(rounds):
        first = round_number * orders
        requests = [(order, f"V{first + n}") for n, order in enumerate(_orders(first, orders))]
        fills = _fills(first, orders)
        begin = time.perf_counter_ns()
        for order, venue_id in requests:
            ledger.open_order("alpha", order, "XSIM", venue_id, START_NS)
        opened = time.perf_counter_ns()
        outcomes = [ledger.apply("XSIM", fill, START_NS) for fill in fills]
        ended = time.perf_counter_ns()
        if any(outcome.verdict != DELIVER for outcome in outcomes):
            raise AssertionError("a fill was not delivered, expected all to be")
        opening.append((opened - begin) / orders)
        filling.append((ended - opened) / orders)
    rows = [
        ["open an order", f"{statistics.median(opening):,.0f}"],
        ["apply its fill", f"{statistics.median(filling):,.0f}"],
    ]
    return [Table("books of orders", ["step", "ns an order"], rows)]
