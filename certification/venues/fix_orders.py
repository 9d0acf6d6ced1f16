"""Act on order messages: check, match, report.

`OrderDesk` owns orders, books and executions. What it has to say goes through the sessions; when it has to wait it
asks for a call-back. It does not know sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from fairlead.certification.venues import reports
from fairlead.certification.venues.amounts import read_amount
from fairlead.certification.venues.book import BookOrder, Ended, Event, Fill, OrderBook, SelfMatch
from fairlead.certification.venues.fix_session import Clock, FixVenueSession
from fairlead.certification.venues.order_checks import (
    DUPLICATE_ORDER,
    UNSUPPORTED_CHARACTERISTIC,
    book_terms,
    expiry_utc_ns,
    field_fault,
    instrument_key,
    missing_condition,
    ord_rej_reason,
    order_refusal,
    terms_refusal,
)
from fairlead.certification.venues.orders import (
    CANCELED,
    DONE_FOR_DAY,
    EXPIRED,
    NEW,
    PENDING_CANCEL,
    PENDING_NEW,
    PENDING_REPLACE,
    REJECTED,
    Execution,
    Request,
    VenueOrder,
)
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.reports import ORDER_STATUS, RESTATED, TRADE, TRADE_CANCEL, TRADE_CORRECT
from fairlead.certification.venues.scripts import play_step, start_script
from fairlead.certification.venues.state import StateFile
from fairlead.certification.venues.triggers import TRIGGERS, trigger_for
from fairlead.certification.venues.wire import Field, WireMessage

Schedule = Callable[[float, Callable[[], None]], None]

# CxlRejReason(102). FIX 4.2 ends at 3: a duplicate id is 2 (broker option) there.
TOO_LATE, UNKNOWN_ORDER, BROKER_OPTION, ALREADY_PENDING, DUPLICATE_ID = 0, 1, 2, 3, 6
BROKER_OPTION_RESTATEMENT = "4"
CONDITIONALLY_REQUIRED_FIELD_MISSING = 5
RESPONSE_TO = {"cancel": "1", "replace": "2"}


class Venue(Protocol):
    """Give the desk what lies outside it."""

    def session(self, counterparty: str) -> FixVenueSession: ...

    def drop(self, counterparty: str, *, reset: bool) -> None: ...


class OrderDesk:
    """Take orders of all sessions, and keep what became of them."""

    def __init__(
        self,
        profile: VenueProfile,
        venue: Venue,
        store: StateFile,
        clock: Clock,
        schedule: Schedule,
        self_match: SelfMatch = "allow",
        trigger_delay_s: float = 1.0,
    ) -> None:
        self.profile = profile
        self.orders: dict[str, VenueOrder] = {}
        self.executions: dict[str, Execution] = {}
        self.books: dict[str, OrderBook] = {}
        self._venue = venue
        self._store = store
        self._clock = clock
        self._schedule = schedule
        self._self_match: SelfMatch = self_match
        self._trigger_delay_s = trigger_delay_s
        self._ids: dict[tuple[str, str], str] = {}
        self._last_id = 0
        self._load()

    # -- state ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._last_id = self._store.load_counter("id")
        for record in self._store.load_orders():
            self._index(VenueOrder.restore(record))
        for record in self._store.load_executions():
            execution = Execution(**record)
            self.executions[execution.exec_id] = execution
        resting = [order for order in self.orders.values() if order.is_open and not order.is_off_book]
        for order in sorted(resting, key=lambda order: order.terms.priority):
            self.book(order.instrument_key).restore(order.terms)

    def resume(self) -> None:
        """Go on with the requests that an earlier run has left pending."""
        for order in self.orders.values():
            for _ in order.pending:
                self._finish_later(order)

    def _index(self, order: VenueOrder) -> None:
        self.orders[order.order_id] = order
        for cl_ord_id in (*order.cl_ord_ids, *order.request_ids):
            self._ids[order.session, cl_ord_id] = order.order_id

    def save(self, order: VenueOrder) -> None:
        """Keep an order's new state."""
        self._store.save_order(order)

    def next_id(self, prefix: str) -> str:
        """Return an id that no restart repeats."""
        self._last_id += 1
        self._store.save_counter("id", self._last_id)
        return f"{prefix}{self._last_id:010d}"

    def book(self, key: str) -> OrderBook:
        """Return the book of an instrument."""
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = OrderBook(key, self._self_match)
        return book

    def find(self, session: str, cl_ord_id: str) -> VenueOrder | None:
        """Return the order that a session knows by one of its ids."""
        order = self.orders.get(self._ids.get((session, cl_ord_id), ""))
        if order is None or cl_ord_id not in order.cl_ord_ids:
            return None
        if self.profile.orig_cl_ord_id == "latest" and cl_ord_id != order.cl_ord_id:
            return None
        return order

    # -- reports -------------------------------------------------------------------------------------------------

    def report(
        self,
        order: VenueOrder,
        exec_type: str,
        *,
        exec_id: str = "",
        orig_cl_ord_id: str = "",
        cl_ord_id: str = "",
        last: tuple[int, int] | None = None,
        ref_exec_id: str = "",
        text: str = "",
        extra: tuple[Field, ...] = (),
    ) -> list[Field]:
        """Send an ExecutionReport about an order, and return its body."""
        self.save(order)
        body = reports.execution_report(
            order,
            exec_type,
            exec_id or ("0" if exec_type == ORDER_STATUS else self.next_id("E")),
            self._clock.utc_ns(),
            is_fix42=self.profile.is_fix42,
            orig_cl_ord_id=orig_cl_ord_id,
            cl_ord_id=cl_ord_id,
            last=last,
            ref_exec_id=ref_exec_id,
            text=text,
            extra=extra,
        )
        self._venue.session(order.session).send("8", body)
        return body

    def record_fill(self, order: VenueOrder, quantity: int, price: int) -> Execution:
        """Note and report an execution that the order's terms already count."""
        order.notional += quantity * price
        exec_id = self.next_id("E")
        execution = Execution(
            exec_id, order.order_id, order.session, order.cl_ord_id, quantity, price, self._clock.utc_ns()
        )
        self.executions[exec_id] = execution
        self._store.save_execution(execution)
        self.report(order, TRADE, exec_id=exec_id, last=(quantity, price))
        return execution

    def apply(self, events: list[Event]) -> None:
        """Report what a book did; orders of the house are in no table and are passed over."""
        for event in events:
            if isinstance(event, Fill):
                for terms in (event.resting, event.incoming):
                    if (order := self.orders.get(terms.order_id)) is not None:
                        self.record_fill(order, event.quantity, event.price)
                continue
            order = self.orders.get(event.order.order_id)
            if order is None:
                continue
            if isinstance(event, Ended):
                order.ended = EXPIRED if event.reason in ("expired", "end of day") else CANCELED
                self._drop_pending(order)
                self.report(order, order.ended, text=event.reason)
            else:
                reason = ((378, BROKER_OPTION_RESTATEMENT),)
                self.report(order, RESTATED, text="the stop was triggered", extra=reason)

    # -- NewOrderSingle ------------------------------------------------------------------------------------------

    def on_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Take an application message."""
        handler = self._handlers().get(message.msg_type)
        if handler is None:
            session.send_business_reject(message, 3, "Unsupported Message Type")
            return
        fault = field_fault(message, self.profile)
        if fault is not None:
            session.send_reject(message, fault.reason, fault.tag, fault.text)
            return
        missing = missing_condition(message) if message.msg_type in ("D", "G") else 0
        if missing:
            text = f"Conditionally required field missing: {missing}"
            session.send_business_reject(message, CONDITIONALLY_REQUIRED_FIELD_MISSING, text, message.get(11))
            return
        handler(session, message)

    def _handlers(self) -> dict[str, Callable[[FixVenueSession, WireMessage], None]]:
        handlers: dict[str, Callable[[FixVenueSession, WireMessage], None]] = {
            "D": self._new_order,
            "F": self._cancel_request,
            "G": self._replace_request,
            "H": self._status_request,
        }
        if not self.profile.is_fix42:
            if self.profile.mass_cancel:
                handlers["q"] = self._mass_cancel
            if self.profile.mass_status:
                handlers["AF"] = self._mass_status
        return handlers

    def _new_order(self, session: FixVenueSession, message: WireMessage) -> None:
        known = self._ids.get((session.counterparty, message.get(11)))
        if known is not None and message.poss_resend:
            self.report(self.orders[known], ORDER_STATUS, text="the order was received before")
            return
        trigger = trigger_for(read_amount(message.get(38)))
        if trigger and "forget" in TRIGGERS[trigger].steps:
            self._venue.drop(session.counterparty, reset=True)
            return
        order = self._build_order(session, message)
        refusal = order_refusal(message, self.profile)
        if known is not None:
            refusal = DUPLICATE_ORDER, f"ClOrdID {message.get(11)} has been used"
        elif order.terms.expires_utc_ns < 0:
            refusal = UNSUPPORTED_CHARACTERISTIC, "the order's expiry is no date in the future"
        if refusal is not None:
            self.reject(order, *refusal, keep=known is None)
            return
        self._index(order)
        if trigger:
            order.trigger = trigger
            start_script(self, order, message)
            return
        self._accept(order)

    def _build_order(self, session: FixVenueSession, message: WireMessage) -> VenueOrder:
        expiry = expiry_utc_ns(message)
        if expiry is None or 0 < expiry <= self._clock.utc_ns():
            expiry = -1
        parties = message.group(453, reports.PARTY_TAGS)
        account = message.get(1) or next((value for tag, value in parties if tag == 448), "")
        return VenueOrder(
            terms=book_terms_or_default(message, self.next_id("O"), session.counterparty, expiry),
            session=session.counterparty,
            cl_ord_ids=[message.get(11)],
            side=message.get(54),
            symbol=message.get(55),
            instrument_key=instrument_key(message),
            echo=reports.echoed_fields(message),
            parties=parties,
            account=account,
        )

    def reject(self, order: VenueOrder, reason: int, text: str, *, keep: bool = True) -> None:
        """Refuse an order; without `keep` its ClOrdID stays with the order that had it first."""
        order.ended = REJECTED
        order.terms.is_open = False
        if keep:
            self._index(order)
        extra = ((103, str(ord_rej_reason(reason, self.profile.is_fix42))),)
        body = reports.execution_report(
            order,
            REJECTED,
            self.next_id("E"),
            self._clock.utc_ns(),
            is_fix42=self.profile.is_fix42,
            text=text,
            extra=extra,
        )
        if keep:
            self.save(order)
        self._venue.session(order.session).send("8", body)

    def _accept(self, order: VenueOrder) -> None:
        book = self.book(order.instrument_key)
        if order.terms.post_only and book.would_trade(order.terms):
            self.reject(order, UNSUPPORTED_CHARACTERISTIC, "a post-only order would have traded")
            return
        order.terms.is_open = True
        if self.profile.pending_reports:
            order.is_pending_new = True
            self.report(order, PENDING_NEW)
            order.is_pending_new = False
        self.report(order, NEW)
        order.terms.is_open = False
        self.apply(book.submit(order.terms))
        self.save(order)

    # -- cancel and replace --------------------------------------------------------------------------------------

    def _cancel_request(self, session: FixVenueSession, message: WireMessage) -> None:
        self._take_request(session, message, Request("cancel", message.get(11), message.get(41)))

    def _replace_request(self, session: FixVenueSession, message: WireMessage) -> None:
        request = Request(
            "replace",
            message.get(11),
            message.get(41),
            quantity=read_amount(message.get(38)),
            price=read_amount(message.get(44, "0")),
            stop_price=read_amount(message.get(99, "0")),
            max_floor=read_amount(message.get(111)) if 111 in message else None,
        )
        self._take_request(session, message, request)

    def _take_request(self, session: FixVenueSession, message: WireMessage, request: Request) -> None:
        order = self.find(session.counterparty, request.orig_cl_ord_id)
        refusal = self._request_refusal(session, message, request, order)
        if refusal is not None or order is None:
            reason, text = refusal or (UNKNOWN_ORDER, "the order is not known here")
            if order is not None:
                self._note_request_id(order, request.cl_ord_id)
            body = self._cancel_reject_body(message, order, request, reason, text)
            session.send("9", body)
            return
        self._note_request_id(order, request.cl_ord_id)
        answer = (
            (TRIGGERS[order.trigger].on_cancel if request.kind == "cancel" else TRIGGERS[order.trigger].on_replace)
            if order.trigger
            else ()
        )
        if "ignore" in answer:
            self.save(order)
            return
        order.pending.append(request)
        if self.profile.pending_reports:
            exec_type = PENDING_CANCEL if request.kind == "cancel" else PENDING_REPLACE
            self.report(order, exec_type, cl_ord_id=request.cl_ord_id, orig_cl_ord_id=order.cl_ord_id)
            self._finish_later(order)
        else:
            self._finish_request(order)

    def _note_request_id(self, order: VenueOrder, cl_ord_id: str) -> None:
        if (order.session, cl_ord_id) not in self._ids:
            order.request_ids.append(cl_ord_id)
            self._ids[order.session, cl_ord_id] = order.order_id
            self.save(order)

    def _cancel_reject_body(
        self, message: WireMessage | None, order: VenueOrder | None, request: Request, reason: int, text: str
    ) -> list[Field]:
        if self.profile.is_fix42 and reason == DUPLICATE_ID:
            reason = BROKER_OPTION
        ids = (request.cl_ord_id, request.orig_cl_ord_id)
        response_to = RESPONSE_TO[request.kind]
        return reports.cancel_reject(message, order, ids, response_to, reason, text, self._clock.utc_ns())

    def _request_refusal(
        self, session: FixVenueSession, message: WireMessage, request: Request, order: VenueOrder | None
    ) -> tuple[int, str] | None:
        """Return (CxlRejReason, text) of a request that the venue does not take, or None."""
        if (session.counterparty, request.cl_ord_id) in self._ids:
            return DUPLICATE_ID, f"ClOrdID {request.cl_ord_id} has been used"
        if order is None:
            return UNKNOWN_ORDER, f"OrigClOrdID {request.orig_cl_ord_id} is not known here"
        longest = self.profile.max_cl_ord_id
        if longest and len(request.cl_ord_id) > longest:
            return BROKER_OPTION, f"ClOrdID of {len(request.cl_ord_id)} characters received, expected at most {longest}"
        if not order.is_open:
            return TOO_LATE, f"the order is done (OrdStatus {order.status})"
        kinds = [pending.kind for pending in order.pending]
        if request.kind in kinds and (self.profile.one_request_at_a_time or request.kind == "cancel"):
            return ALREADY_PENDING, f"a {request.kind} of this order is pending"
        if (message.get(55), message.get(54)) != (order.symbol, order.side):
            return BROKER_OPTION, f"Symbol and Side of the order are {order.symbol} and {order.side}"
        if request.kind == "replace" and message.get(40) != order.terms.ord_type.value:
            return BROKER_OPTION, f"OrdType(40) {message.get(40)} received, expected {order.terms.ord_type.value}"
        if request.kind == "replace" and (refusal := terms_refusal(message, self.profile)) is not None:
            return BROKER_OPTION, refusal[1]
        return None

    def _finish_later(self, order: VenueOrder) -> None:
        self._schedule(0.0, lambda: self._finish_request(order))

    def _finish_request(self, order: VenueOrder) -> None:
        """Carry out the oldest request of an order, unless the order has ended meanwhile."""
        if not order.pending:
            return
        if order.trigger and self._play_answer(order):
            return
        request = order.pending.pop(0)
        if not order.is_open:
            self.refuse_request(order, request, TOO_LATE, f"the order is done (OrdStatus {order.status})")
        elif request.kind == "cancel":
            self.cancel(order, request)
        else:
            self._replace(order, request)

    def _play_answer(self, order: VenueOrder) -> bool:
        """Play what the order's trigger puts before a request; tell whether that has answered the request."""
        request = order.pending[0]
        trigger = TRIGGERS[order.trigger]
        for step in trigger.on_cancel if request.kind == "cancel" else trigger.on_replace:
            if step == "refuse":
                self.refuse_request(order, order.pending.pop(0), BROKER_OPTION, "refused on request of its quantity")
                return True
            play_step(self, order, step)
        return False

    def refuse_request(self, order: VenueOrder, request: Request, reason: int, text: str) -> None:
        """Answer a cancel or replace with OrderCancelReject."""
        self.save(order)
        body = self._cancel_reject_body(None, order, request, reason, text)
        self._venue.session(order.session).send("9", body)

    def _drop_pending(self, order: VenueOrder) -> None:
        """Refuse the requests of an order that has ended."""
        ended = order.pending
        order.pending = []
        for request in ended:
            refuse = partial(self.refuse_request, order, request, TOO_LATE, "the order is done")
            self._schedule(0.0, refuse)

    def cancel(self, order: VenueOrder, request: Request | None = None, text: str = "") -> None:
        """Cancel an open order, on its owner's request or, without one, on the venue's own."""
        self._take_out(order)
        order.ended = CANCELED
        if request is None:
            self.report(order, CANCELED, text=text)
        else:
            self.report(order, CANCELED, cl_ord_id=request.cl_ord_id, orig_cl_ord_id=order.cl_ord_id)

    def _take_out(self, order: VenueOrder) -> None:
        if order.is_off_book:
            order.terms.is_open = False
        else:
            self.book(order.instrument_key).cancel(order.terms)

    def end(self, order: VenueOrder, status: str, text: str) -> None:
        """End an open order as done for the day or expired."""
        self._take_out(order)
        order.ended = status
        self.report(order, status, text=text)

    def done_for_day(self, order: VenueOrder) -> None:
        """End an open order for today."""
        self.end(order, DONE_FOR_DAY, "done for the day")

    def _replace(self, order: VenueOrder, request: Request) -> None:
        terms, book = order.terms, self.book(order.instrument_key)
        if terms.post_only and not order.is_off_book and book.would_trade(terms, request.price):
            self.refuse_request(order, request, BROKER_OPTION, "a post-only order would have traded")
            return
        previous = order.cl_ord_id
        order.request_ids.remove(request.cl_ord_id)
        order.cl_ord_ids.append(request.cl_ord_id)
        events: list[Event] = []
        if order.is_off_book:
            _change_terms(terms, request)
            self.report(order, "5", orig_cl_ord_id=previous)
            return
        # The report shows the order as replaced and not yet matched again.
        cum, matched = terms.cum, BookOrder(**{name: getattr(terms, name) for name in BookOrder.__slots__})
        _change_terms(matched, request)
        shown, order.terms = order.terms, matched
        self.report(order, "5", orig_cl_ord_id=previous)
        order.terms = shown
        assert cum == matched.cum
        events = book.replace(terms, request.quantity, request.price, request.stop_price, request.max_floor)
        self.apply(events)
        self.save(order)

    # -- what the venue does on its own --------------------------------------------------------------------------

    def bust(self, exec_id: str) -> None:
        """Take an execution back; a working or filled order that may rest gets the quantity back.

        Only the one side is busted: the venue steps into the other, so that a test can bust one report at a time.
        """
        execution = self._standing(exec_id)
        order = self.orders[execution.order_id]
        execution.is_busted = True
        self._store.save_execution(execution)
        order.notional -= execution.quantity * execution.price
        events: list[Event] = []
        terms = order.terms
        if order.is_off_book or order.ended or terms.time_in_force.value in "234" or terms.ord_type.value == "1":
            terms.cum -= execution.quantity
            if not order.ended and not terms.is_open:
                order.ended = CANCELED
            self._report_bust(order, execution)
            return
        book = self.book(order.instrument_key)
        terms.cum -= execution.quantity
        was_open, terms.is_open = terms.is_open, True
        self._report_bust(order, execution)
        terms.cum += execution.quantity
        terms.is_open = was_open
        events = book.reinstate(terms, execution.quantity)
        self.apply(events)
        self.save(order)

    def _report_bust(self, order: VenueOrder, execution: Execution) -> None:
        last = (execution.quantity, execution.price)
        self.report(order, TRADE_CANCEL, last=last, ref_exec_id=execution.exec_id, text="the trade is cancelled")

    def correct(self, exec_id: str, quantity: int, price: int) -> None:
        """Correct an execution's quantity and price; the order's leaves do not change hands in the book."""
        execution = self._standing(exec_id)
        order = self.orders[execution.order_id]
        if quantity != execution.quantity and order.is_open and not order.is_off_book:
            raise ValueError("the quantity of an execution can be corrected once its order is done")
        order.notional += quantity * price - execution.quantity * execution.price
        order.terms.cum += quantity - execution.quantity
        execution.quantity, execution.price = quantity, price
        self._store.save_execution(execution)
        self.report(order, TRADE_CORRECT, last=(quantity, price), ref_exec_id=exec_id, text="the trade is corrected")

    def _standing(self, exec_id: str) -> Execution:
        execution = self.executions.get(exec_id)
        if execution is None or execution.is_busted:
            raise KeyError(f"execution {exec_id!r} is unknown or busted")
        return execution

    def cancel_all(self, counterparty: str, text: str) -> int:
        """Cancel all open orders of a session, and return how many they were."""
        orders = [order for order in self.orders.values() if order.session == counterparty and order.is_open]
        for order in orders:
            self.cancel(order, text=text)
        return len(orders)

    def expire(self) -> None:
        """End what has reached its expiry."""
        now_ns = self._clock.utc_ns()
        for book in self.books.values():
            self.apply(book.expire(now_ns))

    def end_day(self) -> None:
        """End the orders that were good for the day."""
        for book in self.books.values():
            self.apply(book.end_day())

    # -- what scripts need ---------------------------------------------------------------------------------------

    def schedule_script(self, rest: Callable[[], None]) -> None:
        """Go on with a script after the delay."""
        self._schedule(self._trigger_delay_s, rest)

    def report_unknown_fill(self, order: VenueOrder, quantity: int, price: int) -> None:
        """Report a fill to an order's owner for an order that nobody sent."""
        invented = BookOrder(self.next_id("O"), order.session, order.terms.is_buy, quantity, price=price, cum=quantity)
        stranger = VenueOrder(
            invented,
            order.session,
            [f"X{invented.order_id}"[: self.profile.max_cl_ord_id or None]],
            order.side,
            order.symbol,
            order.instrument_key,
            order.echo,
            order.parties,
            order.account,
            notional=quantity * price,
        )
        body = reports.execution_report(
            stranger,
            TRADE,
            self.next_id("E"),
            self._clock.utc_ns(),
            is_fix42=self.profile.is_fix42,
            last=(quantity, price),
        )
        self._venue.session(order.session).send("8", body)

    def drop_connection(self, order: VenueOrder, *, reset: bool) -> None:
        """Cut the connection of an order's session; what is said from now on waits for a resend."""
        self._venue.drop(order.session, reset=reset)

    def lose_next_message(self, order: VenueOrder) -> None:
        """Number the next application message to an order's session, but do not write it."""
        self._venue.session(order.session).lose_next += 1

    def forget(self, order: VenueOrder, message: WireMessage, *, is_session_level: bool) -> None:
        """Refuse an order's message instead of the order, which then has never existed."""
        del self.orders[order.order_id]
        del self._ids[order.session, order.cl_ord_id]
        self._store.forget_order(order.order_id)
        session = self._venue.session(order.session)
        text = "refused on request of its quantity"
        if is_session_level:
            session.send_reject(message, 5, 38, text)
        else:
            session.send_business_reject(message, 0, text, message.get(11))

    # -- status and mass requests --------------------------------------------------------------------------------

    def _status_request(self, session: FixVenueSession, message: WireMessage) -> None:
        order_id = self._ids.get((session.counterparty, message.get(11)))
        order = self.orders.get(order_id or "")
        if order is None:
            text = f"ClOrdID {message.get(11)} is not known here"
            utc_ns = self._clock.utc_ns()
            body = reports.unknown_order_status(message, utc_ns, is_fix42=self.profile.is_fix42, text=text)
            session.send("8", body)
            return
        self.report(order, ORDER_STATUS)

    def _selected(self, session: FixVenueSession, message: WireMessage, by: str) -> list[VenueOrder] | None:
        """Return the session's open orders that a mass request names: 7 all, 1 by Symbol, 5 by SecurityType."""
        tests: dict[str, Callable[[VenueOrder], bool]] = {
            "1": lambda order: order.symbol == message.get(55),
            "5": lambda order: (167, message.get(167)) in order.echo,
            "7": lambda order: True,
        }
        test = tests.get(by)
        if test is None or (by == "1" and 55 not in message) or (by == "5" and 167 not in message):
            return None
        side = message.get(54)
        return [
            order
            for order in self.orders.values()
            if order.session == session.counterparty and order.is_open and side in ("", order.side) and test(order)
        ]

    def _mass_cancel(self, session: FixVenueSession, message: WireMessage) -> None:
        by = message.get(530)
        orders = self._selected(session, message, by)
        body: list[Field] = [(11, message.get(11)), (37, self.next_id("M")), (530, by)]
        if orders is None:
            body += [(531, "0"), (532, "99"), (58, f"MassCancelRequestType(530) {by} can't be served as sent")]
            session.send("r", body)
            return
        for order in orders:
            self.cancel(order, text="mass cancel")
        session.send("r", [*body, (531, by), (533, str(len(orders)))])

    def _mass_status(self, session: FixVenueSession, message: WireMessage) -> None:
        orders = self._selected(session, message, message.get(585))
        request_id = (584, message.get(584))
        if not orders:
            text = "no open orders" if orders is not None else f"MassStatusReqType {message.get(585)} can't be served"
            utc_ns = self._clock.utc_ns()
            extra = (request_id, (911, "0"), (912, "Y"))
            session.send("8", reports.unknown_order_status(message, utc_ns, is_fix42=False, text=text, extra=extra))
            return
        for number, order in enumerate(orders, 1):
            last = "Y" if number == len(orders) else "N"
            self.report(order, ORDER_STATUS, extra=(request_id, (911, str(len(orders))), (912, last)))


def book_terms_or_default(message: WireMessage, order_id: str, owner: str, expires_utc_ns: int) -> BookOrder:
    """Build a book order; one whose OrdType or TimeInForce the book does not know serves only to be refused."""
    try:
        return book_terms(message, order_id, owner, expires_utc_ns)
    except ValueError:
        return BookOrder(order_id, owner, True, read_amount(message.get(38)))


def _change_terms(terms: BookOrder, request: Request) -> None:
    """Give terms outside a book a replace's values; at or below what has executed, the order is done."""
    terms.quantity = max(request.quantity, terms.cum)
    terms.is_open = terms.quantity > terms.cum
    terms.price, terms.stop_price = request.price, request.stop_price
    if request.max_floor is not None:
        terms.max_floor = request.max_floor
