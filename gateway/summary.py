"""Sum up what the books hold, by strategy and by venue, for people and for comparison with the other sides."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.gateway.assembly import Gateway
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.positions_cy import Position


def _sum_up(orders: Iterable[Order], positions: Iterable[Position]) -> dict[str, Any]:
    accepted = [order for order in orders if order.venue_order_id]
    net: dict[str, int] = {}
    for position in positions:
        net[position.symbol] = net.get(position.symbol, 0) + position.net_qty
    return {
        "orders": len(accepted),
        "open": sum(1 for order in accepted if not order.is_ended),
        "fills": sum(1 for order in accepted for execution in order.executions if not execution.is_busted),
        "positions": {symbol: fixed_to_str(quantity) for symbol, quantity in sorted(net.items())},
    }


def summarise(gateway: Gateway) -> dict[str, Any]:
    """Return orders that a venue accepted, those still open, fills that stand and net positions."""
    ledger = gateway.ledger
    orders = list(ledger.orders())
    return {
        "strategies": {
            name: _sum_up((o for o in orders if o.strategy == name), ledger.positions(strategy=name))
            for name in gateway.path.identities
        },
        "venues": {
            name: _sum_up((o for o in orders if o.venue == name), ledger.positions(venue=name))
            for name in gateway.venues
        },
    }


def write_summary(gateway: Gateway, path: Path) -> None:
    """Write the summary as JSON; the file appears whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(summarise(gateway), option=orjson.OPT_INDENT_2) + b"\n")
    fresh.replace(path)
