"""Let a venue's adapter see what the ledger knows of its orders."""

from collections.abc import Sequence

from fairlead.adapters.venue_books import BookedOrder, BookedRequest
from fairlead.gateway.order_path_cy import OrderPath


class LedgerBooks:
    """Be one venue's ``VenueBooks``."""

    def __init__(self, path: OrderPath, venue: str) -> None:
        self._path = path
        self._venue = venue

    def find(self, cl_ord_id: str) -> BookedOrder | None:
        """Return the order that an id at the venue belongs to."""
        return self._path.ledger.find_by_venue_id(self._venue, cl_ord_id)

    def unanswered(self) -> Sequence[BookedRequest]:
        """Return all requests in flight, oldest first."""
        return self._path.ledger.requests_in_flight(self._venue)

    def has_open_orders(self) -> bool:
        """Tell whether any order at the venue has not ended."""
        return bool(self._path.ledger.open_orders(venue=self._venue))

    def note_used(self, cl_ord_id: str) -> None:
        """Make no id at or before this one any more."""
        self._path.note_used_id(self._venue, cl_ord_id)
