"""Judge a strategy's request before anything is booked or sent.

One function a check, each returning None or a ``Refused``; ``NEW_ORDER_CHECKS`` holds their order. A refusal names the
check, its limit and the order's value, and costs the venue nothing. Limits on size, price and exposure (risk) join this
table; what stands here is the state of the world, entitlement, the instrument's steps and the venue's capabilities.
"""

from collections.abc import Callable, Mapping

import cython

from fairlead.adapters.capabilities_check import check_new_order, check_prices
from fairlead.adapters.capabilities_check import check_replace as check_replace_terms
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import MassCancelScope, OrdStatus, Refusal, RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity, check_entitlement

ABSENT = -9223372036854775807 - 1
MAX_CL_ORD_ID_LENGTH = 64
# The ledger's bound: the sum of two quantities stays an int64.
MAX_QTY = 4611686018427387904


class Refused:
    """Say why a request goes no further: a Refusal, and text, limit and value for people."""

    def __init__(self, refusal: cython.longlong, text: str, limit: str = "", value: str = "") -> None:
        self.refusal = refusal
        self.text = text
        self.limit = limit
        self.value = value


class Subject:
    """Hold what the checks look at: the request, who asks, and what it was resolved to."""

    def __init__(
        self,
        request: NewOrder,
        identity: StrategyIdentity,
        instrument: "Instrument | None",
        venue: str,
        session: "VenueSession | None",
        account: str,
        is_duplicate: cython.bint,
        is_stopping: cython.bint,
    ) -> None:
        self.request = request
        self.identity = identity
        self.instrument = instrument
        self.venue = venue
        self.session = session
        self.account = account
        self.is_duplicate = is_duplicate
        self.is_stopping = is_stopping


def check_cl_ord_id(cl_ord_id: str) -> "Refused | None":
    """Take an id of 1 to 64 printable ASCII characters."""
    if cl_ord_id and len(cl_ord_id) <= MAX_CL_ORD_ID_LENGTH and cl_ord_id.isascii() and cl_ord_id.isprintable():
        return None
    return Refused(
        Refusal.MALFORMED,
        f"ClOrdID of {len(cl_ord_id)} characters, expected 1 to {MAX_CL_ORD_ID_LENGTH} printable ASCII ones",
        str(MAX_CL_ORD_ID_LENGTH),
        str(len(cl_ord_id)),
    )


def _check_world(subject: Subject) -> "Refused | None":
    return Refused(Refusal.STOPPING, "the gateway is stopping and takes no new order") if subject.is_stopping else None


def _check_id(subject: Subject) -> "Refused | None":
    malformed = check_cl_ord_id(subject.request.cl_ord_id)
    if malformed is not None or not subject.is_duplicate:
        return malformed
    cl_ord_id = subject.request.cl_ord_id
    return Refused(
        Refusal.DUPLICATE_CL_ORD_ID, f"ClOrdID {cl_ord_id} was used before, expected a new one", value=cl_ord_id
    )


def _check_symbol(subject: Subject) -> "Refused | None":
    if subject.instrument is not None:
        return None
    symbol = subject.request.symbol
    text = f"symbol {symbol!r} received, expected an instrument of this gateway"
    return Refused(Refusal.UNKNOWN_SYMBOL, text, value=symbol)


def _check_venue(subject: Subject) -> "Refused | None":
    venue = subject.venue
    if not venue:
        return Refused(
            Refusal.UNKNOWN_VENUE,
            "no venue received, expected one: neither the instrument nor the strategy has a default",
        )
    if subject.session is None:
        return Refused(
            Refusal.UNKNOWN_VENUE, f"venue {venue!r} received, expected a venue of this gateway", value=venue
        )
    if subject.instrument is not None and venue not in subject.instrument.venues:
        listed = ", ".join(sorted(subject.instrument.venues))
        symbol = subject.request.symbol
        return Refused(
            Refusal.UNKNOWN_SYMBOL, f"{symbol} does not trade at {venue}, expected one of: {listed}", listed, venue
        )
    return None


def _check_entitlement(subject: Subject) -> "Refused | None":
    text = check_entitlement(subject.identity, subject.account, subject.venue, subject.request.symbol)
    return Refused(Refusal.NOT_ENTITLED, text) if text else None


def _check_quantity(subject: Subject) -> "Refused | None":
    return check_order_qty(subject.request.order_qty, subject.instrument)


def check_order_qty(order_qty: cython.longlong, instrument: "Instrument | None") -> "Refused | None":
    """Judge one quantity: above zero, within the ledger's bound, whole lots, and not below the instrument's minimum."""
    lot: cython.longlong = instrument.lot if instrument is not None else 0
    min_qty: cython.longlong = instrument.min_qty if instrument is not None else 0
    if order_qty <= 0:
        value = "none" if order_qty == ABSENT else fixed_to_str(order_qty)
        return Refused(Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected more than 0", "0", value)
    if order_qty > MAX_QTY:
        value, limit = fixed_to_str(order_qty), fixed_to_str(MAX_QTY)
        return Refused(Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected at most {limit}", limit, value)
    if lot and order_qty % lot:
        value, limit = fixed_to_str(order_qty), fixed_to_str(lot)
        return Refused(
            Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected a multiple of the lot {limit}", limit, value
        )
    if order_qty < min_qty:
        value, limit = fixed_to_str(order_qty), fixed_to_str(min_qty)
        text = f"OrderQty is {value}, expected at least the instrument's minimum {limit}"
        return Refused(Refusal.INVALID_QUANTITY, text, limit, value)
    return None


def check_tick(name: str, price: cython.longlong, instrument: "Instrument | None") -> "Refused | None":
    """Judge one price: on the tick, that of its band where the instrument has a table of them.

    Negative and zero prices are legal, unless the table has no band for them.
    """
    if price == ABSENT or instrument is None:
        return None
    tick: cython.longlong = instrument.tick
    if instrument.tick_table is not None:
        tick = instrument.tick_table.tick_at(price)
        if tick == 0:
            value = fixed_to_str(price)
            text = f"{name} is {value}, expected a price within the tick table {instrument.tick_table.name}"
            return Refused(Refusal.INVALID_PRICE, text, value=value)
    if tick == 0 or price % tick == 0:
        return None
    value, limit = fixed_to_str(price), fixed_to_str(tick)
    return Refused(Refusal.INVALID_PRICE, f"{name} is {value}, expected a multiple of the tick {limit}", limit, value)


def _check_prices(subject: Subject) -> "Refused | None":
    request = subject.request
    text = check_prices(request.ord_type, request.price, request.stop_px)
    if text:
        return Refused(Refusal.INVALID_PRICE, text)
    refused = check_tick("Price", request.price, subject.instrument)
    return refused if refused is not None else check_tick("StopPx", request.stop_px, subject.instrument)


def _check_capabilities(subject: Subject) -> "Refused | None":
    session = subject.session
    if session is None:
        return None
    text = check_new_order(session.capabilities, subject.request)
    return Refused(Refusal.UNSUPPORTED, f"{subject.venue}: {text}") if text else None


def _check_session(subject: Subject) -> "Refused | None":
    if subject.session is not None and subject.session.is_up:
        return None
    return Refused(Refusal.VENUE_DOWN, f"venue {subject.venue} is not connected", value=subject.venue)


NEW_ORDER_CHECKS: "tuple[Callable[[Subject], Refused | None], ...]" = (
    _check_world,
    _check_id,
    _check_symbol,
    _check_venue,
    _check_entitlement,
    _check_quantity,
    _check_prices,
    _check_capabilities,
    _check_session,
)


def check_subject(subject: Subject) -> "Refused | None":
    """Return the first refusal, None where the order may go."""
    for check in NEW_ORDER_CHECKS:
        refused = check(subject)
        if refused is not None:
            return refused
    return None


def _check_request(
    orig_cl_ord_id: str,
    cl_ord_id: str,
    order: "Order | None",
    session: "VenueSession | None",
    is_duplicate: cython.bint,
) -> "Refused | None":
    """Judge what a cancel and a replace have in common."""
    malformed = check_cl_ord_id(cl_ord_id)
    if malformed is not None:
        return malformed
    if order is None:
        text = f"OrigClOrdID {orig_cl_ord_id!r} received, expected the ClOrdID of an order"
        return Refused(Refusal.UNKNOWN_ORDER, text, value=orig_cl_ord_id)
    if is_duplicate:
        return Refused(
            Refusal.DUPLICATE_CL_ORD_ID, f"ClOrdID {cl_ord_id} was used before, expected a new one", value=cl_ord_id
        )
    if order.is_ended:
        return Refused(Refusal.TOO_LATE, f"the order has ended ({OrdStatus(order.ord_status).name.lower()})")
    if session is None:
        return Refused(Refusal.UNKNOWN_VENUE, f"venue {order.venue!r} is no longer a venue of this gateway")
    if not session.is_up:
        return Refused(Refusal.VENUE_DOWN, f"venue {order.venue} is not connected", value=order.venue)
    return None


def check_cancel(
    request: CancelOrder, order: "Order | None", session: "VenueSession | None", is_duplicate: cython.bint
) -> "Refused | None":
    """Return why a cancel can't be sent, None where it may go."""
    refused = _check_request(request.orig_cl_ord_id, request.cl_ord_id, order, session, is_duplicate)
    if refused is not None or order is None or session is None:
        return refused
    limit: cython.longlong = session.capabilities.max_text_length
    if len(request.text) > limit:
        text = f"{order.venue}: Text of {len(request.text)} characters received, expected at most {limit}"
        return Refused(Refusal.UNSUPPORTED, text, str(limit), str(len(request.text)))
    return None


def check_mass_cancel(request: MassCancel, venues: "Mapping[str, VenueSession]") -> "Refused | None":
    """Return why a mass cancel can't be taken: its scope must be clear, or it would end too much or too little."""
    malformed = check_cl_ord_id(request.cl_ord_id)
    if malformed is not None:
        return malformed
    if request.scope == MassCancelScope.SYMBOL and not request.symbol:
        return Refused(Refusal.MALFORMED, "scope symbol received without a symbol, expected one")
    if request.scope == MassCancelScope.ALL and request.symbol:
        text = f"scope all received with symbol {request.symbol!r}, expected none, or scope symbol"
        return Refused(Refusal.MALFORMED, text, value=request.symbol)
    if request.scope not in (MassCancelScope.SYMBOL, MassCancelScope.ALL):
        return Refused(Refusal.MALFORMED, f"scope {request.scope} received, expected symbol or all")
    if request.venue and request.venue not in venues:
        text = f"venue {request.venue!r} received, expected a venue of this gateway"
        return Refused(Refusal.UNKNOWN_VENUE, text, value=request.venue)
    return None


def unknown_order(request: StatusRequest) -> Refused:
    """Return why a status request has no answer."""
    value: str = request.cl_ord_id or request.order_id
    name = "ClOrdID" if request.cl_ord_id else "OrderID"
    return Refused(Refusal.UNKNOWN_ORDER, f"{name} {value!r} received, expected that of an order", value=value)


def check_replace(
    request: ReplaceOrder,
    order: "Order | None",
    session: "VenueSession | None",
    instrument: "Instrument | None",
    is_duplicate: cython.bint,
    is_stopping: cython.bint,
) -> "Refused | None":
    """Return why a replace can't be sent, None where it may go."""
    if is_stopping:
        return Refused(Refusal.STOPPING, "the gateway is stopping and takes no replace")
    refused = _check_request(request.orig_cl_ord_id, request.cl_ord_id, order, session, is_duplicate)
    if refused is not None or order is None or session is None:
        return refused
    pending = sum(1 for in_flight in order.requests if in_flight.kind == RequestKind.REPLACE_ORDER)
    if pending and not session.capabilities.replace_while_pending:
        return Refused(Refusal.PENDING, f"{order.venue} takes one replace at a time, and one is in flight")
    text = check_replace_terms(session.capabilities, request, order.terms, pending)
    if text:
        return Refused(Refusal.UNSUPPORTED, f"{order.venue}: {text}")
    return _check_new_terms(request, order, instrument)


def _check_new_terms(request: ReplaceOrder, order: "Order", instrument: "Instrument | None") -> "Refused | None":
    if request.order_qty != ABSENT:
        refused = check_order_qty(request.order_qty, instrument)
        if refused is not None:
            return refused
        if request.order_qty < order.cum_qty:
            value, limit = fixed_to_str(request.order_qty), fixed_to_str(order.cum_qty)
            return Refused(
                Refusal.INVALID_QUANTITY,
                f"OrderQty is {value}, expected at least the {limit} executed already",
                limit,
                value,
            )
    refused = check_tick("Price", request.price, instrument)
    return refused if refused is not None else check_tick("StopPx", request.stop_px, instrument)
