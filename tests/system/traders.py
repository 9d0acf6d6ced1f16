"""Trade without pause from two strategies, and keep books of their own to compare with the gateway's.

Each keeps what it was told: acknowledged orders, fills by ExecID, positions; and what it was told wrongly: ``faults``.
"""

import random
from collections import Counter
from decimal import Decimal

import simplefix
from fix_strategy_engine import FixClient, text_of
from simplefix_frames import stamp
from venues import MIDS

from fairlead.client.client import Client
from fairlead.client.connection import Event, EventKind
from fairlead.client.order import Order, Request
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import Report

VENUES = ("XBRK", "XEXC")
_TICK = Decimal("0.01")
_MAX_OPEN = 12
_ENDED = frozenset("2348C")


class Book:
    """What one strategy knows."""

    def __init__(self, strategy: str) -> None:
        self.strategy = strategy
        self.acknowledged: set[str] = set()
        """ClOrdIDs of orders and replaces that the strategy saw accepted."""
        self.fills: dict[str, tuple[Decimal, Decimal]] = {}
        """Quantity and price by ExecID."""
        self.positions: Counter[str] = Counter()
        self.faults: list[str] = []

    def add_fill(self, exec_id: str, symbol: str, is_buy: bool, quantity: Decimal, price: Decimal) -> None:
        """Book a fill, once."""
        if exec_id in self.fills:
            self.faults.append(f"fill {exec_id} came twice")
            return
        self.fills[exec_id] = (quantity, price)
        self.positions[symbol] += int(quantity if is_buy else -quantity)


class ClientTrader:
    """Trade through ``fairlead.client``, over JSON or the binary port.

    Its reports' numbers must have neither gaps nor repetitions.
    """

    venues = VENUES

    def __init__(self, strategy: str, seed: int) -> None:
        self.book = Book(strategy)
        self.client: Client | None = None
        self.orders: list[Order] = []
        self.requests: list[Request] = []
        self._last_seq = 0
        self._random = random.Random(seed)

    def on_event(self, event: Event) -> None:
        """Note what may not happen to a connection."""
        if event.kind in (EventKind.GAP, EventKind.SESSION_RESET, EventKind.LINE_REFUSED):
            self.book.faults.append(f"{event.kind.name}: {event.text}")

    def on_report(self, seq: int, report: Report, order: Order | None) -> None:
        """Book a report."""
        if seq != self._last_seq + 1:
            self.book.faults.append(f"report {seq} came after {self._last_seq}")
        self._last_seq = seq
        if report.kind in (ReportKind.ACCEPTED, ReportKind.REPLACED, ReportKind.FILLED):
            self.book.acknowledged.add(report.cl_ord_id)
        if report.kind == ReportKind.FILLED:
            quantity, price = Decimal(fixed_to_str(report.last_qty)), Decimal(fixed_to_str(report.last_px))
            self.book.add_fill(report.exec_id, report.symbol, report.side == Side.BUY, quantity, price)

    def step(self) -> None:
        """Send a request, if there is a connection."""
        client = self.client
        if client is None or not client.is_connected:
            return
        changeable = [order for order in client.open_orders if order.ord_status is not None]
        if len(changeable) > _MAX_OPEN or (changeable and self._random.random() < 0.3):
            self._change(client, self._random.choice(changeable))
            return
        symbol = self._random.choice(list(MIDS))
        price = Decimal(MIDS[symbol]) + _TICK * self._random.randrange(-8, 9)
        side, venue = self._random.choice(("buy", "sell")), self._random.choice(self.venues)
        self.orders.append(client.new_order(side, self._random.randrange(1, 40), symbol, price=price, venue=venue))

    def _change(self, client: Client, order: Order) -> None:
        if self._random.random() < 0.5 and order.price is not None:
            self.requests.append(client.replace(order, price=order.price + _TICK * self._random.choice((-2, 2))))
        else:
            self.requests.append(client.cancel(order))

    def cancel_open(self) -> None:
        """Ask for the end of every order."""
        if self.client is not None and self.client.is_connected:
            self.client.mass_cancel()

    def unsettled(self) -> list[str]:
        """Name the orders and requests that nobody has answered, and the orders that still live."""
        open_orders = [repr(order) for order in self.orders if not order.ended and order.error is None]
        return open_orders + [request.id for request in self.requests if not request.answered]


class FixTrader(FixClient):
    """Trade over FIX; a request without an answer, or a fill told twice, is a fault."""

    seed = 2
    venues = VENUES

    def __init__(self, host: str, port: int, comp_id: str, password: str) -> None:
        super().__init__(host, port, comp_id, password)
        self.book = Book(comp_id.lower())
        self.unanswered: set[str] = set()
        self.open: dict[str, tuple[str, str, int]] = {}
        """Symbol, side and quantity by current ClOrdID."""
        self._names: dict[str, str] = {}
        """Current ClOrdID by OrderID: a cancel may name an id that a replace has taken the place of since."""
        self._random = random.Random(self.seed)
        self._last_id = 0

    def _next_id(self) -> str:
        self._last_id += 1
        cl_ord_id = f"{self.comp_id}-{self._last_id}"
        self.unanswered.add(cl_ord_id)
        return cl_ord_id

    def step(self) -> None:
        """Send a request, if there is a connection."""
        if not self.is_logged_on:
            return
        changeable = [cl_ord_id for cl_ord_id in self.open if cl_ord_id not in self.unanswered]
        if len(changeable) > _MAX_OPEN or (changeable and self._random.random() < 0.3):
            self._change(self._random.choice(changeable))
            return
        symbol = self._random.choice(list(MIDS))
        price = Decimal(MIDS[symbol]) + _TICK * self._random.randrange(-8, 9)
        quantity, side = self._random.randrange(1, 40), self._random.choice("12")
        cl_ord_id, venue = self._next_id(), self._random.choice(self.venues)
        self.open[cl_ord_id] = (symbol, side, quantity)
        self.send("D", (11, cl_ord_id), (100, venue), (55, symbol), (54, side), (38, quantity),
                  (40, 2), (44, price), (59, 0), (60, stamp()))  # fmt: skip

    def _change(self, orig_cl_ord_id: str) -> None:
        if self._random.random() < 0.5:
            symbol, side, quantity = self.open[orig_cl_ord_id]
            price = Decimal(MIDS[symbol]) + _TICK * self._random.randrange(-8, 9)
            self.send("G", (11, self._next_id()), (41, orig_cl_ord_id), (55, symbol), (54, side), (38, quantity),
                      (40, 2), (44, price), (59, 0), (60, stamp()))  # fmt: skip
        else:
            self._cancel(orig_cl_ord_id)

    def _cancel(self, orig_cl_ord_id: str) -> None:
        symbol, side, quantity = self.open[orig_cl_ord_id]
        self.send("F", (11, self._next_id()), (41, orig_cl_ord_id), (55, symbol), (54, side), (38, quantity),
                  (60, stamp()))  # fmt: skip

    def cancel_open(self) -> None:
        """Ask for the end of every order."""
        if self.is_logged_on:
            for cl_ord_id in list(self.open):
                self._cancel(cl_ord_id)

    def unsettled(self) -> list[str]:
        """Name the requests that nobody has answered and the orders that still live."""
        return sorted(self.unanswered) + sorted(self.open)

    def on_report(self, msg_type: str, message: simplefix.FixMessage) -> None:
        """Book a report."""
        cl_ord_id = text_of(message, 11) or text_of(message, 379)
        self.unanswered.discard(cl_ord_id)
        if msg_type != "8":
            return
        exec_type, symbol = text_of(message, 150), text_of(message, 55)
        if exec_type in ("0", "5", "F"):
            self.book.acknowledged.add(cl_ord_id)
        order_id = text_of(message, 37)
        known_as = self._names.setdefault(order_id, text_of(message, 41) or cl_ord_id)
        if exec_type == "5":
            self._names[order_id] = cl_ord_id
            known = self.open.pop(known_as, None)
            if known is not None:
                self.open[cl_ord_id] = known
        if exec_type == "F":
            quantity, price = Decimal(text_of(message, 32)), Decimal(text_of(message, 31))
            self.book.add_fill(text_of(message, 17), symbol, text_of(message, 54) == "1", quantity, price)
        if text_of(message, 39) in _ENDED:
            for ended in (known_as, cl_ord_id):
                self.open.pop(ended, None)
