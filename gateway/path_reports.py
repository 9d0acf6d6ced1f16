"""Make the reports that Fairlead itself gives: refusals, and the answer to a mass cancel."""

from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.reports_cy import name_instrument
from fairlead.gateway.risk.subject_cy import Refused


def refuse_new_order(request: NewOrder, refused: Refused, exec_id: str, utc_ns: int) -> Report:
    """Return the REJECTED report of an order that was never booked."""
    report = Report(
        kind=ReportKind.REJECTED,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        cl_ord_id=request.cl_ord_id,
        exec_id=exec_id,
        account=request.account,
        symbol=request.symbol,
        venue=request.venue,
        side=request.side,
        ord_type=request.ord_type,
        time_in_force=request.time_in_force,
        order_qty=request.order_qty,
        price=request.price,
        stop_px=request.stop_px,
        leaves_qty=0,
        cum_qty=0,
        avg_px=0,
        request_kind=RequestKind.NEW_ORDER,
        refusal=refused.refusal,
        text=refused.text,
        limit=refused.limit,
        value=refused.value,
        transact_time_ns=utc_ns,
    )
    name_instrument(report, request)
    return report


def refuse_request(
    request: CancelOrder | ReplaceOrder | StatusRequest,
    order: Order | None,
    ord_status: int,
    refused: Refused,
    exec_id: str,
    utc_ns: int,
) -> Report:
    """Return the answer to a cancel, replace or status request that was not sent; the order stays as it is."""
    kind = ReportKind.CANCEL_REJECTED
    if isinstance(request, StatusRequest):
        request_kind, orig_cl_ord_id, request_id = RequestKind.STATUS_REQUEST, "", request.request_id
        kind = ReportKind.STATUS_REPORT
    else:
        is_cancel = isinstance(request, CancelOrder)
        request_kind = RequestKind.CANCEL_ORDER if is_cancel else RequestKind.REPLACE_ORDER
        orig_cl_ord_id, request_id = request.orig_cl_ord_id, ""
    report = Report(
        kind=kind,
        exec_type=ExecType.ORDER_STATUS if kind == ReportKind.STATUS_REPORT else ExecType.REJECTED,
        ord_status=ord_status,
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        order_id=order.order_id if order is not None else "",
        exec_id=exec_id,
        request_id=request_id,
        account=order.account if order is not None else "",
        symbol=order.symbol if order is not None else request.symbol,
        venue=order.venue if order is not None else "",
        side=order.side if order is not None else request.side,
        leaves_qty=order.leaves_qty if order is not None else 0,
        cum_qty=order.cum_qty if order is not None else 0,
        avg_px=order.avg_px if order is not None else 0,
        request_kind=request_kind,
        refusal=refused.refusal,
        text=refused.text,
        limit=refused.limit,
        value=refused.value,
        transact_time_ns=utc_ns,
    )
    if order is not None:
        name_instrument(report, order.terms)
    return report


def mass_cancel_taken(request: MassCancel, exec_id: str, count: int, utc_ns: int) -> Report:
    """Return the answer to a mass cancel: how many orders are being cancelled."""
    return Report(
        kind=ReportKind.STATUS_REPORT,
        exec_type=ExecType.ORDER_STATUS,
        ord_status=OrdStatus.PENDING_CANCEL if count else OrdStatus.CANCELED,
        cl_ord_id=request.cl_ord_id,
        exec_id=exec_id,
        request_id=request.cl_ord_id,
        account=request.account,
        symbol=request.symbol,
        venue=request.venue,
        side=request.side,
        request_kind=RequestKind.MASS_CANCEL,
        text=f"{count} order{'s' if count != 1 else ''} to cancel",
        value=str(count),
        transact_time_ns=utc_ns,
    )


def refuse_mass_cancel(request: MassCancel, refused: Refused, exec_id: str, utc_ns: int) -> Report:
    """Return the answer to a mass cancel that cancels nothing."""
    return Report(
        kind=ReportKind.CANCEL_REJECTED,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        cl_ord_id=request.cl_ord_id,
        exec_id=exec_id,
        account=request.account,
        symbol=request.symbol,
        venue=request.venue,
        side=request.side,
        request_kind=RequestKind.MASS_CANCEL,
        refusal=refused.refusal,
        text=refused.text,
        limit=refused.limit,
        value=refused.value,
        transact_time_ns=utc_ns,
    )
