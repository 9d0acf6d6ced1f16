"""Put the kill switch together from the configuration, and join it to books, venues and journal."""

from collections.abc import Callable
from typing import Final

from fairlead.gateway.config import Config
from fairlead.gateway.config.kill_keys import Contact as ContactKeys
from fairlead.gateway.kill.block_check_cy import BlockCheck
from fairlead.gateway.kill.settings import Contact, KillSettings
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.orders.ids import OwnIds
from fairlead.gateway.orders.order_cy import Order

_NS_PER_S: Final = 1_000_000_000


def build_settings(config: Config) -> KillSettings:
    """Return what the configuration says about kills."""
    keys = config.kill
    return KillSettings(
        escalate_after_ns=int(keys.escalate_after_s * _NS_PER_S),
        retry_after_ns=int(keys.retry_after_s * _NS_PER_S),
        retry_max_ns=int(keys.retry_max_s * _NS_PER_S),
        cancels_a_turn=keys.cancels_per_turn,
        mass_cancel={venue.name: venue.kill_mass_cancel for venue in config.venues},
        contacts={venue.name: _contact(venue.contact) for venue in config.venues if venue.contact is not None},
    )


def _contact(keys: ContactKeys) -> Contact:
    return Contact(keys.name, keys.phone, keys.email, keys.procedure, keys.mass_cancel_desk)


def build_switch(
    settings: KillSettings,
    path: OrderPath,
    epoch: int,
    record: Callable[[int, bytes, int], object],
    alert: Callable[..., None],
) -> KillSwitch:
    """Return the switch of an order path: it sees every change of an order, and goes first when a venue returns."""

    def send(order: Order, cause: str, now_ns: int, utc_ns: int) -> bool:
        session = path.venues[order.venue]
        sent: bool = path.own_cancels.send(order, session, "", cause, now_ns, utc_ns)
        return sent

    switch = KillSwitch(settings, path.ledger, path.venues, path.mass_cancels, send, OwnIds("K", epoch), record, alert)
    path.ledger.watch(switch.note_change)
    path.kill_at_return = switch.venue_up
    path.block_absent = switch.block_absent
    path.checks.fill("kill", BlockCheck(switch.blocks))
    return switch
