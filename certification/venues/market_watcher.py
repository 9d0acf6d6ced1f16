"""Say what a desk tells those who see what the market sees."""

from __future__ import annotations

from typing import Protocol

from fairlead.certification.venues.book_records import MarketEvent
from fairlead.certification.venues.crosses import Cross


class MarketWatcher(Protocol):
    """See what the market sees."""

    def market_event(self, symbol: str, event: MarketEvent) -> None:
        """Take what a book shows, at the moment at which it happens."""

    def trade_broken(self, symbol: str, match_number: int) -> None:
        """Take that a trade which the market has seen is none."""

    def settle(self) -> None:
        """Finish what an order that came back to the market has left open."""

    def announce(self, symbol: str, name: str, price: int) -> None:
        """Tell the market something by its name (see `itch_announcements.py`), around a price."""

    def crossing(self, symbol: str, kind: str, cross: Cross) -> None:
        """Tell the market what a cross would come to now."""

    def crossed(self, symbol: str, kind: str, cross: Cross, match_number: int) -> None:
        """Tell the market what a cross has come to."""

    def trading_state(self, symbol: str, state: str, reason: str) -> None:
        """Take that trading has stopped or goes on: H halted, P paused, Q quotation only, T trading."""


class MarketWatchers:
    """Be all watchers of a desk as one."""

    def __init__(self) -> None:
        self.watchers: list[MarketWatcher] = []

    def market_event(self, symbol: str, event: MarketEvent) -> None:
        for watcher in self.watchers:
            watcher.market_event(symbol, event)

    def trade_broken(self, symbol: str, match_number: int) -> None:
        for watcher in self.watchers:
            watcher.trade_broken(symbol, match_number)

    def settle(self) -> None:
        for watcher in self.watchers:
            watcher.settle()

    def announce(self, symbol: str, name: str, price: int) -> None:
        for watcher in self.watchers:
            watcher.announce(symbol, name, price)

    def crossing(self, symbol: str, kind: str, cross: Cross) -> None:
        for watcher in self.watchers:
            watcher.crossing(symbol, kind, cross)

    def crossed(self, symbol: str, kind: str, cross: Cross, match_number: int) -> None:
        for watcher in self.watchers:
            watcher.crossed(symbol, kind, cross, match_number)

    def trading_state(self, symbol: str, state: str, reason: str) -> None:
        for watcher in self.watchers:
            watcher.trading_state(symbol, state, reason)
