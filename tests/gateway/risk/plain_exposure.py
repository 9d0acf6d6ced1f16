"""Say what a market did to orders, in dictionaries and by adding everything up each time: the exposure's reference.

Nothing of the gateway's books, states or counts is used here. Quantities and prices are the vocabulary's raw units.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

BUY = 49
SCALE = 10**8

PENDING, LIVE, FILLED, CANCELED, REJECTED, EXPIRED = "pending", "live", "filled", "canceled", "rejected", "expired"
ENDS = {FILLED, CANCELED, REJECTED, EXPIRED}


@dataclass
class Asked:
    """A request in flight: ``new``, ``cancel`` or ``replace``, and the terms that a replace asks for."""

    kind: str
    number: int
    qty: int = 0
    px: int | None = None
    is_unknown: bool = False


@dataclass
class Fill:
    """An execution as it stands."""

    qty: int
    px: int
    is_today: bool = True
    stands: bool = True


@dataclass
class Plain:
    """One order, as its venue and its strategy would tell it."""

    key: tuple[str, str, str, str]
    """Strategy, account, venue, symbol."""
    side: int
    qty: int
    px: int | None
    """The price it is valued by."""
    risk_px: int | None
    state: str = PENDING
    cum: int = 0
    missing: int = 0
    """What the venue has stated as executed beyond the fills that it told."""
    newest: int = 0
    """The number of the replace whose terms hold."""
    asked: dict[str, Asked] = field(default_factory=dict)
    fills: dict[str, Fill] = field(default_factory=dict)
    numbers: int = 0

    def ask(self, name: str, kind: str, qty: int = 0, px: int | None = None) -> None:
        self.asked[name] = Asked(kind, self.numbers, qty, px)
        self.numbers += 1

    def trade(self) -> None:
        """Let the state follow from the quantities."""
        self.state = FILLED if self.cum >= self.qty else LIVE
        self.drop_new()

    def drop_new(self) -> None:
        self.asked = {name: asked for name, asked in self.asked.items() if asked.kind != "new"}

    def end(self, state: str) -> None:
        """End an order that has not ended yet."""
        if self.state not in ENDS:
            self.state = state
            self.drop_new()

    def speak(self, status: str) -> None:
        """Let the venue's word decide over an order that had ended; ``lives``, ``filled`` or ``canceled``."""
        if self.cum >= self.qty:
            self.state = FILLED
        elif status == "lives":
            self.state = LIVE
        elif status == "canceled":
            self.state = CANCELED

    def may_leave(self) -> list[tuple[int, int | None]]:
        """Return what may still trade, by each set of terms that may hold, with the price of each."""
        terms = [(asked.qty, asked.px) for asked in self.asked.values() if asked.kind == "replace"]
        if self.state not in ENDS:
            terms.append((self.qty, self.px))
        return [(max(qty - self.cum, 0), px) for qty, px in terms]

    def owed(self) -> tuple[int, int | None]:
        """Return what has traded and was not told."""
        return self.missing, self.px


@dataclass
class Totals:
    """What one bucket should hold."""

    open_orders: int = 0
    open_buy_qty: int = 0
    open_sell_qty: int = 0
    open_buy_notional: int = 0
    open_sell_notional: int = 0
    net_qty: int = 0
    gross_qty: int = 0
    net_notional: int = 0
    traded_notional: int = 0
    unvalued: int = 0


class PlainMarket:
    """All orders ever, and what the day's executions come to. ``worth`` says what a symbol's money is worth."""

    def __init__(self) -> None:
        self.orders: dict[str, Plain] = {}

    def start_day(self, venue: str) -> None:
        for order in self.orders.values():
            if order.key[2] == venue:
                for fill in order.fills.values():
                    fill.is_today = False

    def totals(self, members: set[tuple[str, str, str, str]], worth: dict[str, Fraction | None]) -> Totals:
        """Add up everything that has one of the keys."""
        totals = Totals()
        for order in self.orders.values():
            if order.key in members:
                _add_order(totals, order, worth.get(order.key[3]))
        for key in members:
            self._add_position(totals, key, worth.get(key[3]))
        return totals

    def _add_position(self, totals: Totals, key: tuple[str, str, str, str], worth: Fraction | None) -> None:
        net_qty, net_money, traded = 0, 0, 0
        for order in self.orders.values():
            if order.key != key:
                continue
            sign = 1 if order.side == BUY else -1
            net_qty += sign * order.cum
            for fill in order.fills.values():
                if fill.stands:
                    net_money += sign * fill.qty * fill.px
                    traded += fill.qty * abs(fill.px) if fill.is_today else 0
        totals.net_qty += net_qty
        totals.gross_qty += abs(net_qty)
        if worth is None:
            totals.unvalued += bool(net_money or traded)
            return
        totals.net_notional += away_from_zero(net_money * worth)
        totals.traded_notional += away_from_zero(traded * worth)


def weigh(order: Plain, worth: Fraction | None) -> tuple[bool, int, int, bool]:
    """Return whether an order may trade, how much, for how much money at worst, and whether that is unknown."""
    leaves = order.may_leave()
    is_live = bool(leaves)
    leaves.append(order.owed())
    qty = max((left for left, _ in leaves), default=0)
    money, unknown = 0, False
    for left, px in leaves:
        if left and (px is None or worth is None):
            unknown = True
        elif left and px is not None and worth is not None:
            money = max(money, away_from_zero(left * abs(px) * worth))
    return is_live, qty, money, unknown


def _add_order(totals: Totals, order: Plain, worth: Fraction | None) -> None:
    is_live, qty, money, unknown = weigh(order, worth)
    totals.open_orders += is_live
    totals.unvalued += unknown
    if order.side == BUY:
        totals.open_buy_qty += qty
        totals.open_buy_notional += money
    else:
        totals.open_sell_qty += qty
        totals.open_sell_notional += money


def away_from_zero(value: Fraction) -> int:
    return ceil(value) if value >= 0 else floor(value)
