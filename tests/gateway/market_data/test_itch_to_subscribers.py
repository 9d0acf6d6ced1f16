"""From a venue's bytes to a strategy's books: whatever the feed says and the strategy misses, both hold the same."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID, DirectoryEntry, MarketBook, TradingState
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.client.subscription import Subscription
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions, SubscriptionQueue
from fairlead.gateway.ports.identity import StrategyIdentity

sys.path.insert(0, str(Path(__file__).parents[2] / "adapters" / "itch"))

import itch_bytes as itch

NOW = 1_790_000_000_000_000_000
PLAN = load_mapping("itch_5_0")
STOCKS = {1: "AAPL", 2: "MSFT"}
SCALE = 10**8


class Picture:
    """Be the market picture of one feed; a change is told after each message, as a feed's turn would."""

    def __init__(self) -> None:
        self.feed = FeedBooks(PLAN, "feed", "XNAS")
        self._listeners: list[Callable[[MarketBook, int, int], None]] = []
        self._number = 0

    def apply(self, message: bytes) -> None:
        self._number += 1
        before = {stock: book.change_number for stock, book in self._books()}
        self.feed.books.apply(message, self._number, NOW)
        for stock, book in self._books():
            if book.change_number != before.get(stock):
                for listener in self._listeners:
                    listener(book, 0, NOW)

    def _books(self) -> list[tuple[str, Any]]:
        return [(stock, book) for stock in STOCKS.values() if (book := self.feed.book(stock)) is not None]

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        found: MarketBook | None = self.feed.book(symbol)
        return found

    def books(self, symbol: str) -> list[MarketBook]:
        found = self.book(symbol)
        return [found] if found is not None else []

    def watch(self, listener: Callable[[MarketBook, int, int], None]) -> None:
        self._listeners.append(listener)

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return []


def strategy_books(queue: SubscriptionQueue, subscription: Subscription, most: int) -> None:
    """Hand on messages, at most so many."""
    for _ in range(most):
        message: MarketDataMessage | None = queue.next_message(0, NOW)
        if message is None:
            return
        subscription.take(message)


def check(picture: Picture, subscription: Subscription, depth: int) -> None:
    for stock in STOCKS.values():
        venue = picture.book(stock)
        assert venue is not None
        ours = subscription[stock]
        for side, levels in ((BID, ours.bids), (ASK, ours.asks)):
            told = [(int(level.price * SCALE), int(level.quantity * SCALE), level.orders) for level in levels]
            assert told == venue.levels(side, depth)
        assert ours.trading_state == TradingState(venue.status.trading_state)
        assert (ours.is_suspect, ours.trade_count) == (venue.is_suspect, venue.trade_count)
        if venue.trade_count:
            assert ours.last_px is not None
            assert int(ours.last_px * SCALE) == venue.last_px


order = st.tuples(
    st.sampled_from(sorted(STOCKS)),
    st.sampled_from("BS"),
    st.integers(1, 300),
    st.integers(1, 8).map(lambda p: p * 10**4),
)
step = st.one_of(
    st.tuples(st.just("add"), order),
    st.tuples(st.sampled_from(("execute", "cancel", "delete", "replace")), st.integers(0, 50), st.integers(1, 300)),
    st.tuples(st.just("state"), st.sampled_from(sorted(STOCKS)), st.sampled_from("THPQ")),
    st.tuples(st.just("read"), st.integers(1, 5)),
    st.tuples(st.just("drain")),
)


@given(st.lists(step, max_size=80), st.integers(0, 3))
@settings(max_examples=150)
def test_strategy_holds_the_venues_book_at_each_quiet_point(steps: list[tuple[Any, ...]], depth: int) -> None:
    picture = Picture()
    for locate, stock in STOCKS.items():
        picture.apply(itch.directory(locate, stock))
    subscriptions = MarketDataSubscriptions(picture, {"XNAS"}, {"s": StrategyIdentity("s")}, ())
    queue = subscriptions.open_queue("s")
    subscription = Subscription(tuple(STOCKS.values()), depth, "", "012", lambda ended: None)
    request: MarketDataRequest = subscription.request("M")
    assert queue.request(request, 0, NOW) is None
    orders: dict[int, tuple[int, int]] = {}
    for number, (kind, *rest) in enumerate([*steps, ("drain",)], 1):
        if kind == "add":
            locate, side, shares, price = rest[0]
            picture.apply(itch.add(locate, STOCKS[locate], number, side, shares, price))
            orders[number] = (locate, shares)
        elif kind == "state":
            picture.apply(itch.trading_action(rest[0], STOCKS[rest[0]], rest[1]))
        elif kind == "read":
            strategy_books(queue, subscription, rest[0])
        elif kind == "drain":
            strategy_books(queue, subscription, 10**6)
            check(picture, subscription, depth)
        elif orders:
            reference = sorted(orders)[rest[0] % len(orders)]
            locate, left = orders.pop(reference)
            shares = min(rest[1], left)
            if kind == "delete":
                picture.apply(itch.delete(locate, reference))
                continue
            if kind == "replace":
                picture.apply(itch.replace(locate, reference, number, shares, (1 + rest[1] % 8) * 10**4))
                orders[number] = (locate, shares)
                continue
            message = itch.execute(locate, reference, shares, number) if kind == "execute" else None
            picture.apply(message or itch.cancel(locate, reference, shares))
            if shares < left:
                orders[reference] = (locate, left - shares)
