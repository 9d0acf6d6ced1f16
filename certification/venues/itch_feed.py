"""Say in ITCH 5.0 what the market sees of a venue's books.

Everything is a message of one numbered stream, from the start of the day on. An order is shown under its reference;
hidden orders show only as trades, and scripted ones (`triggers.py`) not at all. An instrument whose name is longer than
ITCH's 8 letters is not in the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Message, Table, load_table
from fairlead.certification.venues.book_records import BookOrder, Fill, MarketEvent, Reduced, Rested, Withdrawn
from fairlead.certification.venues.crosses import Cross
from fairlead.certification.venues.day_clock import DayClock
from fairlead.certification.venues.itch_announcements import ANNOUNCEMENTS, DEFAULTS
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.soup import SoupStream

LONGEST_SYMBOL = 8

# The largest price and quantity that the feed can show, in units of 10^-8.
LARGEST_PRICE = 200_000 * UNITS
LARGEST_QUANTITY = (2**32 - 1) * UNITS
PRICE_PLACES = 4


@dataclass(slots=True)
class Shown:
    """Hold what the feed shows of an order: quantity in units of 10^-8."""

    symbol: str
    is_buy: bool
    price: int
    quantity: int
    mpid: str


class ItchFeed:
    """Watch a desk's books, and add what they show to a stream."""

    def __init__(self, desk: OrderDesk, stream: SoupStream, clock: DayClock) -> None:
        self.stream = stream
        self.shown: dict[int, Shown] = {}
        self.locates: dict[str, int] = {}
        self._shapes = load_table("itch_5_0").client
        self._desk = desk
        self._clock = clock
        self._returning: dict[str, int] = {}
        self._participants: set[tuple[str, str]] = set()
        self._handlers: dict[type, Callable[[str, MarketEvent], None]] = {
            Rested: self._rested,
            Withdrawn: self._withdrawn,
            Reduced: self._reduced,
            Fill: self._traded,
        }

    # -- the day -------------------------------------------------------------------------------------------------

    def begin(self, symbols: list[str]) -> None:
        """Start the day with these instruments; or go on with an earlier run's, and take out what is gone."""
        if self.stream.messages:
            self._recall()
            return
        self.publish("S", event_code="O")
        for symbol in symbols:
            self._locate(symbol)
        self.publish("S", event_code="S")
        self.publish("S", event_code="Q")

    def _recall(self) -> None:
        """Read the stream of an earlier run, and delete the orders that no book has any more: the house's."""
        for payload in self.stream.messages:
            self._recall_one(Table.decode(self._shapes, payload)[1])
        books = self._desk.books.values()
        resting = {order.reference for book in books for side in (True, False) for order in book.resting(side)}
        for reference in [reference for reference in self.shown if reference not in resting]:
            self._delete(reference)

    def _recall_one(self, message: Message) -> None:
        code, reference = message["message_type"], int(message.get("order_reference_number", 0))
        if code == "R":
            self.locates[str(message["stock"])] = int(message["stock_locate"])
        elif code in ("A", "F"):
            quantity, price = int(message["shares"]) * UNITS, int(message["price"])
            mpid = str(message.get("attribution", ""))
            self.shown[reference] = Shown(str(message["stock"]), message["side"] == "B", price, quantity, mpid)
        elif code == "U":
            shown = self.shown.pop(int(message["original_order_reference_number"]))
            shown.quantity, shown.price = int(message["shares"]) * UNITS, int(message["price"])
            self.shown[int(message["new_order_reference_number"])] = shown
        elif code == "D":
            del self.shown[reference]
        elif code in ("E", "C", "X"):
            taken = message.get("executed_shares", message.get("cancelled_shares", 0))
            self._take(reference, int(taken) * UNITS)

    def _locate(self, symbol: str) -> int:
        """Return an instrument's number; one that is new is announced first."""
        locate = self.locates.get(symbol)
        if locate is None:
            locate = self.locates[symbol] = len(self.locates) + 1
            self.publish("R", symbol)
            self.publish("H", symbol)
            self.publish("Y", symbol)
        return locate

    def show_books(self) -> None:
        """Add all that the books have, as a session does that starts in the middle."""
        for symbol, book in self._desk.books.items():
            for order in (*book.resting(True), *book.resting(False)):
                self.market_event(symbol, Rested(order))

    # -- what the books show -------------------------------------------------------------------------------------

    def market_event(self, symbol: str, event: MarketEvent) -> None:
        """Show what has happened on a book."""
        if len(symbol) > LONGEST_SYMBOL:
            return
        mover = event.incoming if isinstance(event, Fill) else event.order
        self._settle_others(mover.order_id)
        self._handlers[type(event)](symbol, event)

    def settle(self) -> None:
        """Delete an order that was to come back and has not: it ended on its way."""
        self._settle_others("")

    def _settle_others(self, order_id: str) -> None:
        for other in [other for other in self._returning if other != order_id]:
            self._delete(self._returning.pop(other))

    def _rested(self, symbol: str, event: MarketEvent) -> None:
        assert isinstance(event, Rested)
        order = event.order
        before = self._returning.pop(order.order_id, 0)
        if before and not order.is_hidden and self.shown[before].mpid == order.mpid:
            self._replace(symbol, before, order)
            return
        if before:
            self._delete(before)
        if not order.is_hidden:
            self._add(symbol, order)

    def _add(self, symbol: str, order: BookOrder) -> None:
        self._locate(symbol)
        if order.mpid and (order.mpid, symbol) not in self._participants:
            self._participants.add((order.mpid, symbol))
            self.publish("L", symbol, mpid=order.mpid)
        self.shown[order.reference] = Shown(symbol, order.is_buy, order.price, order.shown, order.mpid)
        self.publish(
            "F" if order.mpid else "A",
            symbol,
            order_reference_number=order.reference,
            side="B" if order.is_buy else "S",
            shares=order.shown // UNITS,
            price=order.price,
            attribution=order.mpid,
        )

    def _replace(self, symbol: str, before: int, order: BookOrder) -> None:
        shown = self.shown.pop(before)
        shown.price, shown.quantity = order.price, order.shown
        self.shown[order.reference] = shown
        self.publish(
            "U",
            symbol,
            original_order_reference_number=before,
            new_order_reference_number=order.reference,
            shares=order.shown // UNITS,
            price=order.price,
        )

    def _withdrawn(self, symbol: str, event: MarketEvent) -> None:
        assert isinstance(event, Withdrawn)
        if event.reference not in self.shown:
            return
        if event.returns:
            self._returning[event.order.order_id] = event.reference
        else:
            self._delete(event.reference)

    def _delete(self, reference: int) -> None:
        shown = self.shown.pop(reference)
        self.publish("D", shown.symbol, order_reference_number=reference)

    def _reduced(self, symbol: str, event: MarketEvent) -> None:
        assert isinstance(event, Reduced)
        reference = event.order.reference
        if reference in self.shown:
            self._take(reference, event.quantity)
            self.publish("X", symbol, order_reference_number=reference, cancelled_shares=event.quantity // UNITS)

    def _traded(self, symbol: str, event: MarketEvent) -> None:
        assert isinstance(event, Fill)
        before = self._returning.pop(event.incoming.order_id, 0)
        if before:
            self._delete(before)
        shares, shown = event.quantity // UNITS, self.shown.get(event.reference)
        if shown is None:
            self._locate(symbol)
            self.publish("P", symbol, shares=shares, price=event.price, match_number=event.match_number)
            return
        self.publish(
            "E" if event.price == shown.price else "C",
            symbol,
            order_reference_number=event.reference,
            executed_shares=shares,
            execution_price=event.price,
            match_number=event.match_number,
        )
        self._take(event.reference, event.quantity)

    def _take(self, reference: int, quantity: int) -> None:
        shown = self.shown[reference]
        shown.quantity -= quantity
        if shown.quantity <= 0:
            del self.shown[reference]

    # -- what the venue says besides -----------------------------------------------------------------------------

    def trade_broken(self, symbol: str, match_number: int) -> None:
        """Say that a trade is broken; it changes no book."""
        if symbol in self.locates:
            self.publish("B", symbol, match_number=match_number)

    def trading_state(self, symbol: str, state: str, reason: str) -> None:
        """Say that trading in an instrument has stopped, or goes on."""
        if len(symbol) <= LONGEST_SYMBOL:
            self._locate(symbol)
            self.publish("H", symbol, trading_state=state, reason=reason)

    def announce(self, symbol: str, name: str, price: int) -> None:
        """Say what a trigger asks for (see `ANNOUNCEMENTS`), around a price in units of 10^-8."""
        if len(symbol) <= LONGEST_SYMBOL:
            self._locate(symbol)
            for code, fields in ANNOUNCEMENTS[name](price):
                self.publish(code, symbol, **fields)

    def crossing(self, symbol: str, kind: str, cross: Cross) -> None:
        """Say what a cross would come to: paired shares, imbalance and prices."""
        if len(symbol) > LONGEST_SYMBOL:
            return
        self._locate(symbol)
        direction = ("B" if cross.is_buy_imbalance else "S") if cross.imbalance else "N"
        self.publish(
            "I",
            symbol,
            paired_shares=cross.quantity // UNITS,
            imbalance_shares=cross.imbalance // UNITS,
            imbalance_direction=direction,
            far_price=cross.price,
            near_price=cross.price,
            current_reference_price=cross.price,
            cross_type=kind,
        )

    def crossed(self, symbol: str, kind: str, cross: Cross, match_number: int) -> None:
        """Say what a cross has come to."""
        if len(symbol) <= LONGEST_SYMBOL:
            shares = cross.quantity // UNITS
            fields = {"shares": shares, "cross_price": cross.price, "match_number": match_number}
            self.publish("Q", symbol, cross_type=kind, **fields)

    def publish(self, code: str, symbol: str = "", **fields: int | str) -> int:
        """Add a message of any type, and return its number; prices are in units of 10^-8.

        Fields that are not given have the values of `DEFAULTS`; MatchNumber has one of the venue's.
        """
        values = {"match_number": 0, **DEFAULTS.get(code, {}), **fields}
        if code == "Q" and "match_number" not in fields:
            values["match_number"] = self._desk.next_number()
        values["stock"] = symbol
        values["stock_locate"] = self.locates.get(symbol, 0)
        values["tracking_number"] = 0
        values["timestamp"] = self._clock.since_midnight_ns()
        return self.stream.append(Table.encode(self._shapes, code, values))
