"""Play the steps that a trigger quantity asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.orders import EXPIRED, NEW, PENDING_NEW, VenueOrder
from fairlead.certification.venues.reports import RESTATED, TRADE
from fairlead.certification.venues.triggers import TRIGGERS
from fairlead.certification.venues.wire import WireMessage

if TYPE_CHECKING:
    from fairlead.certification.venues.fix_orders import OrderDesk


def start_script(desk: OrderDesk, order: VenueOrder, message: WireMessage) -> None:
    """Start the script that the order's quantity chose."""
    order.is_off_book = True
    order.terms.is_open = True
    desk.save(order)
    _play(desk, order, TRIGGERS[order.trigger].steps, message)


def play_step(desk: OrderDesk, order: VenueOrder, step: str) -> None:
    """Play one step of an answer to a cancel or replace."""
    _STEPS[step](desk, order)


def _play(desk: OrderDesk, order: VenueOrder, steps: tuple[str, ...], message: WireMessage) -> None:
    for position, step in enumerate(steps):
        if step == "wait":
            desk.schedule_script(partial(_play, desk, order, steps[position + 1 :], message))
            return
        if step in _REFUSALS:
            _REFUSALS[step](desk, order, message)
        else:
            _STEPS[step](desk, order)


def _fill(desk: OrderDesk, order: VenueOrder, quantity: int) -> None:
    terms = order.terms
    if quantity <= 0:
        return
    terms.cum += quantity
    if terms.cum >= terms.quantity:
        terms.is_open = False
    desk.record_fill(order, quantity, _price(desk, order))


def _price(desk: OrderDesk, order: VenueOrder) -> int:
    """Return the order's own price, or for a market order the last trade's, or 100."""
    return order.terms.price or desk.book(order.instrument_key).last_price or 100 * UNITS


def _half(desk: OrderDesk, order: VenueOrder) -> None:
    _fill(desk, order, order.leaves // (2 * UNITS) * UNITS)


def _rest(desk: OrderDesk, order: VenueOrder) -> None:
    _fill(desk, order, order.leaves)


def _acknowledge(desk: OrderDesk, order: VenueOrder) -> None:
    order.is_pending_new = False
    desk.report(order, NEW)


def _pending_new(desk: OrderDesk, order: VenueOrder) -> None:
    order.is_pending_new = True
    desk.report(order, PENDING_NEW)


def _last_exec_id(desk: OrderDesk, order: VenueOrder) -> str:
    executions = (entry for entry in reversed(desk.executions.values()) if entry.order_id == order.order_id)
    return next(entry.exec_id for entry in executions if not entry.is_busted)


def _bust(desk: OrderDesk, order: VenueOrder) -> None:
    desk.bust(_last_exec_id(desk, order))


def _correct(desk: OrderDesk, order: VenueOrder) -> None:
    execution = desk.executions[_last_exec_id(desk, order)]
    desk.correct(execution.exec_id, execution.quantity, execution.price + UNITS // 100)


def _cancel(desk: OrderDesk, order: VenueOrder) -> None:
    desk.cancel(order, text="cancelled by the venue")


def _restate(desk: OrderDesk, order: VenueOrder) -> None:
    order.terms.quantity = order.terms.cum + max(order.leaves // (2 * UNITS), 1) * UNITS
    desk.report(order, RESTATED, text="part of the quantity is declined", extra=((378, "5"),))


def _done_for_day(desk: OrderDesk, order: VenueOrder) -> None:
    desk.done_for_day(order)


def _expire(desk: OrderDesk, order: VenueOrder) -> None:
    desk.end(order, EXPIRED, "expired")


def _repeat(desk: OrderDesk, order: VenueOrder) -> None:
    execution = desk.executions[_last_exec_id(desk, order)]
    desk.report(order, TRADE, exec_id=execution.exec_id, last=(execution.quantity, execution.price))


def _unknown_fill(desk: OrderDesk, order: VenueOrder) -> None:
    desk.report_unknown_fill(order, 100 * UNITS, _price(desk, order))


def _fill_too_much(desk: OrderDesk, order: VenueOrder) -> None:
    _fill(desk, order, 100 * UNITS)


def _late_fill(desk: OrderDesk, order: VenueOrder) -> None:
    _fill(desk, order, order.terms.quantity // (2 * UNITS) * UNITS)


def _disconnect(desk: OrderDesk, order: VenueOrder) -> None:
    desk.drop_connection(order, reset=False)


def _reset(desk: OrderDesk, order: VenueOrder) -> None:
    desk.drop_connection(order, reset=True)


def _lose(desk: OrderDesk, order: VenueOrder) -> None:
    desk.lose_next_message(order)


def _reject(desk: OrderDesk, order: VenueOrder, message: WireMessage) -> None:
    desk.reject(order, 0, "rejected on request of its quantity")


def _business_reject(desk: OrderDesk, order: VenueOrder, message: WireMessage) -> None:
    desk.forget(order, message, is_session_level=False)


def _session_reject(desk: OrderDesk, order: VenueOrder, message: WireMessage) -> None:
    desk.forget(order, message, is_session_level=True)


_STEPS: dict[str, Callable[[OrderDesk, VenueOrder], None]] = {
    "ack": _acknowledge,
    "pending new": _pending_new,
    "fill half": _half,
    "fill rest": _rest,
    "fill too much": _fill_too_much,
    "late fill": _late_fill,
    "repeat": _repeat,
    "unknown fill": _unknown_fill,
    "bust": _bust,
    "correct": _correct,
    "cancel": _cancel,
    "restate": _restate,
    "done for day": _done_for_day,
    "expire": _expire,
    "disconnect": _disconnect,
    "reset": _reset,
    "lose": _lose,
}
_REFUSALS: dict[str, Callable[[OrderDesk, VenueOrder, WireMessage], None]] = {
    "reject": _reject,
    "business reject": _business_reject,
    "session reject": _session_reject,
}
