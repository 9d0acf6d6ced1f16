"""Answer the orders of a case from the simulator's price-time book: the second brain of a case's venue.

The session stays the case's own; what it delivers goes to the desk, and what the desk says goes out over it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from fairlead.certification.gateway.fix_line import AheadClock, FixLine
from fairlead.certification.gateway.fix_names import STATUSES
from fairlead.certification.gateway.fix_venue import BEGIN_STRINGS
from fairlead.certification.gateway.venue_side import Booked, Card, Trade
from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book import OrderBook
from fairlead.certification.venues.book_records import BookOrder, SelfMatch
from fairlead.certification.venues.fix_orders import OrderMessages
from fairlead.certification.venues.fix_reports import FixReports
from fairlead.certification.venues.order_checks import book_terms, expiry_utc_ns, instrument_key
from fairlead.certification.venues.order_desk import DeskSettings, OrderDesk
from fairlead.certification.venues.orders import Execution, VenueOrder
from fairlead.certification.venues.profile import ProfileError, VenueProfile, load_profile
from fairlead.certification.venues.reports import PARTY_TAGS, echoed_fields
from fairlead.certification.venues.state import StateFile
from fairlead.certification.venues.wire import WireMessage

MARKET = "MARKET"
"""Who owns the orders of others."""
_WORDS = {code: word for word, code in STATUSES.items()}


class _Numbers(StateFile):
    """Keep nothing, and count from a number that no earlier case has used: cases may follow one another at a venue."""

    def __init__(self) -> None:
        super().__init__(None)

    def load_counter(self, name: str) -> int:
        """Return where to count from: ten thousand numbers a millisecond would be needed to meet them again."""
        return time.time_ns() // 1_000_000 % 1_000_000 * 10_000


def brain_profile(name: str, protocol: str) -> VenueProfile:
    """Return what the book takes: as the simulator's profile of this name says, else anything; any symbol."""
    try:
        found = load_profile(name)
    except ProfileError:
        found = VenueProfile()
    return replace(found, version=BEGIN_STRINGS[protocol].removeprefix("FIX."), symbols=frozenset())


class BookBrain:
    """One desk with its books behind a case's session."""

    def __init__(self, line: FixLine, profile: VenueProfile, clock: AheadClock, self_match: SelfMatch) -> None:
        self._line = line
        self._timers: set[asyncio.TimerHandle] = set()
        self.desk = OrderDesk(DeskSettings(profile, self_match), _Numbers(), clock, self._schedule)
        reports = FixReports(self.desk, lambda session: line.session, self._drop, clock)
        self.desk.faces[reports.name] = reports
        self._messages = OrderMessages(self.desk, reports)
        self.names: dict[str, str] = {}
        """What the case calls executions, by ExecID."""
        self.questions = 0
        """How often it was asked how orders stand."""

    # what comes

    def receive(self, message: WireMessage) -> None:
        """Answer an application message; it is written by whoever has received it."""
        self.questions += message.msg_type in ("H", "AF")
        self._messages.receive(self._line.session, message)

    def _schedule(self, delay_s: float, callback: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            callback()
            self.flush()

        timer = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(timer)

    def _drop(self, session: str, reset: bool) -> None:
        self._line.session.disconnected()

    def flush(self) -> None:
        """Write what the desk has said."""
        self._line.flush()

    def close(self) -> None:
        """Do nothing any more."""
        for timer in self._timers:
            timer.cancel()

    # what the case's own book takes over, and gives back

    def adopt(self, booked: Booked, message: WireMessage, ids: Iterable[str]) -> None:
        """Take an order over as the script left it; ``message`` began it, ``ids`` are those it has had, oldest first.

        It rests behind what was taken over before; nothing trades by that.
        """
        session = self._line.session.counterparty
        terms = book_terms(message, booked.order_id, session, expiry_utc_ns(message) or 0)
        parties = message.group(453, PARTY_TAGS)
        order = VenueOrder(
            terms=terms,
            ord_type=terms.ord_type,
            session=session,
            cl_ord_ids=list(ids),
            side=message.get(54),
            symbol=message.get(55),
            instrument_key=instrument_key(message),
            echo=echoed_fields(message),
            parties=parties,
            account=message.get(1) or next((value for tag, value in parties if tag == 448), ""),
        )
        self.desk.add(order)
        self._adopt_terms(order, booked)
        for trade in booked.trades:
            self._adopt_trade(order, trade)

    def _adopt_terms(self, order: VenueOrder, booked: Booked) -> None:
        terms = order.terms
        terms.quantity, terms.price = units(booked.qty), units(booked.px or Decimal(0))
        if booked.is_open:
            book = self.book(order.instrument_key)
            book.admit(terms)
            terms.cum = units(booked.cum)
            terms.shown = min(terms.max_floor or terms.leaves, terms.leaves)
            book.restore(terms)
            return
        terms.cum = units(booked.cum)
        order.ended = "" if booked.status == "filled" else STATUSES[booked.status]

    def _adopt_trade(self, order: VenueOrder, trade: Trade) -> None:
        quantity, price = units(trade.qty), units(trade.px)
        self.names[trade.exec_id] = trade.name
        self.desk.executions[trade.exec_id] = Execution(
            trade.exec_id,
            order.order_id,
            order.session,
            order.cl_ord_id,
            quantity,
            price,
            self.desk.utc_ns(),
            is_busted=trade.is_busted,
            match_number=self.desk.next_number(),
        )
        if not trade.is_busted:
            order.notional += quantity * price

    def order(self, card: Card) -> VenueOrder | None:
        """Return the order that a request is about, None where the book has never seen it."""
        return self.desk.order_of_id(self._line.session.counterparty, card.venue_id) if card.venue_id else None

    def booked(self, card: Card, now: Card) -> Booked | None:
        """Return an order as a script would keep it; ``now`` is the request whose terms it has."""
        order = self.order(card)
        if order is None:
            return None
        terms = order.terms
        px = number(terms.price) if terms.price else None
        made = Booked(now, order.order_id, number(terms.quantity), px, _WORDS.get(order.status, order.status))
        made.trades = [
            Trade(self.names.get(each.exec_id, each.exec_id), each.exec_id, number(each.quantity), number(each.price),
                  is_busted=each.is_busted)
            for each in self.desk.executions.values() if each.order_id == order.order_id
        ]  # fmt: skip
        return made

    def book(self, key: str) -> OrderBook:
        """Return the book of an instrument."""
        return self.desk.book(key)

    # the market

    def enter(self, key: str, order: BookOrder) -> None:
        """Bring somebody else's order to the market."""
        self.book(key).submit(order)
        self.flush()

    def take(self, order: VenueOrder, qty: Decimal, px: Decimal) -> None:
        """Execute part of a resting order, against somebody else."""
        self.book(order.instrument_key).take(order.terms, units(qty), units(px))
        self.flush()

    def faults(self, venue_ids: set[str]) -> list[str]:
        """Return what must not be at the end: orders that nobody asked for, and books that are crossed."""
        strangers = [order for order in self.desk.orders.values() if order.cl_ord_ids[0] not in venue_ids]
        faults = [f"order {order.cl_ord_id} is at the venue, and no strategy has asked for it" for order in strangers]
        for key, book in self.desk.books.items():
            bid, offer = book.best_bid, book.best_offer
            if bid is not None and offer is not None and bid >= offer:
                faults.append(f"the venue's book of {key} is crossed: this is a mistake of the simulator's own")
        return faults


def units(value: Decimal) -> int:
    """Return a number of a case as the book counts, in units of 10^-8."""
    return int(value * UNITS)


def number(value: int) -> Decimal:
    """Return a number of the book as cases have it."""
    return Decimal(value) / UNITS
