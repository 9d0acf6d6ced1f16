"""The client over the binary port: the real one behind a socket, and packets written by hand."""

import asyncio
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, client_side, server_side
from gateways import LIMIT_S, BinaryPortServer
from market_fakes import FakeBook
from strategy_stranger import login_accepted, new_order, packet, packets, report

from fairlead.adapters.market_data import ASK, BID, TradingState
from fairlead.client import (
    Client,
    ConnectionFailedError,
    Event,
    EventKind,
    LoginRejectedError,
    Order,
    Reconnect,
    RequestRefusedError,
    SyncClient,
)
from fairlead.codecs.vocabulary.constants import OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report

AT_ONCE = Reconnect(first_s=0.0, max_s=0.0, attempts=5)


async def connect(port: int, **options: Any) -> Client:
    options.setdefault("reconnect", AT_ONCE)
    return await Client.connect("127.0.0.1", port, "alpha", "sesame", protocol="binary", **options)


async def within(waiting: Any) -> Any:
    async def waited() -> Any:
        return await waiting

    return await asyncio.wait_for(waited(), LIMIT_S)


class Seen:
    """Collect reports and events."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, str]] = []
        self.events: list[EventKind] = []
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def on_report(self, seq: int, told: Report, order: Order | None) -> None:
        self.reports.append((seq, told.cl_ord_id))

    def on_event(self, event: Event) -> None:
        self.events.append(event.kind)
        self._queue.put_nowait(event)

    async def wait_for(self, kind: EventKind) -> Event:
        while True:
            event = await asyncio.wait_for(self._queue.get(), LIMIT_S)
            if event.kind is kind:
                return event


async def test_order_is_followed_to_its_end() -> None:
    async with BinaryPortServer() as server, await connect(server.port) as client:
        order = client.new_order("buy", 1, "MSFT", price=Decimal("10.05"), extras=(("6210", "x"),))
        kinds = [ReportKind(told.kind) async for told in order]
        assert kinds == [ReportKind.ACCEPTED, ReportKind.FILLED]
        assert (order.ord_status, order.cum_qty, order.avg_px) == (OrdStatus.FILLED, 1, 10)
        assert server.book.orders[order.cl_ord_id].extras == (("6210", "x"),)
        assert client.next_seq == 3


async def test_cancel_replace_status_and_mass_cancel_are_answered() -> None:
    async with BinaryPortServer() as server, await connect(server.port) as client:
        order = await within(client.new_order("sell", 5, "MSFT", price="10"))
        assert (await within(client.replace(order, order_qty=7, price="10.5"))).kind == ReportKind.REPLACED
        assert (order.order_qty, order.price) == (7, Decimal("10.5"))
        assert (await within(client.status(order))).kind == ReportKind.STATUS_REPORT
        assert (await within(client.cancel(order))).kind == ReportKind.CANCELED
        other = await within(client.new_order("sell", 5, "MSFT", price="10"))
        client.mass_cancel()
        assert (await within(other.done())).ord_status is OrdStatus.CANCELED


async def test_message_that_the_gateway_can_not_read_fails_its_order_and_has_its_number() -> None:
    seen = Seen()
    options = {"on_report": seen.on_report, "on_event": seen.on_event}
    async with BinaryPortServer() as server, await connect(server.port, **options) as client:
        order = client.new_order("buy", 5, "MS\x01FT", cl_ord_id="A")
        with pytest.raises(RequestRefusedError, match="symbol: byte 0x01 received at position 2"):
            await within(order)
        await within(client.new_order("buy", 5, "MSFT", cl_ord_id="B"))
        assert client.next_seq == 3
    assert seen.reports == [(2, "B")]
    assert EventKind.GAP not in seen.events


async def test_what_the_protocol_has_no_place_for_is_refused_before_it_is_sent() -> None:
    async with BinaryPortServer() as server, await connect(server.port) as client:
        with pytest.raises(ValueError, match=r"new_order symbol: character U\+20AC received, expected latin-1"):
            client.new_order("buy", 5, "EUR\u20ac")
        with pytest.raises(ValueError, match="market_data_request symbol: 25 characters received"):
            client.subscribe("S" * 25)
        assert client.open_orders == []
        assert (await within(client.new_order("buy", 1, "MSFT").done())).cum_qty == 1


async def test_replay_restores_the_orders_of_an_earlier_run() -> None:
    seen = Seen()
    async with BinaryPortServer() as server:
        async with await connect(server.port) as first:
            await within(first.new_order("buy", 1, "MSFT", cl_ord_id="A").done())
            await within(first.new_order("buy", 5, "MSFT", cl_ord_id="B"))
            session_id = first.session_id
        assert session_id == "F1-0"
        async with await connect(server.port, from_seq=2, session_id=session_id, on_report=seen.on_report) as second:
            await within(second.status("B"))
            assert seen.reports == [(2, "A"), (3, "B"), (4, "B")]
            assert [order.cl_ord_id for order in second.open_orders] == ["B"]
        async with await connect(server.port) as third:
            assert third.next_seq == 5


async def test_lost_connection_comes_back_and_each_report_comes_once() -> None:
    seen = Seen()
    options = {"on_report": seen.on_report, "on_event": seen.on_event}
    async with BinaryPortServer() as server, await connect(server.port, **options) as client:
        order = await within(client.new_order("buy", 5, "MSFT", cl_ord_id="A"))
        server.cut()
        server.book.mass_cancel("alpha", None, 0, 0)
        await seen.wait_for(EventKind.RECONNECTED)
        assert (await within(order.done())).ord_status is OrdStatus.CANCELED
        await within(client.new_order("buy", 1, "MSFT", cl_ord_id="B").done())
        await within(client.status("B"))
    assert seen.reports == [(1, "A"), (2, "A"), (3, "B"), (4, "B"), (5, "B")]


async def test_login_elsewhere_ends_the_client_for_good() -> None:
    seen = Seen()
    async with BinaryPortServer() as server, await connect(server.port, on_event=seen.on_event) as first:
        await within(first.new_order("buy", 1, "MSFT").done())
        async with await connect(server.port):
            server.tell_all()
            over = await seen.wait_for(EventKind.OVER)
    assert over.text == "the connection is over: taken over by a connection from 127.0.0.1"
    assert EventKind.RECONNECT_FAILED not in seen.events


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"from_seq": 7}, "next_seq 7 received, expected 1 to 1"),
        ({"session_id": "F1-z"}, "session 'F1-z' received, expected 'F1-0': numbers began anew"),
    ],
)
async def test_refused_login_says_why(options: dict[str, Any], text: str) -> None:
    async with BinaryPortServer() as server:
        with pytest.raises(LoginRejectedError, match=text):
            await connect(server.port, **options)
        with pytest.raises(LoginRejectedError, match="no such strategy, or not its secret"):
            await Client.connect("127.0.0.1", server.port, "alpha", "guess", protocol="binary")


@pytest.mark.parametrize(
    ("strategy", "secret", "text"),
    [
        ("alpha-one", "sesame", "strategy: 'alpha-one' received, expected 1 to 6 ASCII characters"),
        ("alpha", "a-secret-of-json", "secret: 16 characters received, expected 1 to 10 ASCII characters"),
        ("alpha", "", "secret: 0 characters received"),
        ("alpha", "s\u00e9same", "secret: 6 characters received"),
    ],
)
async def test_login_that_has_no_room_is_refused_before_it_is_sent(strategy: str, secret: str, text: str) -> None:
    with pytest.raises(ValueError, match=text) as raised:
        await Client.connect("127.0.0.1", 1, strategy, secret, protocol="binary")
    assert secret not in str(raised.value) or not secret


async def test_unknown_protocol_is_named() -> None:
    with pytest.raises(ValueError, match="protocol: 'fix' received, expected one of json, binary"):
        await Client.connect("127.0.0.1", 1, "alpha", "sesame", protocol="fix")  # type: ignore[arg-type]


async def test_synchronous_client_trades_over_the_binary_port() -> None:
    def trade(port: int) -> Decimal:
        with SyncClient("127.0.0.1", port, "alpha", "sesame", protocol="binary") as client:
            return client.new_order("buy", 1, "MSFT", price="10").done(LIMIT_S).cum_qty

    async with BinaryPortServer() as server:
        assert await within(asyncio.to_thread(trade, server.port)) == 1


async def test_client_trades_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    port = server_side(authority.certificate("gateway"), authority)
    tls = client_side(authority, authority.certificate("alpha"))
    async with BinaryPortServer(port) as server, await connect(server.port, tls=tls) as client:
        assert (await within(client.new_order("buy", 1, "MSFT").done())).ord_status is OrdStatus.FILLED


async def test_books_of_a_subscription_stay_current() -> None:
    book = FakeBook("MSFT")
    book.sides[BID] = {10: (5, 2), 9: (7, 1)}
    book.sides[ASK] = {12: (3, 1)}
    book.status.trading_state = TradingState.TRADING
    async with BinaryPortServer(None, book) as server, await connect(server.port) as client:
        subscription = client.subscribe("MSFT", depth=2)
        await within(subscription)
        told = subscription["MSFT"]
        assert told.bids == [(Decimal(10), Decimal(5), 2), (Decimal(9), Decimal(7), 1)]
        assert (told.ask, told.trading_state) == ((12, 3, 1), TradingState.TRADING)
        await within(subscription.next_change())
        (fake,) = server.market.all
        server.market.level(fake, BID, 11, 1)
        server.tell()
        await within(subscription.next_change())
        assert [level.price for level in told.bids] == [11, 10]
        # orders go on beside it
        assert (await within(client.new_order("buy", 1, "MSFT").done())).cum_qty == 1


async def test_shell_command_sends_an_order() -> None:
    code = "from fairlead.client.commands import order; order()"
    async with BinaryPortServer() as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, "--connect", f"127.0.0.1:{server.port}", "--protocol", "binary"),
            *("--strategy", "alpha", "--secret", "env:SECRET", "buy", "1", "MSFT", "@", "10.05"),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "SECRET": "sesame"},
        )
        output, _ = await asyncio.wait_for(process.communicate(), 3 * LIMIT_S)
    assert process.returncode == 0
    assert [line.split()[0] for line in output.decode().splitlines()] == ["accepted", "filled"]


class Scripted:
    """Answer each connection with bytes made by hand, once its login has come."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.received: list[tuple[str, bytes]] = []
        self.port = 0

    async def __aenter__(self) -> "Scripted":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received += packets(await reader.readexactly(49))
        writer.write(self._answers.pop(0))
        if self._answers:
            writer.close()
            return
        while data := await reader.read(4096):
            self.received += packets(data)
        writer.close()


def told(number: int) -> bytes:
    return packet("S", report(kind=1, exec_type=b"0", ord_status=b"0", cl_ord_id=f"A{number}", symbol="S"))


async def test_bytes_of_a_dialogue() -> None:
    welcome = packet("+", b"live_seq: 7") + login_accepted(7, "F1-x") + packet("H")
    async with Scripted(welcome) as gateway, await connect(gateway.port, from_seq=7, session_id="F1-x") as client:
        client.new_order("buy", "100", "MSFT", price="430.25", cl_ord_id="A-1")
    assert gateway.received[0] == ("L", b"alpha sesame    " + b"F1-x".rjust(10) + b"7".rjust(20))
    order = new_order("A-1", "MSFT", b"1", b"2", 10_000_000_000, 43_025_000_000)
    assert [each for each in gateway.received[1:] if each[0] != "R"] == [("U", order), ("O", b"")]


async def test_missing_messages_are_told_as_a_gap() -> None:
    seen = Seen()
    first = login_accepted(1) + told(1)
    # the gateway no longer has number 2
    second = packet("+", b"live_seq: 4") + login_accepted(3) + told(3)
    options = {"on_report": seen.on_report, "on_event": seen.on_event}
    async with Scripted(first, second) as gateway, await connect(gateway.port, from_seq=1, **options):
        gap = await seen.wait_for(EventKind.GAP)
        await seen.wait_for(EventKind.RECONNECTED)
    assert gap.text == "the gateway begins at report 3, asked for 2"
    assert seen.reports == [(1, "A1"), (3, "A3")]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"SSH-2.0-x\r\n" * 4000, "no answer of a gateway"),
        (b"\0\0", "no answer of a gateway: packet length 0 received"),
        (login_accepted(1, "OTHER"), "session 'OTHER' received, expected one of version F1"),
        (packet("H"), "Heartbeat received, expected the answer to the login"),
        (packet("J", b"A"), "refused with code A"),
        (packet("+", b"hello") + packet("J", b"S"), "hello"),
    ],
)
async def test_peer_that_is_no_gateway_is_told(answer: bytes, text: str) -> None:
    async with Scripted(answer) as gateway:
        with pytest.raises(ConnectionFailedError, match=text):
            await connect(gateway.port)
