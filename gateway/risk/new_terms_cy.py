"""Work out which terms would hold if a replace went through, so that it is judged as an order with these terms."""

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order

if not cython.compiled:
    from fairlead.gateway.orders.terms_cy import copy_terms

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
REPLACE_ORDER = 3
# OrdTypes that have no price, and those that have a stop price: market, stop, market on close; stop, stop limit.
PRICELESS = frozenset((49, 51, 53))
STOPS = frozenset((51, 52))


def terms_if_replaced(order: Order, request: ReplaceOrder) -> NewOrder:
    """Return the terms that would hold, under the replace's ClOrdID; what it leaves out stays.

    A replace that names a replace in flight follows it: what it leaves out is that one's. A new OrdType takes along
    no price that it has not.
    """
    base = _base_of(order, request.orig_cl_ord_id)
    terms: NewOrder = copy_terms(order.terms, request.cl_ord_id)
    terms.account = order.account
    terms.venue = order.venue
    terms.order_qty = base.order_qty if request.order_qty == ABSENT else request.order_qty
    terms.ord_type = base.ord_type if request.ord_type == 0 else request.ord_type
    terms.time_in_force = base.time_in_force if request.time_in_force == 0 else request.time_in_force
    terms.price = request.price
    if request.price == ABSENT and terms.ord_type not in PRICELESS:
        terms.price = base.price
    terms.stop_px = request.stop_px
    if request.stop_px == ABSENT and terms.ord_type in STOPS:
        terms.stop_px = base.stop_px
    terms.min_qty = base.min_qty if request.min_qty == ABSENT else request.min_qty
    terms.max_floor = base.max_floor if request.max_floor == ABSENT else request.max_floor
    terms.expire_time_ns = base.expire_time_ns if request.expire_time_ns == ABSENT else request.expire_time_ns
    return terms


def _base_of(order: Order, orig_cl_ord_id: str) -> "NewOrder | ReplaceOrder":
    if orig_cl_ord_id != order.cl_ord_id:
        for request in order.requests:
            if request.kind == REPLACE_ORDER and request.cl_ord_id == orig_cl_ord_id:
                followed = request.sent
                assert isinstance(followed, ReplaceOrder)
                return followed
    return order.terms
