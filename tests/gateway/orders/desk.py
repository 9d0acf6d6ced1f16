"""Speak to a ledger as the order path and a venue do, for tests that read as dialogues."""

from typing import Any

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, Discrepancy, Outcome

START_NS = 1_763_800_000_000_000_000  # 2025-11-22
STRATEGY = "alpha"
VENUE = "XSIM"

# What a report says where a test does not: exec type and a plausible OrdStatus.
MANNERS = {
    ReportKind.ACCEPTED: (ExecType.NEW, OrdStatus.NEW),
    ReportKind.REJECTED: (ExecType.REJECTED, OrdStatus.REJECTED),
    ReportKind.REPLACED: (ExecType.REPLACED, OrdStatus.REPLACED),
    ReportKind.CANCELED: (ExecType.CANCELED, OrdStatus.CANCELED),
    ReportKind.CANCEL_REJECTED: (ExecType.REJECTED, OrdStatus.NEW),
    ReportKind.FILLED: (ExecType.TRADE, OrdStatus.PARTIALLY_FILLED),
    ReportKind.TRADE_BUSTED: (ExecType.TRADE_CANCEL, OrdStatus.PARTIALLY_FILLED),
    ReportKind.TRADE_CORRECTED: (ExecType.TRADE_CORRECT, OrdStatus.PARTIALLY_FILLED),
    ReportKind.RESTATED: (ExecType.RESTATED, OrdStatus.NEW),
    ReportKind.DONE_FOR_DAY: (ExecType.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY),
    ReportKind.EXPIRED: (ExecType.EXPIRED, OrdStatus.EXPIRED),
    ReportKind.STATUS_REPORT: (ExecType.ORDER_STATUS, OrdStatus.NEW),
}


def shares(number: int) -> int:
    """Return a quantity in the vocabulary's units, ABSENT unchanged."""
    return number if number == ABSENT else number * SCALE


class Desk:
    """Keep a ledger, the records that it wrote, and made-up ids: strategy id X goes to the venue as vX."""

    def __init__(self, epoch: int = 1) -> None:
        self.records: list[tuple[int, bytes, int]] = []
        self.disk_is_full = False
        self.ledger = Ledger(self.record, epoch)
        self.utc_ns = START_NS
        self.executions = 0

    def record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        if self.disk_is_full:
            raise OSError("disk full")
        self.records.append((kind, payload, utc_ns))

    def tick(self) -> int:
        self.utc_ns += 1_000_000
        return self.utc_ns

    def new(self, cl_ord_id: str = "X", qty: int = 100, **terms: Any) -> Order:
        """Send an order of ``qty`` shares at 10."""
        given: dict[str, Any] = {"symbol": "ACME", "side": Side.BUY, "ord_type": OrdType.LIMIT, "price": 10 * SCALE}
        request = NewOrder(cl_ord_id=cl_ord_id, order_qty=shares(qty), **(given | terms))
        return self.ledger.open_order(STRATEGY, request, VENUE, "v" + cl_ord_id, self.tick())

    def cancel(self, order: Order, cl_ord_id: str, orig: str) -> CancelOrder:
        request = CancelOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig)
        return self.ledger.begin_cancel(order, request, "v" + cl_ord_id, self.tick())

    def replace(self, order: Order, cl_ord_id: str, orig: str, qty: int = ABSENT, **terms: Any) -> ReplaceOrder:
        request = ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, order_qty=shares(qty), **terms)
        return self.ledger.begin_replace(order, request, "v" + cl_ord_id, self.tick())

    def venue(self, kind: ReportKind, cl_ord_id: str, orig: str = "", **said: Any) -> Outcome:
        """Let the venue speak, in shares; it gives each report its own ExecID unless told otherwise."""
        self.executions += 1
        exec_type, ord_status = MANNERS[kind]
        for name in ("order_qty", "last_qty", "leaves_qty", "cum_qty", "last_px", "price"):
            if name in said:
                said[name] = shares(said[name])
        given: dict[str, Any] = {
            "exec_type": exec_type,
            "ord_status": ord_status,
            "cl_ord_id": "v" + cl_ord_id if cl_ord_id else "",
            "orig_cl_ord_id": "v" + orig if orig else "",
            "exec_id": f"x{self.executions}",
        }
        return self.ledger.apply(VENUE, Report(kind=kind, **(given | said)), self.tick())

    def told(self, kind: ReportKind, cl_ord_id: str, orig: str = "", **said: Any) -> Report:
        """Let the venue speak and return what the strategy is told, where nothing is odd about it."""
        outcome = self.venue(kind, cl_ord_id, orig, **said)
        assert outcome.verdict == DELIVER
        assert outcome.discrepancies == ()
        assert outcome.strategy == STRATEGY
        assert outcome.report is not None
        return outcome.report

    def fill(self, cl_ord_id: str, qty: int, px: int = 10, **said: Any) -> Report:
        return self.told(ReportKind.FILLED, cl_ord_id, last_qty=qty, last_px=px, **said)

    def accepted(self, cl_ord_id: str = "X", qty: int = 100, **terms: Any) -> Order:
        """Send an order and let the venue accept it."""
        order = self.new(cl_ord_id, qty, **terms)
        self.told(ReportKind.ACCEPTED, cl_ord_id)
        return order


def names(outcome: Outcome) -> set[Discrepancy]:
    """Return the discrepancies of an outcome."""
    return {Discrepancy(code) for code, _ in outcome.discrepancies}


def standing(report: Report) -> tuple[str, int, int, int]:
    """Return OrdStatus, OrderQty, CumQty and LeavesQty, quantities in shares."""
    return (
        OrdStatus(report.ord_status).name,
        report.order_qty // SCALE,
        report.cum_qty // SCALE,
        report.leaves_qty // SCALE,
    )
