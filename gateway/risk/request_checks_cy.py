"""Judge requests for an order: whether it is there, and whether a request for it may go at all.

Cancels are judged by nothing else: no risk check keeps one back.
"""

from collections.abc import Mapping

import cython

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import MassCancelScope, OrdStatus, Refusal, RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, ReplaceOrder, StatusRequest
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.subject_cy import Refused

MAX_CL_ORD_ID_LENGTH = 64


def is_cl_ord_id(cl_ord_id: str) -> cython.bint:
    """Tell whether an id is 1 to 64 printable ASCII characters."""
    if not 0 < len(cl_ord_id) <= MAX_CL_ORD_ID_LENGTH:
        return False
    for character in cl_ord_id:
        if not " " <= character <= "~":
            return False
    return True


def check_cl_ord_id(cl_ord_id: str) -> "Refused | None":
    """Take an id of 1 to 64 printable ASCII characters."""
    if is_cl_ord_id(cl_ord_id):
        return None
    return Refused(
        Refusal.MALFORMED,
        f"ClOrdID of {len(cl_ord_id)} characters, expected 1 to {MAX_CL_ORD_ID_LENGTH} printable ASCII ones",
        str(MAX_CL_ORD_ID_LENGTH),
        str(len(cl_ord_id)),
    )


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


def check_replace_request(
    request: ReplaceOrder,
    order: "Order | None",
    session: "VenueSession | None",
    is_duplicate: cython.bint,
    is_stopping: cython.bint,
) -> "Refused | None":
    """Return why there is no order that a replace could change now, None where its new terms are to be judged."""
    if is_stopping:
        return Refused(Refusal.STOPPING, "the gateway is stopping and takes no replace")
    refused = _check_request(request.orig_cl_ord_id, request.cl_ord_id, order, session, is_duplicate)
    if refused is not None or order is None or session is None:
        return refused
    if session.capabilities.replace_while_pending:
        return None
    if any(in_flight.kind == RequestKind.REPLACE_ORDER for in_flight in order.requests):
        return Refused(Refusal.PENDING, f"{order.venue} takes one replace at a time, and one is in flight")
    return None


def check_mass_cancel(request: MassCancel, venues: "Mapping[str, object]") -> "Refused | None":
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
