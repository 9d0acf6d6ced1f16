"""Go on with the kills that the journal remembers, once the books are restored.

What has become of their orders meanwhile is counted from the books. Those that live are cancelled again as their venues
come up: what the last process sent, and whether it arrived, nobody asks.
"""

from fairlead.gateway.kill.campaign import OTHER_END, how_ended
from fairlead.gateway.kill.records import Memory, Remembered
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order


def resume(switch: KillSwitch, memory: Memory, ledger: Ledger, now_ns: int, utc_ns: int) -> None:
    """Put blocks in force and list what lives; nothing is sent yet."""
    for kill in memory:
        campaign = kill.campaign
        switch.adopt(campaign)
        # counted from the stamp: the monotonic clock may be another machine start's
        campaign.engaged_ns = now_ns - max(0, utc_ns - campaign.block.since_utc_ns)
        if campaign.is_cancelling and not campaign.is_released:
            _resume_orders(switch, kill, ledger, utc_ns)


def _resume_orders(switch: KillSwitch, kill: Remembered, ledger: Ledger, utc_ns: int) -> None:
    campaign = kill.campaign
    found = {order_id: ledger.find_by_order_id(order_id) for order_id in kill.orders}
    for order_id, order in found.items():
        if order is not None and not order.is_ended:
            _resume_line(switch, kill, order)
            continue
        venue, how = (order.venue, how_ended(order)) if order is not None else ("?", OTHER_END)
        campaign.add(order_id, venue)
        campaign.note_dead(order_id, venue, how, was_sent=False)
    missed = [order for order in switch.open_orders(campaign) if order.order_id not in found]
    switch.list_orders(campaign, missed, utc_ns)
    for line in switch.lines_of(campaign):
        switch.cancels.of(line.order.venue).add(line)
    for venue in [name for name in campaign.tallies if name]:
        switch.record_stages(campaign, venue, utc_ns)
    switch.look_if_done(campaign, utc_ns)


def _resume_line(switch: KillSwitch, kill: Remembered, order: Order) -> None:
    line = switch.add_line(kill.campaign, order)
    line.is_escalated = line.is_escalated or order.order_id in kill.escalated
    if order.order_id in kill.resolved:
        line.resolved_by, line.resolved_reason, line.resolved_utc_ns = kill.resolved[order.order_id]
