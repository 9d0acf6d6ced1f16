"""Read what sessions ask about orders, check it, and have the desk act."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fairlead.certification.venues import reports
from fairlead.certification.venues.amounts import read_amount
from fairlead.certification.venues.book_records import IMMEDIATE, OrdType, TimeInForce
from fairlead.certification.venues.fix_reports import FixReports
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.happenings import ORDER_STATUS, Happening, Why
from fairlead.certification.venues.order_checks import (
    book_terms,
    expiry_utc_ns,
    field_fault,
    instrument_key,
    missing_condition,
    order_refusal,
    terms_refusal,
)
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.orders import CANCELED, PENDING_CANCEL, PENDING_REPLACE, Request, VenueOrder
from fairlead.certification.venues.scripts import Script
from fairlead.certification.venues.triggers import answer_to, trigger_for
from fairlead.certification.venues.wire import Field, WireMessage

# CxlRejReason(102).
TOO_LATE, UNKNOWN_ORDER, BROKER_OPTION, ALREADY_PENDING, DUPLICATE_ID = 0, 1, 2, 3, 6

# BusinessRejectReason(380).
UNSUPPORTED_MESSAGE_TYPE, CONDITIONALLY_REQUIRED_FIELD_MISSING = 3, 5

Refusal = tuple[int, str]
Handler = Callable[[FixVenueSession, WireMessage], None]


class OrderMessages:
    """Handle the application messages of all sessions."""

    def __init__(self, desk: OrderDesk, reports: FixReports) -> None:
        self._desk = desk
        self._reports = reports
        self._profile = desk.profile
        self._handlers: dict[str, Handler] = {
            "D": self._new_order,
            "F": self._cancel_request,
            "G": self._replace_request,
            "H": self._status_request,
        }
        if self._profile.mass_cancel and not self._profile.is_fix42:
            self._handlers["q"] = self._mass_cancel
        if self._profile.mass_status and not self._profile.is_fix42:
            self._handlers["AF"] = self._mass_status

    def receive(self, session: FixVenueSession, message: WireMessage) -> None:
        """Take an application message."""
        handler = self._handlers.get(message.msg_type)
        if handler is None:
            session.send_business_reject(message, UNSUPPORTED_MESSAGE_TYPE, "Unsupported Message Type")
            return
        fault = field_fault(message, self._profile)
        if fault is not None:
            session.send_reject(message, fault.reason, fault.tag, fault.text)
            return
        missing = missing_condition(message) if message.msg_type in "DG" else 0
        if missing:
            text = f"Conditionally required field missing: {missing}"
            session.send_business_reject(message, CONDITIONALLY_REQUIRED_FIELD_MISSING, text, message.get(11))
            return
        handler(session, message)

    def resume(self) -> None:
        """Go on with the requests that an earlier run has left pending."""
        for order in self._desk.orders.values():
            for _ in order.pending if order.face == "fix" else ():
                self._finish_later(order)

    # -- NewOrderSingle ------------------------------------------------------------------------------------------

    def _new_order(self, session: FixVenueSession, message: WireMessage) -> None:
        known = self._desk.order_of_id(session.counterparty, message.get(11))
        if known is not None and message.poss_resend:
            self._reports.report(Happening(known, ORDER_STATUS, text="the order was received before"))
            return
        expiry = self._expiry(message)
        refusal = order_refusal(message, self._profile)
        if known is not None:
            refusal = Why.DUPLICATE, f"ClOrdID {message.get(11)} has been used"
        elif expiry is None:
            refusal = Why.UNSUPPORTED, "the order's expiry is no time in the future"
        order = self._build_order(session, message, expiry or 0)
        refusal = refusal or self._market_refusal(order)
        if known is None:
            self._desk.add(order)
        if refusal is not None:
            self._desk.reject(order, *refusal)
        elif order.trigger:
            is_resent = message.poss_dup
            Script(self._desk, order, is_resent=is_resent, refuse=partial(self._refuse_message, message)).start()
        else:
            self._desk.accept(order)

    def _market_refusal(self, order: VenueOrder) -> tuple[Why, str] | None:
        """Return why an order can't come to the market as the market is."""
        if order.instrument_key in self._desk.halted:
            return Why.HALTED, f"trading in {order.instrument_key} is halted"
        meets_market = order.terms.post_only and self._desk.book(order.instrument_key).would_trade(order.terms)
        return (Why.UNSUPPORTED, "a post-only order would have traded") if meets_market and not order.trigger else None

    def _refuse_message(self, message: WireMessage, order: VenueOrder, at: str) -> None:
        """Refuse an order as a message, as if it had never been one."""
        self._desk.forget(order)
        session, text = self._reports.session(order.session), "refused on request of its quantity"
        if at == "session":
            session.send_reject(message, 5, 38, text)
        else:
            session.send_business_reject(message, 0, text, order.cl_ord_id)

    def _expiry(self, message: WireMessage) -> int | None:
        """Return when a good-till-date order ends, 0 for another, None for a time that is past or none."""
        expiry = expiry_utc_ns(message)
        return None if expiry is None or 0 < expiry <= self._desk.utc_ns() else expiry

    def _build_order(self, session: FixVenueSession, message: WireMessage, expires_utc_ns: int) -> VenueOrder:
        parties = message.group(453, reports.PARTY_TAGS)
        terms = book_terms(message, self._desk.next_id("O"), session.counterparty, expires_utc_ns)
        return VenueOrder(
            terms=terms,
            ord_type=terms.ord_type,
            session=session.counterparty,
            cl_ord_ids=[message.get(11)],
            side=message.get(54),
            symbol=message.get(55),
            instrument_key=instrument_key(message),
            echo=reports.echoed_fields(message),
            parties=parties,
            account=message.get(1) or next((value for tag, value in parties if tag == 448), ""),
            trigger=trigger_for(terms.quantity),
        )

    # -- cancel and replace --------------------------------------------------------------------------------------

    def _cancel_request(self, session: FixVenueSession, message: WireMessage) -> None:
        self._take_request(session, message, Request("cancel", message.get(11), message.get(41)))

    def _replace_request(self, session: FixVenueSession, message: WireMessage) -> None:
        request = Request(
            "replace",
            message.get(11),
            message.get(41),
            quantity=read_amount(message.get(38)),
            price=read_amount(message.get(44, "0")) if message.get(40) in "24" else 0,
            stop_price=read_amount(message.get(99, "0")) if message.get(40) in "34" else 0,
            max_floor=read_amount(message.get(111)) if 111 in message else None,
        )
        self._take_request(session, message, request)

    def _take_request(self, session: FixVenueSession, message: WireMessage, request: Request) -> None:
        desk = self._desk
        order = desk.find(session.counterparty, request.orig_cl_ord_id)
        refusal = self._request_refusal(session, message, request, order)
        if order is not None:
            desk.note_request_id(order, request.cl_ord_id)
        if order is None or refusal is not None:
            self._refuse(session, order, request, refusal or (UNKNOWN_ORDER, "the order is not known here"))
            return
        if request.kind == "replace":
            self._read_new_time_in_force(order, message, request)
        if "ignore" in answer_to(order.trigger, request.kind):
            return
        order.pending.append(request)
        if self._profile.pending_reports:
            kind = PENDING_CANCEL if request.kind == "cancel" else PENDING_REPLACE
            desk.report(Happening(order, kind, request=request))
            self._finish_later(order)
        else:
            self._finish_request(order)

    def _request_refusal(
        self, session: FixVenueSession, message: WireMessage, request: Request, order: VenueOrder | None
    ) -> Refusal | None:
        """Return (CxlRejReason, text) of a request that the venue does not take, or None."""
        if self._desk.order_of_id(session.counterparty, request.cl_ord_id) is not None:
            return DUPLICATE_ID, f"ClOrdID {request.cl_ord_id} has been used"
        if order is None:
            return UNKNOWN_ORDER, f"OrigClOrdID {request.orig_cl_ord_id} is not known here"
        longest = self._profile.max_cl_ord_id
        if longest and len(request.cl_ord_id) > longest:
            return BROKER_OPTION, f"ClOrdID of {len(request.cl_ord_id)} characters received, expected at most {longest}"
        if not order.is_open:
            return TOO_LATE, f"the order is done (OrdStatus {order.status})"
        if request.kind == "replace" and order.instrument_key in self._desk.halted:
            return BROKER_OPTION, f"trading in {order.instrument_key} is halted"
        kinds = [pending.kind for pending in order.pending]
        if request.kind in kinds and (self._profile.one_request_at_a_time or request.kind == "cancel"):
            return ALREADY_PENDING, f"a {request.kind} of this order is pending"
        if (message.get(55), message.get(54)) != (order.symbol, order.side):
            return BROKER_OPTION, f"Symbol and Side received differ from the order's {order.symbol} and {order.side}"
        return self._new_terms_refusal(message, order) if request.kind == "replace" else None

    def _new_terms_refusal(self, message: WireMessage, order: VenueOrder) -> Refusal | None:
        if message.get(40) != order.ord_type.value:
            return BROKER_OPTION, f"OrdType(40) {message.get(40)} received, expected {order.ord_type.value}"
        time_in_force = message.get(59, order.terms.time_in_force.value)
        resting = self._profile.times_in_force - {immediate.value for immediate in IMMEDIATE}
        if time_in_force not in resting:
            expected = ", ".join(sorted(resting))
            return BROKER_OPTION, f"TimeInForce(59) {time_in_force} received, expected one of {expected}"
        if time_in_force == TimeInForce.GTD.value and 59 in message and self._expiry(message) is None:
            return BROKER_OPTION, "the order's expiry is no time in the future"
        refusal = terms_refusal(message, self._profile)
        return (BROKER_OPTION, refusal[1]) if refusal else None

    def _read_new_time_in_force(self, order: VenueOrder, message: WireMessage, request: Request) -> None:
        """Take TimeInForce and expiry from a replace; without TimeInForce(59) they stay."""
        request.time_in_force, request.expires_utc_ns = order.terms.time_in_force, order.terms.expires_utc_ns
        if 59 in message:
            request.time_in_force = TimeInForce(message.get(59))
            request.expires_utc_ns = self._expiry(message) or 0

    def _finish_later(self, order: VenueOrder) -> None:
        self._desk.schedule(0.0, partial(self._finish_request, order))

    def _finish_request(self, order: VenueOrder) -> None:
        """Carry out the oldest request of an order, unless the order has ended meanwhile."""
        desk, session = self._desk, self._reports.session(order.session)
        answer = answer_to(order.trigger, order.pending[0].kind)
        if "refuse" in answer:
            self._refuse(session, order, order.pending.pop(0), (BROKER_OPTION, "refused on request of its quantity"))
            return
        Script(desk, order).play(answer)
        request = order.pending.pop(0)
        if not order.is_open:
            self._refuse(session, order, request, (TOO_LATE, f"the order is done (OrdStatus {order.status})"))
        elif request.kind == "cancel":
            desk.end(order, CANCELED, Why.USER, request=request)
        elif self._would_trade(order, request):
            self._refuse(session, order, request, (BROKER_OPTION, "a post-only order would have traded"))
        else:
            desk.replace(order, request)

    def _would_trade(self, order: VenueOrder, request: Request) -> bool:
        if order.is_off_book or not order.terms.post_only or order.ord_type is not OrdType.LIMIT:
            return False
        return self._desk.book(order.instrument_key).would_trade(order.terms, request.price)

    def _refuse(self, session: FixVenueSession, order: VenueOrder | None, request: Request, refusal: Refusal) -> None:
        """Answer a cancel or replace with OrderCancelReject."""
        if order is not None:
            self._desk.save(order)
        is_fix42, utc_ns = self._profile.is_fix42, self._desk.utc_ns()
        session.send("9", reports.cancel_reject(order, request, *refusal, utc_ns, is_fix42=is_fix42))

    # -- status and mass requests --------------------------------------------------------------------------------

    def _status_request(self, session: FixVenueSession, message: WireMessage) -> None:
        order = self._desk.order_of_id(session.counterparty, message.get(11))
        extra: tuple[Field, ...] = ((790, message.get(790)),) if 790 in message else ()
        if order is not None:
            self._reports.report(Happening(order, ORDER_STATUS), extra)
            return
        text = f"ClOrdID {message.get(11)} is not known here"
        self._report_none(session, message, text, extra)

    def _report_none(self, session: FixVenueSession, message: WireMessage, text: str, extra: tuple[Field, ...]) -> None:
        is_fix42, utc_ns = self._profile.is_fix42, self._desk.utc_ns()
        body = reports.unknown_order_status(message, utc_ns, is_fix42=is_fix42, text=text, extra=extra)
        session.send("8", body)

    def _selected(self, session: FixVenueSession, message: WireMessage, by: str) -> list[VenueOrder] | None:
        """Return the session's open orders that a mass request names: 7 all, 1 by Symbol, 5 by SecurityType.

        None is returned for a request that the venue can't serve as it was sent.
        """
        needed = {"1": 55, "5": 167}.get(by)
        if by not in ("1", "5", "7") or (needed is not None and needed not in message):
            return None
        wanted = (needed, message.get(needed)) if needed is not None else None
        side = message.get(54)
        return [
            order
            for order in self._desk.orders.values()
            if order.session == session.counterparty
            and order.is_open
            and side in ("", order.side)
            and (wanted is None or wanted in order.echo)
        ]

    def _mass_cancel(self, session: FixVenueSession, message: WireMessage) -> None:
        by = message.get(530)
        orders = self._selected(session, message, by)
        body: list[Field] = [(11, message.get(11)), (37, self._desk.next_id("M")), (530, by)]
        if orders is None:
            text = f"MassCancelRequestType(530) {by} can't be served as sent"
            session.send("r", [*body, (531, "0"), (532, "99"), (58, text)])
            return
        for order in orders:
            self._desk.end(order, CANCELED, Why.USER, "mass cancel")
        session.send("r", [*body, (531, by), (533, str(len(orders)))])

    def _mass_status(self, session: FixVenueSession, message: WireMessage) -> None:
        orders = self._selected(session, message, message.get(585))
        request_id: Field = (584, message.get(584))
        if not orders:
            served = "no open orders" if orders is not None else "MassStatusReqType(585) can't be served as sent"
            self._report_none(session, message, served, (request_id, (911, "0"), (912, "Y")))
            return
        for number, order in enumerate(orders, 1):
            last = "Y" if number == len(orders) else "N"
            self._reports.report(Happening(order, ORDER_STATUS), (request_id, (911, str(len(orders))), (912, last)))
