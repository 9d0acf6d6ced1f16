"""Decide where a kill uses a venue's own mass cancel, and send it.

A mass cancel ends whatever is open in its reach, whoever sent it. So it is right in two cases: where it reaches no
further than our session and all that is open there is to die (``ours``), and, where the configuration says that a kill
means the firm (``firm``), in a kill that leaves no strategy and no account out. What it leaves alive is cancelled one
by one; what of it stays alive is escalated: a venue may take a mass cancel and keep the good-till orders of a market
that is closed (CME does).
"""

from collections.abc import Mapping, Sequence

from fairlead.adapters.venue_session import VenueSession
from fairlead.gateway.kill.campaign import Campaign, Line
from fairlead.gateway.kill.settings import FIRM, NEVER, OURS, KillSettings
from fairlead.gateway.mass_cancels import LeftOver, MassCancels
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order


class MassKills:
    """Send mass cancels for kills, by what each venue takes and the configuration allows."""

    def __init__(
        self,
        settings: KillSettings,
        ledger: Ledger,
        venues: Mapping[str, VenueSession],
        mass_cancels: MassCancels,
    ) -> None:
        self._uses = settings.mass_cancel
        self._ledger = ledger
        self._venues = venues
        self._mass_cancels = mass_cancels

    def venues_for(self, campaign: Campaign, orders: Sequence[Order]) -> list[str]:
        """Return the venues whose mass cancel this kill may use; with ``firm``, without an order of ours there too."""
        if campaign.order_ids:
            return []
        by_venue: dict[str, int] = {}
        for order in orders:
            by_venue[order.venue] = by_venue.get(order.venue, 0) + 1
        scope = campaign.scope
        named = [scope.venue] if scope.venue else sorted(self._venues)
        return [venue for venue in named if self._fits(campaign, venue, by_venue.get(venue, 0))]

    def _fits(self, campaign: Campaign, venue: str, count: int) -> bool:
        session, use = self._venues.get(venue), self._uses.get(venue, OURS)
        if session is None or not session.is_up or use == NEVER or not session.capabilities.mass_cancel:
            return False
        scope = campaign.scope
        if use == FIRM and not scope.strategy and not scope.account:
            return True
        if not session.capabilities.mass_cancel_is_ours or count < 2:
            return False
        return count == len(self._ledger.open_orders(venue=venue, symbol=scope.symbol))

    def send(
        self, venue: str, symbol: str, lines: Sequence[Line], left_over: LeftOver, now_ns: int, utc_ns: int
    ) -> bool:
        """Send it and count it as each order's cancel; return False where there is no id for it."""
        for line in lines:
            line.sent += 1
            line.is_in_mass = True
        orders = [line.order for line in lines]
        if self._mass_cancels.send_one(venue, symbol, orders, left_over, now_ns, utc_ns):
            return True
        for line in lines:
            line.sent -= 1
            line.is_in_mass = False
        return False
