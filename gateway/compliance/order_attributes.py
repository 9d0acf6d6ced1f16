"""Put down whose orders a strategy's are, so that order records name who it was then, not who it is today.

The attributes go to the journal as a DECISION at each start and each checkpoint.
"""

from collections.abc import Mapping
from typing import Any, Final

from fairlead.gateway.config.compliance_keys import Records
from fairlead.gateway.config.models import Config

EVENT: Final = "order_attributes"


def attributes_decision(config: Config) -> dict[str, Any]:
    """Return the DECISION that holds every strategy's attributes, the firm's, and what instruments and venues are."""
    compliance = config.compliance
    return {
        "event": EVENT,
        "entity_id": compliance.entity_id,
        "imid": compliance.imid,
        "stamp_decimals": compliance.stamp_decimals,
        "venue_mics": {venue.name: compliance.venue_mics.get(venue.name, venue.name) for venue in config.venues},
        "strategies": {strategy.name: strategy.records.model_dump() for strategy in config.strategies},
    }


class AttributesInForce:
    """Follow the attributes through a journal."""

    def __init__(self) -> None:
        self.entity_id = ""
        self.imid = ""
        self.stamp_decimals = 6
        self.is_known = False
        self._venue_mics: Mapping[str, str] = {}
        self._strategies: dict[str, Records] = {}
        self._nobody = Records()

    def take(self, decision: Mapping[str, Any]) -> None:
        """Take over what a DECISION of ``attributes_decision`` says."""
        self.entity_id = decision["entity_id"]
        self.imid = decision["imid"]
        self.stamp_decimals = decision["stamp_decimals"]
        self._venue_mics = decision["venue_mics"]
        self._strategies = {name: Records.model_validate(told) for name, told in decision["strategies"].items()}
        self.is_known = True

    def of(self, strategy: str) -> Records:
        """Return a strategy's attributes; the defaults for one that nothing is known of."""
        return self._strategies.get(strategy, self._nobody)

    def mic(self, venue: str) -> str:
        """Return a venue's market identifier code."""
        return self._venue_mics.get(venue, venue)
