"""Stop trading: block, cancel, confirm, escalate, release.

A kill is in force when ``engage`` returns: its block refuses new orders and replaces, the orders that it covers are
listed, and the first of their cancels are out. What follows, ``advance`` does, a bounded number of cancels a turn, and
``note_change``, which the ledger calls with each order that changed. A kill is done when the books have the end of each
order, and over when it is released.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.venue_session import VenueSession
from fairlead.gateway.kill.blocks import Block, Blocks, Scope
from fairlead.gateway.kill.campaign import Campaign, Line, describe, how_ended
from fairlead.gateway.kill.cancels import Cancels, has_cancel_in_flight
from fairlead.gateway.kill.escalation import Escalations
from fairlead.gateway.kill.mass import MassKills
from fairlead.gateway.kill.records import KillRecords, engaged_facts, note_released
from fairlead.gateway.kill.settings import KillSettings
from fairlead.gateway.mass_cancels import MassCancels
from fairlead.gateway.orders.ids import OwnIds
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

AUTO: Final = "auto:"
"""Begins the name of a trigger that engaged a kill; a person's never has a colon."""
CAUSE: Final = "kill switch"
PAST_KILLS: Final = 20
"""Released kills that stay on the list."""


class KillError(Exception):
    """Say why a kill can't be engaged, resolved or released; the text goes to the operator."""


class KillSwitch:
    """Hold the blocks, the kills, and every order that is to die.

    ``send(order, cause, now_ns, utc_ns)`` sends one cancel and tells whether it could; ``alert(event, utc_ns,
    **fields)`` tells people. ``wake``, where set, is called when cancels are left to send after a turn.
    """

    def __init__(
        self,
        settings: KillSettings,
        ledger: Ledger,
        venues: Mapping[str, VenueSession],
        mass_cancels: MassCancels,
        send: Callable[[Order, str, int, int], bool],
        ids: OwnIds,
        record: Callable[[int, bytes, int], object],
        alert: Callable[..., None],
    ) -> None:
        self.settings = settings
        self.blocks = Blocks()
        self.kills: dict[str, Campaign] = {}
        """By id, those not released."""
        self.past: deque[Campaign] = deque(maxlen=PAST_KILLS)
        self.lines: dict[str, Line] = {}
        """By OrderID, the orders that are to die and live."""
        self.wake: Callable[[], None] | None = None
        self._ledger = ledger
        self._venues = venues
        self._ids = ids
        self._records = KillRecords(record)
        self._alert = alert
        self.cancels = Cancels(
            settings, venues, lambda order, now_ns, utc_ns: send(order, CAUSE, now_ns, utc_ns), self._note_sent
        )
        self._mass = MassKills(settings, ledger, venues, mass_cancels)
        self.escalations = Escalations(settings, self.lines, self._records, alert)
        self._now_ns = 0

    # Engaging

    def engage(self, scope: Scope, by: str, reason: str, now_ns: int, utc_ns: int, *, cancel: bool = True) -> str:
        """Block everything in scope and, with ``cancel``, end every order of it; return the kill's id.

        A scope that is killed already keeps its kill: a person's repetition sends the cancels at once once more, a
        trigger's (``by`` begins with ``auto:``) does nothing.
        """
        for campaign in self.kills.values():
            if campaign.scope == scope and not campaign.order_ids:
                self._engage_again(campaign, by, reason, now_ns, utc_ns, cancel)
                return campaign.campaign_id
        campaign = Campaign(Block(self._ids.next(), scope, by, reason, utc_ns), frozenset(), cancel, now_ns)
        return self._begin(campaign, now_ns, utc_ns)

    def block_absent(self, strategy: str, cause: str, now_ns: int, utc_ns: int) -> int:
        """Kill a strategy whose link is lost, by its policy; return how many orders it had open."""
        scope = Scope(strategy=strategy)
        count = len(self.open_in(scope))
        self.engage(scope, f"{AUTO}on_disconnect", cause, now_ns, utc_ns)
        return count

    def kill_orders(self, order_ids: Iterable[str], by: str, reason: str, now_ns: int, utc_ns: int) -> str:
        """End these orders and block nothing; return the kill's id. Raises KillError where one is unknown or ended."""
        wanted = frozenset(order_ids)
        for order_id in sorted(wanted):
            order = self._ledger.find_by_order_id(order_id)
            if order is None or order.is_ended:
                state = "unknown" if order is None else f"over ({how_ended(order)})"
                raise KillError(f"order {order_id} is {state}, expected one that lives")
        if not wanted:
            raise KillError("no order received, expected one or more OrderIDs")
        block = Block(self._ids.next(), Scope(), by, reason, utc_ns)
        return self._begin(Campaign(block, wanted, True, now_ns), now_ns, utc_ns)

    def _begin(self, campaign: Campaign, now_ns: int, utc_ns: int) -> str:
        self._records.write("engaged", campaign.campaign_id, utc_ns, **engaged_facts(campaign))
        self.kills[campaign.campaign_id] = campaign
        if campaign.blocks:
            self.blocks.in_force[campaign.campaign_id] = campaign.block
        count = self._cancel_all(campaign, now_ns, utc_ns) if campaign.is_cancelling else 0
        self._alert(
            "kill_engaged",
            utc_ns,
            kill=campaign.campaign_id,
            scope=describe(campaign),
            by=campaign.block.by,
            reason=campaign.block.reason,
            orders=count,
            cancels=campaign.is_cancelling,
        )
        return campaign.campaign_id

    def _engage_again(self, campaign: Campaign, by: str, reason: str, now_ns: int, utc_ns: int, cancel: bool) -> None:
        is_news = cancel and not campaign.is_cancelling
        if by.startswith(AUTO) and not is_news:
            return
        self._records.write("again", campaign.campaign_id, utc_ns, by=by, reason=reason, cancel=cancel)
        if is_news:
            campaign.is_cancelling, campaign.engaged_ns = True, now_ns
            self._cancel_all(campaign, now_ns, utc_ns)
        elif cancel:
            for line in self.lines_of(campaign):
                self.cancels.of(line.order.venue).send_again(line, 0)
            self.advance(now_ns, utc_ns)

    def _cancel_all(self, campaign: Campaign, now_ns: int, utc_ns: int) -> int:
        """List every order that the campaign covers, and send what one turn may."""
        orders = self.open_orders(campaign)
        self._now_ns = now_ns
        with _no_collection():
            self.list_orders(campaign, orders, utc_ns)
        for venue in self._mass.venues_for(campaign, orders):
            own = [self.lines[order.order_id] for order in orders if order.venue == venue]
            if self._mass.send(venue, campaign.scope.symbol, own, self._left_over, now_ns, utc_ns):
                self._note_mass_sent(venue, own, now_ns, utc_ns)
        for order in orders:
            line = self.lines[order.order_id]
            if line.is_waiting:
                self.cancels.of(order.venue).add(line)
        self.look_if_done(campaign, utc_ns)
        self.advance(now_ns, utc_ns)
        return len(orders)

    def open_orders(self, campaign: Campaign) -> list[Order]:
        """Return the orders that the campaign covers and that live."""
        if campaign.order_ids:
            found = (self._ledger.find_by_order_id(order_id) for order_id in sorted(campaign.order_ids))
            return [order for order in found if order is not None and not order.is_ended]
        return self.open_in(campaign.scope)

    def open_in(self, scope: Scope) -> list[Order]:
        """Return the orders that live in a scope."""
        return self._ledger.open_orders(
            strategy=scope.strategy, account=scope.account, venue=scope.venue, symbol=scope.symbol
        )

    def list_orders(self, campaign: Campaign, orders: list[Order], utc_ns: int) -> None:
        """Record and count orders that are to die."""
        ids = (order.order_id for order in orders)
        self._records.write_orders("orders", campaign.campaign_id, ids, utc_ns)
        new: dict[str, int] = {}
        for order in orders:
            if order.order_id in self.lines or order.order_id in campaign.dead:
                self.add_line(campaign, order)
            else:
                self._new_line(campaign, order)
                new[order.venue] = new.get(order.venue, 0) + 1
        for venue, count in new.items():
            campaign.add_new(venue, count)

    def _new_line(self, campaign: Campaign, order: Order) -> Line:
        since_ns = max(campaign.engaged_ns, self._now_ns)
        line = Line(order, [campaign], since_ns + self.settings.escalate_after_ns)
        self.lines[order.order_id] = line
        self.escalations.expect(line)
        return line

    def add_line(self, campaign: Campaign, order: Order) -> Line:
        """Count one order that is to die, be it that another kill lists it already."""
        line = self.lines.get(order.order_id)
        if line is None:
            line = self._new_line(campaign, order)
        else:
            line.campaigns.append(campaign)
        campaign.add(order.order_id, order.venue)
        if not line.is_waiting:
            campaign.note_sent(order.venue)
        return line

    # What follows

    def note_change(self, order: Order) -> None:
        """Look at an order that has changed: dead, alive again, or its cancel refused. Sends nothing."""
        if not self.kills:
            return
        line = self.lines.get(order.order_id)
        if line is None:
            if not order.is_ended:
                self._note_alive(order)
        elif order.is_ended:
            self._note_dead(line)
        elif line.sent > line.answered and not line.is_in_mass and not has_cancel_in_flight(order):
            line.answered = line.sent
            line.refused += 1
            if line.refused == 1:
                self.cancels.of(order.venue).send_again(line, 0)
                self._call()

    def _note_alive(self, order: Order) -> None:
        """Kill an order that was not listed: a bust brought it back, or it was let through in spite of a block."""
        for campaign in self.kills.values():
            if campaign.is_cancelling and campaign.covers(order):
                self.list_orders(campaign, [order], order.changed_utc_ns)
        line = self.lines.get(order.order_id)
        if line is not None:
            self.cancels.of(order.venue).add(line)
            self._call()

    def _note_dead(self, line: Line) -> None:
        order = line.order
        utc_ns = order.changed_utc_ns
        del self.lines[order.order_id]
        self.cancels.of(order.venue).note_progress(self._now_ns)
        for campaign in line.campaigns:
            campaign.note_dead(order.order_id, order.venue, how_ended(order), not line.is_waiting)
            self.record_stages(campaign, order.venue, utc_ns)
            self.look_if_done(campaign, utc_ns)

    def _note_sent(self, line: Line, utc_ns: int) -> None:
        line.is_waiting = False
        for campaign in line.campaigns:
            if campaign.note_sent(line.order.venue):
                self.record_stages(campaign, line.order.venue, utc_ns)

    def _note_mass_sent(self, venue: str, lines: list[Line], now_ns: int, utc_ns: int) -> None:
        cancels = self.cancels.of(venue)
        counts: dict[Campaign, int] = {}
        for line in lines:
            if line.is_waiting:
                line.is_waiting = False
                for campaign in line.campaigns:
                    counts[campaign] = counts.get(campaign, 0) + 1
            cancels.plan_next(line, now_ns)
        for campaign, count in counts.items():
            campaign.note_sent(venue, count)
            self.record_stages(campaign, venue, utc_ns)

    def record_stages(self, campaign: Campaign, venue: str, utc_ns: int) -> None:
        """Record the stages just reached."""
        for name, stage in campaign.stages_reached(venue, utc_ns):
            self._records.write("stage", campaign.campaign_id, utc_ns, venue=name, stage=stage)

    def look_if_done(self, campaign: Campaign, utc_ns: int) -> None:
        """Say so when the last order of a kill is confirmed dead."""
        if campaign.done_utc_ns or not campaign.is_cancelling or not campaign.is_done:
            return
        campaign.done_utc_ns = utc_ns
        self._records.write("done", campaign.campaign_id, utc_ns)
        total = campaign.tallies[""]
        self._alert(
            "kill_complete",
            utc_ns,
            kill=campaign.campaign_id,
            orders=total.total,
            ended=dict(total.dead),
            after_ms=(utc_ns - campaign.block.since_utc_ns) // 1_000_000,
        )

    def _left_over(self, orders: list[Order]) -> None:
        """Cancel one by one what a mass cancel has not ended."""
        for order in orders:
            line = self.lines.get(order.order_id)
            if line is not None:
                line.is_in_mass = False
                self.cancels.of(order.venue).send_again(line, 0)
        self._call()

    def venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Send the cancels that a venue missed, before anything else goes to it."""
        for line in self.lines.values():
            if line.order.venue == venue and not line.is_waiting:
                line.is_in_mass = False
                self.cancels.of(venue).send_again(line, 0)
        if self.lines:
            self.advance(now_ns, utc_ns)

    def advance(self, now_ns: int, utc_ns: int) -> int:
        """Send one turn's cancels and escalate what outlived its time; return when to come again (0: at once)."""
        self._now_ns = now_ns
        self.escalations.tick(now_ns, utc_ns)
        if not self.lines:
            return NEVER_NS
        next_ns = self.cancels.advance(now_ns, utc_ns)
        if not next_ns:
            self._call()
        return next_ns

    def _call(self) -> None:
        if self.wake is not None:
            self.wake()

    # The end

    def resolve(self, order_ids: Iterable[str], by: str, reason: str, utc_ns: int) -> list[Order]:
        """Take orders off the escalation list on a person's word, and return them; no book changes.

        Raises KillError, and resolves none, where one is not on the list.
        """
        lines = []
        for order_id in order_ids:
            line = self.lines.get(order_id)
            if line is None or not line.is_listed:
                raise KillError(f"order {order_id} received, expected one of the escalation list")
            lines.append(line)
        for line in lines:
            self.escalations.resolve(line, by, reason, utc_ns)
        return [line.order for line in lines]

    def release(
        self, kill_id: str, by: str, approver: str, reason: str, utc_ns: int, *, with_live: bool = False
    ) -> Campaign:
        """End a kill: nothing is refused or cancelled because of it any more.

        Raises KillError where there is no such kill, or where orders of its scope live and ``with_live`` is not set.
        """
        campaign = self.kills.get(kill_id)
        if campaign is None:
            listed = ", ".join(sorted(self.kills)) or "none is in force"
            raise KillError(f"kill {kill_id!r} received, expected one in force ({listed})")
        live = self.open_orders(campaign)
        if live and not with_live:
            raise KillError(
                f"{len(live)} orders of kill {kill_id} live; resolve and wait for their ends, or release it with them"
            )
        self._records.write("released", kill_id, utc_ns, by=by, approver=approver, reason=reason, live=len(live))
        del self.kills[kill_id]
        self.blocks.in_force.pop(kill_id, None)
        note_released(campaign, by, approver, reason, utc_ns)
        for line in self.lines_of(campaign):
            line.campaigns.remove(campaign)
            if not line.campaigns:
                del self.lines[line.order.order_id]
        self.past.append(campaign)
        self._alert("kill_released", utc_ns, kill=kill_id, by=by, approver=approver, reason=reason, live=len(live))
        return campaign

    def lines_of(self, campaign: Campaign) -> list[Line]:
        """Return the orders of a kill that live."""
        return [line for line in self.lines.values() if campaign in line.campaigns]

    # Surviving

    def write_checkpoint(self, utc_ns: int) -> None:
        """Record how every kill stands, so that no earlier record is needed."""
        for campaign in (*self.past, *self.kills.values()):
            self._records.write_standing(campaign, self.lines_of(campaign), utc_ns)

    def adopt(self, campaign: Campaign) -> None:
        """Put a kill that the journal remembers in force again, or among the released ones."""
        if campaign.is_released:
            self.past.append(campaign)
            return
        self.kills[campaign.campaign_id] = campaign
        if campaign.blocks:
            self.blocks.in_force[campaign.campaign_id] = campaign.block


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let many objects be made without a search for garbage among all the books, which takes ten times as long."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
