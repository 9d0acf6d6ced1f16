"""Read a venue's ExecutionReport(8) and OrderCancelReject(9) into the vocabulary's reports.

FIX 4.2 says by ExecTransType(20) whether a report is new, cancels or corrects an earlier one, or only states how things
are, and by ExecType(150) ``1`` or ``2`` that something was filled (FIX 4.2, Appendix D). FIX 4.4 says all of it by
ExecType: ``F`` trade, ``G`` correct, ``H`` cancel, ``I`` status. A code that is not in the tables below raises
DecodeError: nothing is guessed.
"""

from collections.abc import Mapping

import cython

from fairlead.adapters.fix.average_price import read_average_price
from fairlead.adapters.fix.symbols import SymbolBook
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.messages_cy import Report

ABSENT = -9223372036854775807 - 1

# ReportKind by ExecType(150); 0: not in this version. What is no more than "the order is now in this state" (pending,
# stopped, suspended, calculated, triggered) is a STATUS_REPORT that keeps its ExecType.
_ACCEPTED, _REJECTED, _REPLACED, _CANCELED, _CANCEL_REJECTED, _FILLED = 1, 2, 3, 4, 5, 6
_BUSTED, _CORRECTED, _RESTATED, _DONE_FOR_DAY, _EXPIRED, _STATUS = 7, 8, 9, 10, 11, 12

_KINDS_OF_BOTH = {
    "0": _ACCEPTED,
    "3": _DONE_FOR_DAY,
    "4": _CANCELED,
    "5": _REPLACED,
    "6": _STATUS,
    "7": _STATUS,
    "8": _REJECTED,
    "9": _STATUS,
    "A": _STATUS,
    "B": _STATUS,
    "C": _EXPIRED,
    "D": _RESTATED,
    "E": _STATUS,
}
_KINDS_4_2 = _KINDS_OF_BOTH | {"1": _FILLED, "2": _FILLED}
_KINDS_4_4 = _KINDS_OF_BOTH | {"F": _FILLED, "G": _CORRECTED, "H": _BUSTED, "I": _STATUS, "L": _STATUS}


def _by_code(kinds: dict[str, int]) -> bytes:
    return bytes(kinds.get(chr(code), 0) for code in range(256))


_KIND_TABLE_4_2 = _by_code(_KINDS_4_2)
_KIND_TABLE_4_4 = _by_code(_KINDS_4_4)
_ORD_STATUSES = b"0123456789ABCDE"
_SIDES = b"1256"
_ORD_TYPES = b"12345BP"
_TIMES_IN_FORCE = b"01234567"

# ExecType as the vocabulary has it, where the wire's differs
_TRADE, _TRADE_CORRECT, _TRADE_CANCEL, _ORDER_STATUS = 70, 71, 72, 73
_EXEC_TYPE_REJECTED = 56

_REQUEST_NEW_ORDER, _REQUEST_CANCEL, _REQUEST_REPLACE = 1, 2, 3


class ReportDecoder:
    """Decode one venue's reports. ``meanings`` explains its own reason codes by tag (102, 103)."""

    def __init__(
        self, venue: str, is_4_2: bool, symbols: SymbolBook, meanings: Mapping[int, Mapping[int, str]]
    ) -> None:
        self._venue = venue
        self._is_4_2 = is_4_2
        self._symbols = symbols
        self._ord_rej_meanings = meanings.get(103, {})
        self._cxl_rej_meanings = meanings.get(102, {})

    def decode_execution(self, message: FixMessage) -> Report:
        """Read an ExecutionReport(8). Raises DecodeError for what is missing, malformed or of an unknown value."""
        report: Report = self._start(message)
        if self._is_4_2:
            self._classify_4_2(message, report)
        else:
            self._classify_4_4(message, report)
        report.ord_status = _known(message, 39, _ORD_STATUSES)
        report.exec_id = message.get_str(17)
        report.exec_ref_id = message.get_str(19)
        report.side = _known_or_absent(message, 54, _SIDES)
        report.ord_type = _known_or_absent(message, 40, _ORD_TYPES)
        report.time_in_force = _known_or_absent(message, 59, _TIMES_IN_FORCE)
        report.symbol = self._symbols.from_venue(message.get_str(55))
        report.order_qty = message.get_fixed(38)
        report.price = message.get_fixed(44)
        report.stop_px = message.get_fixed(99)
        report.last_qty = message.get_fixed(32)
        report.last_px = message.get_fixed(31)
        report.leaves_qty = message.get_fixed(151)
        report.cum_qty = message.get_fixed(14)
        report.avg_px = read_average_price(message)
        report.last_mkt = message.get_str(30)
        report.restatement_reason = message.get_int(378, -1)
        report.ord_rej_reason = message.get_int(103, -1)
        if not self._is_4_2:
            report.last_liquidity = message.get_char(851)
            report.request_id = message.get_str(790) or message.get_str(584)
        if report.kind == _REJECTED:
            report.request_kind = _REQUEST_NEW_ORDER
            self._explain(report, self._ord_rej_meanings)
        self._check(report)
        return report

    def decode_cancel_reject(self, message: FixMessage) -> Report:
        """Read an OrderCancelReject(9). Raises DecodeError for what is missing, malformed or of an unknown value."""
        report: Report = self._start(message)
        report.kind = _CANCEL_REJECTED
        report.exec_type = _EXEC_TYPE_REJECTED
        report.ord_status = _known(message, 39, _ORD_STATUSES)
        report.ord_rej_reason = message.get_int(102, -1)
        response_to: cython.longlong = _known(message, 434, b"12")
        report.request_kind = _REQUEST_CANCEL if response_to == 49 else _REQUEST_REPLACE
        if not report.cl_ord_id:
            raise DecodeError("no ClOrdID(11) received in OrderCancelReject, expected the request's")
        self._explain(report, self._cxl_rej_meanings)
        return report

    def _start(self, message: FixMessage) -> Report:
        report: Report = Report(kind=0, exec_type=0, ord_status=0)
        report.venue = self._venue
        report.cl_ord_id = message.get_str(11)
        report.orig_cl_ord_id = message.get_str(41)
        report.order_id = message.get_str(37)
        report.venue_order_id = report.order_id
        report.account = message.get_str(1)
        report.text = message.get_str(58)
        report.transact_time_ns = message.get_utc_ns(60)
        report.poss_dup = message.poss_dup
        report.poss_resend = message.get_bool(97)
        return report

    def _classify_4_2(self, message: FixMessage, report: Report) -> None:
        """Set kind and exec_type from ExecTransType(20) and ExecType(150)."""
        trans_type: cython.longlong = message.get_char(20)
        exec_type: cython.longlong = message.get_char(150)
        kind: cython.longlong = _KIND_TABLE_4_2[exec_type & 255]
        if kind == 0:
            raise DecodeError(f"ExecType(150) {_shown(exec_type)} received, expected one of {''.join(_KINDS_4_2)}")
        if trans_type == 48:
            report.kind = kind
            report.exec_type = _TRADE if kind == _FILLED else exec_type
        elif trans_type == 49:
            report.kind = _BUSTED
            report.exec_type = _TRADE_CANCEL
        elif trans_type == 50:
            report.kind = _CORRECTED
            report.exec_type = _TRADE_CORRECT
        elif trans_type == 51:
            report.kind = _STATUS
            report.exec_type = _ORDER_STATUS
        else:
            raise DecodeError(f"ExecTransType(20) {_shown(trans_type)} received, expected one of 0123")

    def _classify_4_4(self, message: FixMessage, report: Report) -> None:
        """Set kind and exec_type from ExecType(150) alone."""
        exec_type: cython.longlong = message.get_char(150)
        kind: cython.longlong = _KIND_TABLE_4_4[exec_type & 255]
        if kind == 0:
            raise DecodeError(f"ExecType(150) {_shown(exec_type)} received, expected one of {''.join(_KINDS_4_4)}")
        report.kind = kind
        report.exec_type = exec_type

    def _check(self, report: Report) -> None:
        """Refuse a report that lacks what its kind is about."""
        if not report.cl_ord_id and not report.order_id:
            raise DecodeError("neither ClOrdID(11) nor OrderID(37) received in ExecutionReport, expected one")
        if report.kind == _FILLED or report.kind == _CORRECTED:
            if report.last_qty == ABSENT or report.last_qty <= 0:
                raise DecodeError("no LastQty(32) above 0 received in the report of a trade, expected one")
            if report.last_px == ABSENT:
                raise DecodeError("no LastPx(31) received in the report of a trade, expected one")
        if (report.kind == _BUSTED or report.kind == _CORRECTED) and not report.exec_ref_id:
            raise DecodeError("no ExecRefID(19) received, expected the ExecID of what is cancelled or corrected")

    def _explain(self, report: Report, meanings: Mapping[int, str]) -> None:
        """Say what the venue's code means where it did not say it itself."""
        if not report.text and report.ord_rej_reason >= 0:
            report.text = meanings.get(report.ord_rej_reason, "")


def _known(message: FixMessage, tag: cython.int, codes: bytes) -> cython.longlong:
    code: cython.longlong = message.get_char(tag)
    if code == 0 or code not in codes:
        raise DecodeError(f"tag {tag} {_shown(code)} received, expected one of {codes.decode()}")
    return code


def _known_or_absent(message: FixMessage, tag: cython.int, codes: bytes) -> cython.longlong:
    code: cython.longlong = message.get_char(tag)
    if code != 0 and code not in codes:
        raise DecodeError(f"tag {tag} {_shown(code)} received, expected one of {codes.decode()} or none")
    return code


def _shown(code: cython.longlong) -> str:
    return repr(chr(code)) if code else "nothing"
