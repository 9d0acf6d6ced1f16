"""Offer the support desk's commands about orders: list, show, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, OrdType, RequestKind, Side, TimeInForce
from fairlead.gateway.control.commands import (
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
)
from fairlead.gateway.control.session_commands import operators_words
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.orders.order_cy import Order

MAX_LISTED: Final = 2000
_SIDES: Final = {side.name.lower(): int(side) for side in Side}


class Filter(Arguments):
    """Select open orders; "": any."""

    strategy: str = ""
    venue: str = ""
    account: str = ""
    symbol: str = ""
    side: str = ""
    limit: Annotated[int, Field(ge=1, le=MAX_LISTED)] = 200


class OneOrder(Arguments):
    """Name an order by Fairlead's OrderID, or by its strategy and any ClOrdID that it has had."""

    order_id: str = ""
    strategy: str = ""
    cl_ord_id: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> "OneOrder":
        if bool(self.order_id) == bool(self.strategy and self.cl_ord_id):
            raise ValueError("expected order_id, or strategy and cl_ord_id")
        return self


class OrderCommands:
    """Answer ``orders.*``."""

    def __init__(self, path: OrderPath) -> None:
        self._path = path

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        looks = (
            ("orders.list", "List open orders, oldest first.", self.list, Filter),
            ("orders.show", "Show one order with its requests and executions.", self.show, OneOrder),
        )
        for name, summary, handler, arguments in looks:
            commands.add(ControlCommand(name, summary, (VIEW,), handler, arguments, changes=False))
        summary = "Cancel one order; its end is reported when the venue confirms it."
        commands.add(ControlCommand("orders.cancel", summary, (SUPPORT,), self.cancel, OneOrder))

    def list(self, request: ControlRequest) -> Mapping[str, Any]:
        """List open orders."""
        asked: Filter = request.arguments
        if asked.side and asked.side not in _SIDES:
            raise ControlError(f"side {asked.side!r} received, expected one of {', '.join(_SIDES)}")
        found = self._path.ledger.open_orders(
            strategy=asked.strategy,
            venue=asked.venue,
            account=asked.account,
            symbol=asked.symbol,
            side=_SIDES.get(asked.side, 0),
        )
        return {
            "orders": [shown(order) for order in found[: asked.limit]],
            "left_out": max(0, len(found) - asked.limit),
        }

    def show(self, request: ControlRequest) -> Mapping[str, Any]:
        """Show one."""
        order = self._find(request.arguments)
        return {
            "order": shown(order),
            "requests": [
                {
                    "kind": RequestKind(each.kind).name.lower(),
                    "cl_ord_id": each.cl_ord_id,
                    "venue_cl_ord_id": each.venue_cl_ord_id,
                    "utc_ns": each.utc_ns,
                    "in_flight": each in order.requests,
                    "in_doubt": bool(each.is_unknown),
                }
                for each in order.all_requests
            ],
            "executions": [
                {
                    "exec_id": each.exec_id,
                    "last_qty": fixed_to_str(each.last_qty),
                    "last_px": fixed_to_str(each.last_px),
                    "utc_ns": each.utc_ns,
                    "busted": bool(each.is_busted),
                }
                for each in order.executions
            ],
        }

    def cancel(self, request: ControlRequest) -> Mapping[str, Any]:
        """Cancel one."""
        order = self._find(request.arguments)
        if order.is_ended:
            status = OrdStatus(order.ord_status).name.lower()
            raise ControlError(f"order {order.order_id} has ended: it is {status}")
        before = shown(order)
        self._path.own_cancels.end(order, "", f"cancelled {operators_words(request)}", request.now_ns, request.utc_ns)
        is_sent = any(each.kind == RequestKind.CANCEL_ORDER for each in order.requests)
        cancel = "sent" if is_sent else f"waits until venue {order.venue} is back"
        return {"cancel": cancel, "before": before, "after": shown(order)}

    def _find(self, asked: OneOrder) -> Order:
        ledger = self._path.ledger
        order = (
            ledger.find_by_order_id(asked.order_id) if asked.order_id else ledger.find(asked.strategy, asked.cl_ord_id)
        )
        if order is None:
            name = asked.order_id or f"{asked.cl_ord_id} of {asked.strategy}"
            raise ControlError(f"order {name} is not in the books: was it of an earlier day?")
        return order


def _name(names: Any, code: int) -> str:
    try:
        name: str = names(code).name.lower()
    except ValueError:
        return str(code)
    return name


def _fixed(value: int) -> str:
    return "" if value == ABSENT else fixed_to_str(value)


def shown(order: Order) -> dict[str, Any]:
    """Return an order as JSON has it."""
    terms = order.terms
    return {
        "order_id": order.order_id,
        "strategy": order.strategy,
        "cl_ord_id": order.cl_ord_id,
        "venue": order.venue,
        "venue_cl_ord_id": order.venue_cl_ord_id,
        "venue_order_id": order.venue_order_id,
        "account": order.account,
        "symbol": order.symbol,
        "side": _name(Side, order.side),
        "type": _name(OrdType, terms.ord_type),
        "time_in_force": _name(TimeInForce, terms.time_in_force),
        "qty": fixed_to_str(order.order_qty),
        "price": _fixed(terms.price),
        "stop_px": _fixed(terms.stop_px),
        "cum_qty": fixed_to_str(order.cum_qty),
        "leaves_qty": fixed_to_str(order.leaves_qty),
        "status": _name(OrdStatus, order.ord_status),
        "in_flight": [_name(RequestKind, each.kind) for each in order.requests],
        "in_doubt": bool(order.is_unknown),
        "opened_utc_ns": order.opened_utc_ns,
        "changed_utc_ns": order.changed_utc_ns,
    }
