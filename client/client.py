"""Talk to Fairlead from an asyncio program."""

import secrets
import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, Literal, Self, Unpack

from fairlead.client import requests
from fairlead.client.binary_wire import BinaryWire, check_login
from fairlead.client.connection import Connection, Event, EventKind, LoginTerms, Reconnect
from fairlead.client.errors import ClientError, NotConnectedError, RequestLostError, RequestRefusedError
from fairlead.client.order import Order, Request
from fairlead.client.requests import NewOrderTerms, ReplaceTerms
from fairlead.client.subscription import Subscription, entry_types
from fairlead.client.transport import JsonWire, TcpTransport, Transport, Wire
from fairlead.client.values import Number
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal, ReportKind, RequestKind, Side
from fairlead.codecs.vocabulary.market_data_codes import SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.codecs.vocabulary.messages_cy import Report, StatusRequest
from fairlead.codecs.vocabulary.session_messages import LineRefused, MarketDataMessage, NumberedReport, OrderRequest

OnReport = Callable[[int, Report, Order | None], None]
"""Called with each report's number, the report, and its order (None: a report about no one order)."""
OnEvent = Callable[[Event], None]
Protocol = Literal["json", "binary"]
"""The gateway's port that the client talks to."""

_WIRES: Final[dict[str, Callable[[], Wire]]] = {"json": JsonWire, "binary": BinaryWire}

_MAX_ENDED_ORDERS: Final = 10_000
_ANSWERS: Final = frozenset(
    (
        ReportKind.ACCEPTED,
        ReportKind.REJECTED,
        ReportKind.REPLACED,
        ReportKind.CANCELED,
        ReportKind.CANCEL_REJECTED,
    )
)
_REFUSALS: Final = frozenset((ReportKind.REJECTED, ReportKind.CANCEL_REJECTED))
_PENDING: Final = frozenset((OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE, OrdStatus.PENDING_NEW))


class Client:
    """Send a strategy's requests and follow its orders, over one connection after the other.

    Make one with ``await Client.connect(...)`` or ``async with Client(...)``. Requests are written at once and are
    never held back: without a connection they raise ``NotConnectedError``. Reports come numbered; after a lost
    connection the client asks for those it missed, so each reaches ``on_report`` and its order exactly once.
    ``next_seq`` and ``session_id`` are what a program stores to go on, after a restart, where it stopped.
    """

    def __init__(
        self,
        transport: Transport,
        login: LoginTerms,
        *,
        reconnect: Reconnect | None = Reconnect(),  # noqa: B008 (a value that never changes)
        on_report: OnReport | None = None,
        on_event: OnEvent | None = None,
        make_wire: Callable[[], Wire] = JsonWire,
    ) -> None:
        self._connection = Connection(transport, login, reconnect, self, make_wire)
        self._on_report = on_report
        self._on_event = on_event
        self._prefix = secrets.token_hex(4).upper()
        self._made_ids = 0
        self._orders: dict[str, Order] = {}
        self._ended: OrderedDict[int, Order] = OrderedDict()
        self._requests: dict[str, Request] = {}
        self._checks: dict[str, list[Request]] = {}
        self._subscriptions: dict[str, Subscription] = {}

    @classmethod
    async def connect(
        cls,
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
    ) -> Self:
        """Connect and log in; raise ``ConnectionFailedError`` or ``LoginRejectedError``.

        ``from_seq`` replays the strategy's reports from that number (1: all), None brings only what is new. With
        ``protocol`` ``"binary"`` the port is the binary one: ``strategy`` is the strategy's username there, heartbeats
        go out each second whatever ``heartbeat_interval_s`` says, and a login always takes over.
        """
        make_wire = _WIRES.get(protocol)
        if make_wire is None:
            raise ValueError(f"protocol: {protocol!r} received, expected one of {', '.join(_WIRES)}")
        if protocol == "binary":
            check_login(strategy, secret)
        login = LoginTerms(strategy, secret, from_seq, session_id, heartbeat_interval_s, take_over)
        client = cls(
            TcpTransport(host, port, tls),
            login,
            reconnect=reconnect,
            on_report=on_report,
            on_event=on_event,
            make_wire=make_wire,
        )
        await client.start()
        return client

    async def __aenter__(self) -> Self:
        if not self._connection.started:
            await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Connect and log in."""
        await self._connection.start()

    async def close(self) -> None:
        """Log out and close; orders stay as they are, unless the strategy's cancel-on-disconnect says otherwise."""
        await self._connection.close()

    @property
    def is_connected(self) -> bool:
        """Tell whether requests can be sent now."""
        return self._connection.is_logged_in

    @property
    def next_seq(self) -> int:
        """Return the number of the next report, all before it having been handled."""
        return self._connection.next_seq

    @property
    def session_id(self) -> str:
        """Return the session that ``next_seq`` belongs to."""
        return self._connection.session_id

    @property
    def open_orders(self) -> list[Order]:
        """Return the orders that have not ended, as far as the client has heard."""
        return list({id(order): order for order in self._orders.values() if not order.ended}.values())

    def order(self, cl_ord_id: str) -> Order | None:
        """Return the order that has or had this ClOrdID."""
        return self._orders.get(cl_ord_id)

    def new_order(
        self,
        side: str | Side,
        order_qty: Number,
        symbol: str,
        *,
        cl_ord_id: str = "",
        **terms: Unpack[NewOrderTerms],
    ) -> Order:
        """Send a new order; without prices it is a market order, with ``price`` a limit order."""
        cl_ord_id = self._claim_id(cl_ord_id)
        request = requests.new_order(cl_ord_id, side, order_qty, symbol, terms)
        self._send(request)
        return self._know(cl_ord_id, Order(cl_ord_id, symbol, request.side))

    def cancel(self, order: Order, *, text: str = "") -> Request:
        """Ask for the end of an order."""
        cl_ord_id = self._claim_id()
        self._send(requests.cancel_order(cl_ord_id, order.cl_ord_id, order.symbol, order.side, text))
        return self._expect(Request(cl_ord_id, RequestKind.CANCEL_ORDER, order))

    def replace(self, order: Order, **terms: Unpack[ReplaceTerms]) -> Request:
        """Ask for new terms of an order; ``order_qty`` is the new total, with what was executed already."""
        cl_ord_id = self._claim_id()
        self._send(requests.replace_order(cl_ord_id, order.cl_ord_id, order.symbol, order.side, terms))
        return self._expect(Request(cl_ord_id, RequestKind.REPLACE_ORDER, order))

    def mass_cancel(
        self, symbol: str = "", *, side: str | Side | None = None, venue: str = "", account: str = ""
    ) -> Request:
        """Ask for the end of all orders, or of those that fit what is given; each order reports for itself."""
        cl_ord_id = self._claim_id()
        self._send(requests.mass_cancel(cl_ord_id, symbol, side, venue, account))
        return self._expect(Request(cl_ord_id, RequestKind.MASS_CANCEL, None))

    def status(self, order: Order | str | None = None, *, venue: str = "") -> Request:
        """Ask how an order stands (an ``Order`` or a ClOrdID), or all open ones; the answer is the first report."""
        request_id = self._claim_id()
        handle = order if isinstance(order, Order) else self._orders.get(order or "")
        cl_ord_id = order.cl_ord_id if isinstance(order, Order) else order or ""
        self._send(StatusRequest(cl_ord_id=cl_ord_id, request_id=request_id, venue=venue))
        return self._expect(Request(request_id, RequestKind.STATUS_REQUEST, handle))

    def subscribe(
        self,
        symbols: str | Iterable[str],
        depth: int = 1,
        *,
        venue: str = "",
        entries: Iterable[str] = ("bid", "offer", "trade"),
    ) -> Subscription:
        """Follow the books of symbols: the best bid and offer, or ``depth`` price levels (0: all).

        ``venue`` left out means every venue that has a feed, each with a book of its own; ``entries`` chooses among
        bids, offers and trades, none of them brings the state alone. After a lost connection it is subscribed again.
        """
        names = (symbols,) if isinstance(symbols, str) else tuple(symbols)
        if not names:
            raise ValueError("no symbol received, expected at least one")
        subscription = Subscription(names, depth, venue, entry_types(entries), self._unsubscribe)
        self._begin(subscription)
        return subscription

    def _begin(self, subscription: Subscription) -> None:
        md_req_id = self._claim_id()
        self._send(subscription.request(md_req_id))
        self._subscriptions[md_req_id] = subscription

    def _unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.pop(subscription.md_req_id, None)
        if self._connection.is_logged_in:
            kind = SubscriptionRequestType.UNSUBSCRIBE
            self._send(MarketDataRequest(md_req_id=subscription.md_req_id, subscription_request_type=kind))

    def _subscribe_again(self) -> None:
        subscriptions = list(self._subscriptions.values())
        self._subscriptions.clear()
        for subscription in subscriptions:
            self._begin(subscription)

    def _claim_id(self, cl_ord_id: str = "") -> str:
        if cl_ord_id:
            if cl_ord_id in self._orders or cl_ord_id in self._requests:
                raise ValueError(f"cl_ord_id {cl_ord_id!r} received, expected one that was not used yet")
            return cl_ord_id
        self._made_ids += 1
        return f"{self._prefix}-{self._made_ids}"

    def _send(self, request: OrderRequest | MarketDataRequest) -> None:
        if not self._connection.is_logged_in:
            raise NotConnectedError("there is no connection to the gateway; the request was not sent")
        try:
            self._connection.send(request)
        except EncodeError as error:
            raise ValueError(str(error)) from None

    def _expect(self, request: Request) -> Request:
        self._requests[request.id] = request
        return request

    # What the connection tells.

    def on_connection_report(self, numbered: NumberedReport) -> None:
        """Book a report and pass it on."""
        report = numbered.report
        order = self._find_order(report)
        request = self._answered_request(report)
        if order is not None:
            order.book(report)
            self._judge_lost(order, report)
            self._limit_ended(order)
        if request is not None:
            request.answer(report)
        if self._on_report is not None:
            self._on_report(numbered.seq, report, order)

    def on_connection_refusal(self, refused: LineRefused) -> None:
        """Fail the request that the gateway could not read."""
        text = "; ".join(f"{m.field}: {m.text}" if m.field else m.text for m in refused.mistakes)
        error = RequestRefusedError(text)
        request = self._requests.pop(refused.cl_ord_id, None)
        order = self._orders.get(refused.cl_ord_id)
        subscription = self._subscriptions.pop(refused.md_req_id, None)
        if subscription is not None:
            subscription.finish(error)
        if request is not None:
            request.fail(error)
        elif order is not None and order.ord_status is None:
            order.fail(error)
        self.on_connection_event(Event(EventKind.LINE_REFUSED, text))

    def on_connection_market_data(self, message: MarketDataMessage) -> None:
        """Pass market data to its subscription; what was on its way when that ended is of no use to anyone."""
        subscription = self._subscriptions.get(message.md_req_id)
        if subscription is not None:
            subscription.take(message)
            if subscription.is_over:
                del self._subscriptions[message.md_req_id]

    def on_connection_event(self, event: Event) -> None:
        """Act on what happened to the connection, and pass it on."""
        if event.kind is EventKind.RECONNECTED:
            self._ask_about_unanswered()
            self._subscribe_again()
        elif event.kind is EventKind.DISCONNECTED:
            for subscription in self._subscriptions.values():
                subscription.lose()
        if self._on_event is not None:
            self._on_event(event)

    def on_connection_over(self, error: ClientError) -> None:
        """Fail everything that waits: no connection will be there again."""
        for request in self._requests.values():
            request.fail(error)
        self._requests.clear()
        for order in self.open_orders:
            order.fail(error)
        for subscription in self._subscriptions.values():
            subscription.finish(error)
        self._subscriptions.clear()

    def _find_order(self, report: Report) -> Order | None:
        order = self._orders.get(report.cl_ord_id) or self._orders.get(report.orig_cl_ord_id)
        if order is None:
            # An order of an earlier run, or of a replay: a refusal does not make one.
            if report.refusal or report.kind in _REFUSALS or report.request_kind == RequestKind.MASS_CANCEL:
                return None
            # A cancel's report bears the cancel's own id.
            own_id = report.orig_cl_ord_id if report.kind == ReportKind.CANCELED else ""
            own_id = own_id or report.cl_ord_id
            if not own_id:
                return None
            order = self._know(own_id, Order(own_id, report.symbol, report.side))
        return self._know(report.cl_ord_id, order) if report.kind == ReportKind.REPLACED else order

    def _know(self, cl_ord_id: str, order: Order) -> Order:
        order.cl_ord_ids.append(cl_ord_id)
        self._orders[cl_ord_id] = order
        return order

    def _answered_request(self, report: Report) -> Request | None:
        if report.request_id in self._requests:
            return self._requests.pop(report.request_id)
        return self._requests.pop(report.cl_ord_id, None) if report.kind in _ANSWERS else None

    def _limit_ended(self, order: Order) -> None:
        # Busts and corrections come after the end, so ended orders are kept for a while.
        if order.ended:
            self._ended[id(order)] = order
        else:
            self._ended.pop(id(order), None)
        if len(self._ended) > _MAX_ENDED_ORDERS:
            _, oldest = self._ended.popitem(last=False)
            for cl_ord_id in oldest.cl_ord_ids:
                self._orders.pop(cl_ord_id, None)

    def _ask_about_unanswered(self) -> None:
        """Ask about each order of which a request may have been lost with the last connection."""
        unanswered = list(self._requests.values())
        self._checks.clear()
        for request in unanswered:
            if request.order is None or request.kind is RequestKind.STATUS_REQUEST:
                del self._requests[request.id]
                request.fail(RequestLostError(f"the connection was lost before {request.id} was answered; ask again"))
        unsure = {id(order): order for order in self._orders.values() if order.ord_status is None}
        unsure |= {id(request.order): request.order for request in unanswered if request.order is not None}
        for order in unsure.values():
            check = self.status(order)
            self._checks[check.id] = [request for request in unanswered if request.order is order]

    def _judge_lost(self, order: Order, report: Report) -> None:
        """Fail what the answer to a question of ``_ask_about_unanswered`` shows to be lost."""
        unanswered = self._checks.pop(report.request_id, None)
        if unanswered is None or report.ord_status in _PENDING:
            return
        if report.refusal == Refusal.UNKNOWN_ORDER:
            order.fail(RequestLostError(f"order {order.cl_ord_id} never reached the gateway"))
        for request in unanswered:
            if self._requests.pop(request.id, None) is not None:
                request.fail(RequestLostError(f"{request.kind.name.lower()} {request.id} never reached the gateway"))
