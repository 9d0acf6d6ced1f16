"""Time an order in books that hold more and more open ones, and tell what each costs in memory.

Ratios are to the first step's orders, which find the books empty. Times are the processor's, the making of the messages
included; memory is what the process grew by.
"""

import gc
import mmap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.tables import Table
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger

OPEN_ORDERS: Final = (0, 1_000, 10_000, 100_000, 1_000_000)
TIMED: Final = 2_000
UTC_NS: Final = 1_763_800_000_000_000_000


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE


def _open(ledger: Ledger, first: int, count: int) -> float:
    """Open orders that their venue accepts; return ns an order."""
    terms = {"symbol": "MSFT", "side": Side.BUY, "ord_type": OrdType.LIMIT, "price": 430 * SCALE}
    said = {"kind": ReportKind.ACCEPTED, "exec_type": ExecType.NEW, "ord_status": OrdStatus.NEW}
    quantities = {"last_qty": 0, "cum_qty": 0, "order_qty": 100 * SCALE, "leaves_qty": 100 * SCALE}
    begin = time.process_time_ns()
    for number in range(first, first + count):
        request = NewOrder(cl_ord_id=f"A{number}", order_qty=100 * SCALE, **terms)
        ledger.open_order("alpha", request, "XSIM", f"V{number}", UTC_NS)
        report = Report(cl_ord_id=f"V{number}", exec_id=f"E{number}", order_id=f"O{number}", **said, **quantities)
        ledger.apply("XSIM", report, UTC_NS)
    return (time.process_time_ns() - begin) / count


def main(open_orders: Sequence[int] = OPEN_ORDERS, timed: int = TIMED) -> list[Table]:
    """Return ns and bytes an order at each number of open ones."""
    ledger = Ledger(lambda kind, payload, utc_ns: None, 1)
    # code and caches are warm, memory is not: that is what is measured
    _open(Ledger(lambda kind, payload, utc_ns: None, 1), 0, timed)
    gc.collect()
    gc.freeze()
    gc.disable()
    rows: list[list[str]] = []
    base_ns, base_bytes, placed = 0.0, _resident_bytes(), 0
    try:
        for count in open_orders:
            _open(ledger, placed, max(1, count - placed))
            placed = max(placed + 1, count)
            taken = _open(ledger, placed, timed)
            placed += timed
            base_ns = base_ns or taken
            each = (_resident_bytes() - base_bytes) / placed
            rows.append([f"{count:,}", f"{taken:,.0f}", f"{taken / base_ns:.2f} x", f"{each:,.0f}"])
    finally:
        gc.enable()
        gc.unfreeze()
    columns = ["open orders before", "ns an order", "ratio", "bytes an open order"]
    return [Table("an order opened and accepted", columns, rows)]
