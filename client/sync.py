"""Talk to Fairlead from a program without asyncio: the same client, on a loop in a thread of its own."""

import asyncio
import concurrent.futures
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from fairlead.client.book import Book
from fairlead.client.client import Client, OnEvent, OnReport, Protocol
from fairlead.client.connection import Reconnect
from fairlead.client.order import Order, Request
from fairlead.client.requests import NewOrderTerms, ReplaceTerms
from fairlead.client.subscription import Subscription
from fairlead.client.values import Number
from fairlead.codecs.vocabulary.constants import OrdStatus, Side
from fairlead.codecs.vocabulary.messages_cy import Report

T = TypeVar("T")


class SyncOrder:
    """Be one order, seen from the strategy's own thread. The values are those of the last report."""

    def __init__(self, client: "SyncClient", order: Order) -> None:
        self._client = client
        self.order = order

    def __repr__(self) -> str:
        return repr(self.order)

    @property
    def cl_ord_id(self) -> str:
        """Return the current ClOrdID."""
        return self.order.cl_ord_id

    @property
    def ord_status(self) -> OrdStatus | None:
        """Return the status, None before the gateway's first word."""
        return self.order.ord_status

    @property
    def cum_qty(self) -> Decimal:
        """Return the quantity executed so far."""
        return self.order.cum_qty

    @property
    def ended(self) -> bool:
        """Tell whether nothing more is to be expected."""
        return self.order.ended

    def accepted(self, timeout_s: float | None = None) -> Self:
        """Wait for the gateway's first word; raise TimeoutError."""
        self._client.run(self._first_word(), timeout_s)
        return self

    def done(self, timeout_s: float | None = None) -> Self:
        """Wait for the order's end; raise TimeoutError."""
        self._client.run(self.order.done(), timeout_s)
        return self

    def reports(self, timeout_s: float | None = None) -> Iterator[Report]:
        """Yield the order's reports, those already there first, until its end; raise TimeoutError between two."""
        reports = aiter(self.order)
        while True:
            report = self._client.run(_next_or_none(reports), timeout_s)
            if report is None:
                return
            yield report

    async def _first_word(self) -> Order:
        return await self.order


class SyncRequest:
    """Be one request about orders."""

    def __init__(self, client: "SyncClient", request: Request) -> None:
        self._client = client
        self._request = request

    def result(self, timeout_s: float | None = None) -> Report:
        """Wait for the report that answers the request; raise TimeoutError."""
        return self._client.run(self._answer(), timeout_s)

    async def _answer(self) -> Report:
        return await self._request


class SyncSubscription:
    """Follow books from the strategy's own thread; each ``Book`` handed out is a copy that stays as it is."""

    def __init__(self, client: "SyncClient", subscription: Subscription) -> None:
        self._client = client
        self.subscription = subscription

    def ready(self, timeout_s: float | None = None) -> Self:
        """Wait until each symbol has been told of; raise SubscriptionRefusedError or TimeoutError."""
        self._client.run(self._told(), timeout_s)
        return self

    def __getitem__(self, symbol: str) -> Book:
        return self._client.call(lambda: self.subscription[symbol].copied())

    def books(self) -> dict[tuple[str, str], Book]:
        """Return all books by (symbol, venue)."""
        return self._client.call(lambda: {key: book.copied() for key, book in self.subscription.books.items()})

    def changes(self, timeout_s: float | None = None) -> Iterator[Book]:
        """Yield each book that changed since it was last yielded, until the end; raise TimeoutError between two."""
        while (book := self._client.run(self._next_change(), timeout_s)) is not None:
            yield book

    def close(self) -> None:
        """End the subscription."""
        self._client.call(self.subscription.close)

    async def _told(self) -> Subscription:
        return await self.subscription

    async def _next_change(self) -> Book | None:
        book = await self.subscription.next_change()
        return None if book is None else book.copied()


class SyncClient:
    """Send a strategy's requests and follow its orders without asyncio; see ``Client``.

    ``on_report`` and ``on_event`` are called in the client's thread: they must be quick, and must not wait for it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        strategy: str,
        secret: str,
        *,
        tls: ssl.SSLContext | None = None,
        from_seq: int | None = None,
        session_id: str = "",
        heartbeat_interval_s: int = 15,
        take_over: bool = False,
        reconnect: Reconnect | None = Reconnect(),  # noqa: B008 (a value that never changes)
        on_report: OnReport | None = None,
        on_event: OnEvent | None = None,
        protocol: Protocol = "json",
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fairlead-client", daemon=True)
        self._thread.start()
        connecting = Client.connect(
            host,
            port,
            strategy,
            secret,
            tls=tls,
            from_seq=from_seq,
            session_id=session_id,
            heartbeat_interval_s=heartbeat_interval_s,
            take_over=take_over,
            reconnect=reconnect,
            on_report=on_report,
            on_event=on_event,
            protocol=protocol,
        )
        try:
            self.client = self.run(connecting)
        except BaseException:
            self._stop_loop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """Tell whether requests can be sent now."""
        return self.client.is_connected

    @property
    def next_seq(self) -> int:
        """Return the number of the next report."""
        return self.client.next_seq

    @property
    def session_id(self) -> str:
        """Return the session that ``next_seq`` belongs to."""
        return self.client.session_id

    def close(self) -> None:
        """Log out, close and end the thread; harmless where that was done."""
        if self._thread.is_alive():
            try:
                self.run(self.client.close())
            finally:
                self._stop_loop()

    def new_order(
        self, side: str | Side, order_qty: Number, symbol: str, *, cl_ord_id: str = "", **terms: Unpack[NewOrderTerms]
    ) -> SyncOrder:
        """Send a new order."""
        order = self.call(lambda: self.client.new_order(side, order_qty, symbol, cl_ord_id=cl_ord_id, **terms))
        return SyncOrder(self, order)

    def cancel(self, order: SyncOrder, *, text: str = "") -> SyncRequest:
        """Ask for the end of an order."""
        return SyncRequest(self, self.call(lambda: self.client.cancel(order.order, text=text)))

    def replace(self, order: SyncOrder, **terms: Unpack[ReplaceTerms]) -> SyncRequest:
        """Ask for new terms of an order."""
        return SyncRequest(self, self.call(lambda: self.client.replace(order.order, **terms)))

    def mass_cancel(
        self, symbol: str = "", *, side: str | Side | None = None, venue: str = "", account: str = ""
    ) -> SyncRequest:
        """Ask for the end of all orders, or of those that fit what is given."""
        request = self.call(lambda: self.client.mass_cancel(symbol, side=side, venue=venue, account=account))
        return SyncRequest(self, request)

    def status(self, order: SyncOrder | str | None = None, *, venue: str = "") -> SyncRequest:
        """Ask how an order stands, or all open ones."""
        asked = order.order if isinstance(order, SyncOrder) else order
        return SyncRequest(self, self.call(lambda: self.client.status(asked, venue=venue)))

    def subscribe(
        self,
        symbols: str | Iterable[str],
        depth: int = 1,
        *,
        venue: str = "",
        entries: Iterable[str] = ("bid", "offer", "trade"),
    ) -> SyncSubscription:
        """Follow the books of symbols; see ``Client.subscribe``."""
        subscription = self.call(lambda: self.client.subscribe(symbols, depth, venue=venue, entries=entries))
        return SyncSubscription(self, subscription)

    def run(self, waiting: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
        """Wait in this thread for something of the client's loop; raise TimeoutError."""
        if threading.current_thread() is self._thread:
            waiting.close()
            raise RuntimeError("a callback can't wait for its own client; wait in another thread")
        future = asyncio.run_coroutine_threadsafe(waiting, self._loop)
        try:
            return future.result(timeout_s)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise TimeoutError(f"nothing within {timeout_s} s") from None

    def call(self, function: Callable[[], T]) -> T:
        """Call a function of the client in its own thread: at once from a callback, else by waiting for it."""
        if threading.current_thread() is self._thread:
            return function()

        async def call() -> T:
            return function()

        return self.run(call())

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _next_or_none(reports: Any) -> Report | None:
    report: Report | None = await anext(reports, None)
    return report
