"""Read what users ask for over OUCH, check it, and have the desk act.

OUCH answers many mistakes with nothing. Each silence is noted in `ignored` with its reason, for whoever examines the
venue. The rules are the exchange's documents': a used token is ignored; a cancel or replace of an order that is dead or
unknown is ignored; invalid details of a replace cancel the order, and its token stays unused; a replace of an order
that can't be cancelled is rejected, and its token is used. Quantities of replaces and cancels are totals of the whole
chain, including what has executed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Message, Table, WireFault, load_table
from fairlead.certification.venues.book_records import BookOrder, OrdType
from fairlead.certification.venues.happenings import Happening, Why
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.orders import CANCELED, PENDING_CANCEL, Request, VenueOrder
from fairlead.certification.venues.ouch_checks import amount, expiry_utc_ns, number, order_refusal, replace_refusal
from fairlead.certification.venues.ouch_dialects import NAMES, SIDE_CHANGES, SIDES, OuchDialect
from fairlead.certification.venues.ouch_reports import OuchAccount, OuchReports
from fairlead.certification.venues.scripts import Script
from fairlead.certification.venues.triggers import answer_to, trigger_for

Handler = Callable[[OuchAccount, Message], None]

# What is not repeated of a request: what the order itself has.
_NOT_KEPT = frozenset({"message_type", "token", "existing", "side", "quantity", "symbol"})


class OuchOrders:
    """Handle the messages of all users."""

    def __init__(
        self, desk: OrderDesk, reports: OuchReports, dialect: OuchDialect, save: Callable[[OuchAccount], None]
    ) -> None:
        self.ignored: list[str] = []
        self._desk = desk
        self._reports = reports
        self._dialect = dialect
        self._save = save
        self._shapes = load_table(dialect.table).venue
        self._handlers: dict[str, Handler] = {
            "O": self._enter,
            "U": self._replace,
            "X": self._cancel,
            "M": self._modify,
            "N": self._trade_now,
            "Q": self._query,
            "C": self._mass_cancel,
            "D": partial(self._switch, "G"),
            "E": partial(self._switch, "K"),
        }

    def receive(self, account: OuchAccount, payload: bytes) -> None:
        """Take a message; one that is none is ignored."""
        try:
            shape, fields = Table.decode(self._shapes, payload)
        except WireFault as fault:
            self._ignore(account, str(fault))
            return
        message = {NAMES.get(name, name): value for name, value in fields.items()}
        self._handlers[shape.code](account, message)

    def _ignore(self, account: OuchAccount, why: str) -> None:
        self.ignored.append(f"{account.user}: {why}")

    # -- tokens --------------------------------------------------------------------------------------------------

    def _id(self, message: Message, name: str) -> str:
        """Return a token as the desk has it."""
        channel = number(message, "user_ref_idx")
        return f"{channel}/{message[name]}" if channel else str(message[name])

    def _is_new(self, account: OuchAccount, message: Message) -> bool:
        """Tell whether a message's own token may be used; note that the message is ignored where it may not."""
        token = message["token"]
        if isinstance(token, int):
            highest = account.highest.get(number(message, "user_ref_idx"), 0)
            if token > highest:
                return True
            self._ignore(account, f"token {token} received, expected more than {highest}")
            return False
        if token and self._desk.order_of_id(account.session, token) is None:
            return True
        self._ignore(account, f"token {token!r} received, which has been used")
        return False

    def _use(self, account: OuchAccount, message: Message) -> None:
        """Use a message's own token up."""
        if isinstance(message["token"], int):
            account.highest[number(message, "user_ref_idx")] = message["token"]
            self._save(account)

    def _living(self, account: OuchAccount, message: Message, name: str) -> VenueOrder | None:
        """Return the order that a request names by its current token, None where the request is to be ignored."""
        token = self._id(message, name)
        order = self._desk.order_of_id(account.session, token)
        if order is None or not order.is_open or order.cl_ord_id != token:
            state = "nobody has" if order is None else "whose order is done or has another by now"
            self._ignore(account, f"a request for token {token} received, which {state}")
            return None
        return order

    # -- orders --------------------------------------------------------------------------------------------------

    def _enter(self, account: OuchAccount, message: Message) -> None:
        if not self._is_new(account, message):
            return
        self._use(account, message)
        refusal = order_refusal(message, self._dialect, self._desk.profile)
        if refusal is None and str(message.get("firm", "")) in account.disabled:
            refusal = Why.FIRM
        order = self._build(account, message)
        if refusal is None and order.symbol in self._desk.halted and order.cross != "H":
            refusal = Why.HALTED
        self._desk.add(order)
        if refusal is not None:
            self._desk.reject(order, refusal, refusal)
        elif order.trigger:
            is_resent = order.cl_ord_id in account.lost
            account.lost.discard(order.cl_ord_id)
            Script(self._desk, order, is_resent=is_resent, refuse=self._refuse_message).start()
        else:
            self._desk.accept(order)

    def _refuse_message(self, order: VenueOrder, at: str) -> None:
        """Refuse an order by the one way that OUCH has."""
        self._desk.reject(order, Why.OTHER, f"refused as a {at} message")

    def _build(self, account: OuchAccount, message: Message) -> VenueOrder:
        symbol, side = str(message["symbol"]), SIDES.get(str(message["side"]), "1")
        cross = str(message.get("cross_type", ""))
        kept = {name: value for name, value in message.items() if name not in _NOT_KEPT}
        if kept.get("capacity") not in self._dialect.capacities:
            kept["capacity"] = "O"
        terms = BookOrder(
            order_id=self._desk.next_id("O"),
            owner=account.user,
            is_buy=side == "1",
            quantity=amount(message, "quantity"),
        )
        order = VenueOrder(
            terms=terms,
            ord_type=OrdType.LIMIT,
            session=account.session,
            cl_ord_ids=[self._id(message, "token")],
            side=side,
            symbol=symbol,
            instrument_key=symbol,
            echo=[],
            account=str(message.get("firm", "")),
            trigger=trigger_for(terms.quantity),
            cross=cross if cross in self._dialect.crosses else "",
            face=self._reports.name,
            details={"user": account.user, **kept},
        )
        self._set_terms(order, message)
        order.ord_type = terms.ord_type
        return order

    def _set_terms(self, order: VenueOrder, message: Message) -> None:
        """Give an order's terms what a message says, besides quantity and price."""
        terms, display = order.terms, str(message["display"])
        is_market = number(message, "price") in self._dialect.market_prices
        terms.ord_type = OrdType.MARKET if is_market else OrdType.LIMIT
        terms.price = 0 if is_market else number(message, "price")
        terms.time_in_force, terms.expires_utc_ns = expiry_utc_ns(message, self._dialect, self._desk.utc_ns())
        terms.min_quantity = amount(message, "min_qty")
        terms.max_floor = amount(message, "max_floor")
        terms.is_hidden = display in self._dialect.hidden
        terms.post_only = display in self._dialect.post_only or message.get("post_only") == "P"
        terms.mpid = str(order.details.get("firm", "")) if display in ("A", "L") else ""

    def _replace(self, account: OuchAccount, message: Message) -> None:
        if not self._is_new(account, message):
            return
        order = self._living(account, message, "existing")
        if order is None:
            return
        token = self._id(message, "token")
        request = Request("replace", token, order.cl_ord_id, keeps_place=False)
        answer = answer_to(order.trigger, request.kind)
        if order.instrument_key in self._desk.halted or "refuse" in answer:
            self._use(account, message)
            self._desk.note_request_id(order, token)
            why = Why.HALTED if order.instrument_key in self._desk.halted else Why.NO_REPLACE
            self._reports.refuse_replace(order, request, why)
            return
        if "ignore" in answer:
            self._ignore(account, f"replace {token} is ignored on request of the order's quantity")
            return
        refusal = replace_refusal(message, self._dialect, self._desk.profile)
        if refusal is not None or amount(message, "quantity") <= order.terms.cum:
            self._desk.end(order, CANCELED, Why.USER, str(refusal or Why.QUANTITY))
            return
        self._use(account, message)
        Script(self._desk, order).play(answer)
        self._finish_replace(account, order, request, message)

    def _finish_replace(self, account: OuchAccount, order: VenueOrder, request: Request, message: Message) -> None:
        if not order.is_open or amount(message, "quantity") <= order.terms.cum:
            self._ignore(account, f"replace {request.cl_ord_id} received, and the order is done")
            return
        self._desk.note_request_id(order, request.cl_ord_id)
        before = order.terms.price
        order.details |= {name: value for name, value in message.items() if name not in _NOT_KEPT}
        self._set_terms(order, message)
        request.price, order.terms.price = order.terms.price, before
        request.quantity, request.max_floor = amount(message, "quantity"), order.terms.max_floor
        request.time_in_force, request.expires_utc_ns = order.terms.time_in_force, order.terms.expires_utc_ns
        self._desk.replace(order, request)

    def _cancel(self, account: OuchAccount, message: Message) -> None:
        order = self._living(account, message, "token")
        if order is None:
            return
        answer = answer_to(order.trigger, "cancel")
        if "ignore" in answer:
            self._ignore(account, f"cancel of {order.cl_ord_id} is ignored on request of the order's quantity")
            return
        steps = tuple(step for step in answer if step != "refuse")
        if "pend cancel" in steps:
            self._pend(order, message, is_refused="refuse" in answer)
            return
        Script(self._desk, order).play(steps)
        self._finish_cancel(order, message, is_refused="refuse" in answer)

    def _pend(self, order: VenueOrder, message: Message, *, is_refused: bool) -> None:
        """Say that a cancel waits, and finish it after the delay."""
        self._desk.report(Happening(order, PENDING_CANCEL))
        finish = partial(self._finish_cancel, order, message, is_refused=is_refused)
        self._desk.schedule(self._desk.settings.trigger_delay_s, finish)

    def _finish_cancel(self, order: VenueOrder, message: Message, *, is_refused: bool) -> None:
        if not order.is_open:
            return
        total = amount(message, "quantity")
        if is_refused:
            self._reports.say("I", order)
        elif total <= order.terms.cum:
            self._desk.end(order, CANCELED, Why.USER)
        elif total < order.terms.quantity:
            taken = self._desk.reduce(order, total)
            self._desk.report(Happening(order, CANCELED, Why.USER, quantity=taken))

    def _modify(self, account: OuchAccount, message: Message) -> None:
        order = self._living(account, message, "token")
        if order is None:
            return
        side, total = str(message["side"]), amount(message, "quantity")
        change = (self._reports.letter(order), side)
        if (change[0] != side and change not in SIDE_CHANGES) or not order.terms.cum < total <= order.terms.quantity:
            self._ignore(account, f"modify of {order.cl_ord_id} to {side} {total // UNITS} is not possible")
            return
        order.side = SIDES[side]
        if total < order.terms.quantity:
            self._desk.reduce(order, total)
        self._reports.say("M", order, quantity=order.leaves // UNITS)

    def _trade_now(self, account: OuchAccount, message: Message) -> None:
        order = self._living(account, message, "token")
        if order is not None:
            self._reports.say("N", order)

    # -- what concerns all orders of a user ----------------------------------------------------------------------

    def _query(self, account: OuchAccount, message: Message) -> None:
        channel = number(message, "user_ref_idx")
        self._reports.tell(account.user, "Q", message | {"token": account.highest.get(channel, 0) + 1})

    def _mass_cancel(self, account: OuchAccount, message: Message) -> None:
        if not self._is_new(account, message):
            return
        self._use(account, message)
        self._reports.tell(account.user, "X", message)
        wanted = {name: message[name] for name in ("firm", "group_id") if message.get(name)}
        for order in list(self._desk.orders.values()):
            if (
                order.session == account.session
                and order.is_open
                and message["symbol"] in ("", order.symbol)
                and message.get("side", self._reports.letter(order)) == self._reports.letter(order)
                and all(order.details.get(name, "") == value for name, value in wanted.items())
            ):
                self._desk.end(order, CANCELED, Why.USER, "mass cancel")

    def _switch(self, answer: str, account: OuchAccount, message: Message) -> None:
        """Disable (answered by G) or enable (K) order entry for a firm."""
        if not self._is_new(account, message):
            return
        self._use(account, message)
        change = account.disabled.add if answer == "G" else account.disabled.discard
        change(str(message["firm"]))
        self._save(account)
        self._reports.tell(account.user, answer, message)
