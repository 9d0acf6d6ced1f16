"""Write what a kill does to the journal, and read it back at a start.

KILL records are JSON objects with ``event`` and the kill's ``id``: ``engaged`` (scope, who, why), ``again``, ``orders``
(OrderIDs that are to die), ``escalated``, ``resolved``, ``stage``, ``done``, ``released``. A checkpoint writes
``standing`` (all of a kill but its living orders) and then the same records again for what lives, so that older
segments can go. Ends of orders are not written here: they are the books', and are counted from them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.kill.blocks import Block, Scope
from fairlead.gateway.kill.campaign import Campaign, Line

ORDERS_A_RECORD: Final = 500
"""OrderIDs in one record at most."""


class KillRecords:
    """Write KILL records through ``record(kind, payload, utc_ns)``."""

    def __init__(self, record: Callable[[int, bytes, int], object]) -> None:
        self._record = record

    def write(self, event: str, campaign_id: str, utc_ns: int, **facts: Any) -> None:
        """Write one record."""
        self._record(kinds.KILL, orjson.dumps({"event": event, "id": campaign_id, **facts}), utc_ns)

    def write_orders(self, event: str, campaign_id: str, order_ids: Iterable[str], utc_ns: int, **facts: Any) -> None:
        """Write what holds for many orders."""
        every = list(order_ids)
        for start in range(0, len(every), ORDERS_A_RECORD):
            self.write(event, campaign_id, utc_ns, orders=every[start : start + ORDERS_A_RECORD], **facts)

    def write_standing(self, campaign: Campaign, lines: Iterable[Line], utc_ns: int) -> None:
        """Write how a kill stands, so that no earlier record of it is needed."""
        self.write("standing", campaign.campaign_id, utc_ns, **_standing(campaign))
        own = list(lines)
        self.write_orders("orders", campaign.campaign_id, (line.order.order_id for line in own), utc_ns)
        escalated = (line.order.order_id for line in own if line.is_escalated)
        self.write_orders("escalated", campaign.campaign_id, escalated, utc_ns)
        for line in own:
            if line.resolved_by:
                said = {"by": line.resolved_by, "reason": line.resolved_reason, "at": line.resolved_utc_ns}
                self.write_orders("resolved", campaign.campaign_id, [line.order.order_id], utc_ns, **said)


def engaged_facts(campaign: Campaign) -> dict[str, Any]:
    """Return who kills what, and why."""
    block = campaign.block
    return {
        "scope": block.scope.to_dict(),
        "order_ids": sorted(campaign.order_ids),
        "by": block.by,
        "reason": block.reason,
        "since": block.since_utc_ns,
        "cancel": campaign.is_cancelling,
    }


def _standing(campaign: Campaign) -> dict[str, Any]:
    return engaged_facts(campaign) | {
        "dead": {venue: tally.dead for venue, tally in campaign.tallies.items() if venue},
        "stages": {venue: tally.stages for venue, tally in campaign.tallies.items()},
        "done": campaign.done_utc_ns,
        "released": campaign.released_utc_ns,
        "released_by": campaign.released_by,
        "approved_by": campaign.approved_by,
        "release_reason": campaign.release_reason,
    }


@dataclass(slots=True)
class Remembered:
    """Hold one kill as the journal tells it: the campaign with its counted dead, and the orders that it lists."""

    campaign: Campaign
    orders: dict[str, None] = field(default_factory=dict)
    escalated: set[str] = field(default_factory=set)
    resolved: dict[str, tuple[str, str, int]] = field(default_factory=dict)


class Memory:
    """Rebuild kills from their records, in order; what concerns a kill whose beginning is gone is passed over."""

    def __init__(self) -> None:
        self.kills: dict[str, Remembered] = {}
        self._events: dict[str, Callable[[Remembered, dict[str, Any], int], None]] = {
            "again": self._again,
            "orders": self._orders,
            "escalated": self._escalated,
            "resolved": self._resolved,
            "stage": self._stage,
            "done": self._done,
            "released": self._released,
        }

    def take(self, record: Record) -> None:
        """Take one of the journal's records."""
        self.replay(record.payload, record.utc_ns)

    def replay(self, payload: bytes, utc_ns: int) -> None:
        """Take a record's payload, and when it was made."""
        facts = orjson.loads(payload)
        event, campaign_id = facts["event"], facts["id"]
        if event in ("engaged", "standing"):
            self.kills[campaign_id] = Remembered(_campaign(campaign_id, facts))
        elif campaign_id in self.kills:
            self._events[event](self.kills[campaign_id], facts, utc_ns)

    def __iter__(self) -> Iterator[Remembered]:
        return iter(self.kills.values())

    @staticmethod
    def _again(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        kill.campaign.is_cancelling = kill.campaign.is_cancelling or facts["cancel"]

    @staticmethod
    def _orders(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        kill.orders.update(dict.fromkeys(facts["orders"]))
        kill.campaign.done_utc_ns = 0

    @staticmethod
    def _escalated(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        kill.escalated.update(facts["orders"])

    @staticmethod
    def _resolved(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        said = (facts["by"], facts["reason"], facts.get("at", utc_ns))
        kill.resolved.update(dict.fromkeys(facts["orders"], said))

    @staticmethod
    def _stage(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        kill.campaign.tallies_of(facts["venue"])
        kill.campaign.tallies[facts["venue"]].stages[facts["stage"]] = utc_ns

    @staticmethod
    def _done(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        kill.campaign.done_utc_ns = utc_ns

    @staticmethod
    def _released(kill: Remembered, facts: dict[str, Any], utc_ns: int) -> None:
        note_released(kill.campaign, facts["by"], facts["approver"], facts["reason"], utc_ns)


def note_released(campaign: Campaign, by: str, approver: str, reason: str, utc_ns: int) -> None:
    """Write on a campaign who released it."""
    campaign.released_utc_ns = utc_ns
    campaign.released_by, campaign.approved_by, campaign.release_reason = by, approver, reason


def _campaign(campaign_id: str, facts: dict[str, Any]) -> Campaign:
    block = Block(campaign_id, Scope(**facts["scope"]), facts["by"], facts["reason"], facts["since"])
    campaign = Campaign(block, frozenset(facts["order_ids"]), facts["cancel"])
    if facts["event"] == "engaged":
        return campaign
    for venue, dead in facts["dead"].items():
        for tally in campaign.tallies_of(venue):
            tally.total += sum(dead.values())
            for how, count in dead.items():
                tally.dead[how] = tally.dead.get(how, 0) + count
    for venue, stages in facts["stages"].items():
        campaign.tallies_of(venue)
        campaign.tallies[venue].stages.update(stages)
    campaign.done_utc_ns = facts["done"]
    if facts["released"]:
        note_released(campaign, facts["released_by"], facts["approved_by"], facts["release_reason"], facts["released"])
    return campaign
