"""Hold the messages of the order vocabulary, one flat record a message.

Every port decodes to these and every venue adapter encodes from them, and back. Names are FIX's. Text is ``str``
(latin-1 on FIX wires), prices and quantities are int64 in units of 10^-8, times are int nanoseconds since the UTC
epoch; ``ABSENT`` (-2^63) marks a number that was not given and ``""`` a text that was not given. Coded fields hold
the FIX code's character as an int (see ``constants``), 0 where not given. A message never changes once it was sent.

Attributes are read-only from outside; compiled modules that build messages on the order path set them directly.
"""

import cython

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


class NewOrder:
    """Ask for a new order (FIX NewOrderSingle, D)."""

    def __init__(
        self,
        *,
        cl_ord_id: str,
        symbol: str,
        side: cython.longlong,
        order_qty: cython.longlong,
        ord_type: cython.longlong,
        price: cython.longlong = ABSENT,
        stop_px: cython.longlong = ABSENT,
        time_in_force: cython.longlong = 48,
        account: str = "",
        venue: str = "",
        min_qty: cython.longlong = ABSENT,
        max_floor: cython.longlong = ABSENT,
        expire_time_ns: cython.longlong = ABSENT,
        exec_inst: str = "",
        handl_inst: cython.longlong = 0,
        order_capacity: cython.longlong = 0,
        currency: str = "",
        security_type: str = "",
        maturity_month_year: str = "",
        maturity_day: cython.longlong = 0,
        put_or_call: cython.longlong = -1,
        strike_price: cython.longlong = ABSENT,
        security_id: str = "",
        security_id_source: str = "",
        security_exchange: str = "",
        position_effect: cython.longlong = 0,
        locate_reqd: cython.longlong = 0,
        text: str = "",
        transact_time_ns: cython.longlong = ABSENT,
        extras: "tuple[tuple[str, str], ...]" = (),
        poss_resend: cython.bint = False,
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.symbol = symbol
        self.side = side
        self.order_qty = order_qty
        self.ord_type = ord_type
        self.price = price
        self.stop_px = stop_px
        self.time_in_force = time_in_force
        self.account = account
        self.venue = venue
        self.min_qty = min_qty
        self.max_floor = max_floor
        self.expire_time_ns = expire_time_ns
        self.exec_inst = exec_inst
        self.handl_inst = handl_inst
        self.order_capacity = order_capacity
        self.currency = currency
        self.security_type = security_type
        self.maturity_month_year = maturity_month_year
        self.maturity_day = maturity_day
        self.put_or_call = put_or_call
        self.strike_price = strike_price
        self.security_id = security_id
        self.security_id_source = security_id_source
        self.security_exchange = security_exchange
        self.position_effect = position_effect
        self.locate_reqd = locate_reqd
        self.text = text
        self.transact_time_ns = transact_time_ns
        self.extras = extras
        self.poss_resend = poss_resend


def copy_order(order: NewOrder) -> NewOrder:
    """Return another order that says the same."""
    made: NewOrder = NewOrder.__new__(NewOrder)
    made.cl_ord_id = order.cl_ord_id
    made.symbol = order.symbol
    made.side = order.side
    made.order_qty = order.order_qty
    made.ord_type = order.ord_type
    made.price = order.price
    made.stop_px = order.stop_px
    made.time_in_force = order.time_in_force
    made.account = order.account
    made.venue = order.venue
    made.min_qty = order.min_qty
    made.max_floor = order.max_floor
    made.expire_time_ns = order.expire_time_ns
    made.exec_inst = order.exec_inst
    made.handl_inst = order.handl_inst
    made.order_capacity = order.order_capacity
    made.currency = order.currency
    made.security_type = order.security_type
    made.maturity_month_year = order.maturity_month_year
    made.maturity_day = order.maturity_day
    made.put_or_call = order.put_or_call
    made.strike_price = order.strike_price
    made.security_id = order.security_id
    made.security_id_source = order.security_id_source
    made.security_exchange = order.security_exchange
    made.position_effect = order.position_effect
    made.locate_reqd = order.locate_reqd
    made.text = order.text
    made.transact_time_ns = order.transact_time_ns
    made.extras = order.extras
    made.poss_resend = order.poss_resend
    return made


class CancelOrder:
    """Ask for the end of an order (FIX OrderCancelRequest, F)."""

    def __init__(
        self,
        *,
        cl_ord_id: str,
        orig_cl_ord_id: str,
        order_id: str = "",
        symbol: str = "",
        side: cython.longlong = 0,
        text: str = "",
        transact_time_ns: cython.longlong = ABSENT,
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.orig_cl_ord_id = orig_cl_ord_id
        self.order_id = order_id
        self.symbol = symbol
        self.side = side
        self.text = text
        self.transact_time_ns = transact_time_ns


class ReplaceOrder:
    """Ask for new terms of an order (FIX OrderCancelReplaceRequest, G).

    ``order_qty`` is the new total, with what was executed already, as in FIX. Terms that are absent stay. What follows
    ``transact_time_ns`` no replace changes: it may restate what the order has, and is refused where it says otherwise.
    """

    def __init__(
        self,
        *,
        cl_ord_id: str,
        orig_cl_ord_id: str,
        order_id: str = "",
        symbol: str = "",
        side: cython.longlong = 0,
        order_qty: cython.longlong = ABSENT,
        price: cython.longlong = ABSENT,
        stop_px: cython.longlong = ABSENT,
        ord_type: cython.longlong = 0,
        time_in_force: cython.longlong = 0,
        min_qty: cython.longlong = ABSENT,
        max_floor: cython.longlong = ABSENT,
        expire_time_ns: cython.longlong = ABSENT,
        text: str = "",
        transact_time_ns: cython.longlong = ABSENT,
        account: str = "",
        venue: str = "",
        exec_inst: str = "",
        handl_inst: cython.longlong = 0,
        order_capacity: cython.longlong = 0,
        currency: str = "",
        security_type: str = "",
        maturity_month_year: str = "",
        maturity_day: cython.longlong = 0,
        put_or_call: cython.longlong = -1,
        strike_price: cython.longlong = ABSENT,
        security_id: str = "",
        security_id_source: str = "",
        security_exchange: str = "",
        position_effect: cython.longlong = 0,
        locate_reqd: cython.longlong = 0,
        extras: "tuple[tuple[str, str], ...]" = (),
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.orig_cl_ord_id = orig_cl_ord_id
        self.order_id = order_id
        self.symbol = symbol
        self.side = side
        self.order_qty = order_qty
        self.price = price
        self.stop_px = stop_px
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.min_qty = min_qty
        self.max_floor = max_floor
        self.expire_time_ns = expire_time_ns
        self.text = text
        self.transact_time_ns = transact_time_ns
        self.account = account
        self.venue = venue
        self.exec_inst = exec_inst
        self.handl_inst = handl_inst
        self.order_capacity = order_capacity
        self.currency = currency
        self.security_type = security_type
        self.maturity_month_year = maturity_month_year
        self.maturity_day = maturity_day
        self.put_or_call = put_or_call
        self.strike_price = strike_price
        self.security_id = security_id
        self.security_id_source = security_id_source
        self.security_exchange = security_exchange
        self.position_effect = position_effect
        self.locate_reqd = locate_reqd
        self.extras = extras


class MassCancel:
    """Ask for the end of many orders (FIX OrderMassCancelRequest, q). ``scope`` is a MassCancelScope."""

    def __init__(
        self,
        *,
        cl_ord_id: str,
        scope: cython.longlong,
        symbol: str = "",
        side: cython.longlong = 0,
        venue: str = "",
        account: str = "",
        transact_time_ns: cython.longlong = ABSENT,
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.scope = scope
        self.symbol = symbol
        self.side = side
        self.venue = venue
        self.account = account
        self.transact_time_ns = transact_time_ns


class StatusRequest:
    """Ask how an order stands (FIX OrderStatusRequest, H), or all of them (AF) where ``cl_ord_id`` is empty.

    ``request_id`` comes back in the status reports.
    """

    def __init__(
        self,
        *,
        cl_ord_id: str = "",
        order_id: str = "",
        symbol: str = "",
        side: cython.longlong = 0,
        request_id: str = "",
        venue: str = "",
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.order_id = order_id
        self.symbol = symbol
        self.side = side
        self.request_id = request_id
        self.venue = venue


class DontKnowTrade:
    """Deny an execution that was reported (FIX DontKnowTrade, Q). ``dk_reason`` is DKReason(127).

    Nothing answers it and it changes no book: people have to settle it. So no journal record holds it packed; the
    strategy's own message is there.
    """

    def __init__(
        self,
        *,
        order_id: str,
        exec_id: str,
        dk_reason: cython.longlong,
        symbol: str = "",
        side: cython.longlong = 0,
        order_qty: cython.longlong = ABSENT,
        last_qty: cython.longlong = ABSENT,
        last_px: cython.longlong = ABSENT,
        text: str = "",
    ) -> None:
        self.order_id = order_id
        self.exec_id = exec_id
        self.dk_reason = dk_reason
        self.symbol = symbol
        self.side = side
        self.order_qty = order_qty
        self.last_qty = last_qty
        self.last_px = last_px
        self.text = text


class Report:
    """Tell what became of an order or a request: ``kind`` is a ReportKind.

    Towards strategies the ids are the strategy's own ClOrdIDs and Fairlead's OrderID; from a venue adapter they are
    Fairlead's ClOrdIDs at that venue and the venue's OrderID. ``exec_type`` and ``ord_status`` are always set.
    ``avg_px`` is rounded half up to 10^-8 and is for people; sums are made from LastQty and LastPx.
    ``request_kind`` (a RequestKind) names what a REJECTED or CANCEL_REJECTED report answers. ``refusal`` (a Refusal)
    is set where Fairlead itself refused; ``limit`` and ``value`` then say what was breached and by what. Towards
    strategies the last nine fields name the instrument as the order has it; from a venue adapter they are absent.
    """

    def __init__(
        self,
        *,
        kind: cython.longlong,
        exec_type: cython.longlong,
        ord_status: cython.longlong,
        cl_ord_id: str = "",
        orig_cl_ord_id: str = "",
        order_id: str = "",
        venue_order_id: str = "",
        exec_id: str = "",
        exec_ref_id: str = "",
        request_id: str = "",
        account: str = "",
        symbol: str = "",
        venue: str = "",
        side: cython.longlong = 0,
        ord_type: cython.longlong = 0,
        time_in_force: cython.longlong = 0,
        order_qty: cython.longlong = ABSENT,
        price: cython.longlong = ABSENT,
        stop_px: cython.longlong = ABSENT,
        last_qty: cython.longlong = ABSENT,
        last_px: cython.longlong = ABSENT,
        leaves_qty: cython.longlong = ABSENT,
        cum_qty: cython.longlong = ABSENT,
        avg_px: cython.longlong = ABSENT,
        request_kind: cython.longlong = 0,
        refusal: cython.longlong = 0,
        ord_rej_reason: cython.longlong = -1,
        restatement_reason: cython.longlong = -1,
        last_mkt: str = "",
        last_liquidity: cython.longlong = 0,
        text: str = "",
        limit: str = "",
        value: str = "",
        transact_time_ns: cython.longlong = ABSENT,
        poss_dup: cython.bint = False,
        poss_resend: cython.bint = False,
        currency: str = "",
        security_type: str = "",
        maturity_month_year: str = "",
        maturity_day: cython.longlong = 0,
        put_or_call: cython.longlong = -1,
        strike_price: cython.longlong = ABSENT,
        security_id: str = "",
        security_id_source: str = "",
        security_exchange: str = "",
    ) -> None:
        self.kind = kind
        self.exec_type = exec_type
        self.ord_status = ord_status
        self.cl_ord_id = cl_ord_id
        self.orig_cl_ord_id = orig_cl_ord_id
        self.order_id = order_id
        self.venue_order_id = venue_order_id
        self.exec_id = exec_id
        self.exec_ref_id = exec_ref_id
        self.request_id = request_id
        self.account = account
        self.symbol = symbol
        self.venue = venue
        self.side = side
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.order_qty = order_qty
        self.price = price
        self.stop_px = stop_px
        self.last_qty = last_qty
        self.last_px = last_px
        self.leaves_qty = leaves_qty
        self.cum_qty = cum_qty
        self.avg_px = avg_px
        self.request_kind = request_kind
        self.refusal = refusal
        self.ord_rej_reason = ord_rej_reason
        self.restatement_reason = restatement_reason
        self.last_mkt = last_mkt
        self.last_liquidity = last_liquidity
        self.text = text
        self.limit = limit
        self.value = value
        self.transact_time_ns = transact_time_ns
        self.poss_dup = poss_dup
        self.poss_resend = poss_resend
        self.currency = currency
        self.security_type = security_type
        self.maturity_month_year = maturity_month_year
        self.maturity_day = maturity_day
        self.put_or_call = put_or_call
        self.strike_price = strike_price
        self.security_id = security_id
        self.security_id_source = security_id_source
        self.security_exchange = security_exchange
