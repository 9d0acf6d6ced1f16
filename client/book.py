"""Keep one symbol's book at one venue as the gateway tells it."""

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, Self

from fairlead.client.order import decimal
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import MDEntryType, MDUpdateAction, Restriction, TradingState
from fairlead.codecs.vocabulary.market_data_cy import MarketDataIncrement, MarketDataSnapshot, SecurityStatus

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Side = dict[int, tuple[int, int]]


class Level(NamedTuple):
    """One price level."""

    price: Decimal
    quantity: Decimal
    orders: int


class ReferencePrice(NamedTuple):
    """A price that is no order's (auction collar, NOII ...), with its times where they are known."""

    price: Decimal
    venue_time: datetime | None
    received_time: datetime | None


class Book:
    """Hold a book that a subscription keeps current. It changes in place; ``copied()`` gives one that does not.

    Values are those of the gateway's last message. ``is_current`` is what a price may be made from: the snapshot is
    there, the connection is up, and the venue's feed is neither stale nor in doubt.
    """

    def __init__(self, symbol: str, venue: str) -> None:
        self.symbol: Final = symbol
        self.venue: Final = venue
        self.has_snapshot = False
        self.is_connected = True
        self.is_stale = False
        self.is_suspect = False
        self.trading_state = TradingState.UNKNOWN
        self.state_code = ""
        """The venue's own words for the state, as ``state_reason`` for why."""
        self.state_reason = ""
        self.text = ""
        """Why the book is stale or suspect."""
        self.short_restriction = Restriction.UNKNOWN
        self.operational_halts: tuple[str, ...] = ()
        self.reference_prices: dict[str, ReferencePrice] = {}
        self.last_px: Decimal | None = None
        self.last_qty: Decimal | None = None
        self.last_time: datetime | None = None
        self.trade_count = 0
        self.total_volume: Decimal | None = None
        self.change_number = 0
        self.conflated = 0
        """How many changes came into the last message beside its last one, since we read too slowly."""
        self.update_time: datetime | None = None
        """The venue's time of the last change."""
        self._sides: dict[int, _Side] = {MDEntryType.BID: {}, MDEntryType.OFFER: {}}

    def __repr__(self) -> str:
        bid, ask = self.bid, self.ask
        sides = [f"{level.quantity}@{level.price}" if level else "-" for level in (bid, ask)]
        state = self.trading_state.name.lower() if self.is_current else "not current"
        return f"<Book {self.symbol} {self.venue} {' / '.join(sides)} {state}>"

    @property
    def is_current(self) -> bool:
        """Tell whether the book is what the market is, as far as the gateway knows."""
        return self.has_snapshot and self.is_connected and not self.is_stale and not self.is_suspect

    @property
    def bids(self) -> list[Level]:
        """Return the bids, best first."""
        return self._levels(MDEntryType.BID)

    @property
    def asks(self) -> list[Level]:
        """Return the offers, best first."""
        return self._levels(MDEntryType.OFFER)

    @property
    def bid(self) -> Level | None:
        """Return the best bid."""
        side = self._sides[MDEntryType.BID]
        return self._level(side, max(side)) if side else None

    @property
    def ask(self) -> Level | None:
        """Return the best offer."""
        side = self._sides[MDEntryType.OFFER]
        return self._level(side, min(side)) if side else None

    def copied(self) -> Self:
        """Return a copy that stays as it is."""
        other = copy.copy(self)
        other._sides = {code: dict(side) for code, side in self._sides.items()}
        other.reference_prices = dict(self.reference_prices)
        return other

    def lose(self) -> None:
        """Note that nothing keeps the book current any more; what it holds stays to be looked at."""
        self.is_connected = self.has_snapshot = False

    def take_status(self, message: SecurityStatus) -> None:
        """Take a state."""
        self.is_connected = True
        self.trading_state = TradingState(message.trading_state)
        self.state_code, self.state_reason, self.text = message.state_code, message.state_reason, message.text
        self.is_stale, self.is_suspect = message.is_stale, message.is_suspect
        self.short_restriction = Restriction(message.short_restriction)
        self.operational_halts = message.operational_halts
        self.reference_prices = {
            name: ReferencePrice(Decimal(fixed_to_str(price)), _time(venue_ns), _time(received_ns))
            for name, price, venue_ns, received_ns in message.reference_prices
        }

    def take_snapshot(self, message: MarketDataSnapshot) -> None:
        """Take a snapshot: what was known before is gone."""
        self._sides = {
            MDEntryType.BID: {price: (quantity, orders) for price, quantity, orders in message.bids},
            MDEntryType.OFFER: {price: (quantity, orders) for price, quantity, orders in message.asks},
        }
        self.trading_state = TradingState(message.trading_state)
        self.is_stale, self.is_suspect = message.is_stale, message.is_suspect
        self.has_snapshot = self.is_connected = True
        self._take_rest(message)

    def take_increment(self, message: MarketDataIncrement) -> None:
        """Take changes; raise ``DecodeError`` where they don't fit what is here."""
        if not self.has_snapshot:
            raise DecodeError(f"an update of {self.symbol} received, expected its snapshot first")
        for action, entry_type, price, quantity, orders, _ in message.changes:
            side = self._sides[entry_type]
            if (price in side) == (action == MDUpdateAction.NEW):
                name = MDUpdateAction(action).name.lower()
                raise DecodeError(f"{name} of {self.symbol} level {price} received, which does not fit the book")
            if action == MDUpdateAction.DELETE:
                del side[price]
            else:
                side[price] = (quantity, orders)
        self._take_rest(message)

    def _take_rest(self, message: MarketDataSnapshot | MarketDataIncrement) -> None:
        if message.last_px != ABSENT:
            self.last_px, self.last_qty = decimal(message.last_px), decimal(message.last_qty)
            self.last_time = _time(message.last_time_ns)
        self.trade_count = message.trade_count
        self.total_volume = decimal(message.total_volume)
        self.change_number, self.conflated = message.change_number, message.conflated
        self.update_time = _time(message.update_time_ns)

    def _levels(self, entry_type: int) -> list[Level]:
        side = self._sides[entry_type]
        return [self._level(side, price) for price in sorted(side, reverse=entry_type == MDEntryType.BID)]

    @staticmethod
    def _level(side: _Side, price: int) -> Level:
        quantity, orders = side[price]
        return Level(Decimal(fixed_to_str(price)), Decimal(fixed_to_str(quantity)), orders)


def _time(utc_ns: int) -> datetime | None:
    """Return a time to the microsecond, as far as a datetime goes."""
    return None if utc_ns == ABSENT else _EPOCH + timedelta(microseconds=utc_ns // 1000)
