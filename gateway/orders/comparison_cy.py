"""Compare what a venue says about an order with the books, and name what the desk should see.

Of the order only ``missing_qty`` is changed here.
"""

import cython

from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders import states
from fairlead.gateway.orders.booking_cy import note_missing
from fairlead.gateway.orders.meaning_cy import ENDED_STATUSES
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import Discrepancy

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
REJECTED_STATUS = 56
REJECTED_REPORT = 2

OVERFILL = int(Discrepancy.OVERFILL)
MISSING_EXECUTIONS = int(Discrepancy.MISSING_EXECUTIONS)
CUM_QTY_BELOW_OURS = int(Discrepancy.CUM_QTY_BELOW_OURS)
STATUS_DISAGREES = int(Discrepancy.STATUS_DISAGREES)
ORDER_QTY_DISAGREES = int(Discrepancy.ORDER_QTY_DISAGREES)
AFTER_THE_END = int(Discrepancy.AFTER_THE_END)
UNKNOWN_TO_VENUE = int(Discrepancy.UNKNOWN_TO_VENUE)

# After one of these the venue owes a word on how the order stands.
LEAVES_DOUBT = frozenset((MISSING_EXECUTIONS, STATUS_DISAGREES, UNKNOWN_TO_VENUE))

_SURPRISING_AFTER_END = frozenset((states.FILL, states.CANCEL, states.REJECT, states.EXPIRE, states.REPLACE))


def compare(
    order: Order, event: cython.int, said: Report, was_ended: cython.bint, answers_request: cython.bint
) -> "list[tuple[int, str]]":
    """Return how a report and the books differ once it is booked, as (Discrepancy, text)."""
    found: "list[tuple[int, str]]" = []
    if event == states.FILL and order.cum_qty > order.order_qty:
        found.append((OVERFILL, f"CumQty {order.cum_qty} is above OrderQty {order.order_qty}"))
    if was_ended and not answers_request and event in _SURPRISING_AFTER_END:
        found.append((AFTER_THE_END, f"report kind {said.kind} came after the order had ended"))
    # what is said again is history, and was compared when it was said first
    if said.poss_dup:
        return found
    _compare_cum_qty(order, event, said, found)
    _compare_status(order, event, said, found)
    # "unknown order" repeats no terms of the order
    is_known: cython.bint = said.ord_status != REJECTED_STATUS
    if event == states.STATUS and is_known and said.order_qty != ABSENT and said.order_qty != order.order_qty:
        text = f"OrderQty {said.order_qty} received, {order.order_qty} booked"
        found.append((ORDER_QTY_DISAGREES, text))
    return found


def _compare_cum_qty(order: Order, event: cython.int, said: Report, found: "list[tuple[int, str]]") -> None:
    if said.cum_qty == ABSENT or event == states.REJECT:
        return
    text = f"CumQty {said.cum_qty} received, {order.cum_qty} booked"
    if said.cum_qty > order.cum_qty:
        found.append((MISSING_EXECUTIONS, text))
        note_missing(order, said.cum_qty - order.cum_qty)
    elif said.cum_qty == order.cum_qty:
        note_missing(order, 0)
    # an acknowledgement that a fill overtook was written before the fill
    elif event not in (states.ACCEPT, states.NOTE):
        found.append((CUM_QTY_BELOW_OURS, text))
        note_missing(order, 0)


def _compare_status(order: Order, event: cython.int, said: Report, found: "list[tuple[int, str]]") -> None:
    # in a REJECTED report the status is that of the copy or the request that was refused
    if order.is_ended or said.kind == REJECTED_REPORT:
        return
    text = f"OrdStatus {chr(said.ord_status & 127)} received, the order lives in the books"
    if said.ord_status == REJECTED_STATUS and event in (states.STATUS, states.NOTE):
        found.append((UNKNOWN_TO_VENUE, text))
    elif said.ord_status in ENDED_STATUSES and event != states.RESTATE:
        found.append((STATUS_DISAGREES, text))
