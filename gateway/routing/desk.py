"""Offer the router what it needs of the order path, and the order path what it needs of the router."""

from collections.abc import Callable
from typing import Any, Protocol

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.path_refusals import Refusals
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.subject_cy import Refused


class Path(Protocol):
    """What of the order path the desk uses."""

    ledger: Ledger
    identities: dict[str, StrategyIdentity]
    instruments: dict[str, Instrument]
    venues: dict[str, VenueSession]

    def place(
        self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int, is_child: bool = False
    ) -> Order | Refused:
        """Check, book and send an order."""

    def judge_child(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Refused | None:
        """Return why a child could not go to a venue now."""

    def judge_parent(
        self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int, is_entry: bool
    ) -> Refused | None:
        """Return why a parent is refused."""


class PathDesk:
    """Be the router's ``RoutingDesk``.

    ``deliver(strategy, report, now_ns, utc_ns)`` sends a report, ``cancel(order, cl_ord_id, cause, now_ns, utc_ns)``
    ends an order for a cause of our own.
    """

    def __init__(
        self,
        path: Path,
        refusals: Refusals,
        watch: OrderWatch,
        deliver: Callable[[str, Report, int, int], None],
        cancel: Callable[[Order, str, str, int, int], None],
    ) -> None:
        self.ledger = path.ledger
        self.identities = path.identities
        self.instruments = path.instruments
        self.venues = path.venues
        self.deliver = deliver
        self.refuse_new = refusals.new_order
        self.judge = path.judge_child
        self.check_whole = path.judge_parent
        self._place = path.place
        self._watch = watch
        self._cancel = cancel

    def place(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Order | Refused:
        """Check, book and send a child."""
        return self._place(strategy, request, venue, now_ns, utc_ns, True)

    def end_order(self, order: Order, cause: str, now_ns: int, utc_ns: int) -> None:
        """Cancel an order for a cause of our own, whatever it takes."""
        self._cancel(order, "", cause, now_ns, utc_ns)

    def alert(self, event: str, utc_ns: int, **fields: Any) -> None:
        """Tell people."""
        self._watch.alert(event, utc_ns, **fields)
