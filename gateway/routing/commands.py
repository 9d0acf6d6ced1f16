"""Offer operators of the running gateway what is known of routes: ``route.list`` and ``route.explain``."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.control.commands import (
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.routing.explanation import explain
from fairlead.gateway.routing.parent import Parent
from fairlead.gateway.routing.router import Router


class OrderName(Arguments):
    """Name an order: a strategy's ClOrdID, a parent's OrderID, or a child's ClOrdID."""

    order: Annotated[str, Field(min_length=1, max_length=64)]


class RouteCommands:
    """Answer them."""

    def __init__(self, router: Router, ledger: Ledger) -> None:
        self._router = router
        self._ledger = ledger

    def register(self, commands: ControlCommands) -> None:
        """Offer the commands."""
        for name, summary, handler, arguments in (
            ("route.list", "List the routes and the open orders on them.", self.list, NoArguments),
            ("route.explain", "Say why an order of late went where it did.", self.explain, OrderName),
        ):
            commands.add(ControlCommand(name, summary, (VIEW,), handler, arguments, changes=False))

    def list(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``route.list``."""
        live = self._router.book.live()
        routes = [
            {
                "name": route.name,
                "kind": route.kind,
                "venues": list(route.venues),
                "orders": sum(parent.route == route.name for parent in live),
            }
            for route in self._router.routes.values()
        ]
        return {"routes": routes, "orders": [_parent(parent) for parent in live]}

    def explain(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``route.explain`` from the decisions in memory. Raises ControlError."""
        name = request.arguments.order
        found = [
            facts
            for facts in self._router.book.recent
            if name in (facts["parent"], facts["cl_ord_id"]) or name in facts["children"]
        ]
        if not found:
            raise ControlError(
                f"no decision of late about an order {name!r}; `fairlead route explain` reads the whole journal"
            )
        return {"decisions": [explain(facts, self._ledger) for facts in found]}


def _parent(parent: Parent) -> dict[str, Any]:
    return {
        "order_id": parent.order_id,
        "strategy": parent.strategy,
        "cl_ord_id": parent.cl_ord_id,
        "symbol": parent.symbol,
        "side": Side(parent.side).name.lower(),
        "route": parent.route,
        "order_qty": fixed_to_str(parent.order_qty),
        "cum_qty": fixed_to_str(parent.cum_qty),
        "children": [
            {"child": child.child_id, "venue": child.venue, "leaves_qty": fixed_to_str(child.leaves_qty)}
            for child in parent.live_children()
        ],
    }
