"""Say what a venue's report means for the order it is about, before anything is booked."""

from typing import Final

import cython

from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders import states

# Bound of every quantity in the books: the sum of two stays an int64.
MAX_QTY = 4611686018427387904
# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1

# Events of ``states``.
FILL = 2
CORRECT = 4

_BY_KIND: Final = {
    int(ReportKind.ACCEPTED): states.ACCEPT,
    int(ReportKind.REJECTED): states.REJECT,
    int(ReportKind.REPLACED): states.REPLACE,
    int(ReportKind.CANCELED): states.CANCEL,
    int(ReportKind.CANCEL_REJECTED): states.NOTE,
    int(ReportKind.FILLED): states.FILL,
    int(ReportKind.TRADE_BUSTED): states.BUST,
    int(ReportKind.TRADE_CORRECTED): states.CORRECT,
    int(ReportKind.RESTATED): states.RESTATE,
    int(ReportKind.DONE_FOR_DAY): states.DONE,
    int(ReportKind.EXPIRED): states.EXPIRE,
    int(ReportKind.STATUS_REPORT): states.STATUS,
}

# ExecTypes that the vocabulary has no kind of their own for; they come as one of _LOOSE.
_BY_EXEC_TYPE: Final = {
    int(ExecType.PENDING_NEW): states.NOTE,
    int(ExecType.PENDING_CANCEL): states.NOTE,
    int(ExecType.PENDING_REPLACE): states.NOTE,
    int(ExecType.CALCULATED): states.NOTE,
    int(ExecType.STOPPED): states.STOP,
    int(ExecType.SUSPENDED): states.SUSPEND,
    int(ExecType.TRIGGERED): states.TRIGGER,
}
_LOOSE: Final = frozenset((int(ReportKind.ACCEPTED), int(ReportKind.RESTATED), int(ReportKind.STATUS_REPORT)))

KIND_OF_END: Final = {
    int(OrdStatus.CANCELED): (int(ReportKind.CANCELED), int(ExecType.CANCELED)),
    int(OrdStatus.REJECTED): (int(ReportKind.REJECTED), int(ExecType.REJECTED)),
    int(OrdStatus.EXPIRED): (int(ReportKind.EXPIRED), int(ExecType.EXPIRED)),
    int(OrdStatus.DONE_FOR_DAY): (int(ReportKind.DONE_FOR_DAY), int(ExecType.DONE_FOR_DAY)),
}
"""How an end is told to a strategy, by the state it ended in; a status report can be what tells it first."""

PENDING_STATUSES: Final = frozenset(map(int, (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE)))

ENDED_STATUSES: Final = frozenset(
    map(int, (OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED))
)


def event_of(report: Report) -> cython.int:
    """Return the event of ``states`` that a report stands for, -1 for a kind that there is not."""
    event = _BY_KIND.get(report.kind, -1)
    if report.kind in _LOOSE:
        event = _BY_EXEC_TYPE.get(report.exec_type, event)
    return event


def why_unusable(event: cython.int, report: Report) -> str:
    """Return why a report can't be booked, ``""`` where it can."""
    if event < 0:
        return f"report kind {report.kind} received, expected a ReportKind"
    if not _is_qty(report.order_qty):
        return f"OrderQty {report.order_qty} received, expected 0 to {MAX_QTY}"
    if not _is_qty(report.leaves_qty):
        return f"LeavesQty {report.leaves_qty} received, expected 0 to {MAX_QTY}"
    if not _is_qty(report.cum_qty):
        return f"CumQty {report.cum_qty} received, expected 0 to {MAX_QTY}"
    if event == FILL or event == CORRECT:
        if not 0 < report.last_qty <= MAX_QTY:
            return f"LastQty {report.last_qty} received, expected 1 to {MAX_QTY}"
        if report.last_px == ABSENT:
            return "no LastPx received, expected one with an execution"
    return ""


def _is_qty(value: cython.longlong) -> cython.bint:
    return value == ABSENT or 0 <= value <= MAX_QTY
