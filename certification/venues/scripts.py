"""Play the steps that a trigger quantity asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.happenings import RESTATED, TRADE, Happening, Why
from fairlead.certification.venues.itch_announcements import ANNOUNCEMENTS
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.orders import (
    CANCELED,
    DONE_FOR_DAY,
    EXPIRED,
    NEW,
    PENDING_CANCEL,
    PENDING_NEW,
    Execution,
    VenueOrder,
)
from fairlead.certification.venues.triggers import TRIGGERS

Refuse = Callable[[VenueOrder, str], None]
"""Refuse an order as a message; the text says at which level, "session" or "business"."""

_LOT = 100 * UNITS

# What a step makes of trading in the order's instrument, and why.
_TRADING_STATES = {"halt": ("H", "T1"), "pause": ("P", "LUDP"), "quote only": ("Q", "T7"), "resume": ("T", "T3")}


class Script:
    """Play an order's trigger; the order is outside its book, so that nothing else decides about it."""

    def __init__(
        self, desk: OrderDesk, order: VenueOrder, *, is_resent: bool = False, refuse: Refuse | None = None
    ) -> None:
        self._desk = desk
        self._order = order
        self._face = desk.face(order)
        self._is_resent = is_resent
        self._refuse = refuse

    def start(self) -> None:
        """Play what happens when the order arrives."""
        self._order.is_off_book = True
        self._order.terms.is_open = True
        self._order.terms.reference = self._desk.next_number()
        self._desk.save(self._order)
        trigger = TRIGGERS[self._order.trigger]
        self.play(trigger.when_resent if self._is_resent and trigger.when_resent else trigger.steps)

    def play(self, steps: tuple[str, ...]) -> None:
        """Play steps; "wait" lets the delay pass before the rest."""
        for position, step in enumerate(steps):
            if step == "wait":
                rest = partial(self.play, steps[position + 1 :])
                self._desk.schedule(self._desk.settings.trigger_delay_s, rest)
                return
            _STEPS[step](self)

    def _fill(self, quantity: int) -> None:
        terms = self._order.terms
        if quantity <= 0:
            return
        terms.cum += quantity
        if terms.cum >= terms.quantity:
            terms.is_open = False
        self._desk.record_fill(self._order, quantity, self._price())

    def _price(self) -> int:
        """Return the order's own price, or for a market order the last trade's, or 100."""
        order = self._order
        return order.terms.price or self._desk.book(order.instrument_key).last_price or 100 * UNITS

    def _last_execution(self) -> Execution:
        order_id = self._order.order_id
        executions = reversed(self._desk.executions.values())
        return next(entry for entry in executions if entry.order_id == order_id and not entry.is_busted)

    def _fill_half(self) -> None:
        self._fill(self._order.leaves // (2 * UNITS) * UNITS)

    def _fill_rest(self) -> None:
        self._fill(self._order.leaves)

    def _fill_too_much(self) -> None:
        self._fill(_LOT)

    def _fill_late(self) -> None:
        self._fill(self._order.terms.quantity // (2 * UNITS) * UNITS)

    def _repeat_fill(self) -> None:
        execution = self._last_execution()
        self._desk.report(Happening(self._order, TRADE, execution=execution))

    def _fill_unknown(self) -> None:
        """Report a fill of an order that nobody sent."""
        self._desk.record_fill(self._stranger(), _LOT, self._price(), keep=False)

    def _copy_stranger(self) -> None:
        """Copy a fill of an order that nobody sent, and report none."""
        if self._desk.copier is not None:
            self._desk.copier.invent(self._stranger(), self._desk.next_id("E"), _LOT, self._price())

    def _copy_badly(self, fault: str) -> None:
        self._order.details["copy"] = fault

    def _stranger(self) -> VenueOrder:
        """Return an order that nobody sent, and that is filled."""
        order, desk = self._order, self._desk
        order_id, price = desk.next_id("O"), self._price()
        terms = BookOrder(order_id, order.session, order.terms.is_buy, _LOT, price=price, cum=_LOT)
        return VenueOrder(
            terms=terms,
            ord_type=terms.ord_type,
            session=order.session,
            cl_ord_ids=[self._face.stranger_id(order_id)],
            side=order.side,
            symbol=order.symbol,
            instrument_key=order.instrument_key,
            echo=order.echo,
            parties=order.parties,
            account=order.account,
            face=order.face,
            details=order.details,
        )

    def _acknowledge(self) -> None:
        self._order.is_pending_new = False
        self._desk.report(Happening(self._order, NEW))

    def _pend(self) -> None:
        self._order.is_pending_new = True
        self._desk.report(Happening(self._order, PENDING_NEW))

    def _bust(self) -> None:
        if self._face.busts:
            self._desk.bust(self._last_execution().exec_id)

    def _correct(self) -> None:
        if not self._face.corrects:
            return
        execution = self._last_execution()
        self._desk.correct(execution.exec_id, execution.quantity, execution.price + UNITS // 100)

    def _cancel(self) -> None:
        self._desk.end(self._order, CANCELED, Why.SUPERVISORY, "cancelled by the venue")

    def _end_for_day(self) -> None:
        self._desk.end(self._order, DONE_FOR_DAY, Why.END_OF_DAY, "done for the day")

    def _expire(self) -> None:
        self._desk.end(self._order, EXPIRED, Why.EXPIRED, "expired")

    def _restate(self) -> None:
        half = self._order.terms.cum + max(self._order.leaves // (2 * UNITS), 1) * UNITS
        taken = self._desk.reduce(self._order, half)
        self._desk.report(Happening(self._order, RESTATED, Why.DECLINED, Why.DECLINED, quantity=taken))

    def _accept_dead(self) -> None:
        self._order.terms.is_open = False
        self._order.ended = CANCELED
        self._desk.report(Happening(self._order, NEW, Why.DEAD, "accepted dead"))

    def _pend_cancel(self) -> None:
        self._desk.report(Happening(self._order, PENDING_CANCEL))

    def _lose_priority(self) -> None:
        self._order.terms.reference = self._desk.next_number()
        self._desk.report(Happening(self._order, RESTATED, Why.REPRICED))

    def _show_half(self) -> None:
        self._order.terms.reference = self._desk.next_number()
        self._order.terms.shown = self._order.leaves // (2 * UNITS) * UNITS
        self._desk.report(Happening(self._order, RESTATED, Why.REFRESHED))

    def _set_trading(self, state: tuple[str, str]) -> None:
        self._desk.halt(self._order.instrument_key, *state)

    def _cross(self, kind: str) -> None:
        self._desk.cross(self._order.instrument_key, kind, self._price())

    def _announce(self, name: str) -> None:
        self._desk.market.announce(self._order.instrument_key, name, self._price())

    def _disconnect(self) -> None:
        self._face.drop(self._order.session, reset=False)

    def _reset(self) -> None:
        self._face.drop(self._order.session, reset=True)

    def _lose(self) -> None:
        self._face.lose_next(self._order.session)

    def _reject(self) -> None:
        self._desk.reject(self._order, Why.OTHER, "rejected on request of its quantity")

    def _forget(self) -> None:
        self._desk.forget(self._order)
        self._face.unread(self._order)

    def _reject_message(self) -> None:
        if self._refuse is not None:
            self._refuse(self._order, "session")

    def _reject_business(self) -> None:
        if self._refuse is not None:
            self._refuse(self._order, "business")


_STEPS: dict[str, Callable[[Script], None]] = {
    "ack": Script._acknowledge,
    "pending new": Script._pend,
    "fill half": Script._fill_half,
    "fill rest": Script._fill_rest,
    "fill too much": Script._fill_too_much,
    "late fill": Script._fill_late,
    "repeat": Script._repeat_fill,
    "unknown fill": Script._fill_unknown,
    "bust": Script._bust,
    "correct": Script._correct,
    "cancel": Script._cancel,
    "restate": Script._restate,
    "done for day": Script._end_for_day,
    "expire": Script._expire,
    **{step: partial(Script._set_trading, state=state) for step, state in _TRADING_STATES.items()},
    "opening cross": partial(Script._cross, kind="O"),
    "closing cross": partial(Script._cross, kind="C"),
    "halt cross": partial(Script._cross, kind="H"),
    **{name: partial(Script._announce, name=name) for name in ANNOUNCEMENTS},
    "disconnect": Script._disconnect,
    "reset": Script._reset,
    "lose": Script._lose,
    "forget": Script._forget,
    "reject": Script._reject,
    "dead": Script._accept_dead,
    "pend cancel": Script._pend_cancel,
    "priority": Script._lose_priority,
    "display": Script._show_half,
    **{f"copy {fault}": partial(Script._copy_badly, fault=fault) for fault in ("lost", "late", "price", "twice")},
    "copy stranger": Script._copy_stranger,
    "business reject": Script._reject_business,
    "session reject": Script._reject_message,
}
