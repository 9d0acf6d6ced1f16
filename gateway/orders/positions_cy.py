"""Add up what each strategy holds, exactly."""

from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.orders.order_cy import Order

BUY = 49


class Position:
    """Hold what one strategy's account has bought and sold of one instrument at one venue.

    Quantities are in units of 10^-8, notionals the exact sums of LastQty x LastPx in units of 10^-16; all are Python
    ints and have no end. Busts and corrections are taken back out. Sales short are sales. ``instrument`` is the terms
    of the first order, for the fields that tell one derivative from another. ``day_notional`` is the exact sum of
    LastQty x |LastPx|, bought and sold, of what was booked since the venue's trading day began.
    """

    def __init__(self, strategy: str, account: str, venue: str, instrument: "NewOrder") -> None:
        self.strategy = strategy
        self.account = account
        self.venue = venue
        self.symbol: str = instrument.symbol
        self.instrument = instrument
        self.bought_qty = 0
        self.bought_notional = 0
        self.sold_qty = 0
        self.sold_notional = 0
        self.day_notional = 0

    @property
    def net_qty(self) -> int:
        """Return bought less sold, in units of 10^-8."""
        return self.bought_qty - self.sold_qty


class PositionBook:
    """Keep the positions of all strategies."""

    def __init__(self) -> None:
        self.positions: "dict[tuple[str, str, str, tuple[object, ...]], Position]" = {}

    def find(self, order: Order) -> Position | None:
        """Return the position that executions of ``order`` add to."""
        return self.positions.get((order.strategy, order.account, order.venue, instrument_key(order.terms)))

    def start_day(self, venue: str) -> None:
        """Begin a venue's trading day: its sums start anew."""
        position: Position
        for position in self.positions.values():
            if position.venue == venue:
                position.day_notional = 0

    def add(self, order: Order, qty: int, notional: int, day_notional: int) -> None:
        """Add an execution of ``order``; negative numbers take it back. ``day_notional`` is its part of the day."""
        key = (order.strategy, order.account, order.venue, instrument_key(order.terms))
        position: Position | None = self.positions.get(key)
        if position is None:
            position = Position(order.strategy, order.account, order.venue, order.terms)
            self.positions[key] = position
        position.day_notional += day_notional
        if order.side == BUY:
            position.bought_qty += qty
            position.bought_notional += notional
        else:
            position.sold_qty += qty
            position.sold_notional += notional


def instrument_key(terms: NewOrder) -> "tuple[object, ...]":
    """Return what tells one instrument from another: two options on a stock share its symbol."""
    if not terms.security_type and not terms.security_id and not terms.maturity_month_year:
        return (terms.symbol, terms.security_exchange)
    return (
        terms.symbol,
        terms.security_exchange,
        terms.security_id,
        terms.security_id_source,
        terms.security_type,
        terms.maturity_month_year,
        terms.maturity_day,
        terms.put_or_call,
        terms.strike_price,
    )
