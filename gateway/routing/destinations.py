"""Find where an order goes: as it says itself, as its instrument's table says, or as its strategy's default does."""

from typing import Final

from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.ports.identity import StrategyIdentity

BY_ORDER: Final = "order"
BY_INSTRUMENT: Final = "instrument"
BY_STRATEGY: Final = "strategy"


def choose_destination(request: NewOrder, instrument: Instrument | None, identity: StrategyIdentity) -> tuple[str, str]:
    """Return the name of a venue or of a route, and what named it; both empty where nothing did."""
    if request.venue:
        return request.venue, BY_ORDER
    if instrument is not None and instrument.default_venue:
        return instrument.default_venue, BY_INSTRUMENT
    if identity.default_venue:
        return identity.default_venue, BY_STRATEGY
    return "", ""
