"""Put reports into FIX messages in the manner of the strategy's version.

FIX 4.2: ExecTransType(20) beside ExecType(150), fills as ExecType 1 and 2, corrections and busts as ExecTransType 2 and
1, status as 3 (Appendix D). FIX 4.4: ExecType F, G, H and I. Reason codes that a version does not have become its code
for "other", and the text names them.
"""

import cython

from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.codecs.vocabulary.messages_cy import Report

ABSENT = -9223372036854775807 - 1

_REJECTED, _CANCEL_REJECTED, _FILLED, _BUSTED, _CORRECTED, _STATUS = 2, 5, 6, 7, 8, 12
_REQUEST_CANCEL, _REQUEST_REPLACE, _REQUEST_MASS_CANCEL, _REQUEST_STATUS = 2, 3, 4, 5

# Characters of ExecType and OrdStatus
_NEW, _PARTIAL, _FILL, _REPLACED, _REJECTED_CODE = 48, 49, 50, 53, 56
_TRADE, _ORDER_STATUS, _TRIGGERED = 70, 73, 76
# Characters of ExecTransType
_TRANS_NEW, _TRANS_CANCEL, _TRANS_CORRECT, _TRANS_STATUS = 48, 49, 50, 51
_UNDISCLOSED = 55

_ORD_REJ_REASONS_4_2 = frozenset(range(9))
_ORD_REJ_REASONS_4_4 = frozenset((*range(16), 99))
_CXL_REJ_REASONS_4_2 = frozenset(range(4))
_CXL_REJ_REASONS_4_4 = frozenset((*range(7), 99))
_RESTATEMENT_REASONS_4_2 = frozenset(range(6))
_RESTATEMENT_REASONS_4_4 = frozenset((*range(11), 99))
# "Broker option" is what FIX 4.2 has for "other" in all three.
_OTHER_REJ_4_2, _OTHER_CXL_4_2, _OTHER_RESTATEMENT_4_2, _OTHER_4_4 = 0, 2, 4, 99

# OrdRejReason(103) and CxlRejReason(102) for Fairlead's own refusals, in FIX 4.4's range.
_ORD_REJ_REASON_OF: dict[int, int] = {
    Refusal.UNKNOWN_SYMBOL: 1,
    Refusal.DUPLICATE_CL_ORD_ID: 6,
    Refusal.UNKNOWN_ORDER: 5,
    Refusal.INVALID_QUANTITY: 13,
    Refusal.UNSUPPORTED: 11,
    Refusal.VENUE_DOWN: 2,
    Refusal.TOO_LATE: 4,
    # order exceeds limit
    Refusal.MAX_QUANTITY: 3,
    Refusal.MAX_NOTIONAL: 3,
    Refusal.OPEN_ORDERS: 3,
    Refusal.POSITION: 3,
    Refusal.CREDIT: 3,
    Refusal.CAPITAL: 3,
    Refusal.DUPLICATE_ORDER: 6,
    # exchange closed
    Refusal.TRADING_STATE: 2,
    Refusal.SESSION_PHASE: 2,
}
_CXL_REJ_REASON_OF: dict[int, int] = {
    Refusal.UNKNOWN_ORDER: 1,
    Refusal.DUPLICATE_CL_ORD_ID: 6,
    Refusal.TOO_LATE: 0,
    Refusal.PENDING: 3,
}


class ReportEncoder:
    """Encode for one session; ``is_4_2`` tells the version. The caller began the message."""

    def __init__(self, is_4_2: bool) -> None:
        self._is_4_2 = is_4_2
        self._ord_rej_reasons = _ORD_REJ_REASONS_4_2 if is_4_2 else _ORD_REJ_REASONS_4_4
        self._cxl_rej_reasons = _CXL_REJ_REASONS_4_2 if is_4_2 else _CXL_REJ_REASONS_4_4
        self._restatement_reasons = _RESTATEMENT_REASONS_4_2 if is_4_2 else _RESTATEMENT_REASONS_4_4

    def msg_type_of(self, report: Report) -> str:
        """Return the MsgType that says what the report says: 8, 9, r, or j where FIX 4.2 has none."""
        if report.request_kind == _REQUEST_MASS_CANCEL:
            return "j" if self._is_4_2 else "r"
        if report.kind == _CANCEL_REJECTED:
            return "9"
        if report.kind == _REJECTED and report.request_kind in (_REQUEST_CANCEL, _REQUEST_REPLACE):
            return "9"
        return "8"

    def put_execution(
        self, writer: MessageWriter, report: Report, mass_status_id: str, total: cython.longlong, is_last: cython.bint
    ) -> None:
        """Put an ExecutionReport(8).

        ``mass_status_id`` is the MassStatusReqID(584) that the report answers with ``total`` others, ``""`` if none.
        """
        is_status: cython.bint = report.kind == _STATUS or report.request_kind == _REQUEST_STATUS
        ord_status: cython.longlong = self._ord_status(report)
        exec_type: cython.longlong = self._exec_type(report, ord_status, is_status)
        trans_type: cython.longlong = self._exec_trans_type(report, is_status)
        writer.put_str(37, report.order_id if report.order_id else "NONE")
        if report.venue_order_id:
            writer.put_str(198, report.venue_order_id)
        if report.cl_ord_id:
            writer.put_str(11, report.cl_ord_id)
        if report.orig_cl_ord_id:
            writer.put_str(41, report.orig_cl_ord_id)
        if mass_status_id:
            writer.put_str(584, mass_status_id)
            writer.put_int(911, total)
            writer.put_bool(912, is_last)
        elif report.request_id and not self._is_4_2:
            writer.put_str(790, report.request_id)
        # ExecID is 0 where ExecTransType is Status (4.2), where ExecType is Order Status (4.4)
        is_state: cython.bint = trans_type == _TRANS_STATUS if self._is_4_2 else exec_type == _ORDER_STATUS
        writer.put_str(17, report.exec_id if report.exec_id and not is_state else "0")
        if self._is_4_2:
            writer.put_char(20, trans_type)
        if report.exec_ref_id:
            writer.put_str(19, report.exec_ref_id)
        writer.put_char(150, exec_type)
        writer.put_char(39, ord_status)
        text: str = self._put_reasons(writer, report)
        self._put_terms(writer, report)
        self._put_trade(writer, report)
        if text:
            writer.put_str(58, text)

    def put_cancel_reject(self, writer: MessageWriter, report: Report) -> None:
        """Put an OrderCancelReject(9). OrdStatus is 8 where no state is known, as the standard wants it."""
        reason: cython.longlong = report.ord_rej_reason
        text: str = refusal_text(report)
        writer.put_str(37, report.order_id if report.order_id else "NONE")
        if report.venue_order_id:
            writer.put_str(198, report.venue_order_id)
        writer.put_str(11, report.cl_ord_id if report.cl_ord_id else "NONE")
        writer.put_str(41, report.orig_cl_ord_id if report.orig_cl_ord_id else "NONE")
        writer.put_char(39, _REJECTED_CODE if report.ord_status == 0 else self._ord_status(report))
        if report.account:
            writer.put_str(1, report.account)
        if report.transact_time_ns != ABSENT:
            writer.put_utc(60, report.transact_time_ns)
        writer.put_char(434, 50 if report.request_kind == _REQUEST_REPLACE else 49)
        if report.refusal:
            reason = _CXL_REJ_REASON_OF.get(report.refusal, _OTHER_4_4)
        if reason >= 0:
            if reason not in self._cxl_rej_reasons:
                text = text if report.refusal else _with_code(text, "CxlRejReason", reason)
                reason = _OTHER_CXL_4_2 if self._is_4_2 else _OTHER_4_4
            writer.put_int(102, reason)
        if text:
            writer.put_str(58, text)

    def put_mass_cancel_report(self, writer: MessageWriter, report: Report) -> None:
        """Put an OrderMassCancelReport(r), or for FIX 4.2, which has none, a BusinessMessageReject(j).

        The report's value is TotalAffectedOrders(533); one about a symbol has the symbol.
        """
        text: str = refusal_text(report)
        is_refused: cython.bint = report.kind == _REJECTED or report.kind == _CANCEL_REJECTED
        if self._is_4_2:
            writer.put_str(372, "q")
            if report.cl_ord_id:
                writer.put_str(379, report.cl_ord_id)
            writer.put_int(380, 0)
            writer.put_str(58, text if text else "mass cancel done" if not is_refused else "mass cancel refused")
            return
        scope: cython.longlong = 49 if report.symbol else 55
        if report.cl_ord_id:
            writer.put_str(11, report.cl_ord_id)
        writer.put_str(37, report.order_id if report.order_id else "NONE")
        writer.put_char(530, scope)
        writer.put_char(531, 48 if is_refused else scope)
        if is_refused:
            writer.put_int(532, _OTHER_4_4)
        elif report.value:
            writer.put_str(533, report.value)
        if report.symbol:
            writer.put_str(55, report.symbol)
        if report.side:
            writer.put_char(54, report.side)
        if report.transact_time_ns != ABSENT:
            writer.put_utc(60, report.transact_time_ns)
        if text:
            writer.put_str(58, text)

    def _put_reasons(self, writer: MessageWriter, report: Report) -> str:
        """Put OrdRejReason(103) and ExecRestatementReason(378); return the text that belongs to them."""
        text: str = refusal_text(report)
        reason: cython.longlong = report.ord_rej_reason
        if report.refusal:
            reason = _ORD_REJ_REASON_OF.get(report.refusal, _OTHER_4_4)
        if reason >= 0:
            if reason not in self._ord_rej_reasons:
                text = text if report.refusal else _with_code(text, "OrdRejReason", reason)
                reason = _OTHER_REJ_4_2 if self._is_4_2 else _OTHER_4_4
            writer.put_int(103, reason)
        reason = report.restatement_reason
        if reason >= 0:
            if reason not in self._restatement_reasons:
                text = _with_code(text, "ExecRestatementReason", reason)
                reason = _OTHER_RESTATEMENT_4_2 if self._is_4_2 else _OTHER_4_4
            writer.put_int(378, reason)
        return text

    def _put_terms(self, writer: MessageWriter, report: Report) -> None:
        if report.account:
            writer.put_str(1, report.account)
        writer.put_str(55, report.symbol if report.symbol else "[N/A]")
        if report.security_id:
            writer.put_str(48, report.security_id)
            if report.security_id_source:
                writer.put_str(22, report.security_id_source)
        if report.security_type or report.put_or_call >= 0:
            self._put_kind(writer, report)
        if report.maturity_month_year:
            self._put_maturity(writer, report)
        if report.put_or_call >= 0 and self._is_4_2:
            writer.put_int(201, report.put_or_call)
        if report.strike_price != ABSENT:
            writer.put_fixed(202, report.strike_price)
        if report.security_exchange:
            writer.put_str(207, report.security_exchange)
        writer.put_char(54, report.side if report.side else _UNDISCLOSED)
        if report.order_qty != ABSENT:
            writer.put_fixed(38, report.order_qty)
        if report.ord_type:
            writer.put_char(40, report.ord_type)
        if report.price != ABSENT:
            writer.put_fixed(44, report.price)
        if report.stop_px != ABSENT:
            writer.put_fixed(99, report.stop_px)
        if report.currency:
            writer.put_str(15, report.currency)
        if report.time_in_force:
            writer.put_char(59, report.time_in_force)

    def _put_kind(self, writer: MessageWriter, report: Report) -> None:
        """Put SecurityType(167), and for FIX 4.4, whose instrument has no PutOrCall, the CFICode(461) before it."""
        if not self._is_4_2:
            if report.put_or_call >= 0:
                writer.put_str(461, "OCXXXX" if report.put_or_call == 1 else "OPXXXX")
            elif report.security_type == "FUT":
                writer.put_str(461, "FXXXXX")
        if report.security_type:
            writer.put_str(167, report.security_type)

    def _put_maturity(self, writer: MessageWriter, report: Report) -> None:
        """Put MaturityMonthYear(200), and the day as MaturityDay(205) or in MaturityDate(541)."""
        day: cython.longlong = report.maturity_day
        writer.put_str(200, report.maturity_month_year)
        if day == 0:
            return
        if self._is_4_2:
            writer.put_int(205, day)
        else:
            writer.put_str(541, f"{report.maturity_month_year[:6]}{day:02d}")

    def _put_trade(self, writer: MessageWriter, report: Report) -> None:
        if report.last_qty != ABSENT:
            writer.put_fixed(32, report.last_qty)
        if report.last_px != ABSENT:
            writer.put_fixed(31, report.last_px)
        if report.last_mkt:
            writer.put_str(30, report.last_mkt)
        writer.put_fixed(151, 0 if report.leaves_qty == ABSENT else report.leaves_qty)
        writer.put_fixed(14, 0 if report.cum_qty == ABSENT else report.cum_qty)
        writer.put_fixed(6, 0 if report.avg_px == ABSENT else report.avg_px)
        if report.last_liquidity and not self._is_4_2:
            writer.put_char(851, report.last_liquidity)
        if report.transact_time_ns != ABSENT:
            writer.put_utc(60, report.transact_time_ns)

    def _ord_status(self, report: Report) -> cython.longlong:
        """Return OrdStatus(39); FIX 4.4 has no "replaced", which is then what the quantities say."""
        if report.ord_status != _REPLACED or self._is_4_2:
            return report.ord_status
        return _PARTIAL if report.cum_qty > 0 else _NEW

    def _exec_trans_type(self, report: Report, is_status: cython.bint) -> cython.longlong:
        if report.kind == _BUSTED:
            return _TRANS_CANCEL
        if report.kind == _CORRECTED:
            return _TRANS_CORRECT
        if is_status and (report.exec_type == _ORDER_STATUS or report.exec_type == _TRIGGERED):
            return _TRANS_STATUS
        return _TRANS_STATUS if report.request_kind == _REQUEST_STATUS else _TRANS_NEW

    def _exec_type(self, report: Report, ord_status: cython.longlong, is_status: cython.bint) -> cython.longlong:
        if not self._is_4_2:
            if report.exec_type == _TRIGGERED or report.request_kind == _REQUEST_STATUS:
                return _ORDER_STATUS
            return report.exec_type
        if report.kind == _FILLED:
            return _FILL if _is_complete(report) else _PARTIAL
        if report.kind == _BUSTED or report.kind == _CORRECTED or report.request_kind == _REQUEST_STATUS:
            return ord_status
        if is_status and (report.exec_type == _ORDER_STATUS or report.exec_type == _TRIGGERED):
            return ord_status
        return report.exec_type


def refusal_text(report: Report) -> str:
    """Return the report's text; for a refusal of Fairlead's own with the check, the limit and the value."""
    text: str = report.text
    if report.refusal:
        name: str = Refusal(report.refusal).name
        text = f"{name}: {text}" if text else name
        if report.value:
            text = f"{text} (value {report.value})"
        if report.limit:
            text = f"{text} (limit {report.limit})"
    return wire_text(text)


def wire_text(text: str) -> str:
    """Return text that FIX can carry: what latin-1 does not have, and SOH, appears as an escape."""
    if text.isascii() and text.isprintable():
        return text
    escaped: str = text.encode("latin-1", "backslashreplace").decode("latin-1")
    return escaped.replace("\x01", "\\x01")


def _is_complete(report: Report) -> bool:
    if report.ord_status == _FILL:
        return True
    return report.leaves_qty == 0 and report.cum_qty == report.order_qty


def _with_code(text: str, name: str, code: cython.longlong) -> str:
    return f"{text} ({name} {code})" if text else f"{name} {code}"
