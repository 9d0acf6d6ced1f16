"""Say which venues strategies may trade: those where each open order is accounted for since the last break."""


class VenueGates:
    """Hold, by venue, why its gate is closed; a venue that is not named is open."""

    def __init__(self) -> None:
        self.closed: dict[str, str] = {}

    def why_closed(self, venue: str) -> str:
        """Return why no new order or replace may go to a venue, ``""`` where it may."""
        return self.closed.get(venue, "")
