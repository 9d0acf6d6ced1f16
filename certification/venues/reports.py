"""Build what a venue says about orders: ExecutionReport, OrderCancelReject and mass reports, per FIX version."""

from __future__ import annotations

from fairlead.certification.venues.amounts import write_amount
from fairlead.certification.venues.book import OrdType
from fairlead.certification.venues.orders import FILLED, REJECTED, VenueOrder
from fairlead.certification.venues.wire import Field, WireMessage, utc_timestamp

INSTRUMENT_TAGS = (55, 65, 48, 22, 461, 167, 762, 200, 541, 205, 201, 202, 206, 231, 223, 207, 106, 107)
PARTY_TAGS = frozenset({448, 447, 452, 802, 523, 803})

# What a report repeats of the order besides the instrument.
ECHO_TAGS = (15, 18, 77, 110, 111, 126, 432, 528, 529)

TRADE, TRADE_CORRECT, TRADE_CANCEL, ORDER_STATUS, RESTATED = "F", "G", "H", "I", "D"

# FIX 4.2 says with ExecTransType(20) what FIX 4.4 says with ExecType(150).
_TRANS_TYPES_42 = {TRADE_CANCEL: "1", TRADE_CORRECT: "2", ORDER_STATUS: "3"}


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
    orig_cl_ord_id: str = "",
    cl_ord_id: str = "",
    last: tuple[int, int] | None = None,
    ref_exec_id: str = "",
    status: str = "",
    text: str = "",
    extra: tuple[Field, ...] = (),
) -> list[Field]:
    """Build an ExecutionReport's body.

    `exec_type` is FIX 4.4's and is translated for FIX 4.2; `last` is (LastQty, LastPx).
    """
    terms = order.terms
    status = status or order.status
    body: list[Field] = [(37, order.order_id), (11, cl_ord_id or order.cl_ord_id)]
    if orig_cl_ord_id:
        body.append((41, orig_cl_ord_id))
    body += order.parties
    body.append((17, exec_id))
    if is_fix42:
        body.append((20, _TRANS_TYPES_42.get(exec_type, "0")))
    if ref_exec_id:
        body.append((19, ref_exec_id))
    body += [(150, _exec_type_42(exec_type, status) if is_fix42 else exec_type), (39, status)]
    if order.account and not order.parties:
        body.append((1, order.account))
    body += order.echo
    body += [(54, order.side), (38, write_amount(terms.quantity)), (40, terms.ord_type.value)]
    if terms.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT):
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


def _exec_type_42(exec_type: str, status: str) -> str:
    if exec_type == TRADE:
        return "2" if status == FILLED else "1"
    return status if exec_type in _TRANS_TYPES_42 else exec_type


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
    request: WireMessage | None,
    order: VenueOrder | None,
    ids: tuple[str, str],
    response_to: str,
    reason: int,
    text: str,
    utc_ns: int,
) -> list[Field]:
    """Build an OrderCancelReject's body; `ids` are (ClOrdID, OrigClOrdID) of the refused request.

    `response_to` is CxlRejResponseTo(434): 1 for a cancel, 2 for a replace.
    """
    body: list[Field] = [(37, order.order_id if order else "NONE"), (11, ids[0]), (41, ids[1])]
    body.append((39, order.status if order else REJECTED))
    account = order.account if order else request.get(1) if request else ""
    if account and not (order and order.parties):
        body.append((1, account))
    return [*body, (60, utc_timestamp(utc_ns)), (434, response_to), (102, str(reason)), (58, text)]
