"""Build what a venue says about orders: ExecutionReport, OrderCancelReject and mass reports, per FIX version."""

from __future__ import annotations

from fairlead.certification.venues.amounts import write_amount
from fairlead.certification.venues.book_records import OrdType
from fairlead.certification.venues.happenings import ORDER_STATUS, TRADE, TRADE_CANCEL, TRADE_CORRECT
from fairlead.certification.venues.orders import FILLED, PARTIALLY_FILLED, REJECTED, Request, VenueOrder
from fairlead.certification.venues.wire import Field, WireMessage, utc_timestamp

INSTRUMENT_TAGS = (55, 65, 48, 22, 461, 167, 762, 200, 541, 205, 201, 202, 206, 231, 223, 207, 106, 107)
PARTY_TAGS = frozenset({448, 447, 452, 802, 523, 803})

# What a report repeats of the order besides the instrument.
ECHO_TAGS = (15, 18, 77, 110, 111, 126, 432, 528, 529)

# FIX 4.2 says with ExecTransType(20) what FIX 4.4 says with ExecType(150).
_TRANS_TYPES_42 = {TRADE_CANCEL: "1", TRADE_CORRECT: "2", ORDER_STATUS: "3"}

# CxlRejResponseTo(434); CxlRejReason(102) ends at 3 in FIX 4.2, what it has no value for is 2 (broker option).
_RESPONSE_TO = {"cancel": "1", "replace": "2"}
_LAST_CANCEL_REASON_42 = 3


def echoed_fields(message: WireMessage) -> list[Field]:
    """Return the fields of a request that reports about its order repeat."""
    return [(tag, message.get(tag)) for tag in (*INSTRUMENT_TAGS, *ECHO_TAGS) if tag in message]


def execution_report(
    order: VenueOrder,
    exec_type: str,
    exec_id: str,
    utc_ns: int,
    *,
    is_fix42: bool,
    request: Request | None = None,
    last: tuple[int, int] | None = None,
    ref_exec_id: str = "",
    text: str = "",
    extra: tuple[Field, ...] = (),
) -> list[Field]:
    """Build an ExecutionReport's body.

    `exec_type` is FIX 4.4's and is translated for FIX 4.2; `request` is what it answers; `last` is (LastQty, LastPx).
    """
    terms = order.terms
    status = order.status
    body: list[Field] = [(37, order.order_id), (11, request.cl_ord_id if request else order.cl_ord_id)]
    if request:
        body.append((41, request.orig_cl_ord_id))
    body += order.parties
    body.append((17, exec_id))
    if is_fix42:
        body.append((20, _TRANS_TYPES_42.get(exec_type, "0")))
    if ref_exec_id:
        body.append((19, ref_exec_id))
    body += [(150, _exec_type_42(exec_type, order) if is_fix42 else exec_type), (39, status)]
    if order.account and not order.parties:
        body.append((1, order.account))
    body += order.echo
    body += [(54, order.side), (38, write_amount(terms.quantity)), (40, order.ord_type.value)]
    if order.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT):
        body.append((44, write_amount(terms.price)))
    if terms.stop_price:
        body.append((99, write_amount(terms.stop_price)))
    body.append((59, terms.time_in_force.value))
    if last is not None:
        body += [(32, write_amount(last[0])), (31, write_amount(last[1]))]
    elif is_fix42:
        body += [(32, "0"), (31, "0")]
    body += [(151, write_amount(order.leaves)), (14, write_amount(terms.cum)), (6, write_amount(order.avg_px))]
    body.append((60, utc_timestamp(utc_ns)))
    if text:
        body.append((58, text))
    return [*body, *extra]


def _exec_type_42(exec_type: str, order: VenueOrder) -> str:
    if exec_type == TRADE:
        return PARTIALLY_FILLED if order.leaves else FILLED
    return order.status if exec_type in _TRANS_TYPES_42 else exec_type


def unknown_order_status(
    request: WireMessage, utc_ns: int, *, is_fix42: bool, text: str, extra: tuple[Field, ...] = ()
) -> list[Field]:
    """Build the ExecutionReport that answers a status request for an order the venue does not know."""
    body: list[Field] = [(37, "NONE")]
    if 11 in request:
        body.append((11, request.get(11)))
    body.append((17, "0"))
    if is_fix42:
        body.append((20, "3"))
    body += [(150, REJECTED if is_fix42 else ORDER_STATUS), (39, REJECTED), (103, "5")]
    body += [(tag, request.get(tag)) for tag in INSTRUMENT_TAGS if tag in request] or [(55, "[N/A]")]
    body += [(54, request.get(54, "7")), (38, "0")]
    if is_fix42:
        body += [(32, "0"), (31, "0")]
    return [*body, (151, "0"), (14, "0"), (6, "0"), (60, utc_timestamp(utc_ns)), (58, text), *extra]


def cancel_reject(
    order: VenueOrder | None, request: Request, reason: int, text: str, utc_ns: int, *, is_fix42: bool
) -> list[Field]:
    """Build an OrderCancelReject's body; `order` is None where the venue knows none."""
    body: list[Field] = [(37, order.order_id if order else "NONE"), (11, request.cl_ord_id)]
    body += [(41, request.orig_cl_ord_id), (39, order.status if order else REJECTED)]
    if order and order.account and not order.parties:
        body.append((1, order.account))
    if is_fix42 and reason > _LAST_CANCEL_REASON_42:
        reason = 2
    response_to = _RESPONSE_TO[request.kind]
    return [*body, (60, utc_timestamp(utc_ns)), (434, response_to), (102, str(reason)), (58, text)]
