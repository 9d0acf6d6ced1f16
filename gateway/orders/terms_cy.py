"""Work out an order's terms: what a venue gets for a request, and what holds once it has agreed."""

import cython

from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.order_cy import Order

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


def copy_terms(terms: NewOrder, cl_ord_id: str) -> NewOrder:
    """Return the same terms under another ClOrdID."""
    copy: NewOrder = NewOrder.__new__(NewOrder)
    copy.cl_ord_id = cl_ord_id
    copy.symbol = terms.symbol
    copy.side = terms.side
    copy.order_qty = terms.order_qty
    copy.ord_type = terms.ord_type
    copy.price = terms.price
    copy.stop_px = terms.stop_px
    copy.time_in_force = terms.time_in_force
    copy.account = terms.account
    copy.venue = terms.venue
    copy.min_qty = terms.min_qty
    copy.max_floor = terms.max_floor
    copy.expire_time_ns = terms.expire_time_ns
    copy.exec_inst = terms.exec_inst
    copy.handl_inst = terms.handl_inst
    copy.order_capacity = terms.order_capacity
    copy.currency = terms.currency
    copy.security_type = terms.security_type
    copy.maturity_month_year = terms.maturity_month_year
    copy.maturity_day = terms.maturity_day
    copy.put_or_call = terms.put_or_call
    copy.strike_price = terms.strike_price
    copy.security_id = terms.security_id
    copy.security_id_source = terms.security_id_source
    copy.security_exchange = terms.security_exchange
    copy.position_effect = terms.position_effect
    copy.locate_reqd = terms.locate_reqd
    copy.text = terms.text
    copy.transact_time_ns = terms.transact_time_ns
    copy.extras = terms.extras
    # how the strategy sent it is no term of the order
    copy.poss_resend = False
    return copy


def venue_cancel(order: Order, request: CancelOrder, cl_ord_id: str, orig_cl_ord_id: str) -> CancelOrder:
    """Return a strategy's cancel as the venue should get it."""
    return CancelOrder(
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        order_id=order.venue_order_id,
        symbol=order.symbol,
        side=order.side,
        text=request.text,
        transact_time_ns=request.transact_time_ns,
    )


def venue_replace(
    order: Order, request: ReplaceOrder, base: "NewOrder | ReplaceOrder", cl_ord_id: str, orig_cl_ord_id: str
) -> ReplaceOrder:
    """Return a strategy's replace as the venue should get it; absent terms are those of ``base``.

    ``base`` is the order's terms, or the replace in flight that this one follows.
    """
    return ReplaceOrder(
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        order_id=order.venue_order_id,
        symbol=order.symbol,
        side=order.side,
        order_qty=base.order_qty if request.order_qty == ABSENT else request.order_qty,
        price=base.price if request.price == ABSENT else request.price,
        stop_px=base.stop_px if request.stop_px == ABSENT else request.stop_px,
        ord_type=base.ord_type if request.ord_type == 0 else request.ord_type,
        time_in_force=base.time_in_force if request.time_in_force == 0 else request.time_in_force,
        min_qty=base.min_qty if request.min_qty == ABSENT else request.min_qty,
        max_floor=base.max_floor if request.max_floor == ABSENT else request.max_floor,
        expire_time_ns=base.expire_time_ns if request.expire_time_ns == ABSENT else request.expire_time_ns,
        text=request.text,
        transact_time_ns=request.transact_time_ns,
    )


def agreed_terms(terms: NewOrder, sent: "ReplaceOrder | None", report: Report, cl_ord_id: str) -> NewOrder:
    """Return the terms after a venue replaced or restated an order: as asked, then as the venue states them.

    ``sent`` is None where nothing was asked.
    """
    agreed: NewOrder = copy_terms(terms, cl_ord_id)
    if sent is not None:
        _take_asked(agreed, sent)
    if report.order_qty != ABSENT:
        agreed.order_qty = report.order_qty
    # venues write 0 for the prices of orders that have none
    if report.price != ABSENT and (report.price != 0 or agreed.price != ABSENT):
        agreed.price = report.price
    if report.stop_px != ABSENT and (report.stop_px != 0 or agreed.stop_px != ABSENT):
        agreed.stop_px = report.stop_px
    if report.ord_type != 0:
        agreed.ord_type = report.ord_type
    if report.time_in_force != 0:
        agreed.time_in_force = report.time_in_force
    return agreed


def with_order_qty(terms: NewOrder, order_qty: cython.longlong) -> NewOrder:
    """Return the same terms with another OrderQty."""
    changed: NewOrder = copy_terms(terms, terms.cl_ord_id)
    changed.order_qty = order_qty
    return changed


def _take_asked(agreed: NewOrder, sent: ReplaceOrder) -> None:
    agreed.order_qty = sent.order_qty
    agreed.price = sent.price
    agreed.stop_px = sent.stop_px
    agreed.ord_type = sent.ord_type
    agreed.time_in_force = sent.time_in_force
    agreed.min_qty = sent.min_qty
    agreed.max_floor = sent.max_floor
    agreed.expire_time_ns = sent.expire_time_ns
    if sent.transact_time_ns != ABSENT:
        agreed.transact_time_ns = sent.transact_time_ns
