"""Keep what one kill has to end and how far it has come: counts and times, per venue and in all.

A campaign holds the orders that its scope covered; each is dead once the books have its end, which is a venue's word or
a certainty of ours (it never left). Nothing else confirms: no cancel sent, no time passed, no person's word.
"""

from dataclasses import dataclass, field
from typing import Final

from fairlead.gateway.kill.blocks import Block, Scope
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.states import CANCELED, DONE_FOR_DAY, EXPIRED, FILLED, REJECTED

ENDS: Final = {
    CANCELED: "canceled",
    FILLED: "filled",
    EXPIRED: "expired",
    REJECTED: "rejected",
    DONE_FOR_DAY: "done_for_day",
}
OTHER_END: Final = "other"
"""An end that has none of these names, or of an order that the books no longer have."""
HOWS: Final = (*ENDS.values(), OTHER_END)

# Stages, in the order in which they are reached.
ALL_SENT: Final = "all_sent"
FIRST: Final = "first_confirmed"
HALF: Final = "half_confirmed"
MOST: Final = "most_confirmed"
LAST: Final = "last_confirmed"
ESCALATED: Final = "escalated"
STAGES: Final = (ALL_SENT, FIRST, HALF, MOST, LAST, ESCALATED)
_SHARES: Final = ((FIRST, 0), (HALF, 50), (MOST, 99), (LAST, 100))
"""Percent of the orders that are to be confirmed dead; more than none for the first."""


def how_ended(order: Order) -> str:
    """Name the end of an order."""
    return ENDS.get(order.state, OTHER_END)


@dataclass(slots=True)
class Tally:
    """Count the orders of a campaign at one venue, or in all, and note when each stage was reached (UTC ns)."""

    total: int = 0
    unsent: int = 0
    """Alive, and no cancel has left for them yet."""
    dead: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)

    @property
    def confirmed(self) -> int:
        """Return how many are dead."""
        return sum(self.dead.values())

    @property
    def live(self) -> int:
        """Return how many may still trade."""
        return self.total - self.confirmed

    @property
    def sent(self) -> int:
        """Return for how many a cancel has left, or was needed no more."""
        return self.total - self.unsent

    def reached(self, utc_ns: int) -> list[str]:
        """Note the stages that have been reached just now, and return them."""
        confirmed, found = self.confirmed, []
        if self.total and not self.unsent and ALL_SENT not in self.stages:
            found.append(ALL_SENT)
        for stage, percent in _SHARES:
            if stage not in self.stages and confirmed and confirmed * 100 >= self.total * percent:
                found.append(stage)
        for stage in found:
            self.stages[stage] = utc_ns
        return found


@dataclass(slots=True, eq=False)
class Campaign:
    """One kill: its block (in force until released), whose orders, and what has become of them.

    A kill of single orders has ``order_ids`` and blocks nothing. ``is_cancelling`` is false where only a block was
    asked for. ``dead`` says by OrderID how each order ended; ``tallies`` counts by venue, ``""`` in all.
    """

    block: Block
    order_ids: frozenset[str] = frozenset()
    is_cancelling: bool = True
    engaged_ns: int = 0
    """Monotonic."""
    dead: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=lambda: {"": Tally()})
    released_utc_ns: int = 0
    released_by: str = ""
    approved_by: str = ""
    release_reason: str = ""
    done_utc_ns: int = 0

    @property
    def campaign_id(self) -> str:
        """Return the id, that of the block."""
        return self.block.block_id

    @property
    def scope(self) -> Scope:
        """Return what is covered."""
        return self.block.scope

    @property
    def is_released(self) -> bool:
        """Tell whether it is over."""
        return self.released_utc_ns != 0

    @property
    def blocks(self) -> bool:
        """Tell whether orders are refused because of it."""
        return not self.order_ids and not self.is_released

    @property
    def is_done(self) -> bool:
        """Tell whether each order is confirmed dead."""
        return self.tallies[""].live == 0

    def covers(self, order: Order) -> bool:
        """Tell whether an order is meant."""
        if self.order_ids:
            return order.order_id in self.order_ids
        return self.block.scope.covers(order.strategy, order.account, order.venue, order.symbol)

    def tallies_of(self, venue: str) -> tuple[Tally, Tally]:
        """Return the counts of a venue and those in all."""
        return self.tallies.setdefault(venue, Tally()), self.tallies[""]

    def add(self, order_id: str, venue: str) -> None:
        """Count an order that lives; one that was dead and lives again is counted as live again."""
        how = self.dead.pop(order_id, "")
        for tally in self.tallies_of(venue):
            tally.unsent += 1
            if how:
                tally.dead[how] -= 1
                tally.stages.pop(LAST, None)
            else:
                tally.total += 1
        self.done_utc_ns = 0

    def add_new(self, venue: str, count: int) -> None:
        """Count orders that live and were never counted before."""
        for tally in self.tallies_of(venue):
            tally.unsent += count
            tally.total += count
        self.done_utc_ns = 0

    def note_sent(self, venue: str, count: int = 1) -> bool:
        """Count that orders' first cancels have left; return whether that was the last of them."""
        own, total = self.tallies_of(venue)
        own.unsent -= count
        total.unsent -= count
        return not own.unsent or not total.unsent

    def note_dead(self, order_id: str, venue: str, how: str, was_sent: bool) -> None:
        """Count that an order is confirmed dead."""
        self.dead[order_id] = how
        for tally in self.tallies_of(venue):
            tally.dead[how] = tally.dead.get(how, 0) + 1
            if not was_sent:
                tally.unsent -= 1

    def note_escalated(self, venue: str, utc_ns: int) -> list[tuple[str, str]]:
        """Note that orders went on the list for people; return what is new of that, as ``stages_reached`` does."""
        found = []
        for name, tally in zip((venue, ""), self.tallies_of(venue), strict=True):
            if ESCALATED not in tally.stages:
                tally.stages[ESCALATED] = utc_ns
                found.append((name, ESCALATED))
        return found

    def stages_reached(self, venue: str, utc_ns: int) -> list[tuple[str, str]]:
        """Note and return the stages just reached: (venue or ``""``, stage)."""
        return [
            (name, stage)
            for name, tally in zip((venue, ""), self.tallies_of(venue), strict=True)
            for stage in tally.reached(utc_ns)
        ]


def describe(campaign: Campaign) -> str:
    """Say in words what a kill covers."""
    if campaign.order_ids:
        some = sorted(campaign.order_ids)
        return f"order {some[0]}" if len(some) == 1 else f"{len(some)} orders"
    return str(campaign.scope)


@dataclass(slots=True, eq=False)
class Line:
    """Keep one order that is to die: what was sent for it, when more is due (monotonic), and who wants it dead."""

    order: Order
    campaigns: list[Campaign]
    escalate_ns: int
    sent: int = 0
    is_waiting: bool = True
    """No cancel has left yet."""
    is_in_mass: bool = False
    """A venue's mass cancel is to end it."""
    answered: int = 0
    """How many had been sent when the venue refused the last one."""
    refused: int = 0
    retry_ns: int = 0
    is_escalated: bool = False
    resolved_by: str = ""
    resolved_reason: str = ""
    resolved_utc_ns: int = 0

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is to be done about it."""
        return self.order.is_ended or not self.campaigns

    @property
    def is_listed(self) -> bool:
        """Tell whether it stands on the escalation list."""
        return self.is_escalated and not self.resolved_by and not self.is_over
