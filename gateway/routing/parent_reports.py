"""Make the reports that a strategy gets about a parent: the same that it would get about any order."""

from fairlead.codecs.vocabulary.constants import ExecType, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, ReplaceOrder, Report, StatusRequest
from fairlead.gateway.orders.reports_cy import name_instrument
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.routing.parent import Parent


def parent_report(
    parent: Parent,
    kind: int,
    exec_type: int,
    exec_id: str,
    utc_ns: int,
    *,
    cl_ord_id: str = "",
    orig_cl_ord_id: str = "",
    text: str = "",
    request_id: str = "",
    request_kind: int = 0,
    refused: Refused | None = None,
) -> Report:
    """Return a report on how a parent stands now."""
    request = parent.request
    report = Report(
        kind=kind,
        exec_type=exec_type,
        ord_status=parent.ord_status(),
        cl_ord_id=cl_ord_id or parent.cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        order_id=parent.order_id,
        exec_id=exec_id,
        request_id=request_id,
        account=parent.account,
        symbol=request.symbol,
        venue=parent.route,
        side=request.side,
        ord_type=request.ord_type,
        time_in_force=request.time_in_force,
        order_qty=parent.order_qty,
        price=parent.price,
        leaves_qty=parent.leaves_qty,
        cum_qty=parent.cum_qty,
        avg_px=parent.avg_px,
        request_kind=request_kind,
        refusal=refused.refusal if refused is not None else 0,
        text=refused.text if refused is not None else text,
        limit=refused.limit if refused is not None else "",
        value=refused.value if refused is not None else "",
        transact_time_ns=utc_ns,
    )
    name_instrument(report, request)
    return report


def pass_on(parent: Parent, said: Report, venue: str) -> Report:
    """Return what a child's fill, bust or correction means for its parent; the execution keeps its ids."""
    request = parent.request
    report = Report(
        kind=said.kind,
        exec_type=said.exec_type,
        ord_status=parent.ord_status(),
        cl_ord_id=parent.cl_ord_id,
        order_id=parent.order_id,
        exec_id=said.exec_id,
        exec_ref_id=said.exec_ref_id,
        account=parent.account,
        symbol=request.symbol,
        venue=parent.route,
        side=request.side,
        ord_type=request.ord_type,
        time_in_force=request.time_in_force,
        order_qty=parent.order_qty,
        price=parent.price,
        last_qty=said.last_qty,
        last_px=said.last_px,
        leaves_qty=parent.leaves_qty,
        cum_qty=parent.cum_qty,
        avg_px=parent.avg_px,
        last_mkt=said.last_mkt or venue,
        last_liquidity=said.last_liquidity,
        text=said.text,
        transact_time_ns=said.transact_time_ns,
    )
    name_instrument(report, request)
    return report


def accepted(parent: Parent, exec_id: str, utc_ns: int) -> Report:
    """Return that Fairlead has taken the order."""
    return parent_report(parent, ReportKind.ACCEPTED, ExecType.NEW, exec_id, utc_ns)


def canceled(parent: Parent, request: CancelOrder | None, text: str, exec_id: str, utc_ns: int) -> Report:
    """Return that nothing more of the order trades, as the strategy asked or by itself."""
    return parent_report(
        parent,
        ReportKind.CANCELED,
        ExecType.CANCELED,
        exec_id,
        utc_ns,
        cl_ord_id=request.cl_ord_id if request is not None else "",
        orig_cl_ord_id=request.orig_cl_ord_id if request is not None else "",
        text=text,
    )


def replaced(parent: Parent, request: ReplaceOrder, exec_id: str, utc_ns: int) -> Report:
    """Return that the new terms hold."""
    return parent_report(
        parent, ReportKind.REPLACED, ExecType.REPLACED, exec_id, utc_ns, orig_cl_ord_id=request.orig_cl_ord_id
    )


def request_refused(
    parent: Parent, request: CancelOrder | ReplaceOrder, refused: Refused, exec_id: str, utc_ns: int
) -> Report:
    """Return that a cancel or replace has no effect."""
    is_cancel = isinstance(request, CancelOrder)
    return parent_report(
        parent,
        ReportKind.CANCEL_REJECTED,
        ExecType.REJECTED,
        exec_id,
        utc_ns,
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        request_kind=RequestKind.CANCEL_ORDER if is_cancel else RequestKind.REPLACE_ORDER,
        refused=refused,
    )


def status(parent: Parent, request: StatusRequest | None, exec_id: str, utc_ns: int, text: str = "") -> Report:
    """Return how the order stands."""
    request_id = request.request_id if request is not None else ""
    return parent_report(
        parent, ReportKind.STATUS_REPORT, ExecType.ORDER_STATUS, exec_id, utc_ns, text=text, request_id=request_id
    )
