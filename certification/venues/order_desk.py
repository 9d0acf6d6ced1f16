"""Keep a venue's orders, books and executions, and report what becomes of them.

`OrderDesk` knows no messages: a face (`happenings.OrderFace`) reads what its sessions ask for, and says what the desk
tells it. When something has to wait, the desk asks for a call-back; it does not know sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fairlead.certification.venues.book import OrderBook
from fairlead.certification.venues.book_records import (
    IMMEDIATE,
    Ended,
    Event,
    Fill,
    MarketEvent,
    OrdType,
    Rested,
    SelfMatch,
)
from fairlead.certification.venues.crosses import Cross, find_cross
from fairlead.certification.venues.happenings import (
    RESTATED,
    TRADE,
    TRADE_CANCEL,
    TRADE_CORRECT,
    WHY_ENDED,
    Copier,
    Happening,
    OrderFace,
    Why,
)
from fairlead.certification.venues.market_watcher import MarketWatchers
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
from fairlead.certification.venues.session_records import Clock
from fairlead.certification.venues.state import StateFile

Schedule = Callable[[float, Callable[[], None]], None]

_ENDS_AS_EXPIRED = frozenset({Why.EXPIRED, Why.END_OF_DAY})


@dataclass(slots=True)
class DeskSettings:
    """Say how the desk treats orders."""

    profile: VenueProfile
    self_match: SelfMatch = "allow"
    trigger_delay_s: float = 1.0


class OrderDesk:
    """Hold the orders of all sessions."""

    def __init__(self, settings: DeskSettings, store: StateFile, clock: Clock, schedule: Schedule) -> None:
        self.settings = settings
        self.profile = settings.profile
        self.faces: dict[str, OrderFace] = {}
        self.copier: Copier | None = None
        self.market = MarketWatchers()
        self.halted: set[str] = set()
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
        self.halted = set(self._store.load_note("halted") or ())
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
        return f"{prefix}{self.next_number():010d}"

    def next_number(self) -> int:
        """Return a number that no restart repeats: ids, references and match numbers are of one sequence."""
        self._last_id += 1
        self._store.save_counter("id", self._last_id)
        return self._last_id

    def utc_ns(self) -> int:
        """Return the time for stamps."""
        return self._clock.utc_ns()

    def book(self, key: str) -> OrderBook:
        """Return the book of an instrument."""
        book = self.books.get(key)
        if book is None:
            show = partial(self._on_market, key)
            book = OrderBook(key, self._on_event, self.settings.self_match, show, self.next_number)
            self.books[key] = book
        return book

    def face(self, order: VenueOrder) -> OrderFace:
        """Return the protocol that an order came in by."""
        return self.faces[order.face]

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

    def report(self, happening: Happening) -> None:
        """Have an order's face say what has happened to it, once its state is kept."""
        order = happening.order
        if order.order_id in self.orders:
            self.save(order)
        self.faces[order.face].report(happening)

    def record_fill(
        self,
        order: VenueOrder,
        quantity: int,
        price: int,
        fill: Fill | None = None,
        *,
        keep: bool = True,
        match_number: int = 0,
    ) -> None:
        """Note and report an execution that the order's terms already count; one that is not kept is only reported.

        `match_number` is a cross's; a fill has its own, and any other execution a new one.
        """
        order.notional += quantity * price
        execution = Execution(
            exec_id=self.next_id("E"),
            order_id=order.order_id,
            session=order.session,
            cl_ord_id=order.cl_ord_id,
            quantity=quantity,
            price=price,
            utc_ns=self._clock.utc_ns(),
            match_number=fill.match_number if fill else match_number or self.next_number(),
            added=fill is not None and fill.resting is order.terms,
            is_public=fill is not None or bool(match_number),
            cross=order.cross if match_number else "",
        )
        if keep:
            self.executions[execution.exec_id] = execution
            self._store.save_execution(execution)
        self.report(Happening(order, TRADE, execution=execution))

    def _on_event(self, event: Event) -> None:
        """Report what a book does, as it does it; the house's orders are in no table and are passed over."""
        if isinstance(event, Fill):
            for terms in (event.resting, event.incoming):
                if (order := self.orders.get(terms.order_id)) is not None:
                    self.record_fill(order, event.quantity, event.price, event)
            return
        order = self.orders.get(event.order.order_id)
        if order is None:
            return
        if isinstance(event, Ended):
            why = WHY_ENDED[event.reason]
            order.ended = EXPIRED if why in _ENDS_AS_EXPIRED else CANCELED
            found = (event.quantity, event.prevented, event.price)
            self.report(Happening(order, order.ended, why, event.reason, None, None, *found))
        else:
            self.report(Happening(order, RESTATED, Why.STOP_TRIGGERED, Why.STOP_TRIGGERED))

    def _on_market(self, symbol: str, event: MarketEvent) -> None:
        """Show what a book does; its owner learns of an iceberg's next part."""
        self.market.market_event(symbol, event)
        if isinstance(event, Rested) and event.is_refresh:
            order = self.orders.get(event.order.order_id)
            if order is not None:
                self.report(Happening(order, RESTATED, Why.REFRESHED, quantity=event.order.shown))

    # -- what happens to an order --------------------------------------------------------------------------------

    def reject(self, order: VenueOrder, why: Why, text: str) -> None:
        """Refuse an order."""
        order.ended = REJECTED
        order.terms.is_open = False
        self.report(Happening(order, REJECTED, why, text))

    def accept(self, order: VenueOrder) -> None:
        """Acknowledge an order and bring it to its book; one for a cross waits outside for it."""
        book, terms = self.book(order.instrument_key), order.terms
        book.admit(terms)
        if order.cross:
            order.is_off_book = True
            self.report(Happening(order, NEW))
            return
        if self.profile.pending_reports:
            order.is_pending_new = True
            self.report(Happening(order, PENDING_NEW))
            order.is_pending_new = False
        self.report(Happening(order, NEW))
        self._enter(order, book)

    def _enter(self, order: VenueOrder, book: OrderBook) -> None:
        book.enter(order.terms)
        self.market.settle()
        self.save(order)

    def end(self, order: VenueOrder, status: str, why: Why, text: str = "", request: Request | None = None) -> None:
        """End an open order as cancelled, expired or done for the day; `request` is what asked for it."""
        leaves = order.leaves
        if order.is_off_book:
            order.terms.is_open = False
        else:
            self.book(order.instrument_key).cancel(order.terms)
        order.ended = status
        self.report(Happening(order, status, why, text, request, quantity=leaves))

    def reduce(self, order: VenueOrder, quantity: int) -> int:
        """Lower an open order's total, which stays above what has executed, and return by how much it went down."""
        terms = order.terms
        taken = terms.quantity - quantity
        if order.is_off_book:
            terms.quantity = quantity
        else:
            self.book(order.instrument_key).amend(terms, quantity, terms.price, terms.stop_price)
        self.save(order)
        return taken

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
            floor, stays = request.max_floor, request.keeps_place
            must_enter = book.amend(
                terms, request.quantity, request.price, request.stop_price, floor, keeps_place=stays
            )
        terms.time_in_force, terms.expires_utc_ns = request.time_in_force, request.expires_utc_ns
        self.report(Happening(order, REPLACED, Why.USER, request=request))
        if must_enter:
            self._enter(order, book)

    def bust(self, exec_id: str, why: Why = Why.SUPERVISORY) -> None:
        """Take an execution back; an order that is working, or was filled and may rest, gets the quantity back.

        So it is where the order's protocol works like that; else what was executed is gone for good.
        Only the one side is busted: the venue steps into the other, so that a test can bust one report at a time.
        """
        execution = self._standing(exec_id)
        order = self.orders[execution.order_id]
        terms = order.terms
        execution.is_busted = True
        self._store.save_execution(execution)
        order.notional -= execution.quantity * execution.price
        rests = terms.ord_type is not OrdType.MARKET and terms.time_in_force not in IMMEDIATE
        returns = rests and not order.ended and not order.is_off_book and self.face(order).busts_return_quantity
        if returns:
            self.book(order.instrument_key).take_back(terms, execution.quantity)
        elif not self.face(order).busts_return_quantity:
            terms.cum -= execution.quantity
            terms.quantity -= execution.quantity
            order.ended = order.ended or ("" if terms.is_open else CANCELED)
        else:
            terms.cum -= execution.quantity
            order.ended = order.ended or ("" if terms.is_open else CANCELED)
        self.report(Happening(order, TRADE_CANCEL, why, "the trade is cancelled", execution=execution))
        if execution.is_public:
            self._show_broken(order.instrument_key, execution.match_number)
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
        self.report(Happening(order, TRADE_CORRECT, text="the trade is corrected", execution=execution))

    def _show_broken(self, symbol: str, match_number: int) -> None:
        """Tell the market of a broken trade, once for both sides."""
        sides = [entry for entry in self.executions.values() if entry.match_number == match_number and entry.is_busted]
        if len(sides) == 1:
            self.market.trade_broken(symbol, match_number)

    def _standing(self, exec_id: str) -> Execution:
        execution = self.executions.get(exec_id)
        if execution is None or execution.is_busted:
            raise KeyError(f"execution {exec_id!r} received, expected one that stands")
        return execution

    def halt(self, symbol: str, state: str, reason: str) -> None:
        """Stop an instrument's trading (H halted, P paused, Q quotation only), or let it go on (T)."""
        if state == "T":
            self.halted.discard(symbol)
        else:
            self.halted.add(symbol)
        self._store.save_note("halted", sorted(self.halted))
        self.market.trading_state(symbol, state, reason)

    def cross(self, symbol: str, kind: str, reference: int) -> Cross:
        """Have the orders that wait for a cross (O opening, C closing, H halt) trade at one price, and end the rest.

        The market is told of the imbalance first. `reference` is the price that others are measured by.
        """
        waiting = [
            order
            for order in self.orders.values()
            if order.is_open and order.cross == kind and order.instrument_key == symbol and not order.trigger
        ]
        by_terms = {id(order.terms): order for order in waiting}
        cross = find_cross([order.terms for order in waiting], reference)
        match_number = self.next_number()
        self.market.crossing(symbol, kind, cross)
        self.market.crossed(symbol, kind, cross, match_number)
        for terms, quantity in cross.parts:
            terms.cum += quantity
            terms.is_open = terms.cum < terms.quantity
            self.record_fill(by_terms[id(terms)], quantity, cross.price, match_number=match_number)
        for order in waiting:
            if order.is_open:
                self.end(order, CANCELED, Why.CROSSED, Why.CROSSED)
        return cross

    def cancel_all(self, counterparty: str, text: str) -> int:
        """Cancel all open orders of a session, and return how many they were."""
        orders = [order for order in self.orders.values() if order.session == counterparty and order.is_open]
        for order in orders:
            self.end(order, CANCELED, Why.DISCONNECTED, text)
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
