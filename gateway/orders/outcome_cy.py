"""Say what became of a report or of a request that never left."""

from enum import IntEnum

import cython

from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders.order_cy import Order, Request

DELIVER = 1
DUPLICATE = 2
QUARANTINED = 3


class Discrepancy(IntEnum):
    """Name what the desk should see; none of these loses a report."""

    UNKNOWN_ORDER = 1
    """A report for no order of ours: quarantined."""
    CONFLICTING_EXEC_ID = 2
    """An ExecID seen before, with other contents: quarantined."""
    UNKNOWN_EXECUTION = 3
    """A bust or correction of an execution that is not in the books: quarantined."""
    UNUSABLE = 4
    """A report that can't be booked (a fill without quantity or price, values out of range): quarantined."""
    REPEATED_EXEC_ID = 5
    """The same report again: ignored."""
    OVERFILL = 6
    """More executed than ordered: booked."""
    MISSING_EXECUTIONS = 7
    """The venue's CumQty is above ours: fills have not reached us. None is invented."""
    CUM_QTY_BELOW_OURS = 8
    """The venue's CumQty is below ours: a bust has not reached us."""
    STATUS_DISAGREES = 9
    """The venue's OrdStatus and ours differ on whether the order lives."""
    ORDER_QTY_DISAGREES = 10
    """A status report states another OrderQty than ours."""
    AFTER_THE_END = 11
    """A report changed an ended order, or would have."""
    UNKNOWN_TO_VENUE = 12
    """The venue does not know an order that it had accepted."""
    OUT_OF_ORDER = 13
    """An answer to an older request came after the answer to a newer one: terms and ids stay."""
    NO_EXEC_ID = 14
    """A fill without ExecID: booked; a repetition could not be recognised."""


class Outcome:
    """Tell the order path what to do with what a venue said.

    ``verdict`` is DELIVER (send ``report`` to ``strategy``; ids are the strategy's), DUPLICATE (ignore; counted) or
    QUARANTINED (kept and alarmed; nobody gets it). ``order`` is None only where no order is known. ``discrepancies``
    is a tuple of (Discrepancy, text) to alert on. ``lost_requests`` are requests which the venue turned out never to
    have had (in flight when the link broke, and a later status report shows no trace): call ``mark_unsent`` on each.
    """

    def __init__(
        self,
        verdict: cython.int,
        strategy: str,
        report: "Report | None",
        order: Order | None,
        discrepancies: "tuple[tuple[int, str], ...]" = (),
        lost_requests: "tuple[Request, ...]" = (),
    ) -> None:
        self.verdict = verdict
        self.strategy = strategy
        self.report = report
        self.order = order
        self.discrepancies = discrepancies
        self.lost_requests = lost_requests

    def __repr__(self) -> str:
        verdict = ("", "DELIVER", "DUPLICATE", "QUARANTINED")[self.verdict]
        found = [f"{Discrepancy(code).name}: {text}" for code, text in self.discrepancies]
        return f"<Outcome {verdict} {self.strategy} {self.order} {found}>"
