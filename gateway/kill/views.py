"""Show kills as JSON values: for operators at the control socket, and whoever reads for them.

Times are UTC nanoseconds (0: not yet), quantities decimal strings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.kill.campaign import HOWS, STAGES, Campaign, Line, Tally, describe
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.orders.order_cy import Order

BLOCKED: Final = "blocked"
"""A block alone: nothing was to be cancelled."""
CANCELLING: Final = "cancelling"
ESCALATED: Final = "escalated"
"""Some of its orders wait for a person."""
RESOLVED: Final = "resolved"
"""Every order that lives was resolved by a person; the venue has not said so yet."""
DONE: Final = "done"
"""Each order is confirmed dead; the block, where it has one, is still in force."""
RELEASED: Final = "released"


def count_by(orders: Iterable[Order], name: str) -> dict[str, int]:
    """Return how many orders there are by one of their fields, most first."""
    counts: dict[str, int] = {}
    for order in orders:
        value = getattr(order, name)
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def preview(scope: str, orders: Sequence[Order], venues: Mapping[str, VenueSession], standing: str) -> dict[str, Any]:
    """Return what a kill would cover; ``standing`` is the kill of the same scope that is in force, ``""`` for none."""
    unknown = count_by((order for order in orders if order.is_unknown), "venue")
    return {
        "scope": scope,
        "orders": len(orders),
        "venues": [
            {
                "venue": venue,
                "orders": count,
                "unknown": unknown.get(venue, 0),
                "is_up": venue in venues and venues[venue].is_up,
            }
            for venue, count in count_by(orders, "venue").items()
        ],
        "strategies": [{"strategy": name, "orders": count} for name, count in count_by(orders, "strategy").items()],
        "standing": standing,
    }


class KillViews:
    """Show what a switch holds."""

    def __init__(self, switch: KillSwitch, venues: Mapping[str, VenueSession]) -> None:
        self._switch = switch
        self._venues = venues

    def summary(self, campaign: Campaign) -> dict[str, Any]:
        """Return one kill in a line."""
        total = campaign.tallies[""]
        listed, resolved = self._open_ends(campaign)
        return {
            "id": campaign.campaign_id,
            "scope": describe(campaign),
            "state": self._state(campaign, len(listed), resolved),
            "is_blocking": campaign.blocks,
            "is_cancelling": campaign.is_cancelling,
            "by": campaign.block.by,
            "reason": campaign.block.reason,
            "engaged_utc_ns": campaign.block.since_utc_ns,
            "done_utc_ns": campaign.done_utc_ns,
            "released_utc_ns": campaign.released_utc_ns,
            "released_by": campaign.released_by,
            "approved_by": campaign.approved_by,
            "release_reason": campaign.release_reason,
            "total": total.total,
            "sent": total.sent,
            "confirmed": total.confirmed,
            "live": total.live,
            "escalated": len(listed),
            "resolved": resolved,
        }

    def status(self, campaign: Campaign, max_lines: int) -> dict[str, Any]:
        """Return all about one kill, with at most ``max_lines`` of its escalation list."""
        listed, _ = self._open_ends(campaign)
        venues = sorted(name for name in campaign.tallies if name)
        by_venue = {venue: sum(line.order.venue == venue for line in listed) for venue in venues}
        return self.summary(campaign) | {
            "all": tally_view(campaign.tallies[""]),
            "venues": [
                {"venue": venue, "is_up": self._is_up(venue), "escalated": by_venue[venue]}
                | tally_view(campaign.tallies[venue])
                for venue in venues
            ],
            "escalations": [line_view(line) for line in listed[:max_lines]],
            "contacts": {venue: self._switch.escalations.contact(venue) for venue, count in by_venue.items() if count},
        }

    def _open_ends(self, campaign: Campaign) -> tuple[list[Line], int]:
        """Return the lines of the escalation list, and how many more a person has resolved."""
        if campaign.is_released or not campaign.is_cancelling or campaign.is_done:
            return [], 0
        listed = [line for line in self._switch.escalations.listed() if campaign in line.campaigns]
        own = (line for line in self._switch.lines.values() if campaign in line.campaigns)
        return listed, sum(1 for line in own if line.resolved_by)

    def _is_up(self, venue: str) -> bool:
        return venue in self._venues and self._venues[venue].is_up

    @staticmethod
    def _state(campaign: Campaign, escalated: int, resolved: int) -> str:
        live = campaign.tallies[""].live
        if campaign.is_released:
            return RELEASED
        if not campaign.is_cancelling:
            return BLOCKED
        if campaign.is_done:
            return DONE
        if escalated:
            return ESCALATED
        return RESOLVED if resolved == live else CANCELLING


def tally_view(tally: Tally) -> dict[str, Any]:
    """Return the counts and times of one venue, or of all."""
    return {
        "total": tally.total,
        "sent": tally.sent,
        "confirmed": tally.confirmed,
        "live": tally.live,
        "dead": {how: tally.dead[how] for how in HOWS if tally.dead.get(how)},
        "stages": {stage: tally.stages.get(stage, 0) for stage in STAGES},
    }


def line_view(line: Line) -> dict[str, Any]:
    """Return an order by the ids that its venue knows, for a person to name on the telephone."""
    order = line.order
    return {
        "order_id": order.order_id,
        "venue": order.venue,
        "venue_cl_ord_id": order.venue_cl_ord_id,
        "venue_order_id": order.venue_order_id,
        "strategy": order.strategy,
        "cl_ord_id": order.cl_ord_id,
        "account": order.account,
        "symbol": order.symbol,
        "side": Side(order.side).name,
        "leaves_qty": fixed_to_str(order.leaves_qty),
        "is_unknown": order.is_unknown,
        "cancels_sent": line.sent,
        "cancels_refused": line.refused,
    }
