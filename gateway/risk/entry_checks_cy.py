"""Judge what needs no limit: the state of the world, whether the names are known, what the venue takes.

One function a check, each returning None or a ``Refused``; ``check_table_cy`` holds their order.
"""

from collections.abc import Callable

from fairlead.adapters.capabilities_check import check_new_order, check_replace
from fairlead.codecs.vocabulary.constants import Refusal, RequestKind
from fairlead.gateway.reconciliation.gate import VenueGates
from fairlead.gateway.risk.instrument_checks_cy import check_prices_of, check_quantity_of
from fairlead.gateway.risk.request_checks_cy import check_cl_ord_id
from fairlead.gateway.risk.subject_cy import Refused, Subject


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


def check_gates(gates: VenueGates) -> "Callable[[Subject], Refused | None]":
    """Return the check that refuses what goes to a venue whose open orders are not all accounted for."""

    def check(subject: Subject) -> "Refused | None":
        if not gates.closed:
            return None
        why = gates.why_closed(subject.venue)
        if not why:
            return None
        return Refused(Refusal.NOT_RECONCILED, f"venue {subject.venue} is not reconciled: {why}", value=subject.venue)

    return check


def _check_capabilities(subject: Subject) -> "Refused | None":
    session = subject.session
    if session is None:
        return None
    order, asked = subject.order, subject.asked
    if order is None or asked is None:
        text = check_new_order(session.capabilities, subject.request)
    else:
        pending = sum(1 for in_flight in order.requests if in_flight.kind == RequestKind.REPLACE_ORDER)
        text = check_replace(session.capabilities, asked, order.terms, pending)
    return Refused(Refusal.UNSUPPORTED, f"{subject.venue}: {text}") if text else None


def _check_session(subject: Subject) -> "Refused | None":
    if subject.session is not None and subject.session.is_up:
        return None
    return Refused(Refusal.VENUE_DOWN, f"venue {subject.venue} is not connected", value=subject.venue)


CHECKS: "dict[str, Callable[[Subject], Refused | None]]" = {
    "stopping": _check_world,
    "cl_ord_id": _check_id,
    "symbol": _check_symbol,
    "venue": _check_venue,
    "lot": check_quantity_of,
    "tick": check_prices_of,
    "capabilities": _check_capabilities,
    "session": _check_session,
}
