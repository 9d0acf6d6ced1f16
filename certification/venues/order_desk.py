"""Keep a venue's orders, books and executions, and report what becomes of them.

`OrderDesk` knows no messages but those that it sends: `fix_orders.py` reads what sessions ask for. When something has
to wait, the desk asks for a call-back; it does not know sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fairlead.certification.venues import reports
from fairlead.certification.venues.book import IMMEDIATE, Ended, Event, Fill, OrderBook, OrdType, SelfMatch
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.order_checks import UNSUPPORTED_CHARACTERISTIC, ord_rej_reason
from fairlead.certification.venues.orders import (
    CANCELED,
    EXPIRED,
    NEW,
    PENDING_NEW,
    REJECTED,
    REPLACED,
    Execution,
    Request,
    VenueOrder,
)
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.reports import ORDER_STATUS, RESTATED, TRADE, TRADE_CANCEL, TRADE_CORRECT
from fairlead.certification.venues.session_records import Clock
from fairlead.certification.venues.state import StateFile
from fairlead.certification.venues.wire import Field

Schedule = Callable[[float, Callable[[], None]], None]

# ExecRestatementReason(378): broker option.
_BROKER_OPTION: tuple[Field, ...] = ((378, "4"),)
_DAY_ENDS = frozenset({"expired", "end of day"})


class Venue(Protocol):
    """Give the desk what lies outside it."""

    def session(self, counterparty: str) -> FixVenueSession: ...

    def drop(self, counterparty: str, *, reset: bool) -> None: ...


@dataclass(slots=True)
class DeskSettings:
    """Say how the desk treats orders."""

    profile: VenueProfile
    self_match: SelfMatch = "allow"
    trigger_delay_s: float = 1.0


class OrderDesk:
    """Hold the orders of all sessions."""

    def __init__(
        self, settings: DeskSettings, venue: Venue, store: StateFile, clock: Clock, schedule: Schedule
    ) -> None:
        self.settings = settings
        self.profile = settings.profile
        self.venue = venue
        self.schedule = schedule
        self.orders: dict[str, VenueOrder] = {}
        self.executions: dict[str, Execution] = {}
        self.books: dict[str, OrderBook] = {}
        self._store = store
        self._clock = clock
        self._ids: dict[tuple[str, str], str] = {}
        self._last_id = 0
        self._load()

    # -- state ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._last_id = self._store.load_counter("id")
        for record in self._store.load_orders():
            self.add(VenueOrder.restore(record))
        for record in self._store.load_executions():
            execution = Execution(**record)
            self.executions[execution.exec_id] = execution
        resting = [order for order in self.orders.values() if order.is_open and not order.is_off_book]
        for order in sorted(resting, key=lambda order: order.terms.priority):
            self.book(order.instrument_key).restore(order.terms)

    def add(self, order: VenueOrder) -> None:
        """Take an order into the tables."""
        self.orders[order.order_id] = order
        for cl_ord_id in (*order.cl_ord_ids, *order.request_ids):
            self._ids[order.session, cl_ord_id] = order.order_id

    def forget(self, order: VenueOrder) -> None:
        """Take an order out of the tables, as if it had never come."""
        del self.orders[order.order_id]
        for cl_ord_id in (*order.cl_ord_ids, *order.request_ids):
            del self._ids[order.session, cl_ord_id]
        self._store.forget_order(order.order_id)

    def save(self, order: VenueOrder) -> None:
        """Keep an order's new state."""
        self._store.save_order(order)

    def next_id(self, prefix: str) -> str:
        """Return an id that no restart repeats."""
        self._last_id += 1
        self._store.save_counter("id", self._last_id)
        return f"{prefix}{self._last_id:010d}"

    def utc_ns(self) -> int:
        """Return the time for stamps."""
        return self._clock.utc_ns()

    def book(self, key: str) -> OrderBook:
        """Return the book of an instrument."""
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = OrderBook(key, self._on_event, self.settings.self_match)
        return book

    def order_of_id(self, session: str, cl_ord_id: str) -> VenueOrder | None:
        """Return the order that an id was used for, be it as a request's."""
        return self.orders.get(self._ids.get((session, cl_ord_id), ""))

    def find(self, session: str, cl_ord_id: str) -> VenueOrder | None:
        """Return the order that an OrigClOrdID(41) names by the venue's rule."""
        order = self.order_of_id(session, cl_ord_id)
        if order is None or cl_ord_id not in order.cl_ord_ids:
            return None
        if self.profile.orig_cl_ord_id == "latest" and cl_ord_id != order.cl_ord_id:
            return None
        return order

    def note_request_id(self, order: VenueOrder, cl_ord_id: str) -> None:
        """Remember an id that a request has used up."""
        if (order.session, cl_ord_id) not in self._ids:
            order.request_ids.append(cl_ord_id)
            self._ids[order.session, cl_ord_id] = order.order_id
            self.save(order)

    # -- reports -------------------------------------------------------------------------------------------------

    def report(
        self,
        order: VenueOrder,
        exec_type: str,
        *,
        exec_id: str = "",
        request: Request | None = None,
        last: tuple[int, int] | None = None,
        ref_exec_id: str = "",
        text: str = "",
        extra: tuple[Field, ...] = (),
    ) -> None:
        """Send an ExecutionReport about an order; see `reports.execution_report`."""
        body = reports.execution_report(
            order,
            exec_type,
            exec_id or ("0" if exec_type == ORDER_STATUS else self.next_id("E")),
            self._clock.utc_ns(),
            is_fix42=self.profile.is_fix42,
            request=request,
            last=last,
            ref_exec_id=ref_exec_id,
            text=text,
            extra=extra,
        )
        if order.order_id in self.orders:
            self.save(order)
        self.venue.session(order.session).send("8", body)

    def record_fill(self, order: VenueOrder, quantity: int, price: int) -> None:
        """Note and report an execution that the order's terms already count."""
        order.notional += quantity * price
        exec_id, utc_ns = self.next_id("E"), self._clock.utc_ns()
        execution = Execution(exec_id, order.order_id, order.session, order.cl_ord_id, quantity, price, utc_ns)
        self.executions[exec_id] = execution
        self._store.save_execution(execution)
        self.report(order, TRADE, exec_id=exec_id, last=(quantity, price))

    def _on_event(self, event: Event) -> None:
        """Report what a book does, as it does it; the house's orders are in no table and are passed over."""
        if isinstance(event, Fill):
            for terms in (event.resting, event.incoming):
                if (order := self.orders.get(terms.order_id)) is not None:
                    self.record_fill(order, event.quantity, event.price)
            return
        order = self.orders.get(event.order.order_id)
        if order is None:
            return
        if isinstance(event, Ended):
            order.ended = EXPIRED if event.reason in _DAY_ENDS else CANCELED
            self.report(order, order.ended, text=event.reason)
        else:
            self.report(order, RESTATED, text="the stop was triggered", extra=_BROKER_OPTION)

    # -- what happens to an order --------------------------------------------------------------------------------

    def reject(self, order: VenueOrder, reason: int, text: str) -> None:
        """Refuse an order (ExecutionReport with OrdRejReason)."""
        order.ended = REJECTED
        order.terms.is_open = False
        extra = ((103, str(ord_rej_reason(reason, self.profile.is_fix42))),)
        self.report(order, REJECTED, text=text, extra=extra)

    def accept(self, order: VenueOrder) -> None:
        """Acknowledge an order and bring it to its book."""
        book, terms = self.book(order.instrument_key), order.terms
        if terms.post_only and book.would_trade(terms):
            self.reject(order, UNSUPPORTED_CHARACTERISTIC, "a post-only order would have traded")
            return
        book.admit(terms)
        if self.profile.pending_reports:
            order.is_pending_new = True
            self.report(order, PENDING_NEW)
            order.is_pending_new = False
        self.report(order, NEW)
        self._enter(order, book)

    def _enter(self, order: VenueOrder, book: OrderBook) -> None:
        book.enter(order.terms)
        self.save(order)

    def end(self, order: VenueOrder, status: str, text: str = "", request: Request | None = None) -> None:
        """End an open order as cancelled, expired or done for the day; `request` is what asked for it."""
        if order.is_off_book:
            order.terms.is_open = False
        else:
            self.book(order.instrument_key).cancel(order.terms)
        order.ended = status
        self.report(order, status, text=text, request=request)

    def replace(self, order: VenueOrder, request: Request) -> None:
        """Carry a replace out; the report shows the order as it is before it meets the market again."""
        order.request_ids.remove(request.cl_ord_id)
        order.cl_ord_ids.append(request.cl_ord_id)
        terms, must_enter = order.terms, False
        if order.is_off_book:
            terms.quantity = max(request.quantity, terms.cum)
            terms.is_open = terms.quantity > terms.cum
            terms.price, terms.stop_price = request.price, request.stop_price
        else:
            book = self.book(order.instrument_key)
            must_enter = book.amend(terms, request.quantity, request.price, request.stop_price, request.max_floor)
        terms.time_in_force, terms.expires_utc_ns = request.time_in_force, request.expires_utc_ns
        self.report(order, REPLACED, request=request)
        if must_enter:
            self._enter(order, book)

    def bust(self, exec_id: str) -> None:
        """Take an execution back; an order that is working, or was filled and may rest, gets the quantity back.

        Only the one side is busted: the venue steps into the other, so that a test can bust one report at a time.
        """
        execution = self._standing(exec_id)
        order = self.orders[execution.order_id]
        terms = order.terms
        execution.is_busted = True
        self._store.save_execution(execution)
        order.notional -= execution.quantity * execution.price
        rests = terms.ord_type is not OrdType.MARKET and terms.time_in_force not in IMMEDIATE
        returns = rests and not order.ended and not order.is_off_book
        if returns:
            self.book(order.instrument_key).take_back(terms, execution.quantity)
        else:
            terms.cum -= execution.quantity
            order.ended = order.ended or ("" if terms.is_open else CANCELED)
        last = (execution.quantity, execution.price)
        self.report(order, TRADE_CANCEL, last=last, ref_exec_id=exec_id, text="the trade is cancelled")
        if returns:
            self._enter(order, self.book(order.instrument_key))

    def correct(self, exec_id: str, quantity: int, price: int) -> None:
        """Correct an execution, in units of 10^-8; its quantity only where the order is not in a book."""
        execution = self._standing(exec_id)
        order = self.orders[execution.order_id]
        if quantity != execution.quantity and order.is_open and not order.is_off_book:
            raise ValueError(f"quantity {quantity} received, expected {execution.quantity} while the order is working")
        order.notional += quantity * price - execution.quantity * execution.price
        order.terms.cum += quantity - execution.quantity
        execution.quantity, execution.price = quantity, price
        self._store.save_execution(execution)
        self.report(order, TRADE_CORRECT, last=(quantity, price), ref_exec_id=exec_id, text="the trade is corrected")

    def _standing(self, exec_id: str) -> Execution:
        execution = self.executions.get(exec_id)
        if execution is None or execution.is_busted:
            raise KeyError(f"execution {exec_id!r} received, expected one that stands")
        return execution

    def cancel_all(self, counterparty: str, text: str) -> int:
        """Cancel all open orders of a session, and return how many they were."""
        orders = [order for order in self.orders.values() if order.session == counterparty and order.is_open]
        for order in orders:
            self.end(order, CANCELED, text)
        return len(orders)

    def expire(self) -> None:
        """End what has reached its expiry."""
        now_ns = self._clock.utc_ns()
        for book in self.books.values():
            book.expire(now_ns)

    def end_day(self) -> None:
        """End the orders that were good for the day."""
        for book in self.books.values():
            book.end_day()
