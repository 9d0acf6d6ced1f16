"""Answer a status request for all orders where there are none: silence would answer nothing."""

from fairlead.codecs.vocabulary.constants import ExecType, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import Report, StatusRequest


def no_orders(request: StatusRequest, utc_ns: int) -> Report:
    """Return the report that says so."""
    return Report(
        kind=ReportKind.STATUS_REPORT,
        exec_type=ExecType.ORDER_STATUS,
        ord_status=0,
        request_id=request.request_id,
        request_kind=RequestKind.STATUS_REQUEST,
        text="no open orders",
        value="0",
        transact_time_ns=utc_ns,
    )
