"""Change an order: book executions and take them back, adopt terms, answer requests, settle the state.

Only these functions and the ledger change an order. They decide nothing about ids and delivery.
"""

import cython

from fairlead.codecs.vocabulary.messages_cy import ReplaceOrder, Report
from fairlead.gateway.orders import states
from fairlead.gateway.orders.order_cy import Execution, Order, Request
from fairlead.gateway.orders.positions_cy import PositionBook
from fairlead.gateway.orders.terms_cy import agreed_terms, with_order_qty

# Request fates; see order_cy.
IN_FLIGHT = 1
ACCEPTED = 2
REFUSED = 3

# RequestKind codes.
NEW_ORDER = 1

# Bound of every quantity in the books: the sum of two stays an int64.
MAX_QTY = 4611686018427387904


def notional_of(qty: int, px: int) -> int:
    """Return LastQty x LastPx in units of 10^-16, beyond int64 where it has to be."""
    return qty * px


def add_execution(
    order: Order,
    positions: PositionBook,
    exec_id: str,
    venue_exec_id: str,
    report: Report,
    utc_ns: cython.longlong,
) -> None:
    """Book a fill."""
    notional = notional_of(report.last_qty, report.last_px)
    venue_exec_ids = (venue_exec_id,) if venue_exec_id else ()
    order.executions.append(Execution(exec_id, venue_exec_ids, report.last_qty, report.last_px, utc_ns))
    order.cum_qty += report.last_qty
    order.missing_qty = order.missing_qty - report.last_qty if order.missing_qty > report.last_qty else 0
    order.notional += notional
    positions.add(order, report.last_qty, notional, abs(notional))


def find_execution(order: Order, venue_exec_id: str) -> Execution | None:
    """Return the latest execution with this ExecID of the venue, of the fill itself or of a correction."""
    if not venue_exec_id:
        return None
    for execution in reversed(order.executions):
        if venue_exec_id in execution.venue_exec_ids:
            return execution
    return None


def bust_execution(
    order: Order, positions: PositionBook, execution: Execution, day_started_utc_ns: cython.longlong
) -> None:
    """Take an execution back; out of the day's sum only if it was booked in the venue's trading day."""
    notional = notional_of(execution.last_qty, execution.last_px)
    execution.is_busted = True
    order.cum_qty -= execution.last_qty
    order.notional -= notional
    traded = -abs(notional) if execution.utc_ns > day_started_utc_ns else 0
    positions.add(order, -execution.last_qty, -notional, traded)


def correct_execution(
    order: Order,
    positions: PositionBook,
    execution: Execution,
    exec_id: str,
    venue_exec_id: str,
    report: Report,
    day_started_utc_ns: cython.longlong,
) -> None:
    """Put an execution's corrected quantity and price in place of the former ones, in the day's sum as with a bust."""
    before = notional_of(execution.last_qty, execution.last_px)
    after = notional_of(report.last_qty, report.last_px)
    order.cum_qty += report.last_qty - execution.last_qty
    order.notional += after - before
    traded = abs(after) - abs(before) if execution.utc_ns > day_started_utc_ns else 0
    positions.add(order, report.last_qty - execution.last_qty, after - before, traded)
    execution.last_qty = report.last_qty
    execution.last_px = report.last_px
    execution.exec_id = exec_id
    if venue_exec_id:
        execution.venue_exec_ids = (*execution.venue_exec_ids, venue_exec_id)


def adjust_cum_qty(order: Order, positions: PositionBook, cum_qty: cython.longlong) -> None:
    """Take over a CumQty that a corporate action changed without a trade: a split keeps the money, not the count."""
    added: cython.longlong = cum_qty - order.cum_qty
    order.adjusted_qty += added
    order.cum_qty = cum_qty
    positions.add(order, added, 0, 0)


def adopt_replace(order: Order, request: Request, report: Report) -> None:
    """Put a replace's terms in place of the former ones; the order goes by the replace's ids from now on.

    A venue that changed the order in place goes on to call it by the id that ``report.request_id`` names.
    """
    sent = request.sent
    assert isinstance(sent, ReplaceOrder)
    order.cl_ord_id = request.cl_ord_id
    order.venue_cl_ord_id = report.request_id or request.venue_cl_ord_id
    order.current_request_number = request.number
    order.terms = agreed_terms(order.terms, sent, report, order.venue_cl_ord_id)
    order.order_qty = order.terms.order_qty


def adopt_restatement(order: Order, report: Report) -> None:
    """Take over terms that the venue changed by itself; ids stay."""
    order.terms = agreed_terms(order.terms, None, report, order.venue_cl_ord_id)
    order.order_qty = order.terms.order_qty


def reduce_order_qty(order: Order, order_qty: cython.longlong) -> None:
    """Lower OrderQty after a cancel of a part."""
    order.terms = with_order_qty(order.terms, order_qty)
    order.order_qty = order_qty


def begin_request(request: Request) -> None:
    """Put a request in flight."""
    request.order.requests.append(request)
    request.order.all_requests.append(request)


def answer(request: Request, fate: cython.int) -> None:
    """Note a request's fate; it is in flight no more."""
    if request.fate == IN_FLIGHT:
        request.order.requests.remove(request)
    request.fate = fate
    request.is_pending = False
    request.is_unknown = False


def note_pending(request: Request) -> None:
    """Note that the venue has the request and thinks about it."""
    request.is_pending = True
    request.is_unknown = False


def note_unknown(order: Order) -> None:
    """Note that the link broke: what of this the venue has is unknown."""
    order.is_unknown = True
    for request in order.requests:
        mark_request_unknown(request)


def note_caught_up(order: Order) -> None:
    """Note that the venue has repeated all that it said about the order: only lost requests leave it in doubt."""
    order.is_unknown = False
    for request in order.requests:
        if request.is_unknown:
            order.is_unknown = True


def mark_request_unknown(request: Request) -> None:
    """Note that nobody knows whether the venue has this request."""
    request.is_unknown = True


def mark_request_resent(request: Request) -> None:
    """Note that a request was sent again: the venue has it now, whatever became of it before."""
    request.is_unknown = False


def set_unknown(order: Order, is_unknown: cython.bint) -> None:
    """Note whether the venue owes an answer on how the order stands."""
    order.is_unknown = is_unknown


def answer_new_order(order: Order, fate: cython.int) -> None:
    """Note what the venue thinks of the order itself, where it had not said so yet."""
    if not order.requests:
        return
    first: Request = order.requests[0]
    if first.kind == NEW_ORDER:
        answer(first, fate)


def set_risk_px(order: Order, risk_px: cython.longlong) -> None:
    """Keep what risk values the order by where it has no price."""
    order.risk_px = risk_px


def note_missing(order: Order, qty: cython.longlong) -> None:
    """Note how much the venue says was executed whose executions have not reached us."""
    order.missing_qty = qty


def note_triggered(order: Order) -> None:
    """Note that the venue said a stop order was triggered."""
    order.is_triggered = True


def learn_venue_order_id(order: Order, venue_order_id: str) -> None:
    """Keep the venue's latest OrderID."""
    order.venue_order_id = venue_order_id


def settle(order: Order, event: cython.int, venue_status: cython.int, utc_ns: cython.longlong) -> None:
    """Move the state by the table and make LeavesQty follow; ``event`` is one of ``states``."""
    order.state = states.next_state(order.state, event, venue_status, order.order_qty, order.cum_qty)
    order.is_ended = states.is_end(order.state, order.terms.time_in_force)
    order.leaves_qty = 0
    if not order.is_ended and order.order_qty > order.cum_qty:
        order.leaves_qty = order.order_qty - order.cum_qty
    order.changed_utc_ns = utc_ns
