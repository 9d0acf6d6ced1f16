"""The client against hand-written lines, and against the real JSON port over a socket."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from gateways import LIMIT_S, Line, PortServer, Script, ScriptedGateway

from fairlead.client import (
    Client,
    ConnectionFailedError,
    Event,
    EventKind,
    LoginRejectedError,
    NotConnectedError,
    Order,
    Reconnect,
    RequestLostError,
    RequestRefusedError,
    SyncClient,
)
from fairlead.codecs.vocabulary.constants import OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report

AT_ONCE = Reconnect(first_s=0.0, max_s=0.0, attempts=5)


async def connect(port: int, **options: Any) -> Client:
    options.setdefault("reconnect", AT_ONCE)
    return await Client.connect("127.0.0.1", port, "alpha", "sesame", **options)


async def within(waiting: Any) -> Any:
    return await asyncio.wait_for(waiting_for(waiting), LIMIT_S)


async def waiting_for(waiting: Any) -> Any:
    return await waiting


class Events:
    """Collect events and let a test wait for one kind."""

    def __init__(self) -> None:
        self.seen: list[EventKind] = []
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event) -> None:
        self.seen.append(event.kind)
        self._queue.put_nowait(event)

    async def wait_for(self, kind: EventKind) -> Event:
        while True:
            event = await asyncio.wait_for(self._queue.get(), LIMIT_S)
            if event.kind is kind:
                return event


async def test_order_goes_out_as_documented_and_its_fills_come_back() -> None:
    async def script(line: Line) -> None:
        login = {"type": "login", "strategy": "alpha", "secret": "sesame", "heartbeat_interval_s": 15}
        assert await line.read() == login
        line.welcome()
        sent = await line.read()
        id = sent.pop("cl_ord_id")
        assert sent == {
            "type": "new_order",
            "symbol": "MSFT",
            "side": "buy",
            "order_qty": "100",
            "ord_type": "limit",
            "price": "10.05",
            "time_in_force": "immediate_or_cancel",
            "venue": "XSIM",
        }
        line.report("accepted", 1, id, "new", order_id="F1", leaves_qty="100", order_qty="100")
        line.report("filled", 2, id, "partially_filled", last_qty="40", cum_qty="40", leaves_qty="60", avg_px="10.05")
        line.report("filled", 3, id, "filled", last_qty="60", cum_qty="100", leaves_qty="0", avg_px="10.03")
        await line.read()

    async with ScriptedGateway(script) as gateway, await connect(gateway.port) as client:
        price, tif = Decimal("10.05"), "immediate_or_cancel"
        order = client.new_order("buy", 100, "MSFT", price=price, time_in_force=tif, venue="XSIM")
        assert await within(order) is order
        kinds = [ReportKind(report.kind) async for report in order]
        assert kinds == [ReportKind.ACCEPTED, ReportKind.FILLED, ReportKind.FILLED]
        assert (await within(order.done())).ended
        assert (order.cum_qty, order.leaves_qty, order.avg_px, order.order_id) == (100, 0, Decimal("10.03"), "F1")
        assert client.next_seq == 4
        assert client.open_orders == []
        assert client.order(order.cl_ord_id) is order


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("buy", 1.5, "S"), TypeError, "order_qty: float 1.5 received, expected text such as '10.05'"),
        (("buy", True, "S"), TypeError, "order_qty: bool True received"),
        (("buy", "1.123456789", "S"), ValueError, "order_qty: '1.123456789' received, expected at most 8 decimals"),
        (("buy", Decimal("1e-9"), "S"), ValueError, "order_qty: "),
        (("long", 1, "S"), ValueError, "side: 'long' received, expected one of buy, sell, sell_short"),
    ],
)
async def test_what_is_not_exact_is_refused_before_it_is_sent(
    arguments: tuple[Any, Any, str], error: type[Exception], text: str
) -> None:
    async with PortServer() as server, await connect(server.port) as client:
        with pytest.raises(error, match=text):
            client.new_order(*arguments)
        assert client.open_orders == []


async def test_wrong_secret_is_told() -> None:
    async with PortServer() as server:
        with pytest.raises(LoginRejectedError, match="no such strategy, or not its secret"):
            await Client.connect("127.0.0.1", server.port, "alpha", "guess")


async def test_no_gateway_is_told() -> None:
    async with PortServer() as server:
        port = server.port
    with pytest.raises(ConnectionFailedError, match=f"no connection to 127.0.0.1:{port}"):
        await connect(port)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"", "without an answer"),
        (b"SSH-2.0-x\n", "no answer of a gateway"),
        (b'{"type":"heartbeat","next_seq":1}\n', "Heartbeat received, expected the answer to the login"),
    ],
)
async def test_peer_that_is_no_gateway_is_told(answer: bytes, text: str) -> None:
    async def script(line: Line) -> None:
        await line.read()
        line.writer.write(answer)

    async with ScriptedGateway(script) as gateway:
        with pytest.raises(ConnectionFailedError, match=text):
            await connect(gateway.port)


async def test_cancel_and_replace_are_answered_and_the_order_follows_its_ids() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        order = await within(client.new_order("sell", 5, "MSFT", price="10"))
        first_id = order.cl_ord_id
        replaced = await within(client.replace(order, order_qty=7, price="10.5"))
        assert replaced.kind == ReportKind.REPLACED
        assert (order.order_qty, order.price) == (7, Decimal("10.5"))
        assert order.cl_ord_id != first_id
        canceled = await within(client.cancel(order))
        assert (canceled.kind, canceled.orig_cl_ord_id) == (ReportKind.CANCELED, order.cl_ord_id)
        assert (await within(order.done())).ord_status is OrdStatus.CANCELED
        assert client.order(first_id) is order


async def test_refused_cancel_does_not_end_the_order() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        order = await within(client.new_order("sell", 5, "MSFT", price="10"))
        server.book.orders.clear()
        assert (await within(client.cancel(order))).kind == ReportKind.CANCEL_REJECTED
        assert not order.ended


async def test_status_and_mass_cancel_are_answered() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        order = await within(client.new_order("sell", 5, "MSFT", price="10"))
        assert (await within(client.status(order))).kind == ReportKind.STATUS_REPORT
        client.mass_cancel()
        assert (await within(order.done())).ord_status is OrdStatus.CANCELED


async def test_answer_to_a_mass_cancel_is_no_order_and_each_end_finds_its_own() -> None:
    async def script(line: Line) -> None:
        await line.read()
        line.welcome()
        id = (await line.read())["cl_ord_id"]
        line.report("accepted", 1, id, "new")
        mass_id = (await line.read())["cl_ord_id"]
        line.report("canceled", 2, f"{mass_id}.F1", "canceled", orig_cl_ord_id=id, cum_qty="0")
        answer = {"request_id": mass_id, "request_kind": "mass_cancel", "value": "1"}
        line.report("status_report", 3, mass_id, "pending_cancel", **answer)
        line.report("canceled", 4, f"{mass_id}.F2", "canceled", orig_cl_ord_id="OLD")
        line.report("filled", 5, "NEW", "filled", cum_qty="2")
        line.report("trade_busted", 6, "NEW", "new", cum_qty="0")
        await line.read()

    async with ScriptedGateway(script) as gateway, await connect(gateway.port) as client:
        order = await within(client.new_order("buy", 5, "MSFT"))
        request = client.mass_cancel()
        assert (await within(request)).value == "1"
        assert order.ended
        assert client.order(request.id) is None
        while client.next_seq < 7:
            await asyncio.sleep(0)
        old, busted = client.order("OLD"), client.order("NEW")
        assert old is not None
        assert old.ended
        assert busted is not None
        assert (busted.ended, busted.cum_qty) == (False, 0)


async def test_ids_are_not_used_twice() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        client.new_order("buy", 5, "MSFT", cl_ord_id="MINE")
        with pytest.raises(ValueError, match="'MINE' received, expected one that was not used yet"):
            client.new_order("buy", 5, "MSFT", cl_ord_id="MINE")


async def test_line_that_the_gateway_can_not_read_fails_its_order() -> None:
    async with PortServer() as server, await connect(server.port) as client:
        order = client.new_order("buy", 5, "MS\x01FT")
        with pytest.raises(RequestRefusedError, match=r"symbol: character U\+0001 received"):
            await within(order)


async def test_replay_restores_the_orders_of_an_earlier_run() -> None:
    async with PortServer() as server:
        async with await connect(server.port) as first:
            await within(first.new_order("buy", 1, "MSFT", cl_ord_id="A").done())
            await within(first.new_order("buy", 5, "MSFT", cl_ord_id="B"))
        seen: list[int] = []

        def note(seq: int, report: Report, order: Order | None) -> None:
            seen.append(seq)

        async with await connect(server.port, from_seq=1, on_report=note) as second:
            await within(second.status("B"))
            assert seen == [1, 2, 3, 4]
            assert [order.cl_ord_id for order in second.open_orders] == ["B"]


async def test_lost_connection_comes_back_and_each_report_comes_once() -> None:
    seen: list[tuple[int, str]] = []
    events = Events()

    def note(seq: int, report: Report, order: Order | None) -> None:
        seen.append((seq, report.cl_ord_id))

    async with PortServer() as server, await connect(server.port, on_report=note, on_event=events) as client:
        order = await within(client.new_order("buy", 5, "MSFT", cl_ord_id="A"))
        server.cut()
        server.book.mass_cancel("alpha", None, 0, 0)
        await events.wait_for(EventKind.RECONNECTED)
        assert (await within(order.done())).ord_status is OrdStatus.CANCELED
        await within(client.new_order("buy", 1, "MSFT", cl_ord_id="B").done())
        await within(client.status("B"))
    assert seen == [(1, "A"), (2, "A"), (3, "B"), (4, "B"), (5, "B")]


async def test_repeated_numbers_are_ignored_and_missing_ones_told() -> None:
    async def script(line: Line) -> None:
        await line.read()
        line.welcome()
        for seq in (1, 1, 2, 1, 5):
            line.report("accepted", seq, f"A{seq}", "new")
        line.write("logout", reason="taken_over", text="elsewhere")
        await line.read()

    seen: list[int] = []
    events = Events()
    async with ScriptedGateway(script) as gateway:
        client = await connect(gateway.port, on_report=lambda seq, *_: seen.append(seq), on_event=events)
        assert (await events.wait_for(EventKind.GAP)).text == "report 5 received, expected 3"
        assert (await events.wait_for(EventKind.OVER)).text == "the connection is over: elsewhere"
        await client.close()
    assert seen == [1, 2, 5]
    assert EventKind.RECONNECT_FAILED not in events.seen


async def test_login_after_a_loss_asks_for_what_is_missing_and_takes_over() -> None:
    async def first(line: Line) -> None:
        await line.read()
        line.welcome(next_seq=7, session="99")
        line.report("accepted", 7, "A", "new")

    async def second(line: Line) -> None:
        login = await line.read()
        assert (login["next_seq"], login["session_id"], login["take_over"]) == (8, "99", True)
        line.welcome(next_seq=8, session="99")
        await line.read()

    events = Events()
    async with ScriptedGateway(first, second) as gateway, await connect(gateway.port, on_event=events):
        await events.wait_for(EventKind.RECONNECTED)


async def test_session_that_began_anew_is_told_and_read_from_its_start() -> None:
    async def first(line: Line) -> None:
        await line.read()
        line.welcome(next_seq=7, session="1")

    async def second(line: Line) -> None:
        await line.read()
        line.write("login_rejected", reason="wrong_session", text="numbers began anew")

    async def third(line: Line) -> None:
        login = await line.read()
        assert login["next_seq"] == 1
        assert "session_id" not in login
        line.welcome(next_seq=1, live_seq=2, session="2")
        line.report("accepted", 1, "A", "new")
        await line.read()

    events = Events()
    async with ScriptedGateway(first, second, third) as gateway, await connect(gateway.port, on_event=events) as client:
        await events.wait_for(EventKind.SESSION_RESET)
        await events.wait_for(EventKind.RECONNECTED)
        assert (client.session_id, client.next_seq) == ("2", 2)


def lost_order_scripts(type: str, ord_status: str, **answer: Any) -> tuple[Script, Script]:
    async def first(line: Line) -> None:
        await line.read()
        line.welcome()
        await line.read()

    async def second(line: Line) -> None:
        await line.read()
        line.welcome()
        asked = await line.read()
        assert asked["type"] == "status_request"
        line.report(type, 1, asked["cl_ord_id"], ord_status, request_id=asked["request_id"], **answer)
        await line.read()

    return first, second


async def test_order_that_got_lost_with_the_connection_is_told() -> None:
    scripts = lost_order_scripts("rejected", "rejected", refusal="unknown_order", request_kind="status_request")
    async with ScriptedGateway(*scripts) as gateway, await connect(gateway.port) as client:
        order = client.new_order("buy", 1, "MSFT")
        with pytest.raises(RequestLostError, match="never reached the gateway"):
            await within(order.done())


async def test_order_that_arrived_before_the_loss_goes_on() -> None:
    scripts = lost_order_scripts("status_report", "new")
    async with ScriptedGateway(*scripts) as gateway, await connect(gateway.port) as client:
        order = await within(client.new_order("buy", 1, "MSFT"))
        assert order.ord_status is OrdStatus.NEW


async def test_cancel_that_got_lost_with_the_connection_is_told() -> None:
    async def first(line: Line) -> None:
        await line.read()
        line.welcome()
        id = (await line.read())["cl_ord_id"]
        line.report("accepted", 1, id, "new")
        assert (await line.read())["type"] == "cancel_order"

    async def second(line: Line) -> None:
        await line.read()
        line.welcome(next_seq=2)
        asked = await line.read()
        line.report("status_report", 2, asked["cl_ord_id"], "new", request_id=asked["request_id"])
        await line.read()

    async with ScriptedGateway(first, second) as gateway, await connect(gateway.port) as client:
        order = await within(client.new_order("buy", 1, "MSFT"))
        with pytest.raises(RequestLostError, match="never reached the gateway"):
            await within(client.cancel(order))
        assert not order.ended


async def test_without_reconnect_everything_that_waits_is_told() -> None:
    async def script(line: Line) -> None:
        await line.read()
        line.welcome()
        await line.read()

    async with ScriptedGateway(script) as gateway:
        client = await connect(gateway.port, reconnect=None)
        order = client.new_order("buy", 1, "MSFT")
        with pytest.raises(ConnectionFailedError, match="the connection is over: the stream ended"):
            await within(order.done())
        with pytest.raises(NotConnectedError):
            client.new_order("buy", 1, "MSFT")
        await client.close()


async def test_mistake_in_a_callback_does_not_end_the_connection() -> None:
    def fail(seq: int, report: Report, order: Order | None) -> None:
        raise ZeroDivisionError

    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    async with PortServer() as server, await connect(server.port, on_report=fail) as client:
        order = await within(client.new_order("buy", 1, "MSFT").done())
        assert order.ord_status is OrdStatus.FILLED
        await within(client.status(order))
    assert [type(error) for error in told] == [ZeroDivisionError] * 3


async def test_synchronous_client_trades_from_another_thread() -> None:
    def trade(port: int) -> tuple[list[str], Decimal, str]:
        with SyncClient("127.0.0.1", port, "alpha", "sesame") as client:
            order = client.new_order("buy", 1, "MSFT", price="10")
            kinds = [ReportKind(report.kind).name for report in order.reports(LIMIT_S)]
            other = client.new_order("buy", 2, "MSFT").accepted(LIMIT_S)
            assert client.replace(other, price="9").result(LIMIT_S).kind == ReportKind.REPLACED
            canceled = client.cancel(other).result(LIMIT_S)
            assert other.done(LIMIT_S).ord_status is OrdStatus.CANCELED
            assert client.next_seq == 6
            return kinds, order.cum_qty, ReportKind(canceled.kind).name

    async with PortServer() as server:
        kinds, cum_qty, canceled = await within(asyncio.to_thread(trade, server.port))
    assert (kinds, cum_qty, canceled) == (["ACCEPTED", "FILLED"], 1, "CANCELED")


async def test_synchronous_client_tells_of_time_outs_and_refusals() -> None:
    def trade(port: int) -> None:
        with pytest.raises(LoginRejectedError):
            SyncClient("127.0.0.1", port, "alpha", "guess")
        with SyncClient("127.0.0.1", port, "alpha", "sesame") as client:
            order = client.new_order("buy", 2, "MSFT").accepted(LIMIT_S)
            with pytest.raises(TimeoutError, match="nothing within 0 s"):
                order.done(0)
        client.close()

    async with PortServer() as server:
        await within(asyncio.to_thread(trade, server.port))
