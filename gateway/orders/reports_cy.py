"""Write reports to strategies, in the strategy's ids and with the quantities of the books."""

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.order_cy import Order

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


def order_report(
    order: Order,
    kind: cython.longlong,
    exec_type: cython.longlong,
    cl_ord_id: str,
    orig_cl_ord_id: str,
    exec_id: str,
    utc_ns: cython.longlong,
) -> Report:
    """Return a report on how ``order`` stands now; what else the venue said is ``take_details``'s."""
    report: Report = Report.__new__(Report)
    report.kind = kind
    report.exec_type = exec_type
    report.ord_status = order.ord_status
    report.cl_ord_id = cl_ord_id
    report.orig_cl_ord_id = orig_cl_ord_id
    report.order_id = order.order_id
    report.venue_order_id = order.venue_order_id
    report.exec_id = exec_id
    report.exec_ref_id = ""
    report.request_id = ""
    report.account = order.account
    report.symbol = order.symbol
    report.venue = order.venue
    report.side = order.side
    report.ord_type = order.terms.ord_type
    report.time_in_force = order.terms.time_in_force
    report.order_qty = order.order_qty
    report.price = order.terms.price
    report.stop_px = order.terms.stop_px
    report.last_qty = ABSENT
    report.last_px = ABSENT
    report.leaves_qty = order.leaves_qty
    report.cum_qty = order.cum_qty
    report.avg_px = order.avg_px
    report.request_kind = 0
    report.refusal = 0
    report.ord_rej_reason = -1
    report.restatement_reason = -1
    report.last_mkt = ""
    report.last_liquidity = 0
    report.text = ""
    report.limit = ""
    report.value = ""
    report.transact_time_ns = utc_ns
    report.poss_dup = False
    report.poss_resend = False
    name_instrument(report, order.terms)
    return report


def name_instrument(report: Report, terms: NewOrder) -> None:
    """Name the instrument beyond its symbol, as the order has it."""
    report.currency = terms.currency
    report.security_type = terms.security_type
    report.maturity_month_year = terms.maturity_month_year
    report.maturity_day = terms.maturity_day
    report.put_or_call = terms.put_or_call
    report.strike_price = terms.strike_price
    report.security_id = terms.security_id
    report.security_id_source = terms.security_id_source
    report.security_exchange = terms.security_exchange


def take_details(report: Report, said: Report) -> None:
    """Carry over what the venue said beyond ids and quantities.

    The id of a status request is not: only Fairlead itself asks venues, strategies are answered from the books.
    """
    report.ord_rej_reason = said.ord_rej_reason
    report.restatement_reason = said.restatement_reason
    report.refusal = said.refusal
    report.last_mkt = said.last_mkt
    report.last_liquidity = said.last_liquidity
    report.text = said.text
    report.limit = said.limit
    report.value = said.value
    if said.transact_time_ns != ABSENT:
        report.transact_time_ns = said.transact_time_ns


def take_execution(report: Report, last_qty: cython.longlong, last_px: cython.longlong, exec_ref_id: str) -> None:
    """State the execution that a fill, bust or correction is about."""
    report.last_qty = last_qty
    report.last_px = last_px
    report.exec_ref_id = exec_ref_id


def take_refusal(report: Report, request_kind: cython.longlong, refusal: cython.longlong, text: str) -> None:
    """State which request was refused by Fairlead, and why."""
    report.request_kind = request_kind
    report.refusal = refusal
    report.text = text


def name_request(report: Report, request_kind: cython.longlong) -> None:
    """State which kind of request a refusal answers."""
    report.request_kind = request_kind


def name_status_request(report: Report, request_id: str, text: str) -> None:
    """State which status request a report answers, or what it is told for."""
    report.request_id = request_id
    report.text = text
