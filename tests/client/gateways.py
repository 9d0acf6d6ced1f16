"""Be a gateway for the client to talk to: one whose lines a test writes, and the real JSON port behind a socket."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from market_fakes import FakeBook, FakeMarketData

from fairlead.adapters.endpoint import PacedEndpoint
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.strategy_session import StrategySession
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report, StatusRequest
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.binary_port import BinaryPort
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

LIMIT_S = 20.0
"""Longest wait for anything; only a failing test takes it."""


class Line:
    """Speak JSON lines by hand over one accepted stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def read(self) -> dict[str, Any]:
        """Return the client's next line; an empty one at the end of the stream."""
        line = await asyncio.wait_for(self.reader.readline(), LIMIT_S)
        values: dict[str, Any] = json.loads(line) if line else {}
        return values

    def write(self, type: str, **values: Any) -> None:
        """Send a line."""
        self.writer.write(json.dumps({"type": type, **values}).encode() + b"\n")

    def welcome(self, next_seq: int = 1, live_seq: int | None = None, session: str = "0") -> None:
        """Accept a login, without heartbeats."""
        self.write(
            "login_accepted",
            strategy="alpha",
            session_id=session,
            next_seq=next_seq,
            live_seq=live_seq or next_seq,
            heartbeat_interval_s=0,
        )

    def report(self, type: str, seq: int, cl_ord_id: str, ord_status: str, **values: Any) -> None:
        """Send a report."""
        self.write(type, seq=seq, exec_type="new", ord_status=ord_status, cl_ord_id=cl_ord_id, **values)


Script = Callable[[Line], Awaitable[None]]


class ScriptedGateway:
    """Run one script a connection, in their order; the port is the system's choice."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self.port = 0
        self.errors: list[BaseException] = []

    async def __aenter__(self) -> "ScriptedGateway":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        if self.errors:
            raise self.errors[0]

    def tell(self) -> None:
        """Give every connection the turns that its deadlines ask for."""
        for endpoint, writer in self.served:
            while endpoint.next_deadline_ns() <= 0:
                endpoint.on_timer(0, 0)
                writer.write(endpoint.take_output())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._scripts:
                await self._scripts.pop(0)(Line(reader, writer))
        except (AssertionError, TimeoutError, KeyError) as error:
            self.errors.append(error)
        finally:
            writer.close()


class SimpleBook:
    """Accept every order; fill those of quantity 1 at 10, leave the others open."""

    def __init__(self) -> None:
        self.session: StrategySession | None = None
        self.orders: dict[str, NewOrder] = {}

    def _say(self, kind: ReportKind, exec_type: ExecType, status: OrdStatus, **values: Any) -> None:
        assert self.session is not None
        self.session.send_report(Report(kind=kind, exec_type=exec_type, ord_status=status, **values), 0, 0)

    def new_order(self, strategy: str, request: NewOrder, now_ns: int, utc_ns: int) -> None:
        terms = {"cl_ord_id": request.cl_ord_id, "symbol": request.symbol, "side": request.side}
        self.orders[request.cl_ord_id] = request
        quantity = request.order_qty
        self._say(ReportKind.ACCEPTED, ExecType.NEW, OrdStatus.NEW, **terms, order_qty=quantity, leaves_qty=quantity)
        if quantity == SCALE:
            filled = {"last_qty": quantity, "last_px": 10 * SCALE, "cum_qty": quantity, "leaves_qty": 0}
            self._say(ReportKind.FILLED, ExecType.TRADE, OrdStatus.FILLED, **terms, **filled, avg_px=10 * SCALE)

    def cancel_order(self, strategy: str, request: CancelOrder, now_ns: int, utc_ns: int) -> None:
        ids = {"cl_ord_id": request.cl_ord_id, "orig_cl_ord_id": request.orig_cl_ord_id}
        if request.orig_cl_ord_id in self.orders:
            self._say(ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED, **ids, leaves_qty=0)
        else:
            kind = RequestKind.CANCEL_ORDER
            self._say(ReportKind.CANCEL_REJECTED, ExecType.REJECTED, OrdStatus.REJECTED, **ids, request_kind=kind)

    def replace_order(self, strategy: str, request: ReplaceOrder, now_ns: int, utc_ns: int) -> None:
        ids = {"cl_ord_id": request.cl_ord_id, "orig_cl_ord_id": request.orig_cl_ord_id}
        self.orders[request.cl_ord_id] = self.orders[request.orig_cl_ord_id]
        terms = {"order_qty": request.order_qty, "price": request.price}
        self._say(ReportKind.REPLACED, ExecType.REPLACED, OrdStatus.NEW, **ids, **terms)

    def request_status(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        ids = {"cl_ord_id": request.cl_ord_id, "request_id": request.request_id}
        self._say(ReportKind.STATUS_REPORT, ExecType.ORDER_STATUS, OrdStatus.NEW, **ids)

    def dont_know_trade(self, strategy: str, denied: Any, now_ns: int, utc_ns: int) -> None:
        self.denied = denied

    def mass_cancel(self, strategy: str, request: Any, now_ns: int, utc_ns: int) -> None:
        for cl_ord_id in self.orders:
            self._say(ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED, cl_ord_id=cl_ord_id)

    def strategy_connected(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        return None

    def strategy_disconnected(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        return None


class PortServer:
    """Put the real JSON port behind a socket, with a driver that knows just enough."""

    def __init__(self, tls: ssl.SSLContext | None = None, *books: FakeBook) -> None:
        self._tls = tls
        self.received = 0
        self.market = FakeMarketData(*books)
        self.book = SimpleBook()
        identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        self.session = JsonStrategySession(identity, MemoryStore())
        self.book.session = self.session
        market_data = MarketDataSubscriptions(self.market, {"XNAS", "XBOS"}, {"alpha": identity}, {"IBM"})
        self.json_port = JsonPort([self.session], self.book, market_data=market_data)
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.served: list[tuple[PacedEndpoint, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> "PortServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut all streams, with what is under way."""
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def tell(self) -> None:
        """Give every connection the turns that its deadlines ask for."""
        for endpoint, writer in self.served:
            while endpoint.next_deadline_ns() <= 0:
                endpoint.on_timer(0, 0)
                writer.write(endpoint.take_output())

    def connection(self, peer_address: str) -> PacedEndpoint:
        """Return the endpoint of an accepted stream."""
        return self.json_port.connection(peer_address)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        endpoint = self.connection("127.0.0.1")
        endpoint.receive_connected(0, 0)
        self.served.append((endpoint, writer))
        try:
            while not endpoint.wants_close and (data := await reader.read(4096)):
                self.received += len(data)
                endpoint.receive_data(data, 0, 0)
                writer.write(endpoint.take_output())
                self.tell()
        except (ConnectionError, ssl.SSLError):
            pass
        self.served.remove((endpoint, writer))
        endpoint.receive_eof(0, 0)
        writer.close()


class BinaryPortServer(PortServer):
    """Put the real binary port behind a socket."""

    def __init__(self, tls: ssl.SSLContext | None = None, *books: FakeBook) -> None:
        super().__init__(tls, *books)
        identity = self.session.identity
        self.binary_session = BinaryStrategySession(identity, "alpha", MemoryStore())
        self.book.session = self.binary_session
        self.binary_port = BinaryPort([self.binary_session], self.book, market_data=self.json_port.market_data)

    def connection(self, peer_address: str) -> PacedEndpoint:
        """Return the endpoint of an accepted stream."""
        return self.binary_port.connection(peer_address)

    def tell_all(self) -> None:
        """Send what connections have to say that were not asked: the one that gave way, say."""
        for endpoint, writer in self.served:
            writer.write(endpoint.take_output())
            if endpoint.wants_close:
                writer.close()
