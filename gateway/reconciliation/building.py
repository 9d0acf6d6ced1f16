"""Build reconciliation from the configuration."""

from fairlead.gateway.config import models as cm
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.reconciliation.breaks import BreakQueue
from fairlead.gateway.reconciliation.policy import VenuePolicy
from fairlead.gateway.reconciliation.reconciliation import Reconciliation, Recorder

NS_PER_S = 1_000_000_000


def venue_policy(venue: cm.Venue) -> VenuePolicy:
    """Return how strictly a venue is reconciled; questions leave at least half of its throttle to cancels."""
    rate = venue.status_requests_per_s
    if venue.throttle is not None:
        throttle = venue.throttle
        rate = min(rate, max(1, (throttle.messages - throttle.cancel_reserve) * 500 // throttle.interval_ms))
    return VenuePolicy(venue.reconcile == "required", rate, venue.ack_timeout_s * NS_PER_S)


def build_reconciliation(
    config: cm.Config, ledger: Ledger, watch: OrderWatch, breaks: BreakQueue, record: Recorder
) -> Reconciliation:
    """Return what accounts for open orders after breaks; ``breaks`` holds what the journal had."""
    policies = {venue.name: venue_policy(venue) for venue in config.venues}
    return Reconciliation(ledger, watch, policies, breaks, record)
