"""Tell strategies what they subscribed to: each change to a fast reader, the latest state to a slow one.

Level-triggered: there is no queue of updates. Each book of a subscription is a ``BookView``, which remembers what its
reader was told; a change of the book marks the view due, and the message is made, from what was told and what is, when
the connection can send it. So a reader's arrears are at most one message a view, whatever happens in the market, and
views take turns. docs/market_data.md is this for strategies.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fairlead.adapters.market_data import MarketBook, MarketData
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.codecs.vocabulary.market_data_codes import MDReqRejReason, SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.gateway.market_data.book_view import BookView
from fairlead.gateway.market_data.request_judge import RequestJudge
from fairlead.gateway.ports.identity import StrategyIdentity

DEFAULT_MAX_SUBSCRIPTIONS: Final = 1000


@dataclass(slots=True)
class Tally:
    """Count what one strategy subscribes to now, and what it was told since the start."""

    symbols: int = 0
    messages: int = 0
    conflated: int = 0


class Subscription:
    """Hold what one request asked for: its views by (symbol, venue), and the symbols of which no book is there yet."""

    __slots__ = ("is_once", "request", "unheard", "venues", "views")

    def __init__(self, request: MarketDataRequest, venues: frozenset[str], unheard: Iterable[str]) -> None:
        self.request: Final = request
        self.venues: Final = venues
        self.is_once: Final = request.subscription_request_type == SubscriptionRequestType.SNAPSHOT
        self.unheard = deque(unheard)
        self.views: dict[tuple[str, str], BookView] = {}


class MarketDataSubscriptions:
    """Open a queue for each connection, and mark what a change of a book makes due (a ``MarketDataEntry``).

    ``market_data`` None: no feeds are configured, and each request is refused. ``venues`` are those of the feeds,
    ``instruments`` the symbols that the configuration knows: they may be subscribed before a feed has told of them.
    """

    def __init__(
        self,
        market_data: MarketData | None,
        venues: Collection[str],
        identities: Mapping[str, StrategyIdentity],
        instruments: Collection[str],
        max_subscriptions: Callable[[str], int] = lambda strategy: DEFAULT_MAX_SUBSCRIPTIONS,
    ) -> None:
        self.market_data: Final = market_data
        self.venues: Final = frozenset(venues)
        self.instruments: Final = instruments
        self._identities = identities
        self._max_subscriptions = max_subscriptions
        self.tallies: Final = {name: Tally() for name in identities}
        self._by_symbol: dict[str, list[tuple[SubscriptionQueue, Subscription]]] = {}
        if market_data is not None:
            market_data.watch(self.on_change)

    def open_queue(self, strategy: str) -> "SubscriptionQueue":
        """Return a new queue for a strategy's connection, without subscriptions."""
        limit = self._max_subscriptions(strategy)
        return SubscriptionQueue(self, self._identities[strategy], limit, self.tallies[strategy])

    def on_change(self, book: MarketBook, now_ns: int, utc_ns: int) -> None:
        """Mark each view of a book due; a book that is new joins the subscriptions that asked for its symbol."""
        for queue, subscription in self._by_symbol.get(book.symbol, ()):
            queue.mark(subscription, book)

    def add(self, queue: "SubscriptionQueue", subscription: Subscription) -> None:
        """Tell a subscription of changes from now on."""
        for symbol in subscription.request.symbols:
            self._by_symbol.setdefault(symbol, []).append((queue, subscription))

    def remove(self, subscription: Subscription) -> None:
        """Tell it of nothing more."""
        for symbol in subscription.request.symbols:
            left = [entry for entry in self._by_symbol.get(symbol, ()) if entry[1] is not subscription]
            if left:
                self._by_symbol[symbol] = left
            else:
                self._by_symbol.pop(symbol, None)


class SubscriptionQueue:
    """Hold one connection's subscriptions and what is due of them (a ``MarketDataQueue``)."""

    def __init__(
        self, owner: MarketDataSubscriptions, identity: StrategyIdentity, max_subscriptions: int, tally: Tally
    ) -> None:
        self._owner = owner
        self._tally = tally
        self._judge = RequestJudge(owner.market_data, owner.venues, owner.instruments, identity, max_subscriptions)
        self._subscriptions: dict[str, Subscription] = {}
        self._due: deque[tuple[Subscription, BookView]] = deque()
        self._unheard: deque[Subscription] = deque()
        self._rejects: deque[MarketDataReject] = deque()
        self.is_due = False
        """Whether there is something to tell; kept, not computed, for it is asked at every turn."""

    @property
    def held(self) -> tuple[int, int, int]:
        """Return how many views, levels remembered and messages due there are: what memory goes with."""
        views = [view for subscription in self._subscriptions.values() for view in subscription.views.values()]
        due = len(self._due) + len(self._rejects) + sum(len(each.unheard) for each in self._unheard)
        return len(views), sum(view.levels_held for view in views), due

    def request(self, request: MarketDataRequest, now_ns: int, utc_ns: int) -> MarketDataReject | None:
        """Subscribe, take a snapshot or unsubscribe; return why not, None where it is done or due."""
        if request.subscription_request_type == SubscriptionRequestType.UNSUBSCRIBE:
            return self._unsubscribe(request)
        refusal = self._judge.refusal(request, self._subscriptions, self._held_symbols())
        if refusal is not None:
            return _reject(request, *refusal)
        self._subscribe(request)
        return None

    def next_message(self, now_ns: int, utc_ns: int) -> MarketDataMessage | None:
        """Return the next message to send, None where nothing is due."""
        message = self._take_next(utc_ns)
        self._note_due()
        if message is not None:
            self._tally.messages += 1
            if isinstance(message, MarketDataIncrement | MarketDataSnapshot):
                self._tally.conflated += message.conflated
        return message

    def _held_symbols(self) -> int:
        return sum(len(subscription.request.symbols) for subscription in self._subscriptions.values())

    def _note_due(self) -> None:
        self.is_due = bool(self._due or self._unheard or self._rejects)

    def _take_next(self, utc_ns: int) -> MarketDataMessage | None:
        if self._rejects:
            return self._rejects.popleft()
        if self._unheard:
            return self._next_unheard(utc_ns)
        while self._due:
            subscription, view = self._due[0]
            message = view.next_message(utc_ns)
            if message is not None:
                if isinstance(message, SecurityStatus):
                    return message
                self._leave(subscription, view)
                return message
            self._leave(subscription, view)
        return None

    def refuse(self, message: MarketDataMessage, text: str) -> None:
        """End the subscription of a message that the connection can't carry; a reject, due next, says so."""
        subscription = self._subscriptions.get(message.md_req_id)
        if subscription is not None:
            self._end(subscription)
        self._rejects.append(_reject(message, MDReqRejReason.UNSUPPORTED_MARKET_DEPTH, text))
        self.is_due = True

    def close(self) -> None:
        """End all subscriptions."""
        for subscription in tuple(self._subscriptions.values()):
            self._end(subscription)
        self._rejects.clear()
        self._note_due()

    def mark(self, subscription: Subscription, book: MarketBook) -> None:
        """Note that a book of a subscription changed; make its view where it is new and asked for."""
        key = (book.symbol, book.venue)
        view = subscription.views.get(key)
        if view is None:
            if subscription.is_once or book.venue not in subscription.venues:
                return
            view = subscription.views[key] = BookView(subscription.request, book, False)
        elif view.book.feed != book.feed or not book.is_reliable:
            if not self._choose_feed(view, book):
                return
        else:
            view.book = book
        if not view.is_due and not view.has_news:
            return
        view.marks += 1
        if not view.is_due:
            view.is_due = self.is_due = True
            self._due.append((subscription, view))

    def _choose_feed(self, view: BookView, book: MarketBook) -> bool:
        """Where a venue has several feeds, follow one that is current; return whether the view has anything to tell.

        The first in the configuration's order that is; a view stays with it until it is not, and where none is.
        """
        if view.book.is_reliable:
            return view.book.feed == book.feed
        others = self._books(book.symbol, frozenset((book.venue,)))
        if others and others[0].is_reliable and others[0].feed != view.book.feed:
            view.follow(others[0])
            return True
        return view.book.feed == book.feed

    def _books(self, symbol: str, venues: frozenset[str]) -> list[MarketBook]:
        """Return one book a venue: the first feed's that is current, or the first feed's."""
        market_data = self._owner.market_data
        assert market_data is not None
        chosen: dict[str, MarketBook] = {}
        for book in market_data.books(symbol):
            if book.venue in venues:
                before = chosen.get(book.venue)
                if before is None or (book.is_reliable and not before.is_reliable):
                    chosen[book.venue] = book
        return list(chosen.values())

    def _subscribe(self, request: MarketDataRequest) -> None:
        venues = self._judge.venues_of(request)
        books = {symbol: self._books(symbol, venues) for symbol in request.symbols}
        subscription = Subscription(request, venues, [symbol for symbol, found in books.items() if not found])
        self._subscriptions[request.md_req_id] = subscription
        for found in books.values():
            for book in found:
                view = BookView(request, book, subscription.is_once)
                subscription.views[book.symbol, book.venue] = view
                view.is_due = True
                self._due.append((subscription, view))
        if subscription.unheard:
            self._unheard.append(subscription)
        self._note_due()
        self._owner.add(self, subscription)
        self._tally.symbols = self._held_symbols()

    def _unsubscribe(self, request: MarketDataRequest) -> MarketDataReject | None:
        subscription = self._subscriptions.get(request.md_req_id)
        if subscription is None:
            text = f"nothing is subscribed under md_req_id {request.md_req_id!r}"
            return _reject(request, MDReqRejReason.UNKNOWN_MD_REQ_ID, text)
        if request.symbols:
            text = "symbols received with an unsubscribe, which ends all that its md_req_id began"
            return _reject(request, MDReqRejReason.MALFORMED, text)
        self._end(subscription)
        return None

    def _next_unheard(self, utc_ns: int) -> SecurityStatus:
        """Say of a symbol that no feed has told of it yet."""
        subscription = self._unheard[0]
        symbol = subscription.unheard.popleft()
        if not subscription.unheard:
            self._unheard.popleft()
        if subscription.is_once and not subscription.unheard and not subscription.views:
            self._end(subscription)
        return SecurityStatus(
            md_req_id=subscription.request.md_req_id,
            symbol=symbol,
            venue=subscription.request.venue,
            is_stale=True,
            text="no feed has told of this symbol yet",
            transact_time_ns=utc_ns,
        )

    def _leave(self, subscription: Subscription, view: BookView) -> None:
        """Take the view in front off the list; what was asked for once is over with it."""
        self._due.popleft()
        view.is_due = False
        if subscription.is_once:
            subscription.views.pop((view.book.symbol, view.book.venue), None)
            if not subscription.views and not subscription.unheard:
                self._end(subscription)

    def _end(self, subscription: Subscription) -> None:
        self._owner.remove(subscription)
        self._subscriptions.pop(subscription.request.md_req_id, None)
        self._tally.symbols = self._held_symbols()
        self._due = deque(entry for entry in self._due if entry[0] is not subscription)
        self._unheard = deque(each for each in self._unheard if each is not subscription)
        self._note_due()


def _reject(about: MarketDataRequest | MarketDataMessage, reason: int, text: str) -> MarketDataReject:
    return MarketDataReject(md_req_id=about.md_req_id, md_req_rej_reason=reason, text=text)
