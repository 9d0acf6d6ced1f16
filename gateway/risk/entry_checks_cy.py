"""Judge what needs no limit: the state of the world, and whether the names are known.

``check_order`` holds the order in which they are asked.
"""

from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.reconciliation.gate import VenueGates
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.instrument_checks_cy import Lot, Tick
from fairlead.gateway.risk.instrument_facts_cy import InstrumentFacts
from fairlead.gateway.risk.request_checks_cy import check_cl_ord_id, is_cl_ord_id
from fairlead.gateway.risk.subject_cy import Refused, Subject


class Running(Check):
    """Refuse new orders while the gateway stops."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Look whether it does."""
        if not subject.is_stopping:
            return None
        return Refused(Refusal.STOPPING, "the gateway is stopping and takes no new order")


class NewId(Check):
    """Refuse a ClOrdID that is malformed or was used before."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Look at its form; whether it was used was looked up."""
        cl_ord_id: str = subject.request.cl_ord_id
        if not is_cl_ord_id(cl_ord_id):
            return check_cl_ord_id(cl_ord_id)
        if not subject.is_duplicate:
            return None
        text = f"ClOrdID {cl_ord_id} was used before, expected a new one"
        return Refused(Refusal.DUPLICATE_CL_ORD_ID, text, value=cl_ord_id)


class KnownSymbol(Check):
    """Refuse what is no instrument of this gateway."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Look whether one was found."""
        if subject.instrument is not None:
            return None
        symbol = subject.request.symbol
        text = f"symbol {symbol!r} received, expected an instrument of this gateway"
        return Refused(Refusal.UNKNOWN_SYMBOL, text, value=symbol)


class KnownVenue(Check):
    """Refuse what names no venue, one that is not this gateway's, or one where the instrument does not trade."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Look whether one was found, and is among the instrument's."""
        facts: InstrumentFacts | None = subject.facts()
        if subject.venue and subject.session is not None and (facts is None or subject.venue in facts.venues):
            return None
        return _no_venue(subject)


def _no_venue(subject: Subject) -> Refused:
    venue = subject.venue
    if not venue:
        text = "no venue received, expected one: neither the instrument nor the strategy has a default"
        return Refused(Refusal.UNKNOWN_VENUE, text)
    if subject.session is None or subject.instrument is None:
        text = f"venue {venue!r} received, expected a venue of this gateway"
        return Refused(Refusal.UNKNOWN_VENUE, text, value=venue)
    listed = ", ".join(sorted(subject.instrument.venues))
    text = f"{subject.request.symbol} does not trade at {venue}, expected one of: {listed}"
    return Refused(Refusal.UNKNOWN_SYMBOL, text, listed, venue)


class OpenGate(Check):
    """Refuse what goes to a venue whose open orders are not all accounted for."""

    def __init__(self, gates: VenueGates) -> None:
        self._closed: "dict[str, str]" = gates.closed

    def judge(self, subject: Subject) -> "Refused | None":
        """Look whether its gate is closed."""
        if not self._closed:
            return None
        why = self._closed.get(subject.venue)
        if not why:
            return None
        return Refused(Refusal.NOT_RECONCILED, f"venue {subject.venue} is not reconciled: {why}", value=subject.venue)


class SessionUp(Check):
    """Refuse what goes to a venue that is not connected."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Ask its session."""
        if subject.session is not None and subject.session.is_up:
            return None
        return Refused(Refusal.VENUE_DOWN, f"venue {subject.venue} is not connected", value=subject.venue)


CHECKS: "dict[str, type[Check]]" = {
    "stopping": Running,
    "cl_ord_id": NewId,
    "symbol": KnownSymbol,
    "venue": KnownVenue,
    "lot": Lot,
    "tick": Tick,
    "session": SessionUp,
}
